"""The results of replayed clips for people: a table a clip, and what it all comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vcam.lab.replay import ReplayedGesture, ReplayResult
from vcam.lab.scoring import Score, Start
from vcam.lab.tables import table
from vcam.lab.totals import totals
from vcam.poses.vocabulary import GESTURES


def replay_text(results: Sequence[ReplayResult], found: Mapping[str, Any] | None = None) -> str:
    """The results for people: starts per clip, how they fit the labels, and what it comes to.

    Args:
        results: of `replay`.
        found: their `totals`, and the curve if there is one; None computes the former.
    """
    parts = []
    for result in results:
        if result.error:
            parts.append(f"{result.clip}: {result.error}")
            continue
        head = f"{result.clip}: {result.duration_s:.1f} s, {result.frames} frames"
        rows: list[list[object]] = [
            [
                event.gesture,
                f"{event.candidate_s:.2f}",
                f"{event.start_s:.2f}",
                f"{event.end_s:.2f}",
                f"{event.score:.2f}",
                _verdict(event, result.score),
            ]
            for event in result.events
        ]
        rows += [
            [span.gesture, f"{span.start_s:.2f}", None, f"{span.end_s:.2f}", None, "MISSED"]
            for span in (result.score.misses if result.score else ())
        ]
        heads = ["gesture", "held from", "start", "end", "score", "label"]
        parts.append(f"{head}\n{table(heads, rows)}" if rows else f"{head}, nothing starts")
    return "\n\n".join([*parts, *_totals_text(results, found or totals(results))])


def _verdict(event: ReplayedGesture, score: Score | None) -> str:
    if score is None:
        return ""
    start = Start(event.gesture, event.start_s)
    for span, answer in score.hits:
        if answer == start:
            return f"hit, {event.start_s - span.start_s:.2f} s after it began"
    return "REPEATED" if start in score.repeats else "FALSE"


def unwatched_text(results: Sequence[ReplayResult]) -> str:
    """Which labels count for nothing because nobody watched for them; empty where none."""
    names = sorted({name for result in results for name in result.unwatched})
    if not names:
        return ""
    unknown = [name for name in names if name not in GESTURES]
    told = f"Not watched for, so their labels do not count: {', '.join(names)}"
    return f"{told} (vcam knows no {', '.join(unknown)})" if unknown else told


def _totals_text(results: Sequence[ReplayResult], found: Mapping[str, Any]) -> list[str]:
    total = found["total"]
    lines = []
    if total["judged_hours"]:
        latency = total["latency_ms"]["median"]
        middle = f", median {latency / 1000:.2f} s" if latency is not None else ""
        wrong = total["false_starts"] + total["repeats"]
        lines.append(
            f"With labels: {total['hits']} of {total['shown']} answered{middle}; "
            f"{wrong} false or repeated"
        )
    plain_hours = sum(each.duration_s for each in results if each.score is None) / 3600
    if plain_hours:
        starts = total["unlabelled_starts"]
        rate = f"{starts / plain_hours:.1f} an hour"
        lines.append(f"Without labels: {starts} starts in {plain_hours * 60:.1f} minutes, {rate}")
    left_out = unwatched_text(results)
    lines += [left_out] if left_out else []
    parts = ["\n".join(lines)] if lines else []
    if total["judged_hours"]:
        parts.append(table(FIGURE_HEADS, figure_rows(found)))
    if "curve" in found:
        parts.append(table(CURVE_HEADS, curve_rows(found["curve"])))
    return parts


CURVE_HEADS: Final = ("enter", "held 1 s", "found", "recall", "false", "an hour")


def curve_rows(curve: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Rows of `CURVE_HEADS` for `threshold_curve`."""
    return [
        [
            "shipped" if point["enter"] is None else f"{point['enter']:g}",
            str(point["shown_1s"]),
            str(point["hits_1s"]),
            _plain(point["recall_1s"], "{:.3f}"),
            str(point["false_starts"]),
            _plain(point["false_per_hour"], "{:.2f}"),
        ]
        for point in curve
    ]


FIGURE_HEADS: Final = (
    *("", "hours", "hand", "held 1 s", "found", "recall (95 %)"),
    *("false", "an hour (95 %)", "median ms", "p95 ms", "beyond dwell", "order"),
)


def figure_rows(found: Mapping[str, Any]) -> list[list[str]]:
    """Rows of `FIGURE_HEADS` for `totals`: each group, each gesture, all."""
    rows = [_figure_row(name or "clips", each) for name, each in found["groups"].items()]
    rows += [_figure_row(name, each) for name, each in found["gestures"].items()]
    return [*rows, _figure_row("all", found["total"])]


def _figure_row(name: str, each: Mapping[str, Any]) -> list[str]:
    held = each["held_1s"]
    return [
        name,
        f"{each['hours']:.3f}",
        f"{each['hand_hours']:.3f}",
        str(held["shown"]),
        str(held["hits"]),
        _with_interval(held["recall"], held["recall_interval"], 100, "{:.1f}"),
        str(each["false_starts"]),
        _with_interval(each["false_per_hour"], each["false_per_hour_interval"], 1, "{:.2f}"),
        _plain(each["latency_ms"]["median"]),
        _plain(each["latency_ms"]["p95"]),
        _plain(each["beyond_dwell_ms"]["median"]),
        _plain(each["sequence"]["accuracy"], "{:.3f}"),
    ]


def _with_interval(
    value: float | None, interval: Sequence[float] | None, factor: float, form: str
) -> str:
    if value is None or interval is None:
        return "-"
    low, high = (form.format(end * factor) for end in interval)
    return f"{form.format(value * factor)} ({low} to {high})"


def _plain(value: float | None, form: str = "{:.0f}") -> str:
    return "-" if value is None else form.format(value)
