"""What the recent readings of one hand, or of two together, say about one gesture."""

from __future__ import annotations

from typing import NamedTuple

from vcam.settings.schema import Thresholds
from vcam.triggers.guards import Reason
from vcam.triggers.smoothing import LEAST_READINGS, History, Sample, median

HandKey = int | tuple[int, int]
"""A hand's number in the register, or those of two hands that are weighed together."""

LONGEST_CREDIT_S = 0.25
"""Of a longer gap between two clear readings only so much counts as held. It is a little more than
the interval of the slowest camera that is planned for (5 Hz), jitter included."""


class Run(NamedTuple):
    """Clear readings, one after the other.

    Attributes:
        since: time of the first, seconds.
        held_s: time between the first and the last, of each gap no more than `LONGEST_CREDIT_S`.
        clear: how many of them.
        readings: how many readings, clear or not, from the first of them on.
    """

    since: float
    held_s: float
    clear: int
    readings: int


class Evidence(NamedTuple):
    """One hand's case for one gesture, at its newest reading.

    Attributes:
        hand: key of the hand or pair, the same over a switch of tracks.
        track_ids: the tracks that show it now.
        at: time of the newest reading, seconds.
        clear: the newest reading by itself meets every threshold and guard.
        run: the clear readings up to now without two unclear ones in a row between them.
        enters: the smoothed score, guards applied, meets `enter`, and the lead meets `margin`.
        stays: the smoothed score, guards applied, is not below `leave`.
        shows: the smoothed score, guards set aside, is not below `leave`: the hand is in the
            pose, wherever it is and however fast.
        score: that last smoothed score, 0..1.
        reason: why the pose does not count now; empty while it `stays`.
        steady: the fingers are at rest: what is held long enough may start now.
    """

    hand: HandKey
    track_ids: tuple[int, ...]
    at: float
    clear: bool
    run: Run
    enters: bool
    stays: bool
    shows: bool
    score: float
    reason: str
    steady: bool = True


def is_clear(sample: Sample, gesture: str, thresholds: Thresholds) -> bool:
    """Whether one reading by itself meets every threshold and guard of `gesture`."""
    return (
        not sample.blocked
        and sample.score(gesture) >= thresholds.enter
        and sample.lead(gesture) >= thresholds.margin
    )


def weigh(
    hand: HandKey,
    track_ids: tuple[int, ...],
    history: History,
    gesture: str,
    thresholds: Thresholds,
) -> Evidence:
    """The case of one hand or pair for `gesture`; `history` holds at least one reading."""
    samples = list(history)
    newest = samples[0]
    scores = [sample.score(gesture) for sample in samples]
    score = median(scores)
    guarded = [
        0.0 if sample.blocked else value for sample, value in zip(samples, scores, strict=True)
    ]
    guarded_score = median(guarded, LEAST_READINGS)
    lead = median([sample.lead(gesture) for sample in samples], LEAST_READINGS)
    stays = guarded_score >= thresholds.leave
    shows = score >= thresholds.leave
    return Evidence(
        hand=hand,
        track_ids=track_ids,
        at=newest.at,
        clear=is_clear(newest, gesture, thresholds),
        run=_run(samples, gesture, thresholds),
        enters=guarded_score >= thresholds.enter and lead >= thresholds.margin,
        stays=stays,
        shows=shows,
        score=score,
        reason="" if stays else _reason(samples, shows),
        steady=not newest.restless,
    )


def credit_s(gap_s: float) -> float:
    """How much of the time between two clear readings counts as held, seconds."""
    return min(gap_s, LONGEST_CREDIT_S)


def _run(samples: list[Sample], gesture: str, thresholds: Thresholds) -> Run:
    run = Run(samples[0].at, 0.0, 0, 0)
    unclear = 0
    for number, sample in enumerate(samples, start=1):
        if is_clear(sample, gesture, thresholds):
            gap_s = run.since - sample.at if run.clear else 0.0
            run = Run(sample.at, run.held_s + credit_s(gap_s), run.clear + 1, number)
            unclear = 0
        else:
            unclear += 1
            if unclear == 2:
                break
    return run


def _reason(samples: list[Sample], shows: bool) -> str:
    if shows:
        return next((sample.blocked for sample in samples if sample.blocked), Reason.UNCLEAR)
    return Reason.RELEASED if samples[0].known else Reason.UNKNOWN
