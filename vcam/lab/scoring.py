"""Starts of gestures held against labelled spans: hits, misses, false starts, latency."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vcam.core.errors import VcamError
from vcam.lab.metrics import rounded

EARLY_S = 0.3
"""A start may come so much before its span: spans are read by eye, about 0.15 s at each end."""

LATE_S = 0.5
"""A start may come so much after its span's end: the dwell may end just after the hand moves."""


@dataclass(frozen=True, slots=True)
class Span:
    """A gesture that is shown, from when to when in media seconds."""

    gesture: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Start:
    """A gesture that started, at this time in media seconds."""

    gesture: str
    start_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """How the starts of a clip fit its labels.

    Attributes:
        hits: spans and the start that answers each.
        misses: spans that no start answers.
        repeats: further starts within a span that has its start.
        false_starts: starts that no span explains.
    """

    hits: tuple[tuple[Span, Start], ...] = ()
    misses: tuple[Span, ...] = ()
    repeats: tuple[Start, ...] = ()
    false_starts: tuple[Start, ...] = ()

    @property
    def latencies_s(self) -> list[float]:
        """From the span's begin to the start, per hit."""
        return [start.start_s - span.start_s for span, start in self.hits]

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "hits": [
                {
                    "gesture": span.gesture,
                    "span_s": [span.start_s, span.end_s],
                    "latency_s": rounded(start.start_s - span.start_s, 3),
                }
                for span, start in self.hits
            ],
            "misses": [
                {"gesture": span.gesture, "span_s": [span.start_s, span.end_s]}
                for span in self.misses
            ],
            "repeats": [_start_json(start) for start in self.repeats],
            "false_starts": [_start_json(start) for start in self.false_starts],
        }


def score_starts(starts: Sequence[Start], spans: Sequence[Span]) -> Score:
    """Matches starts with spans, in the order of time; each answers at most one of the other."""
    open_spans = sorted(spans, key=lambda span: span.start_s)
    answered: list[Span] = []
    hits: list[tuple[Span, Start]] = []
    repeats: list[Start] = []
    false_starts: list[Start] = []
    for start in sorted(starts, key=lambda start: start.start_s):
        span = next((span for span in open_spans if _explains(span, start)), None)
        if span is not None:
            open_spans.remove(span)
            answered.append(span)
            hits.append((span, start))
        elif any(_explains(span, start) for span in answered):
            repeats.append(start)
        else:
            false_starts.append(start)
    return Score(tuple(hits), tuple(open_spans), tuple(repeats), tuple(false_starts))


def read_labels(clip: Path) -> list[Span] | None:
    """The labelled spans of a clip; None if it has no labels.

    They stand beside it: in a file of its name with the ending `.csv` (columns `gesture, start_s,
    end_s`), or in `labels.csv`, which has a column `clip` with the file's name too. A clip that
    `labels.csv` does not name has no labels; one with an empty file of its own shows nothing.

    Raises:
        VcamError: the file cannot be read as such a table; the message names file and line.
    """
    own = clip.with_suffix(".csv")
    if own.is_file():
        return [span for _, span in _rows(own, ("gesture", "start_s", "end_s"))]
    shared = clip.with_name("labels.csv")
    if not shared.is_file():
        return None
    rows = _rows(shared, ("clip", "gesture", "start_s", "end_s"))
    spans = [span for name, span in rows if name in (clip.name, clip.stem)]
    return spans or None


def _explains(span: Span, start: Start) -> bool:
    in_time = span.start_s - EARLY_S <= start.start_s <= span.end_s + LATE_S
    return in_time and span.gesture == start.gesture


def _start_json(start: Start) -> dict[str, Any]:
    return {"gesture": start.gesture, "start_s": rounded(start.start_s, 3)}


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[str, Span]]:
    fix = f"it needs the columns {','.join(columns)}"
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = set(columns) - set(reader.fieldnames or ())
            if missing:
                raise VcamError(f"{path} has no column {', '.join(sorted(missing))}", fix)
            rows = []
            for row in reader:
                place = f"{path}, line {reader.line_num}"
                rows.append((row.get("clip") or "", _span(row, place)))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VcamError(f"cannot read the labels {path} ({error})", fix) from None


def _span(row: dict[str, str | None], place: str) -> Span:
    try:
        span = Span(
            (row["gesture"] or "").strip(), float(row["start_s"] or ""), float(row["end_s"] or "")
        )
    except (TypeError, ValueError):
        raise VcamError(f"{place}: start_s and end_s must be seconds") from None
    if not span.gesture or not 0 <= span.start_s <= span.end_s:
        raise VcamError(f"{place}: a gesture, and start_s before end_s, are needed")
    return span
