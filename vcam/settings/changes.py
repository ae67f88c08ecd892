"""What differs between two settings, and what it takes to bring the difference into force."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from vcam.core.document import shown_key
from vcam.core.errors import SettingsError
from vcam.settings.fields import AT_ONCE, Applies, find_field, where_to_look
from vcam.settings.schema import Settings

_COSTLIEST_FIRST: tuple[Applies, ...] = tuple(reversed(get_args(Applies)))


def changed_keys(old: Settings, new: Settings) -> tuple[str, ...]:
    """Dotted names of the settings that differ, in the order of the schema.

    A gesture or profile that is new or gone gives the names of what it sets; one that sets
    nothing gives its own name.
    """
    if old == new:
        return ()
    return tuple(_differing(old.model_dump(mode="json"), new.model_dump(mode="json"), ""))


def applies(key: str) -> Applies:
    """What a change of the setting or section with this dotted name needs.

    Raises:
        SettingsError: there is no such setting.
    """
    node = find_field(key.split("."))
    if node is None:
        raise SettingsError(f"{shown_key(key)} is not a setting", where_to_look(key.split(".")))
    return node.applies


def needed(keys: Iterable[str]) -> tuple[Applies, ...]:
    """All that the changes of these settings need, the costliest first; empty without any keys.

    `at once` stands there only if nothing else does.

    Raises:
        SettingsError: one is no setting.
    """
    all_needs = {applies(key) for key in keys}
    costly = all_needs - {AT_ONCE} or all_needs
    return tuple(need for need in _COSTLIEST_FIRST if need in costly)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for name in [*old, *(name for name in new if name not in old)]:
        key = f"{prefix}{name}"
        if name in old and name in new:
            before, after = old[name], new[name]
            if isinstance(before, dict) and isinstance(after, dict):
                yield from _differing(before, after, f"{key}.")
            elif before != after:
                yield key
        else:
            yield from _all_set(old.get(name, new.get(name)), key)


def _all_set(value: Any, key: str) -> list[str]:
    """What a section that is on one side only sets; `key` itself if that is nothing."""
    if not isinstance(value, dict):
        return [key]
    inner = [
        place
        for name, below in value.items()
        if below not in (None, [], {})
        for place in _all_set(below, f"{key}.{name}")
    ]
    return inner or [key]
