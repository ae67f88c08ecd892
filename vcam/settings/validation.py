"""Plain data to settings, and what is wrong with it in words: place, value, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from vcam.core.document import Problem, shown, shown_key
from vcam.settings.fields import FieldNode, find_field, where_to_look
from vcam.settings.schema import Settings


def validated(
    data: dict[str, Any], lines: Mapping[tuple[str, ...], int]
) -> tuple[Settings | None, list[Problem]]:
    """The settings that plain data means, or None and what is wrong.

    Args:
        data: without empty sections.
        lines: where each value stands, by its names; problems of others have no line.
    """
    try:
        return Settings.model_validate(data), []
    except ValidationError as error:
        problems: dict[tuple[str, ...], Problem] = {}
        for detail in error.errors(include_url=False):
            path = _known_part(tuple(str(part) for part in detail["loc"]), data)
            # A field that takes this or that gives one error for each; they make one problem.
            if path not in problems:
                problems[path] = _problem(path, detail, lines)
        return None, list(problems.values())


def problems_of(data: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with plain data as settings; the problems have no lines."""
    return validated(without_empty_sections(dict(data), ()), {})[1]


def without_empty_sections(data: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """`data` with `name:` read as an empty section or list where one belongs.

    Somebody who comments out all lines below `camera:` wants the defaults, not an error.
    """
    result = dict(data)
    for name, value in data.items():
        below = (*path, name)
        node = find_field(below)
        if isinstance(value, dict):
            result[name] = without_empty_sections(value, below)
        elif value is None and node is not None and not node.nullable:
            if node.is_section:
                result[name] = {}
            elif node.is_list:
                result[name] = []
    return result


def unknown_key(path: tuple[str, ...], lines: Mapping[tuple[str, ...], int]) -> Problem:
    """The problem of a name that is no setting, with what may be meant."""
    key = ".".join(path)
    message = f"{shown_key(key)} is not a setting; {where_to_look(path)}"
    return Problem(lines.get(path, 0), 0, message, key)


def _known_part(location: tuple[str, ...], data: Any) -> tuple[str, ...]:
    """The part of pydantic's location that leads to something in the data."""
    for depth, name in enumerate(location):
        if isinstance(data, dict) and name in data:
            data = data[name]
        elif isinstance(data, list) and name.isdecimal() and int(name) < len(data):
            data = data[int(name)]
        else:
            return location[:depth]
    return location


def _problem(path: tuple[str, ...], detail: Any, lines: Mapping[tuple[str, ...], int]) -> Problem:
    key = ".".join(path)
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), 0)
    node = find_field(path)
    if node is None and detail["type"] == "extra_forbidden":
        unknown = unknown_key(path, lines)
        return Problem(line, 0, unknown.message, key)
    value = detail["input"]
    if node is None and (owner := _list_of(path)) is not None:
        message = f"{shown_key(key)} is {shown(value)}; it must be {owner.item_expected}"
        return Problem(line, 0, message, key)
    if node is None or (detail["type"] == "value_error" and not isinstance(value, bool)):
        reason = detail["msg"].removeprefix("Value error, ")
        return Problem(line, 0, f"{shown_key(key)}: {reason}", key)
    return Problem(line, 0, _wrong_value(node, key, value), key)


def _list_of(path: tuple[str, ...]) -> FieldNode | None:
    """The list that an item such as `reactions.packs.0` belongs to."""
    node = find_field(path[:-1]) if path else None
    return node if node is not None and node.is_list else None


def _wrong_value(node: FieldNode, key: str, value: Any) -> str:
    if isinstance(value, dict | list) and not node.is_section:
        value_text = "a list" if isinstance(value, list) else "a section"
    else:
        value_text = shown(value)
    message = f"{shown_key(key)} is {value_text}; it must be {node.expected}"
    if node.choices and isinstance(value, str):
        near = _near_choice(value, node.choices)
        message += f"; did you mean {near}?" if near else ""
    return message


def _near_choice(value: str, choices: Sequence[str]) -> str | None:
    near = difflib.get_close_matches(value.lower(), choices, n=1, cutoff=0.6)
    return near[0] if near else None
