"""The settings seen as a tree of documented fields, read from the JSON Schema of the models.

Error messages, `vcam config explain`, and `config/default.yaml` all say the same about a field,
because all of them ask here.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from vcam.settings.schema import Settings

ANY_NAME = "*"
"""Stands for a name of the user's choice in a path, as in `triggers.gestures.*.dwell_ms`."""

Path = tuple[str, ...]

Kind = Literal["switch", "number", "whole", "text", "choice", "list", "other"]
"""How a value is best edited."""

Applies = Literal["at once", "page", "recognition", "camera", "device"]
"""What a change needs: nothing; page and tray started again; recognition loaded again; the camera
opened again; the outputs opened again. In this order, each costs more than the one before."""

AT_ONCE: Applies = "at once"

APPLIES_TEXT: Mapping[Applies, str] = {
    AT_ONCE: "at once",
    "page": "at once; the page and the tray start again",
    "recognition": "at once; hands are recognised again after a moment",
    "camera": "the camera is opened again",
    "device": "the virtual camera is opened again; programs that read it may have to choose it "
    "again",
}
"""The same for people."""


@dataclass(frozen=True, slots=True)
class FieldNode:
    """One setting, or a section of them.

    Attributes:
        path: names from the top, `*` where the user chooses the name.
        help: one line of help.
        expected: what a value must be, ready to follow "must be": `a whole number from 1 to 8`.
        choices: the allowed texts, if it is a choice.
        default: the default as YAML-like data; None for sections.
        nullable: whether it may be null.
        children: the fields of a section, by name; a single `*` for a mapping of free names.
        item_expected: what each item of a list must be; empty if it takes no list.
        kind: how to edit it; `other` for sections.
        low: least number, None for no bound.
        high: largest number, None for no bound.
        applies: what a change needs.
    """

    path: Path
    help: str
    expected: str
    choices: tuple[str, ...] = ()
    default: Any = None
    nullable: bool = False
    children: Mapping[str, FieldNode] = field(default_factory=dict)
    item_expected: str = ""
    kind: Kind = "other"
    low: float | None = None
    high: float | None = None
    applies: Applies = AT_ONCE

    @property
    def key(self) -> str:
        """The dotted name."""
        return ".".join(self.path)

    @property
    def is_section(self) -> bool:
        """Whether it holds other fields."""
        return bool(self.children)

    @property
    def is_list(self) -> bool:
        """Whether it takes a list."""
        return bool(self.item_expected)

    @property
    def takes_free_names(self) -> bool:
        """Whether it is a mapping whose names the user chooses."""
        return ANY_NAME in self.children

    def child(self, name: str) -> FieldNode | None:
        """The field of that name in this section, None if there is none."""
        return self.children.get(name) or self.children.get(ANY_NAME)

    def leaves(self) -> Iterator[FieldNode]:
        """All settings under this node that are not sections, in the order of the schema."""
        if not self.is_section:
            yield self
        for node in self.children.values():
            yield from node.leaves()


@functools.cache
def field_tree() -> FieldNode:
    """The tree of all settings."""
    schema = Settings.model_json_schema()
    defaults = Settings().model_dump(mode="json")
    return _node((), schema, schema.get("$defs", {}), defaults, AT_ONCE)


def find_field(path: Sequence[str]) -> FieldNode | None:
    """The field at `path`, None if the schema has none there."""
    node: FieldNode | None = field_tree()
    for name in path:
        node = node.child(name) if node else None
    return node


def suggestions(path: Sequence[str]) -> list[str]:
    """Dotted names that somebody who wrote the unknown `path` may have meant, best first.

    Looks among the neighbours for a slip of the pen, then everywhere for a field of that very
    name in another section.
    """
    *parents, name = path
    section = find_field(parents)
    if section is not None and not section.takes_free_names:
        near = difflib.get_close_matches(name, list(section.children), n=2, cutoff=0.6)
        if near:
            return [".".join([*parents, match]) for match in near]
    elsewhere = [node for node in _all_nodes(field_tree()) if node.path[-1:] == (name,)]
    return [node.key for node in elsewhere if ANY_NAME not in node.path][:3]


def where_to_look(path: Sequence[str]) -> str:
    """What helps somebody who wrote the unknown `path`, ready to stand at a sentence's end."""
    meant = suggestions(path)
    return (
        f"did you mean {' or '.join(meant)}?" if meant else "`vcam config explain` lists them all"
    )


