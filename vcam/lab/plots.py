"""Plots as inline SVG: curves, bars and timelines in the page's own colours."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple

_WIDTH: Final = 400
_HEIGHT: Final = 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 18, 12, 42
_TICKS: Final = 4


class Series(NamedTuple):
    """Points of one line.

    Attributes:
        name: told in the legend.
        points: (x, y), in order.
        colour: number of the page's colour, from 0.
        steps: whether the line goes in steps.
    """

    name: str
    points: Sequence[tuple[float, float]]
    colour: int = 0
    steps: bool = False


def line_plot(
    title: str,
    x_label: str,
    y_label: str,
    series: Sequence[Series],
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
) -> str:
    """Lines over common axes; an empty text without points."""
    points = [point for each in series for point in each.points]
    if not points:
        return ""
    low_x, high_x = x_range or _range([x for x, _ in points])
    low_y, high_y = y_range or _range([0.0, *(y for _, y in points)])
    inner_w, inner_h = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        across = (x - low_x) / (high_x - low_x)
        up = (y - low_y) / (high_y - low_y)
        return _LEFT + across * inner_w, _TOP + (1 - up) * inner_h

    parts = []
    for tick in range(_TICKS + 1):
        y = low_y + (high_y - low_y) * tick / _TICKS
        x = low_x + (high_x - low_x) * tick / _TICKS
        column, row = at(x, y)
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" {_same("y", row)}/>')
        parts.append(_text(_LEFT - 6, row + 4, _short(y), "end"))
        anchor = "end" if tick == _TICKS else "middle"
        parts.append(_text(column, _HEIGHT - _BOTTOM + 16, _short(x), anchor))
    for each in series:
        parts.append(_line(each, [at(x, y) for x, y in each.points]))
    parts.append(_text(_LEFT + inner_w / 2, _HEIGHT - 6, x_label, "middle"))
    middle = _TOP + inner_h / 2
    parts.append(
        f'<text class="label" text-anchor="middle" '
        f'transform="translate(13 {middle:.0f}) rotate(-90)">{escape(y_label)}</text>'
    )
    legend = "".join(
        f'<span class="key c{each.colour % 6}">{escape(each.name)}</span>'
        for each in series
        if each.name
    )
    return (
        f"<figure><figcaption>{escape(title)} {legend}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg></figure>"
    )


def timeline(
    duration_s: float,
    spans: Sequence[tuple[float, float]],
    marks: Sequence[tuple[float, str]],
) -> str:
    """A clip as a bar: what is shown in it, and where something started.

    Args:
        duration_s: its length.
        spans: start and end of what is shown, seconds.
        marks: when something started, and the class that tells how good it is.
    """
    if duration_s <= 0:
        return ""
    unit = 1000 / duration_s
    bars = "".join(
        f'<rect class="span" x="{start * unit:.1f}" y="4" height="12" '
        f'width="{max(1.0, (end - start) * unit):.1f}"/>'
        for start, end in spans
    )
    starts = "".join(
        f'<line class="{escape(kind)}" y1="0" y2="20" {_same("x", at * unit)}/>'
        for at, kind in marks
    )
    return (
        '<svg class="timeline" viewBox="0 0 1000 20" preserveAspectRatio="none" '
        f'aria-hidden="true"><rect class="bar" width="1000" height="20"/>{bars}{starts}</svg>'
    )


def _line(series: Series, places: Sequence[tuple[float, float]]) -> str:
    path = ""
    for number, (x, y) in enumerate(places):
        if number and series.steps:
            path += f"H{x:.1f}V{y:.1f}"
        else:
            path += f"{'L' if number else 'M'}{x:.1f} {y:.1f}"
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>' for x, y in places)
    colour = f"c{series.colour % 6}"
    return f'<g class="{colour}"><path d="{path}"/>{"" if series.steps else dots}</g>'


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low, low + 1)


def _same(axis: str, value: float) -> str:
    return f'{axis}1="{value:.1f}" {axis}2="{value:.1f}"'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    place = f'x="{x:.0f}" y="{y:.0f}"'
    return f'<text class="label" {place} text-anchor="{anchor}">{escape(text)}</text>'


def _short(value: float) -> str:
    # From a thousand on, :.3g would write powers of ten.
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
