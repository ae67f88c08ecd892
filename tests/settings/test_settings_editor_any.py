"""Any YAML that is edited: nothing beside the change is touched."""

from __future__ import annotations

import contextlib
import copy
import difflib
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from vcam.core.document import parse_document
from vcam.core.errors import SettingsError
from vcam.settings.editor import edited
from vcam.settings.marks import marked
from vcam.settings.plain import inline, same, yaml_value


def test_true_is_not_one():
    assert not same(True, 1)
    assert edited("a: 1\n", {"a": True}) == "a: true\n"


names = st.sampled_from(["a", "b", "camera", "v_sign", "1", "on", "null", "x y", "é"]) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=6
)


texts = st.sampled_from(["", "off", "1", "a, b", "# no", "it's", "x: y", "[", "-"]) | st.text(
    st.characters(codec="utf-8"), max_size=8
)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-1000, 100_000)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | texts
)


sections = st.recursive(
    st.dictionaries(names, scalars | st.lists(scalars, max_size=4), max_size=4),
    lambda inner: st.dictionaries(names, inner | scalars, max_size=4),
    max_leaves=8,
)


class Writer:
    """Writes data as YAML in the many ways that people do, with a comment wherever one may be."""

    def __init__(self, draw: Callable[[Any], Any], newline: str) -> None:
        self.draw = draw
        self.newline = newline
        self.count = 0

    def comment(self, start: str) -> str:
        if self.draw(st.integers(0, 3)):
            return ""
        self.count += 1
        return f"{start}# comment, {self.count}: [x]"

    def own_line(self, indent: int) -> str:
        text = self.comment(" " * self.draw(st.sampled_from([0, indent])))
        blank = self.newline if not self.draw(st.integers(0, 4)) else ""
        return blank + (text + self.newline if text else "")

    def block(self, data: dict[str, Any], indent: int) -> str:
        out = ""
        for name, value in data.items():
            out += f"{self.own_line(indent)}{' ' * indent}{inline(name, flow=True)}:"
            below = indent + self.draw(st.sampled_from([1, 2, 4]))
            if isinstance(value, dict) and value and self.draw(st.integers(0, 2)):
                out += self.comment(" ") + self.newline + self.block(value, below)
            elif isinstance(value, list) and value and self.draw(st.booleans()):
                dash = self.draw(st.sampled_from([indent, below]))
                out += self.comment("  ") + self.newline
                for item in value:
                    out += f"{self.own_line(dash)}{' ' * dash}- {yaml_value(item)}"
                    out += self.comment("   ") + self.newline
            elif value is None and self.draw(st.booleans()):
                out += self.comment(" ") + self.newline
            else:
                out += f" {self.flow(value, below)}{self.comment('  ')}{self.newline}"
        return out

    def flow(self, value: Any, indent: int) -> str:
        if not isinstance(value, dict | list) or not value or self.draw(st.booleans()):
            return inline(value, flow=True)
        if isinstance(value, dict):
            parts = [
                f"{inline(name, flow=True)}: {self.flow(below, indent)}"
                for name, below in value.items()
            ]
        else:
            parts = [self.flow(below, indent) for below in value]
        lines = [f"{' ' * indent}{part}" for part in parts]
        last = self.draw(st.sampled_from(["", ","]))
        out = "{["[isinstance(value, list)] + self.newline
        for number, line in enumerate(lines):
            comma = "," if number < len(lines) - 1 else last
            out += line + comma + self.comment(" ") + self.newline
        return out + " " * indent + "}]"[isinstance(value, list)]


@st.composite
def documents(draw: Callable[[Any], Any]) -> tuple[str, dict[str, Any]]:
    data = draw(sections)
    newline = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    writer = Writer(draw, newline)
    text = writer.own_line(0) + writer.block(data, 0) + writer.own_line(0)
    if draw(st.booleans()):
        text = text.removesuffix(newline)
    return text, data


def changes(data: Any) -> st.SearchStrategy[Any]:
    """Data near to `data`: some values other, some gone, some new."""
    if isinstance(data, dict):
        return st.builds(
            lambda kept, new: {**kept, **new},
            st.fixed_dictionaries({}, optional={name: changes(data[name]) for name in data}),
            st.dictionaries(names, sections | scalars | st.lists(scalars, max_size=3), max_size=2),
        )
    if isinstance(data, list):
        return st.just(data) | st.lists(st.sampled_from(data) | scalars if data else scalars)
    return st.just(data) | st.just(data) | scalars | st.dictionaries(names, scalars, max_size=2)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_edited_text_holds_what_is_wanted_and_every_comment(data):
    text, before = data.draw(documents(), "document")
    assert same(parse_document(text).data, before)
    wanted = data.draw(changes(before), "wanted")
    result = edited(text, wanted)
    assert same(parse_document(result).data, wanted)
    assert Counter(comments(result)) == Counter(comments(text))
    if "\r\n" in text:
        assert "\n" not in result.replace("\r\n", "")
    if text and not text.endswith("\n"):
        assert not result.endswith("\n")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_one_new_value_changes_nothing_beside_it(data):
    text, before = data.draw(documents(), "document")
    places = [(name,) for name in before] + [
        (name, inner)
        for name, section in before.items()
        if isinstance(section, dict)
        for inner in section
    ]
    if not places:
        return
    *above, name = data.draw(st.sampled_from(places), "place")
    wanted = copy.deepcopy(before)
    section = wanted[above[0]] if above else wanted
    if isinstance(section[name], dict | list):
        return
    section[name] = data.draw(st.integers(0, 9) | st.booleans(), "value")
    result = edited(text, wanted)
    matcher = difflib.SequenceMatcher(None, text.splitlines(), result.splitlines(), False)
    touched = [code[1:] for code in matcher.get_opcodes() if code[0] != "equal"]
    assert all(end - start == 1 == last - first for start, end, first, last in touched)
    assert len(touched) <= 1


@given(
    st.text(alphabet="ab: \n\r\t-[]{}&*|>'\"%#?,.01~", max_size=60),
    st.sampled_from([{}, {"a": 1}, {"a": {"b": [1, "x"]}, "c": None}, {"b": ["0"]}]),
)
@example("? a\n: &b\n  - 1\nb: *b", {"a": 1})
@example("- &a 1", {"a": 1})
@example("--- |\n a", {"a": 1})
@example("a: 1\n...\n", {"a": 1, "b": 2})
@settings(max_examples=150, deadline=None)
def test_any_yaml_is_edited_rightly_or_refused(text, new):
    document = parse_document(text)
    if document.problems:
        return
    for wanted in (new, document.data | new):
        result = "refused"
        with contextlib.suppress(SettingsError):
            result = edited(text, wanted)
        assert result == "refused" or same(parse_document(result).data, wanted)


def comments(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in marked(text).comments]
