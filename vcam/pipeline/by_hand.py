"""Effects that somebody plays, or takes back, without a gesture."""

from __future__ import annotations

from collections.abc import Sequence

from vcam.core.clock import Clock
from vcam.core.events import ReactionRule
from vcam.pipeline.vision_thread import VisionLoop
from vcam.reactions.stage import Stage


class ByHand:
    """Has the vision thread do it, which the stage belongs to. Any thread.

    Args:
        stage: knows what plays, and what would.
        vision: its thread.
        clock: that of the stage.
    """

    def __init__(self, stage: Stage, vision: VisionLoop, clock: Clock) -> None:
        self._stage = stage
        self._vision = vision
        self._clock = clock

    def play(self, pack: str, effect: str) -> None:
        """Plays an effect; one that no pack has is left out when it is drawn."""
        self._vision.mailbox.post(lambda: self._stage.play(pack, effect, self._clock.now()))

    def answers(self, gesture: str) -> Sequence[ReactionRule]:
        """What plays when this gesture starts."""
        return self._stage.answers(gesture)

    def react(self, gesture: str) -> bool:
        """Plays all that `gesture` would play; False if no pack answers it."""
        rules = self.answers(gesture)
        for rule in rules:
            self.play(rule.pack, rule.effect)
        return bool(rules)

    def undo(self) -> str | None:
        """Takes the newest effects back, those that one gesture or one person has called.

        Returns:
            What called them; None if nothing is drawn that does not leave already.
        """
        newest = self._stage.newest(self._clock.now())
        if newest is not None:
            self._vision.mailbox.post(lambda: self._vision.undo(newest))
        return newest
