"""YAML on one line, and lists and mappings in brackets with what stands between their items."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from vcam.settings.explain import yaml_value
from vcam.settings.marks import Place


def rejoined(
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


def matched(old: Sequence[Any], new: Sequence[Any]) -> tuple[set[int], dict[int, list[Any]]]:
    """Which positions of `old` stay, and what comes before each position of `old`."""
    matcher = difflib.SequenceMatcher(
        None, [json.dumps(item) for item in old], [json.dumps(item) for item in new], False
    )
    kept: set[int] = set()
    added: dict[int, list[Any]] = {}
    for what, first, last, new_first, new_last in matcher.get_opcodes():
        if what == "equal":
            kept.update(range(first, last))
        elif new_last > new_first:
            added[first] = list(new[new_first:new_last])
    return kept, added


def inline(value: Any, flow: bool, quote: str = "") -> str:
    """A value on one line.

    Args:
        value: plain data.
        flow: whether it stands in brackets, where commas and brackets are not part of a text.
        quote: quotation mark to keep, for a text.
    """
    if isinstance(value, dict):
        return "{" + ", ".join(pair(name, below) for name, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item, flow=True) for item in value) + "]"
    if isinstance(value, str) and quote and value.isprintable():
        return json.dumps(value, ensure_ascii=False) if quote == '"' else _single_quoted(value)
    if isinstance(value, str) and flow:
        return yaml_value([value])[1:-1]
    return yaml_value(value)


def pair(name: str, value: Any) -> str:
    """A name and its value, as they stand in brackets."""
    return f"{inline(name, flow=True)}: {inline(value, flow=True)}"


def _single_quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
