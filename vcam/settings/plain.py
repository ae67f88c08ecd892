"""The plain data of a settings file: compared, matched, and written on one line of YAML."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from typing import Any

import yaml

from vcam.core.document import parse_value

_UNFOLDED = 1_000_000
"""Columns within which PyYAML must not break a line."""


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same in a settings file: 30 and 30.0 do, 1 and true do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


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


def yaml_value(value: Any) -> str:
    """A value as it stands in YAML, on one line."""
    if isinstance(value, str | list | tuple):
        # PyYAML knows which texts need quotes in YAML 1.1; ours is 1.2, in which others look like
        # numbers. And it folds texts with line breaks unless they are in double quotes.
        data = list(value) if isinstance(value, tuple) else value
        text = yaml.safe_dump(data, default_flow_style=True, width=_UNFOLDED)
        text = text.removesuffix("\n...\n").rstrip("\n")
        if "\n" not in text and parse_value(text) == data:
            return text
        quoted = yaml.safe_dump(data, default_flow_style=True, default_style='"', width=_UNFOLDED)
        return quoted.rstrip("\n")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return json.dumps(value)


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
