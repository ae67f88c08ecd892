"""All settings with what is in force, for the page that edits them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from vcam.control.state import SettingValue
from vcam.settings.changes import changed_keys
from vcam.settings.fields import ANY_NAME, FieldNode, field_tree
from vcam.settings.loader import LoadedSettings
from vcam.settings.schema import Settings


def setting_values(
    loaded: LoadedSettings, in_force: Settings, profile: str | None
) -> tuple[SettingValue, ...]:
    """All settings, in the order of the schema.

    A section with free names comes twice: once with `*` for the name and no value, which tells
    what may stand there, and once for each name that is in force.

    Args:
        loaded: what the file and the command line say.
        in_force: the same with the profile.
        profile: name of the profile in force; None for none.
    """
    by_profile = frozenset(changed_keys(loaded.settings, in_force)) if profile else frozenset()
    data = in_force.model_dump(mode="json")

    def value(node: FieldNode, key: str, found: Any) -> SettingValue:
        origin = f"profile {profile}" if key in by_profile else loaded.origin(key)
        return SettingValue.of(node, key, found, origin)

    return tuple(value(node, key, found) for node, key, found in _leaves(field_tree(), "", data))


def _leaves(node: FieldNode, key: str, data: Any) -> Iterator[tuple[FieldNode, str, Any]]:
    """Each leaf with its dotted name and what is in force there."""
    if not node.is_section:
        yield node, key, data
        return
    inside: Mapping[str, Any] = data if isinstance(data, dict) else {}
    for name, child in node.children.items():
        yield from _leaves(child, _joined(key, name), inside.get(name))
    if node.takes_free_names:
        for name in inside:
            yield from _leaves(node.children[ANY_NAME], _joined(key, name), inside[name])


def _joined(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name
