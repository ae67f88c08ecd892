"""YAML text to plain data with the line of every value; never anything but data or problems.

The reading follows YAML 1.2's core schema where it differs from PyYAML's 1.1: `off`, `no`, `12:30`
and `2024-01-01` are texts, so a choice such as `progress_ring: off` means what it says. Names are
always texts, so a gesture may be called `1`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 256 * 1024
"""A settings file is a few kilobytes; whatever is far larger is not one."""

MAX_DEPTH = 16
MAX_VALUES = 10_000

Path = tuple[str, ...]

_PREFIX = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        line: from 1; 0 if it has no place in a file.
        column: from 1; 0 if the line says enough.
        message: what is wrong, naming the setting, and what would be right.
        key: dotted name of the setting, empty if the text is no YAML at all.
    """

    line: int
    column: int
    message: str
    key: str = ""

    def __str__(self) -> str:
        if not self.line:
            return self.message
        place = f"line {self.line}"
        if self.column:
            place += f", column {self.column}"
        return f"{place}: {self.message}"


@dataclass(slots=True)
class Document:
    """What a YAML text holds.

    Attributes:
        data: dicts with text keys, lists, texts, numbers, booleans and None.
        lines: line of each value (of the name that introduces it), by path; list items go by
            their number as text.
        problems: what was wrong; empty if `data` can be trusted.
    """

    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class CoreLoader(yaml.SafeLoader):
    """Composes nodes only; nothing is ever constructed from a tag."""

    # PyYAML keeps the resolvers on the class; a fresh table leaves SafeLoader's alone.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """As the base class does, with a bound on the depth."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(
                problem=f"nested more than {MAX_DEPTH} deep", problem_mark=mark
            )
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def _resolve(kind: str, pattern: str, first: str) -> None:
    CoreLoader.add_implicit_resolver(_PREFIX + kind, re.compile(f"^(?:{pattern})$"), list(first))


_resolve("bool", "true|True|TRUE|false|False|FALSE", "tTfF")
_resolve("null", "~|null|Null|NULL|", "~nN")
CoreLoader.add_implicit_resolver(_PREFIX + "null", re.compile("^$"), [""])
_resolve("int", "[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789")
_resolve(
    "float",
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
    r"|\.(?:nan|NaN|NAN)",
    "-+0123456789.",
)


def parse_document(text: str) -> Document:
    """Reads a YAML text whose top level is a mapping; an empty one is an empty mapping."""
    document = Document()
    try:
        loader = CoreLoader(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error, text))
        return document
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"character #x{error.character:04x} does not belong into YAML"
        document.problems.append(Problem(line, 0, what))
        return document
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        # Odd escapes and directives end in a bare ValueError inside PyYAML.
        document.problems.append(Problem(0, 0, f"it is not YAML: {_one_line(str(error))}"))
        return document
    value = _Builder(document).build(root, (), 0) if root is not None else None
    if document.problems:
        return document
    if root is not None and not isinstance(value, dict | None):
        what = "it must hold settings by name, such as `camera:`, not a bare value or list"
        document.problems.append(Problem(root.start_mark.line + 1, 0, what))
        return document
    document.data = value or {}
    return document


def parse_value(text: str) -> Any:
    """One YAML value, as after `--set key=`.

    Raises:
        ValueError: it is no YAML value; the message says why.
    """
    document = parse_document("value: " + text)
    if document.problems:
        raise ValueError(document.problems[0].message)
    if set(document.data) != {"value"}:
        raise ValueError("it is more than one value")
    return document.data["value"]


class _Builder:
    """Turns nodes into plain data, noting lines and problems."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def build(self, node: yaml.Node, path: Path, depth: int) -> Any:
        self._count += 1
        # Aliases are followed here, so this is also what stops a bomb of aliases, or a loop.
        if self._count > MAX_VALUES or depth > MAX_DEPTH:
            if self._count <= MAX_VALUES or self._count == MAX_VALUES + 1:
                self._problem(node, path, "it holds too many values, or an alias to itself")
            return None
        if isinstance(node, yaml.MappingNode) and node.tag == _PREFIX + "map":
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == _PREFIX + "seq":
            items = []
            for place, item in enumerate(node.value):
                below = (*path, str(place))
                self._document.lines[below] = item.start_mark.line + 1
                items.append(self.build(item, below, depth + 1))
            return items
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._problem(node, path, f"the tag {_shown_tag(node)} is not allowed here")
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if self._count > MAX_VALUES:
                break
            if not isinstance(key_node, yaml.ScalarNode) or not _is_unicode(key_node.value):
                self._problem(key_node, path, "a setting's name must be a plain word")
                continue
            name = key_node.value
            below = (*path, name)
            line = key_node.start_mark.line + 1
            if name in result:
                first = self._document.lines[below]
                self._problem(key_node, below, f"it stands here twice, first in line {first}")
                continue
            self._document.lines[below] = line
            result[name] = self.build(value_node, below, depth + 1)
        return result

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        text = node.value
        try:
            match node.tag.removeprefix(_PREFIX):
                case "str" if _is_unicode(text):
                    return text
                case "null":
                    return None
                case "bool" if text.lower() in ("true", "false"):
                    return text.lower() == "true"
                case "int":
                    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
                case "float":
                    return float(re.sub(r"\.(inf|nan)$", r"\1", text.lower()))
        except ValueError:
            pass
        self._problem(node, path, f"{shown(text)} is not a value ({_shown_tag(node)})")
        return None

    def _problem(self, node: yaml.Node, path: Path, message: str) -> None:
        key = ".".join(path)
        mark = node.start_mark
        text = f"{shown_key(key)}: {message}" if key else message
        self._document.problems.append(Problem(mark.line + 1, 0, text, key))


def _syntax_problem(error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = _one_line(error.problem or error.context or str(error))
    if mark is None:
        return Problem(0, 0, f"it is not YAML: {what}")
    line = text.splitlines()[mark.line] if mark.line < len(text.splitlines()) else ""
    if "\t" in line[: mark.column + 1]:
        what = "a tab stands in the indentation; YAML wants spaces"
    elif error.context_mark is not None and error.context_mark.line != mark.line and error.context:
        what += f" ({_one_line(error.context)} that began in line {error.context_mark.line + 1})"
    return Problem(mark.line + 1, mark.column + 1, what)


def shown(value: Any) -> str:
    """A value as it may stand in a one-line message: short, and without odd characters."""
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else ascii_if_odd(value)
    return text if len(text) <= 60 else text[:57] + "..."


def shown_key(key: str) -> str:
    """A dotted name as it may stand in a one-line message."""
    text = key if key.isprintable() else ascii(key)
    return text if len(text) <= 80 else text[:77] + "..."


def ascii_if_odd(value: Any) -> str:
    """`repr` of a value, in ASCII if it has characters that a terminal may take amiss."""
    text = repr(value)
    return text if text.isprintable() and _is_unicode(text) else ascii(value)


def _shown_tag(node: yaml.Node) -> str:
    return shown_key("!!" + node.tag.removeprefix(_PREFIX))


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return shown_key(text) if not text.isprintable() else text[:160]
