"""Two hands together: their readings, under the hands' own numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from vcam.core.observation import PairReading
from vcam.triggers.hands import TrackedHand
from vcam.triggers.smoothing import History, Sample

PairKey = tuple[int, int]


@dataclass(slots=True, eq=False)
class TrackedPair:
    """Two hands, over all the tracks that they had.

    Attributes:
        key: their numbers in the register of hands, the smaller first.
        track_ids: the vision stage's numbers for them now.
        seen_at: when they were last read together, seconds.
        history: what they showed together.
    """

    key: PairKey
    track_ids: tuple[int, int]
    seen_at: float
    history: History = field(default_factory=History)


class PairRegister:
    """Knows every two hands that are in view together, or were a moment ago."""

    def __init__(self) -> None:
        self._pairs: dict[PairKey, TrackedPair] = {}

    def __iter__(self) -> Iterator[TrackedPair]:
        return iter(self._pairs.values())

    def read(
        self,
        at: float,
        hands: Iterable[TrackedHand],
        readings: Mapping[frozenset[int], PairReading],
        window_ms: float,
    ) -> list[TrackedPair]:
        """Notes what was read of every two of these hands, and returns those pairs.

        A guard that keeps one of the hands from counting keeps the pair from it.

        Args:
            at: seconds.
            hands: the hands that were read, each with its newest sample.
            readings: by the two hands' tracks; two without one are not noted.
            window_ms: of the median.
        """
        seen: list[TrackedPair] = []
        by_key = sorted(hands, key=lambda hand: hand.key)
        for number, first in enumerate(by_key):
            for second in by_key[number + 1 :]:
                reading = readings.get(frozenset((first.track_id, second.track_id)))
                if reading is None:
                    continue
                key, tracks = (first.key, second.key), (first.track_id, second.track_id)
                pair = self._pairs.setdefault(key, TrackedPair(key, tracks, at))
                pair.track_ids, pair.seen_at = tracks, at
                blocked = (hand.history.newest for hand in (first, second))
                reason = next((each.blocked for each in blocked if each and each.blocked), "")
                pair.history.add(Sample.of(at, reading, reason), window_ms)
                seen.append(pair)
        return seen

    def drop(self, hands: Collection[int]) -> list[PairKey]:
        """Forgets, and returns, the pairs that one of these hands belongs to."""
        gone = [key for key in self._pairs if key[0] in hands or key[1] in hands]
        for key in gone:
            del self._pairs[key]
        return gone

    def clear(self) -> None:
        """Forgets all pairs."""
        self._pairs.clear()
