"""What a user wants changed: values by dotted name, checked and applied to plain data."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from vcam.core.document import ascii_if_odd, parse_value, shown_key
from vcam.core.errors import SettingsError
from vcam.settings.fields import ANY_NAME, find_field, where_to_look
from vcam.settings.plain import yaml_value

Names = tuple[str, ...]

GONE: Final = object()
"""Stands for a value that is not there, or shall not be."""

Wishes = dict[Names, Any]
"""New values by the names that lead there; `GONE` for back to the default. Later ones win."""


def wished(set: Mapping[str, Any], unset: Sequence[str]) -> Wishes:
    """What the two ask for.

    Raises:
        SettingsError: a name is no setting, or stands in both.
    """
    for key in unset:
        if key in set:
            raise SettingsError(f"{shown_key(key)} cannot be both set and unset")
    return {
        **{_checked(key): GONE for key in unset},
        **{_checked(key): _plain(key, value) for key, value in set.items()},
    }


def assignment(text: str) -> tuple[str, Any]:
    """Name and value of a text such as `camera.fps=15`; the value is YAML.

    Raises:
        SettingsError: it is none.
    """
    key, equals, value = text.partition("=")
    if not equals:
        raise SettingsError(f"{ascii_if_odd(text)} sets nothing", "write it as section.name=value")
    try:
        return key.strip(), parse_value(value)
    except ValueError as error:
        raise SettingsError(f"{shown_key(key)}: the value is not YAML: {error}") from None


def joined(earlier: Wishes, later: Wishes) -> Wishes:
    """Both, the later ones winning over the earlier ones that they are about."""
    kept = {
        names: value
        for names, value in earlier.items()
        if not any(names[: len(other)] == other for other in later)
    }
    return {**kept, **later}


def applied(wishes: Wishes, data: dict[str, Any]) -> dict[str, Any]:
    """`data`, changed in place; sections that lose their last value go too."""
    for names, value in wishes.items():
        if value is GONE:
            _remove(data, names)
            continue
        section = data
        for name in names[:-1]:
            below = section.get(name)
            if not isinstance(below, dict):
                below = section[name] = {}
            section = below
        section[names[-1]] = copy.deepcopy(value)
    return data


def value_at(data: Mapping[str, Any], names: Names) -> Any:
    """The value there, or `GONE`."""
    value: Any = data
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return GONE
        value = value[name]
    return value


def without(overrides: Sequence[str], wishes: Wishes) -> tuple[str, ...]:
    """The overrides, less what the wishes are about.

    An override of a whole section is taken apart, so that the rest of it goes on to hold.
    """
    for names in wishes:
        overrides = [left for override in overrides for left in _less(override, names)]
    return tuple(overrides)


def _less(override: str, names: Names) -> list[str]:
    key, _, text = override.partition("=")
    place = tuple(key.strip().split("."))
    if place[: len(names)] == names:
        return []
    if names[: len(place)] != place:
        return [override]
    value = parse_value(text)
    if not isinstance(value, dict):
        return []
    parts = [f"{key.strip()}.{name}={_one_line(below)}" for name, below in value.items()]
    return [left for part in parts for left in _less(part, names)]


def _one_line(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{yaml_value(name)}: {_one_line(below)}" for name, below in value.items())
        return "{" + ", ".join(pairs) + "}"
    return yaml_value(value)


def _remove(data: dict[str, Any], names: Names) -> None:
    sections = [data]
    for name in names[:-1]:
        below = sections[-1].get(name)
        if not isinstance(below, dict):
            return
        sections.append(below)
    if names[-1] not in sections[-1]:
        return
    del sections[-1][names[-1]]
    for depth in range(len(names) - 1, 0, -1):
        if sections[depth]:
            return
        del sections[depth - 1][names[depth - 1]]


def _checked(key: str) -> Names:
    names = tuple(key.split("."))
    if find_field(names) is not None and ANY_NAME not in names and all(map(_is_name, names)):
        return names
    fix = where_to_look(names)
    free = next((n for n in range(len(names)) if _takes_free_names(names[:n])), None)
    if free is not None and len(names) > free + 1:
        fix = "a name with a dot, a `*` or odd characters in it can be changed in the file alone"
    raise SettingsError(f"{shown_key(key)} is not a setting", fix)


def _takes_free_names(names: Names) -> bool:
    node = find_field(names)
    return node is not None and node.takes_free_names


def _is_name(name: str) -> bool:
    return bool(name) and name.isprintable() and name == name.strip()


def _plain(key: str, value: Any) -> Any:
    """The value as YAML would give it: lists for tuples."""
    try:
        text = json.dumps(value, ensure_ascii=False)
        text.encode()
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise SettingsError(f"{shown_key(key)}: this is no value for a settings file") from None
