"""Changes values in the text of a settings file and leaves every other character as it is.

Only the lines of what changes are touched: order, quotes, indentation, blank lines, anchors and
comments stay. The result is read again by the loader of the settings and must hold exactly the
wanted data, else the edit is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from vcam.core.document import Document, parse_document
from vcam.core.errors import SettingsError
from vcam.settings.flow import FlowEditor
from vcam.settings.marks import Entry, MarkedText, Place, marked
from vcam.settings.plain import inline, matched, same

_STEP = 2


def edited(text: str, wanted: Mapping[str, Any]) -> str:
    """The text, changed such that it holds `wanted`.

    Args:
        text: YAML that `parse_document` has no problem with.
        wanted: plain data, as `parse_document` gives it.

    Raises:
        SettingsError: the text is written in a way that cannot be edited safely.
    """
    return edited_document(text, parse_document(text), wanted)[0]


def edited_document(
    text: str, document: Document, wanted: Mapping[str, Any]
) -> tuple[str, Document]:
    """As `edited`, when the text has been parsed already; what the new text holds, too.

    Raises:
        SettingsError: the text is written in a way that cannot be edited safely.
    """
    if same(document.data, wanted):
        return text, document
    # Where other places refer to what changes, they are given a copy of their own first.
    for attempt in (_edited_once, _edited_without_aliases):
        try:
            result = attempt(text, document.data, wanted)
        except (_CannotEdit, yaml.YAMLError):
            continue
        found = parse_document(result)
        if not found.problems and same(found.data, wanted):
            return result, found
    raise SettingsError(
        "the settings file is written in a way that cannot be changed without harm",
        "change it by hand, or write it with one setting a line",
    )


class _CannotEdit(Exception):
    """The text has a form that the editor does not know."""


def _edited_once(text: str, old: dict[str, Any], wanted: Mapping[str, Any]) -> str:
    plan = _Plan(marked(text))
    plan.document(old, dict(wanted))
    return plan.result()


def _edited_without_aliases(text: str, old: dict[str, Any], wanted: Mapping[str, Any]) -> str:
    marks = marked(text)
    plan = _Plan(marks)
    if marks.root is not None:
        plan.expand_aliases(marks.root, old)
    return _edited_once(plan.result(), old, wanted)


class _Plan:
    """Gathers what to replace, then does it all at once."""

    def __init__(self, marks: MarkedText) -> None:
        self._marks = marks
        self._text = marks.text
        self._newline = "\r\n" if "\r\n" in marks.text else "\n"
        self._flow = FlowEditor(marks, self._newline)
        self._step = _step_of(marks.root) or _STEP
        self._edits: list[tuple[int, int, str]] = []

    def result(self) -> str:
        """The text with all edits done."""
        parts, done = [], 0
        for start, end, new in sorted(self._edits, key=lambda edit: edit[:2]):
            if start < done:
                raise _CannotEdit
            parts += [self._text[done:start], new]
            done = end
        result = "".join([*parts, self._text[done:]])
        if self._text and not self._text.endswith(("\n", "\r")):
            return result.rstrip("\r\n")
        return result

    def document(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        """Plans the way from `old`, which the text holds, to `new`."""
        root = self._marks.root
        if root is not None and root.kind == "mapping" and root.entries:
            self._mapping(root, old, new)
            return
        if root is not None:
            self._edits.append((root.start, root.end, ""))
        self._insert_lines(len(self._text), self._block(new, 0))

    def expand_aliases(self, place: Place, data: Any) -> None:
        """Plans a copy in the place of each alias."""
        if place.kind == "alias":
            self._edits.append((place.start, place.end, inline(data, flow=True)))
        for entry in place.entries:
            self.expand_aliases(entry.value, data[entry.name])
        for item, value in zip(place.items, data if place.items else (), strict=True):
            self.expand_aliases(item, value)

    def _mapping(self, place: Place, old: dict[str, Any], new: dict[str, Any]) -> None:
        if place.flow:
            self._edits.append((place.start, place.end, self._flow.changed(place, old, new)))
            return
        added = {name: value for name, value in new.items() if name not in old}
        for entry in place.entries:
            if entry.name in new:
                self._value(entry, old[entry.name], new[entry.name])
            else:
                self._delete_lines(entry.start, entry.value.end, entry.column, tidy=not added)
        if added:
            lines = self._block(added, place.entries[0].column)
            if place is self._marks.root and self._is_airy(place):
                lines = ["", *lines]
            self._insert_lines(self._marks.line_end(place.end), lines)

    def _value(self, entry: Entry, old: Any, new: Any) -> None:
        place = entry.value
        if same(old, new):
            return
        if isinstance(old, dict) and isinstance(new, dict) and new and place.entries:
            self._mapping(place, old, new)
        elif isinstance(old, list) and isinstance(new, list) and new and place.items:
            self._list(place, old, new)
        elif isinstance(new, dict) and new:
            comments = self._clear(entry)
            indent = entry.column + self._step
            lines = [*_indented(comments, indent), *self._block(new, indent)]
            self._insert_lines(self._marks.line_end(place.end), lines)
        elif place.own_lines:
            colon = self._after_colon(entry)
            self._edits.append((colon, colon, " " + inline(new, flow=False)))
            self._delete_lines(place.start, place.end, entry.column + self._step)
        elif isinstance(new, list) and place.kind == "list" and place.flow:
            self._edits.append((place.start, place.end, self._flow.changed(place, old, new)))
        else:
            text = inline(new, flow=False, quote=place.quote)
            self._edits.append((place.start, place.end, " " * place.is_empty + text))
            comments = self._marks.comments_in(place.start, place.end)
            lines = _indented(comments, entry.column + self._step)
            self._insert_lines(self._marks.line_end(place.end), lines)

    def _clear(self, entry: Entry) -> list[str]:
        """Plans to delete a value; gives the comments in it."""
        place = entry.value
        if place.own_lines:
            raise _CannotEdit
        start = self._after_colon(entry)
        self._edits.append((start, place.end, ""))
        return self._marks.comments_in(start, place.end)

    def _after_colon(self, entry: Entry) -> int:
        found = re.compile(r"\s*:").match(self._text, entry.name_end)
        if found is None:
            raise _CannotEdit
        return found.end()

    def _list(self, place: Place, old: list[Any], new: list[Any]) -> None:
        if place.flow:
            self._edits.append((place.start, place.end, self._flow.changed(place, old, new)))
            return
        line = self._marks.line_start(place.items[0].start)
        dash = self._text[line:].lstrip(" ")[:1]
        column = len(self._text[line:]) - len(self._text[line:].lstrip(" "))
        if dash != "-":
            raise _CannotEdit
        kept, added = matched(old, new)
        for position, item in enumerate(place.items):
            if position not in kept:
                self._delete_lines(item.start, item.end, column)
        for position, values in added.items():
            lines = [f"{' ' * column}- {inline(value, flow=False)}" for value in values]
            where = self._marks.line_end(place.items[position - 1].end) if position else line
            self._insert_lines(where, lines)

    def _delete_lines(self, start: int, end: int, indent: int, tidy: bool = False) -> None:
        """Plans to delete whole lines, all but the comments in them."""
        first, last = self._marks.line_start(start), self._marks.line_end(end)
        if self._text[first:start].strip(" -"):
            raise _CannotEdit
        comments = self._marks.comments_in(first, last)
        if (
            tidy
            and not comments
            and not self._text[self._marks.line_start(first - 1) : first].strip()
        ):
            # Blank lines above and below would otherwise become one larger gap.
            while (
                last < (below := self._marks.line_end(last)) and not self._text[last:below].strip()
            ):
                last = below
        lines = "".join(line + self._newline for line in _indented(comments, indent))
        self._edits.append((first, last, lines))

    def _insert_lines(self, place: int, lines: Sequence[str]) -> None:
        if not lines:
            return
        body = self._newline.join(lines)
        if place and self._text[place - 1] not in "\n\r\x85\u2028\u2029":
            self._edits.append((place, place, self._newline + body))
        else:
            self._edits.append((place, place, body + self._newline))

    def _block(self, data: Mapping[str, Any], indent: int) -> list[str]:
        """Lines of block YAML."""
        lines = []
        for name, value in data.items():
            start = f"{' ' * indent}{inline(name, flow=True)}:"
            if isinstance(value, dict) and value:
                lines += [start, *self._block(value, indent + self._step)]
            else:
                lines.append(f"{start} {inline(value, flow=False)}")
        return lines

    def _is_airy(self, root: Place) -> bool:
        """Whether blank lines stand between the sections."""
        if len(root.entries) < 2:
            return False
        last, before = root.entries[-1], root.entries[-2]
        between = self._text[before.value.end : last.start]
        return re.search(r"\n[ \t]*\r?\n", between) is not None


def _indented(comments: Sequence[str], indent: int) -> list[str]:
    return [" " * indent + comment for comment in comments]


def _step_of(root: Place | None) -> int:
    """How far the text indents what is below a name; 0 if nothing shows it."""
    for entry in root.entries if root and not root.flow else ():
        inner = entry.value
        if inner.own_lines and inner.entries:
            return inner.entries[0].column - entry.column
    return 0
