"""The hands of starts that the user has judged: held in memory, kept in a file."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence

from vcam.core.observation import Hand
from vcam.daemon.private_file import PersonalError, PrivateFile
from vcam.poses.negatives import LearntHand, bounded, from_bytes, to_bytes

logger = logging.getLogger(__name__)

MOST_STARTS = 200
"""Starts whose hands are remembered in case they are judged; in memory alone."""

_Key = tuple[str, float]
"""A start: its gesture, and its time of day. Two gestures may start in the same look."""


class LearntHands:
    """What the second stage learns from. Any thread.

    The hands of every start stay in memory for a while. They are written to disk only once a
    start of the same gesture was called wrong: before, they serve nothing.

    Attributes:
        file: where they are kept.

    Args:
        file: where they are kept.
    """

    def __init__(self, file: PrivateFile) -> None:
        self.file = file
        self._lock = threading.RLock()
        # Held while the file is changed; `_lock` is not, for the vision thread waits for that.
        self._on_disk = threading.Lock()
        self._hands: tuple[LearntHand, ...] | None = None
        self._recent: OrderedDict[_Key, tuple[LearntHand, ...]] = OrderedDict()
        self._unsaved = False

    def hands(self) -> tuple[LearntHand, ...]:
        """All judged hands; another tuple whenever they have changed. The first call reads them."""
        hands = self._hands
        if hands is None:
            with self._lock:
                if self._hands is None:
                    nothing: tuple[LearntHand, ...] = ()
                    self._hands = self.file.read(from_bytes, nothing)
                hands = self._hands
        return hands

    def starts(self, wrong: bool) -> tuple[float, ...]:
        """Times of day of the starts that were, or were not, called wrong; the oldest first."""
        keys = {_key(hand) for hand in self.hands() if hand.wrong is wrong}
        return tuple(sorted(start for _, start in keys))

    def note(self, gesture: str, start: float, looks: Sequence[Hand]) -> None:
        """Remembers the hands of a start; as right ones, where others of it were wrong.

        Args:
            gesture: what started.
            start: time of day of it.
            looks: some looks at its hand, or none of a gesture that nothing is learnt of.
        """
        made = (LearntHand.of(hand, gesture, start, wrong=False) for hand in looks)
        learnt = tuple(hand for hand in made if hand is not None)
        if not learnt:
            return
        with self._lock:
            self._recent[gesture, start] = learnt
            while len(self._recent) > MOST_STARTS:
                self._recent.popitem(last=False)
            if self._has_wrong(gesture):
                self._replace([*self.hands(), *learnt])

    def call_wrong(self, gesture: str, start: float) -> bool:
        """Learns that a start was a mistake; False if its hands are not remembered.

        Raises:
            PersonalError: it cannot be written; it holds until vcam ends all the same.
        """
        with self._lock:
            key = gesture, start
            learnt = self._recent.get(key) or tuple(
                hand for hand in self.hands() if _key(hand) == key
            )
            if not learnt:
                return False
            hands = [hand for hand in self.hands() if _key(hand) != key]
            known = {_key(hand) for hand in hands}
            # Those before the first mistake that nobody called one: what the pose looks like.
            hands += [
                hand
                for other, looks in self._recent.items()
                for hand in looks
                if other != key and other not in known and hand.gesture == gesture
            ]
            hands += [hand.judged(wrong=True) for hand in learnt]
            self._replace(hands)
        self.save()
        return True

    def call_right(self, gesture: str, start: float) -> None:
        """Takes back what `call_wrong` has learnt.

        Raises:
            PersonalError: it cannot be written; it holds until vcam ends all the same.
        """
        with self._lock:
            key = gesture, start
            hands = [
                hand.judged(wrong=False) if _key(hand) == key else hand for hand in self.hands()
            ]
            if not any(hand.wrong for hand in hands if hand.gesture == gesture):
                hands = [hand for hand in hands if hand.gesture != gesture]
            self._replace(hands)
        self.save()

    def forget(self) -> None:
        """Forgets all, in memory and on disk.

        Raises:
            PersonalError: the file is still there.
        """
        with self._on_disk:
            with self._lock:
                self._recent.clear()
                self._hands, self._unsaved = (), False
            self.file.delete()

    def save(self) -> None:
        """Writes what has changed, if anything has.

        Raises:
            PersonalError: it cannot be written; it is tried again with the next change.
        """
        with self._on_disk:
            with self._lock:
                if not self._unsaved:
                    return
                self._unsaved = False
                hands = self.hands()
            if hands:
                self.file.write(to_bytes(hands))
            else:
                self.file.delete()

    def save_quietly(self) -> None:
        """As `save`; what goes wrong is told in the log alone."""
        try:
            self.save()
        except PersonalError as error:
            logger.error("%s", error)

    def _has_wrong(self, gesture: str) -> bool:
        return any(hand.wrong and hand.gesture == gesture for hand in self.hands())

    def _replace(self, hands: Sequence[LearntHand]) -> None:
        self._hands = bounded(hands)
        self._unsaved = True


def _key(hand: LearntHand) -> _Key:
    return hand.gesture, hand.start
