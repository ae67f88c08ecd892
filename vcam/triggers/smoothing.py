"""The recent readings of one hand or pair, and the median over them, in true time.

A median over a time window is taken rather than an exponential average: it forgets a single wrong
reading altogether, however wrong, and it does not creep. An average with a time constant of 200 ms
needs half a second to climb from 0 to 0.90, which alone would double the hold.

Readings are counted, not weighted by the time that they stand for: weighted, one wrong reading
before a gap could outvote all others.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from vcam.core.observation import NONE_POSE, NOT_TAUGHT, PairReading, PoseReading

LEAST_READINGS = 3
"""A median of fewer readings is no protection against a single wrong one."""

_TOLERANCE_MS = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """One reading of one hand, or of two together.

    Attributes:
        at: seconds.
        reading: what the hand shows, or two hands together.
        known: the reading means something: open-set test passed, all scores finite.
        best: the likeliest pose, `none` for a hand that is not known.
        best_score: its score.
        second_score: score of the next pose, 0 if there is none.
        blocked: why a guard says that no pose counts now; empty if none does.
        restless: the fingers are on the move: nothing may start now.
        taught: scores of taught poses, a group of their own: neither takes from the other's lead.
    """

    at: float
    reading: PoseReading | PairReading
    known: bool
    best: str
    best_score: float
    second_score: float
    blocked: str = ""
    restless: bool = False
    taught: Mapping[str, float] = field(default_factory=lambda: NOT_TAUGHT)

    @classmethod
    def of(
        cls,
        at: float,
        reading: PoseReading | PairReading,
        blocked: str = "",
        restless: bool = False,
    ) -> Sample:
        """A sample of `reading`; one with a score that is no number counts as not known."""
        scores = reading.scores
        taught = _taught(reading)
        if not reading.known or not scores or not all(map(math.isfinite, scores.values())):
            return cls(at, reading, False, NONE_POSE, 1.0, 0.0, blocked, restless, taught)
        second, (best_score, best) = 0.0, (-1.0, NONE_POSE)
        for pose, score in scores.items():
            if score > best_score:
                second, (best_score, best) = max(best_score, 0.0), (score, pose)
            elif score > second:
                second = score
        return cls(at, reading, True, best, best_score, second, blocked, restless, taught)

    def score(self, pose: str) -> float:
        """Score of `pose`, 0..1; 0 where the reading means nothing."""
        if pose in self.taught and pose != NONE_POSE:
            return min(1.0, max(0.0, self.taught[pose]))
        if not self.known:
            return 0.0
        return min(1.0, max(0.0, self.reading.scores.get(pose, 0.0)))

    def lead(self, pose: str) -> float:
        """Lead of `pose` over the best of all others; negative where another one is ahead."""
        if pose in self.taught and pose != NONE_POSE:
            return self.score(pose) - max(
                (score for other, score in self.taught.items() if other != pose), default=0.0
            )
        if not self.known:
            return -1.0
        rival = self.second_score if pose == self.best else self.best_score
        return self.score(pose) - rival


def _taught(reading: PoseReading | PairReading) -> Mapping[str, float]:
    """Scores of taught poses; none where one of them is no number."""
    taught = reading.taught if isinstance(reading, PoseReading) else NOT_TAUGHT
    return taught if all(map(math.isfinite, taught.values())) else NOT_TAUGHT


class History:
    """The newest readings of one hand or pair, as far back as the window of the median goes."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def __iter__(self) -> Iterator[Sample]:
        """Newest first."""
        return reversed(self._samples)

    @property
    def newest(self) -> Sample | None:
        """The last reading, None before the first."""
        return self._samples[-1] if self._samples else None

    def add(self, sample: Sample, window_ms: float) -> None:
        """Appends a reading, later than all before it, and forgets what is out of the window.

        The window holds the readings of the last `window_ms`, and never fewer than
        `LEAST_READINGS` however far they are apart: a slow camera deserves the protection too.
        """
        self._samples.append(sample)
        oldest_at = sample.at - (window_ms + _TOLERANCE_MS) / 1000
        while len(self._samples) > LEAST_READINGS and self._samples[0].at < oldest_at:
            self._samples.popleft()


def median(newest_first: Sequence[float], least: int = 1) -> float:
    """Median of the newest odd number of values: one of them, never a mean of good and bad.

    Args:
        newest_first: the values, at least one.
        least: what is missing to so many counts as 0, so that the first reading of a new hand
            proves nothing.
    """
    values = list(newest_first) + [0.0] * (least - len(newest_first))
    if len(values) % 2 == 0:
        values.pop()
    values.sort()
    return values[len(values) // 2]
