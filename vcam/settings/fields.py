"""The settings seen as a tree of documented fields, read from the JSON Schema of the models.

Error messages, `vcam config explain`, and `config/default.yaml` all say the same about a field,
because all of them ask here.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vcam.settings.schema import Settings

ANY_NAME = "*"
"""Stands for a name of the user's choice in a path, as in `triggers.gestures.*.dwell_ms`."""

Path = tuple[str, ...]


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
    """

    path: Path
    help: str
    expected: str
    choices: tuple[str, ...] = ()
    default: Any = None
    nullable: bool = False
    children: Mapping[str, FieldNode] = field(default_factory=dict)
    item_expected: str = ""

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
    return _node((), schema, schema.get("$defs", {}), defaults)


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


def _all_nodes(node: FieldNode) -> Iterator[FieldNode]:
    yield node
    for child in node.children.values():
        yield from _all_nodes(child)


def _node(
    path: Path, schema: Mapping[str, Any], definitions: Mapping[str, Any], default: Any
) -> FieldNode:
    help_text = schema.get("description", "")
    schema = _resolved(schema, definitions)
    children: dict[str, FieldNode] = {}
    if "properties" in schema:
        for name, part in schema["properties"].items():
            value = default.get(name) if isinstance(default, dict) else part.get("default")
            children[name] = _node((*path, name), part, definitions, value)
    elif isinstance(schema.get("additionalProperties"), dict):
        inner = schema["additionalProperties"]
        children[ANY_NAME] = _node((*path, ANY_NAME), inner, definitions, None)
    options = schema.get("anyOf", [schema])
    return FieldNode(
        path=path,
        help=help_text or schema.get("description", ""),
        expected=_expected(schema, definitions),
        choices=tuple(choice for option in options for choice in option.get("enum", ())),
        default=None if children else default,
        nullable=any(option.get("type") == "null" for option in options),
        children=children,
        item_expected=next(
            (
                _expected(option.get("items", {}), definitions)
                for option in options
                if option.get("type") == "array"
            ),
            "",
        ),
    )


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
            return "text"
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
