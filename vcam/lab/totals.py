"""Figures over many clips: what was found, how fast, and what started by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from vcam.lab.metrics import rounded
from vcam.lab.replay import ReplayResult
from vcam.lab.scoring import Span, Start
from vcam.lab.statistics import Interval, levenshtein, quantile, rate_interval, share_interval

LONG_S: Final = 1.0
"""A pose that is held for so long on purpose must be found."""

_TOLERANCE_S: Final = 1e-6

Wanted = Callable[[str], bool]


def totals(
    results: Sequence[ReplayResult], dwell_ms: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Figures of all clips, of each group of them, and of each gesture.

    Args:
        results: of `replay`; broken clips count as errors alone.
        dwell_ms: of each gesture, for the time from pose to event beyond it.
    """
    played = [result for result in results if not result.error]
    groups = sorted({result.group for result in played})
    gestures = sorted({name for result in played for name in _names(result)})
    dwell = dwell_ms or {}
    return {
        "clips": len(played),
        "errors": len(results) - len(played),
        "total": figures(played, dwell_ms=dwell),
        "gestures": {
            name: figures(played, lambda each, name=name: each == name, dwell)  # type: ignore[misc]
            for name in gestures
        },
        "groups": {
            group: figures([each for each in played if each.group == group], dwell_ms=dwell)
            for group in groups
        },
    }


def figures(
    results: Iterable[ReplayResult],
    wanted: Wanted = lambda gesture: True,
    dwell_ms: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """The figures of some clips and gestures.

    Clips without labels count with their length and their starts alone.

    Args:
        results: of clips that could be played.
        wanted: which gestures are looked at.
        dwell_ms: of each gesture.
    """
    hours = hand_hours = judged_hours = 0.0
    clips = hits = misses = long_hits = long_shown = false = repeats = unjudged = 0
    latencies_ms: list[float] = []
    beyond_ms: list[float] = []
    shown_in_all = distance = 0
    for result in results:
        clips += 1
        hours += result.duration_s / 3600
        hand_hours += result.hand_s / 3600
        if result.score is None:
            unjudged += sum(wanted(event.gesture) for event in result.events)
            continue
        judged_hours += result.duration_s / 3600
        score = result.score
        answered = [(span, start) for span, start in score.hits if wanted(span.gesture)]
        missed = [span for span in score.misses if wanted(span.gesture)]
        hits += len(answered)
        misses += len(missed)
        long_hits += sum(_is_long(span) for span, _ in answered)
        long_shown += sum(_is_long(span) for span in (*(s for s, _ in answered), *missed))
        false += sum(wanted(start.gesture) for start in score.false_starts)
        repeats += sum(wanted(start.gesture) for start in score.repeats)
        for span, start in answered:
            latency_ms = 1000 * (start.start_s - span.start_s)
            latencies_ms.append(latency_ms)
            if dwell_ms and span.gesture in dwell_ms:
                beyond_ms.append(latency_ms - dwell_ms[span.gesture])
        labels = [span.gesture for span in result.spans or () if wanted(span.gesture)]
        starts = [event.gesture for event in result.events if wanted(event.gesture)]
        shown_in_all += len(labels)
        distance += levenshtein(labels, starts)
    shown = hits + misses
    return {
        "clips": clips,
        "hours": rounded(hours, 5),
        "hand_hours": rounded(hand_hours, 5),
        "shown": shown,
        "hits": hits,
        "recall": _share(hits, shown),
        "recall_interval": _interval(share_interval(hits, shown)),
        "held_1s": {
            "shown": long_shown,
            "hits": long_hits,
            "recall": _share(long_hits, long_shown),
            "recall_interval": _interval(share_interval(long_hits, long_shown)),
        },
        "repeats": repeats,
        "false_starts": false,
        "judged_hours": rounded(judged_hours, 5),
        "false_per_hour": rounded(false / judged_hours, 3) if judged_hours else None,
        "false_per_hour_interval": _interval(rate_interval(false, judged_hours)),
        "unlabelled_starts": unjudged,
        "latency_ms": _middle_and_tail(latencies_ms),
        "beyond_dwell_ms": _middle_and_tail(beyond_ms),
        "sequence": {
            "labels": shown_in_all,
            "distance": distance,
            "accuracy": rounded(max(0.0, 1 - distance / shown_in_all)) if shown_in_all else None,
        },
    }


def _names(result: ReplayResult) -> set[str]:
    return {event.gesture for event in result.events} | {
        span.gesture for span in result.spans or ()
    }


def _is_long(span: Span) -> bool:
    return span.end_s - span.start_s >= LONG_S - _TOLERANCE_S


def _share(hits: int, total: int) -> float | None:
    return rounded(hits / total) if total else None


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(end, 4) for end in interval]


def _middle_and_tail(values: Sequence[float]) -> dict[str, float | None]:
    return {
        "median": rounded(quantile(values, 0.5), 1),
        "p95": rounded(quantile(values, 0.95), 1),
    }


def false_start_list(results: Sequence[ReplayResult]) -> list[dict[str, Any]]:
    """Each false start: clip, gesture, when, how sure, and what was being done there."""
    listed = []
    for result in results:
        if result.score is None:
            continue
        for event in result.events:
            if Start(event.gesture, event.start_s) in result.score.false_starts:
                listed.append({"clip": result.clip, "group": result.group} | event.as_json())
    return listed
