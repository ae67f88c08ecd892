"""The report of `vcam lab replay --html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from vcam.lab.page import page, paragraph, plots, section, shot, shots, table_html
from vcam.lab.playing import Played
from vcam.lab.plots import Series, line_plot, timeline
from vcam.lab.replay import ReplayedGesture, ReplayResult
from vcam.lab.replay_text import (
    CURVE_HEADS,
    FIGURE_HEADS,
    curve_rows,
    figure_rows,
    unwatched_text,
)
from vcam.lab.scoring import Start

_MOST_HITS: Final = 60
"""Pictures of what went right; all that went wrong is shown."""


class ReplayPage:
    """Takes the clips as they are played, and makes a page of them."""

    def __init__(self) -> None:
        self._results: list[ReplayResult] = []
        self._wrong: list[str] = []
        self._right: list[str] = []
        self._latencies_ms: list[float] = []

    def add(self, played: Played) -> None:
        """One more clip."""
        result = played.result
        self._results.append(result)
        if result.error:
            return
        for event in result.events:
            kind = verdict(event, result)
            note = f"{event.start_s:.2f} s of {result.clip}, score {event.score:.2f}"
            note += f", during {event.during}" if event.during else ""
            self._show(played, event.start_s, kind, event.gesture, note)
        if result.score is None:
            return
        self._latencies_ms += [1000 * each for each in result.score.latencies_s]
        for span in result.score.misses:
            middle = (span.start_s + span.end_s) / 2
            note = f"missed at {span.start_s:.2f} to {span.end_s:.2f} s of {result.clip}"
            self._show(played, middle, "miss", span.gesture, note)

    def html(self, found: Mapping[str, Any]) -> str:
        """The page.

        Args:
            found: `totals` of the same clips, with the curve if there is one.
        """
        broken = [[each.clip, each.error] for each in self._results if each.error]
        return page(
            "Replayed clips",
            [
                paragraph(_summary(found)),
                *map(paragraph, filter(None, [unwatched_text(self._results)])),
                section("Figures", table_html(FIGURE_HEADS, figure_rows(found))),
                section("Plots", plots([_latency_plot(self._latencies_ms), *_curve_plots(found)])),
                section("Thresholds", table_html(CURVE_HEADS, curve_rows(found.get("curve", ())))),
                section("What went wrong", shots(self._wrong)),
                section("What went right", shots(self._right)),
                section("Clips", *(_clip(each) for each in self._results if not each.error)),
                section("Clips that could not be played", table_html(("clip", "why"), broken)),
            ],
        )

    def _show(self, played: Played, at: float, kind: str, name: str, note: str) -> None:
        picture = played.pictures.get(at)
        if picture is None:
            return
        if kind in ("hit", ""):
            if len(self._right) < _MOST_HITS:
                self._right.append(shot(picture, kind, name, note))
        else:
            self._wrong.append(shot(picture, kind, name, note))


def verdict(event: ReplayedGesture, result: ReplayResult) -> str:
    """`hit`, `repeat` or `false`; empty where there are no labels."""
    if result.score is None:
        return ""
    start = Start(event.gesture, event.start_s)
    if any(answer == start for _, answer in result.score.hits):
        return "hit"
    return "repeat" if start in result.score.repeats else "false"


def _summary(found: Mapping[str, Any]) -> str:
    total = found["total"]
    text = (
        f"{found['clips']} clips, {total['hours']:.2f} h, {total['hand_hours']:.2f} h with a hand"
    )
    watched = found.get("watched")
    return f"{text}. Watched for: {', '.join(watched)}" if watched else text


def _clip(result: ReplayResult) -> str:
    marks = [(event.start_s, verdict(event, result) or "hit") for event in result.events]
    spans = [(span.start_s, span.end_s) for span in result.spans or ()]
    rows = [
        [
            event.gesture,
            f"{event.candidate_s:.2f}",
            f"{event.start_s:.2f}",
            f"{event.end_s:.2f}",
            f"{event.score:.2f}",
            verdict(event, result),
            event.during,
        ]
        for event in result.events
    ]
    if result.score is not None:
        rows += [
            [span.gesture, f"{span.start_s:.2f}", "-", f"{span.end_s:.2f}", "-", "missed", ""]
            for span in result.score.misses
        ]
    if not rows:
        return ""
    heads = ("gesture", "held from", "start", "end", "score", "label", "during")
    return (
        f"<h3>{escape(result.clip)}</h3>"
        f"{timeline(result.duration_s, spans, marks)}{table_html(heads, rows)}"
    )


def _latency_plot(latencies_ms: Sequence[float]) -> str:
    if len(latencies_ms) < 2:
        return ""
    ordered = sorted(latencies_ms)
    share = [(each, (number + 1) / len(ordered)) for number, each in enumerate(ordered)]
    return line_plot(
        "From pose to event",
        "milliseconds",
        "share of hits",
        [Series("", [(ordered[0], 0.0), *share], steps=True)],
        y_range=(0, 1),
    )


def _curve_plots(found: Mapping[str, Any]) -> list[str]:
    points = [point for point in found.get("curve", ()) if point["enter"] is not None]
    if not points:
        return []
    names = list(points[0]["gestures"])
    recall = [
        Series(name, _places(points, name, "recall_1s"), number)
        for number, name in enumerate(names)
    ]
    rates = [
        Series(name, _places(points, name, "false_per_hour"), number)
        for number, name in enumerate(names)
    ]
    trade = [
        Series(name, _trade([point["gestures"][name] for point in points]), number)
        for number, name in enumerate(names)
    ]
    return [
        line_plot("Holds of 1 s found", "enter", "share", recall, y_range=(0, 1)),
        line_plot("False starts", "enter", "an hour", rates),
        line_plot(
            "ROC over enter", "false starts an hour", "holds of 1 s found", trade, None, (0, 1)
        ),
    ]


def _trade(points: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    return sorted(
        (point["false_per_hour"], point["recall_1s"])
        for point in points
        if point["false_per_hour"] is not None and point["recall_1s"] is not None
    )


def _places(
    points: Sequence[Mapping[str, Any]], gesture: str, figure: str
) -> list[tuple[float, float]]:
    values = [(point["enter"], point["gestures"][gesture][figure]) for point in points]
    return [(enter, value) for enter, value in values if value is not None]
