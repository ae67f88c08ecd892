"""Where every value and every comment stands in a YAML text.

The text is taken apart by the very loader that reads settings, so that what is found here is what
the settings mean.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from vcam.core.document import CoreLoader

_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""Line breaks as PyYAML counts them."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value in the text; places are numbers of characters from the start.

    Attributes:
        kind: what it is; an alias is not followed.
        start: its first character, anchor and tag included; where it would go if it is empty.
        end: just after its last character.
        flow: whether it is written with brackets, or not at all over lines.
        quote: the quotation mark around a text, else empty.
        entries: of a mapping.
        items: of a list.
        own_lines: whether it begins on a line of its own below its name.
    """

    kind: Literal["mapping", "list", "scalar", "alias"]
    start: int
    end: int
    flow: bool = True
    quote: str = ""
    entries: tuple[Entry, ...] = ()
    items: tuple[Place, ...] = ()
    own_lines: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing is written there, which means null."""
        return self.start == self.end


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its value.

    Attributes:
        name: the name.
        start: first character of the name.
        name_end: just after the name.
        column: of the name, from 0.
        value: the value.
    """

    name: str
    start: int
    name_end: int
    column: int
    value: Place


class MarkedText:
    """A YAML text that could be read, taken apart.

    Attributes:
        text: the text.
        root: its value; None if it is empty.
    """

    def __init__(self, text: str, root: Place | None) -> None:
        self.text = text
        self.root = root

    @functools.cached_property
    def comments(self) -> tuple[tuple[int, int], ...]:
        """Start and end of each comment, in order; found when first asked for."""
        return tuple(_comments(self.text))

    def line_start(self, place: int) -> int:
        """First character of the line that `place` is in."""
        # A `\r\n` ends in `\n`, so only a `\r` that stands alone has to be looked for as well.
        breaks = (self.text.rfind(mark, 0, place) for mark in "\n\r\x85\u2028\u2029")
        return max(breaks) + 1

    def line_end(self, place: int) -> int:
        """Just after the line break that ends the line of `place`, or the end of the text."""
        found = _BREAK.search(self.text, place)
        return found.end() if found else len(self.text)

    def comments_in(self, start: int, end: int) -> list[str]:
        """The comments that begin there."""
        if "#" not in self.text[start:end]:
            return []
        return [
            self.text[first:last].rstrip() for first, last in self.comments if start <= first < end
        ]


def marked(text: str) -> MarkedText:
    """Takes a text apart that `parse_document` has no problem with.

    Raises:
        yaml.YAMLError: it is not YAML after all.
    """
    loader = _MarkingLoader(text)
    try:
        node = loader.get_single_node()
    finally:
        loader.dispose()
    root = _place(node, text) if node is not None else None
    return MarkedText(text, root)


class _AliasNode(yaml.ScalarNode):
    """Stands where an alias is written."""


class _MarkingLoader(CoreLoader):
    """Leaves aliases as they are written: PyYAML puts the node they mean in their place."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            return _AliasNode("alias", event.anchor, event.start_mark, event.end_mark)
        return super().compose_node(parent, index)


def _place(node: yaml.Node, text: str) -> Place:
    start, end = node.start_mark.index, node.end_mark.index
    if isinstance(node, _AliasNode):
        return Place("alias", start, end)
    if isinstance(node, yaml.MappingNode):
        entries = tuple(
            Entry(
                str(key.value),
                key.start_mark.index,
                key.end_mark.index,
                key.start_mark.column,
                _place(value, text),
            )
            for key, value in node.value
        )
        inner = [entry.value for entry in entries]
        flow, end = _extent(node, inner, end)
        return Place(
            "mapping", start, end, flow, entries=entries, own_lines=_own_lines(flow, start, text)
        )
    if isinstance(node, yaml.SequenceNode):
        items = tuple(_place(item, text) for item in node.value)
        flow, end = _extent(node, list(items), end)
        return Place("list", start, end, flow, items=items, own_lines=_own_lines(flow, start, text))
    style = getattr(node, "style", None)
    if style in ("|", ">"):
        # PyYAML counts the line breaks after a block of text as part of it.
        return Place("scalar", start, start + len(text[start:end].rstrip()), flow=False)
    return Place("scalar", start, end, quote=style or "")


def _extent(node: yaml.CollectionNode, inner: list[Place], end: int) -> tuple[bool, int]:
    """Whether the node is in brackets, and its end; PyYAML ends a block where the next begins."""
    if node.flow_style or not inner:
        return True, end
    return False, inner[-1].end


def _own_lines(flow: bool, start: int, text: str) -> bool:
    if flow:
        return False
    breaks = max(text.rfind(mark, 0, start) for mark in "\n\r\x85\u2028\u2029")
    return not text[breaks + 1 : start].strip() and text[start : start + 1] not in ("&", "!")


def _comments(text: str) -> Iterator[tuple[int, int]]:
    """Whatever stands between two tokens is space or comment."""
    done = 0
    for token in yaml.scan(text, Loader=CoreLoader):
        yield from _comments_between(text, done, token.start_mark.index)
        done = max(done, token.end_mark.index)
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            start = token.start_mark.index
            header = _BREAK.search(text, start)
            yield from _comments_between(text, start, header.start() if header else len(text))
    yield from _comments_between(text, done, len(text))


def _comments_between(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (start := text.find("#", start, end)) >= 0:
        found = _BREAK.search(text, start)
        line_end = found.start() if found else len(text)
        yield start, line_end
        start = line_end
