"""What the settings mean: one field, all of them, the effective ones, and the documented file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from vcam.core.document import shown_key
from vcam.core.errors import SettingsError
from vcam.settings.fields import (
    ANY_NAME,
    APPLIES_TEXT,
    AT_ONCE,
    FieldNode,
    field_tree,
    find_field,
    where_to_look,
)
from vcam.settings.loader import LoadedSettings
from vcam.settings.plain import yaml_value
from vcam.settings.schema import Settings

_WIDTH = 92

EXAMPLE_NAMES = {
    "triggers.gestures": "v_sign",
    "teaching.poses": "five",
    "recognisers.models": "smoking",
    "profiles": "meeting",
    "profiles.*.gestures": "v_sign",
}
"""What stands in the documented file where the user chooses the name."""

_HEADER = """\
vcam's settings. Every field stands here with its default; keep only the lines that you change.
The file goes where `vcam config path` says. `vcam config check` reads it,
`vcam config explain KEY` says more about one field.
"""


def explain(key: str) -> str:
    """The text of `vcam config explain KEY`, several lines without a last newline.

    Args:
        key: dotted name of a field or a section; where the name is free (a gesture's, say),
            any name or `*` will do. Empty for everything.

    Raises:
        SettingsError: there is no such setting; the message names what may be meant.
    """
    names = tuple(key.split(".")) if key else ()
    node = find_field(names)
    if node is None:
        raise SettingsError(f"{shown_key(key)} is not a setting", where_to_look(names))
    lines = [f"{key or 'settings'}: {node.help}"]
    if not node.is_section:
        lines.append(f"  must be   {node.expected}")
        lines.append(f"  default   {yaml_value(node.default)}")
        lines.append(f"  applies   {APPLIES_TEXT[node.applies]}")
        return "\n".join(lines)
    for leaf in node.leaves():
        lines += ["", f"{leaf.key}", f"  {leaf.help}"]
        lines.append(f"  {leaf.expected}; default {yaml_value(leaf.default)}")
        if leaf.applies != AT_ONCE:
            lines.append(f"  applies: {APPLIES_TEXT[leaf.applies]}")
    return "\n".join(lines)


def explain_data(key: str) -> list[dict[str, Any]]:
    """As `explain`, for `--json`: one object a field.

    Raises:
        SettingsError: there is no such setting.
    """
    explain(key)
    node = find_field(key.split(".") if key else ()) or field_tree()
    return [
        {
            "key": leaf.key,
            "help": leaf.help,
            "must_be": leaf.expected,
            "choices": list(leaf.choices),
            "default": leaf.default,
            "kind": leaf.kind,
            "low": leaf.low,
            "high": leaf.high,
            "nullable": leaf.nullable,
            "applies": leaf.applies,
        }
        for leaf in node.leaves()
    ]


def all_keys() -> list[str]:
    """Dotted names of all settings, in the order of the schema."""
    return [leaf.key for leaf in field_tree().leaves()]


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a settings file, for editors and the web page."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Settings.model_json_schema(),
        "title": "vcam settings",
    }


def effective_yaml(loaded: LoadedSettings) -> str:
    """The settings in force, as YAML that can be loaded again; a comment tells what was set."""
    lines = []
    for text, key in _yaml_lines(loaded.settings.model_dump(mode="json"), ()):
        origin = loaded.origin(key)
        lines.append(text if origin == "default" or text.endswith(":") else f"{text}  # {origin}")
    return "\n".join(lines) + "\n"


def effective_data(loaded: LoadedSettings) -> dict[str, Any]:
    """The settings in force, as plain data for `--json`."""
    return loaded.settings.model_dump(mode="json")


def default_yaml() -> str:
    """The text of `config/default.yaml`: every field with its default, bounds and help."""
    lines = [f"# {line}" for line in _HEADER.splitlines()]
    for node in field_tree().children.values():
        lines += ["", *_documented(node, 0)]
    return "\n".join(lines) + "\n"


def shipped_config_dir() -> Path:
    """The folder with `default.yaml` and the example profiles, installed or in a checkout.

    Raises:
        SettingsError: it is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_shipped" / "config", package.parent / "config"):
        if (folder / "default.yaml").is_file():
            return folder
    raise SettingsError("vcam's shipped settings are missing", "install vcam again")


def _yaml_lines(data: Any, path: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines of block YAML for a mapping, each with the dotted name of its field."""
    for name, value in data.items():
        key = ".".join([*path, name])
        start = f"{'  ' * len(path)}{yaml_value(name)}:"
        if isinstance(value, dict) and value:
            yield start, key
            yield from _yaml_lines(value, [*path, name])
        else:
            yield f"{start} {yaml_value(value)}", key


def _documented(node: FieldNode, depth: int) -> list[str]:
    indent = "  " * depth
    name = node.path[-1]
    lines = _comment(node.help, indent)
    if node.takes_free_names:
        lines += [f"{indent}# For example, with every field that may stand there:"]
        lines += [f"{indent}# {line}" for line in _example(node, len(indent) + 2)]
        return [*lines, *(f"{indent}{line}" for line in _named_defaults(node))]
    if not node.is_section:
        lines += _comment(f"({node.expected})", indent)
        return [*lines, f"{indent}{name}: {yaml_value(node.default)}"]
    lines.append(f"{indent}{name}:")
    for place, child in enumerate(node.children.values()):
        lines += ([""] if place else []) + _documented(child, depth + 1)
    return lines


def _example(node: FieldNode, used: int) -> list[str]:
    """YAML of what may stand under `node`, commented, with an example where names are free.

    Args:
        node: a section, or a mapping of free names.
        used: columns that stand before each line.
    """
    lines = []
    for name, child in node.children.items():
        if name == ANY_NAME:
            shown = EXAMPLE_NAMES[node.key]
        else:
            shown = name
            lines += _comment_lines(child.help, used + 2)
        if child.is_section:
            lines.append(f"{shown}:")
        else:
            lines += _comment_lines(f"({child.expected})", used + 2)
            lines.append(f"{shown}: {yaml_value(child.default)}")
        lines += _example(child, used + 2)
    return [f"  {line}" for line in lines]


def _named_defaults(node: FieldNode) -> list[str]:
    """What has names of its own from the start, such as the profile `work`."""
    value: Any = Settings()
    for name in node.path:
        value = getattr(value, name)
    data = {name: part.model_dump(mode="json", exclude_unset=True) for name, part in value.items()}
    return yaml.safe_dump({node.path[-1]: data}, sort_keys=False).rstrip("\n").split("\n")


def _comment(text: str, indent: str) -> list[str]:
    return [f"{indent}{line}" for line in _comment_lines(text, len(indent))]


def _comment_lines(text: str, used: int) -> list[str]:
    return [f"# {line}" for line in _wrapped(text, used + 2)]


def _wrapped(text: str, used: int) -> list[str]:
    return textwrap.wrap(text, _WIDTH - used)


if __name__ == "__main__":
    print(default_yaml(), end="")
