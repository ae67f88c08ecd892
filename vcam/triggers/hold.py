"""One hand on its way to starting a gesture: what of the time that it was shown counts."""

from __future__ import annotations

from dataclasses import dataclass

from vcam.triggers.evidence import Evidence, HandKey, credit_s
from vcam.triggers.guards import Reason
from vcam.triggers.smoothing import LEAST_READINGS

LEAST_CLEAR_SHARE = 0.8
"""So many of the readings of a hold must be clear by themselves. The median alone would let a pose
start that is seen in little more than every other picture. Too few clear ones delay the start
until there are more; a single odd reading costs a 15 Hz camera nothing."""

TOLERANCE_S = 1e-6
"""Sums of frame intervals end this close to what they should be."""


@dataclass(slots=True)
class Hold:
    """A pose that a hand, or pair of hands, is held in.

    Attributes:
        hand: which.
        track_ids: the tracks that show it now.
        since: when it began, seconds.
        clear_at: the newest clear reading that counted, seconds.
        clear_count: clear readings.
        readings: all readings.
        held_s: time that counts.
        score: the newest smoothed score, 0..1.
        steady: the fingers are at rest.
        paused: it waits for the smoothed score to come back to `enter`.
        progress: share of the dwell that is done, 0..1.
        told: that share, when it was told last.
    """

    hand: HandKey
    track_ids: tuple[int, ...]
    since: float
    clear_at: float
    clear_count: int
    readings: int
    held_s: float
    score: float
    steady: bool = True
    paused: bool = False
    progress: float = 0.0
    told: float = -1.0

    @classmethod
    def begun(cls, case: Evidence, not_before: float) -> Hold:
        """One that begins with the clear readings up to now, from `not_before` seconds on."""
        since = max(case.run.since, not_before)
        return cls(
            hand=case.hand,
            track_ids=case.track_ids,
            since=since,
            clear_at=case.at,
            clear_count=case.run.clear,
            readings=case.run.readings,
            held_s=min(case.run.held_s, case.at - since),
            score=case.score,
            steady=case.steady,
        )

    @property
    def is_sound(self) -> bool:
        """Whether enough of it was clear for a start, however long it is."""
        enough = max(LEAST_READINGS, LEAST_CLEAR_SHARE * self.readings - 1e-9)
        return self.clear_count >= enough

    def feed(self, case: Evidence, lost_after_s: float) -> str:
        """Adds one reading; returns why it is over, nothing if it is not.

        Only time between two clear readings counts, and only while the smoothed score stayed at
        `enter` or above; between `leave` and `enter` the hold waits.
        """
        self.score, self.track_ids, self.steady = case.score, case.track_ids, case.steady
        self.readings += 1
        self.clear_count += case.clear
        if not case.stays:
            return case.reason or Reason.RELEASED
        if case.at - self.clear_at > lost_after_s + TOLERANCE_S:
            return Reason.UNCLEAR
        if not case.enters:
            self.paused = True
        elif case.clear:
            if not self.paused:
                self.held_s += credit_s(case.at - self.clear_at)
            self.paused = False
            self.clear_at = case.at
        return ""