def _all_nodes(node: FieldNode) -> Iterator[FieldNode]:
    yield node
    for child in node.children.values():
        yield from _all_nodes(child)


def _node(
    path: Path,
    schema: Mapping[str, Any],
    definitions: Mapping[str, Any],
    default: Any,
    inherited: Applies,
) -> FieldNode:
    help_text = schema.get("description", "")
    own = schema.get("applies")
    schema = _resolved(schema, definitions)
    applies: Applies = own or schema.get("applies", inherited)
    if applies not in get_args(Applies):
        raise ValueError(f"{'.'.join(path)}: applies cannot be {applies}")
    children: dict[str, FieldNode] = {}
    if "properties" in schema:
        for name, part in schema["properties"].items():
            value = default.get(name) if isinstance(default, dict) else part.get("default")
            children[name] = _node((*path, name), part, definitions, value, applies)
    elif isinstance(schema.get("additionalProperties"), dict):
        inner = schema["additionalProperties"]
        children[ANY_NAME] = _node((*path, ANY_NAME), inner, definitions, None, applies)
    options = schema.get("anyOf", [schema])
    values = [option for option in options if option.get("type") != "null"]
    return FieldNode(
        path=path,
        help=help_text or schema.get("description", ""),
        expected=_expected(schema, definitions),
        choices=tuple(choice for option in options for choice in option.get("enum", ())),
        default=None if children else default,
        nullable=len(values) < len(options),
        children=children,
        item_expected=next(
            (
                _expected(option.get("items", {}), definitions)
                for option in options
                if option.get("type") == "array"
            ),
            "",
        ),
        kind=_kind(values),
        low=_bound(values, "minimum", "exclusiveMinimum"),
        high=_bound(values, "maximum", "exclusiveMaximum"),
        applies=applies,
    )


_KINDS: Mapping[str, Kind] = {
    "boolean": "switch",
    "integer": "whole",
    "number": "number",
    "string": "text",
    "array": "list",
}


def _kind(options: Sequence[Mapping[str, Any]]) -> Kind:
    """How to edit a value that is one of these."""
    if any("enum" in option for option in options):
        return "choice"
    if any("$ref" in option.get("items", {}) for option in options):
        return "other"  # A list of sections is no list of words.
    kinds = [_KINDS.get(option.get("type", ""), "other") for option in options]
    # Text or a number (a camera) is edited as text: a number that is written there is still found.
    return "text" if "text" in kinds else kinds[0] if len(kinds) == 1 else "other"


def _bound(options: Sequence[Mapping[str, Any]], *names: str) -> float | None:
    if len(options) != 1:
        return None
    return next((options[0][name] for name in names if name in options[0]), None)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" in schema:
        resolved: Mapping[str, Any] = definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return resolved
    return schema


def _expected(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    schema = _resolved(schema, definitions)
    if "anyOf" in schema:
        options = [_expected(option, definitions) for option in schema["anyOf"]]
        return " or ".join(options)
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer":
            return "a whole number" + _bounds(schema)
        case "number":
            return "a number" + _bounds(schema)
        case "string":
            return "text" + _length(schema)
        case "null":
            return "null"
        case "array":
            return f"a list, each item {_expected(schema.get('items', {}), definitions)}"
        case "object":
            return "a section with settings of its own"
    return "anything"


def _bounds(schema: Mapping[str, Any]) -> str:
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    text = ""
    if low is not None and high is not None:
        text = f" from {low:g} to {high:g}"
    elif low is not None:
        text = f" of at least {low:g}"
    elif high is not None:
        text = f" of at most {high:g}"
    if "exclusiveMinimum" in schema:
        text += f", above {low:g}"
    if "exclusiveMaximum" in schema:
        text += f", below {high:g}"
    multiple = schema.get("multipleOf")
    return text + (f", a multiple of {multiple:g}" if multiple else "")


def _length(schema: Mapping[str, Any]) -> str:
    low, high = schema.get("minLength"), schema.get("maxLength")
    if low and high:
        return f" of {low} to {high} characters"
    if low:
        return f" of at least {low} character{'s' if low > 1 else ''}"
    return f" of at most {high} characters" if high else ""
