"""Changes of lists and mappings in brackets, with what stands between their items kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vcam.settings.marks import Entry, MarkedText, Place
from vcam.settings.plain import inline, matched, pair, same


class FlowEditor:
    """Writes values in brackets anew.

    Args:
        marks: the whole text.
        newline: how its lines end.
    """

    def __init__(self, marks: MarkedText, newline: str) -> None:
        self._marks = marks
        self._newline = newline

    def changed(self, place: Place, old: Any, new: Any) -> str:
        """The text of the value at `place`, changed from `old` to `new`."""
        text = self._marks.text
        if same(old, new):
            return text[place.start : place.end]
        if isinstance(old, dict) and isinstance(new, dict) and place.kind == "mapping":
            spans = [(entry.start, entry.value.end) for entry in place.entries]
            kept = {
                position: self._entry(entry, old[entry.name], new[entry.name])
                for position, entry in enumerate(place.entries)
                if entry.name in new
            }
            more = [pair(name, value) for name, value in new.items() if name not in old]
            added = {len(spans): more} if more else {}
        elif isinstance(old, list) and isinstance(new, list) and place.kind == "list":
            spans = [(item.start, item.end) for item in place.items]
            still, fresh = matched(old, new)
            kept = {position: text[slice(*spans[position])] for position in still}
            added = {
                position: [inline(value, flow=True) for value in values]
                for position, values in fresh.items()
            }
        else:
            left = self._left_over(place.start, place.end)
            return inline(new, flow=True, quote=place.quote) + left
        left_over = {
            position: self._left_over(*span)
            for position, span in enumerate(spans)
            if position not in kept
        }
        return _rejoined(text, place, spans, kept, added, left_over)

    def _left_over(self, start: int, end: int) -> str:
        """The comments of what goes, as they may stand between brackets."""
        comments = self._marks.comments_in(start, end)
        line = self._marks.text[self._marks.line_start(start) :]
        indent = " " * (len(line) - len(line.lstrip(" ")))
        return "".join(f" {comment}{self._newline}{indent}" for comment in comments)

    def _entry(self, entry: Entry, old: Any, new: Any) -> str:
        start = self._marks.text[entry.start : entry.value.start]
        if entry.value.is_empty and not same(old, new):
            start += " "
        return start + self.changed(entry.value, old, new)


def _rejoined(
    text: str,
    place: Place,
    spans: Sequence[tuple[int, int]],
    kept: Mapping[int, str],
    added: Mapping[int, Sequence[str]],
    left_over: Mapping[int, str],
) -> str:
    """Brackets, kept and added items, and the commas, breaks and comments between them.

    Args:
        text: the whole text.
        place: the value in brackets.
        spans: start and end of each old item.
        kept: the new text of each old item that stays, by position.
        added: texts of new items, by the position of the old item that they come before.
        left_over: what must stay of each old item that goes: its comments.
    """
    close = place.end - 1
    ends = [*(start for start, _ in spans[1:]), close]
    lead = text[place.start : spans[0][0] if spans else close]
    pieces: list[list[str]] = []
    rest = ""
    for position, (_, end) in enumerate(spans):
        gap = left_over.get(position, "") + text[end : ends[position]]
        items = [*added.get(position, ()), *([kept[position]] if position in kept else [])]
        rest = "" if items else _without_comma(gap)
        if items:
            pieces.append([", ".join(items), gap])
        elif "#" not in rest and "\n" not in rest:
            continue
        elif pieces:
            pieces[-1][1] += rest
        else:
            lead += rest
    last = [", ".join(added[len(spans)])] if added.get(len(spans)) else []
    if not pieces:
        return "".join([lead, *last, text[close]])
    if spans and len(spans) - 1 not in kept and len(spans) - 1 not in added:
        gap = _without_comma(pieces[-1][1])
        pieces[-1][1] = gap if "#" in gap or "\n" in gap else rest
    pieces[-1][0] = ", ".join([pieces[-1][0], *last])
    return "".join([lead, *(part for piece in pieces for part in piece), text[close]])


def _without_comma(gap: str) -> str:
    """What is between two items, less the comma that is not in a comment."""
    lines = gap.splitlines(keepends=True)
    for number, line in enumerate(lines):
        code, mark, comment = line.partition("#")
        if "," in code:
            lines[number] = code.replace(",", "", 1) + mark + comment
            break
    return "".join(lines)
