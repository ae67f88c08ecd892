from __future__ import annotations

import contextlib
import copy
import difflib
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vcam.core.document import parse_document
from vcam.core.errors import SettingsError
from vcam.settings.editor import edited
from vcam.settings.explain import default_yaml
from vcam.settings.marks import marked
from vcam.settings.plain import inline, same, yaml_value

FILE = """\
# My settings

camera:
  fps: 15   # the lamp flickers at 30
  device: 'Front cam'

  # width: 640

reactions:
  packs:
    - party   # hats!
    # in between
    - badges
    - selfie-glasses   # mine

triggers:
  gestures: {}  # none yet
  defaults:  {dwell_ms: 500,  enter: 0.9}   # slow
profiles:
  work: {packs: [party, badges], apps: [
     zoom,  # calls
     teams  # calls, too
  ]}
"""


def changed(text: str, change: Callable[[dict[str, Any]], object]) -> list[str]:
    """The lines of the diff that `change` of the data makes."""
    data = copy.deepcopy(parse_document(text).data)
    change(data)
    result = edited(text, data)
    assert same(parse_document(result).data, data)
    diff = difflib.unified_diff(text.splitlines(), result.splitlines(), n=0, lineterm="")
    return [line for line in diff if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda data: data["camera"].update(fps=20),
            ["-  fps: 15   # the lamp flickers at 30", "+  fps: 20   # the lamp flickers at 30"],
        ),
        (
            lambda data: data["camera"].update(device="Anna's"),
            ["-  device: 'Front cam'", "+  device: 'Anna''s'"],
        ),
        (lambda data: data["camera"].update(width=640), ["+  width: 640"]),
        (lambda data: data["reactions"]["packs"].append("more"), ["+    - more"]),
        (lambda data: data["reactions"]["packs"].insert(0, "more"), ["+    - more"]),
        (
            lambda data: data["reactions"]["packs"].remove("party"),
            ["-    - party   # hats!", "+    # hats!"],
        ),
        (
            lambda data: data["reactions"].update(packs=[]),
            [
                "-  packs:",
                "-    - party   # hats!",
                "+  packs: []",
                "+    # hats!",
                "-    - badges",
                "-    - selfie-glasses   # mine",
                "+    # mine",
            ],
        ),
        (
            lambda data: data["triggers"]["gestures"].update(metal={"enabled": False}),
            [
                "-  gestures: {}  # none yet",
                "+  gestures:  # none yet",
                "+    metal:",
                "+      enabled: false",
            ],
        ),
        (
            lambda data: data["triggers"]["defaults"].update(leave=0.5),
            [
                "-  defaults:  {dwell_ms: 500,  enter: 0.9}   # slow",
                "+  defaults:  {dwell_ms: 500,  enter: 0.9, leave: 0.5}   # slow",
            ],
        ),
        (
            lambda data: data["triggers"]["defaults"].pop("enter"),
            [
                "-  defaults:  {dwell_ms: 500,  enter: 0.9}   # slow",
                "+  defaults:  {dwell_ms: 500}   # slow",
            ],
        ),
        (
            lambda data: data["profiles"]["work"]["packs"].remove("party"),
            [
                "-  work: {packs: [party, badges], apps: [",
                "+  work: {packs: [badges], apps: [",
            ],
        ),
        (
            lambda data: data["profiles"]["work"]["apps"].append("a, b"),
            ["-     teams  # calls, too", "+     teams, 'a, b'  # calls, too"],
        ),
        (lambda data: data.update(log_level="debug"), ["+", "+log_level: debug"]),
        (
            lambda data: data.pop("camera"),
            [
                "-camera:",
                "-  fps: 15   # the lamp flickers at 30",
                "-  device: 'Front cam'",
                "+# the lamp flickers at 30",
            ],
        ),
    ],
)
def test_only_what_changes_is_touched(change, expected):
    if expected[0] == "+":
        # Blank lines stand between the first sections, but none before the last: no gap is added.
        expected = expected[1:]
    assert changed(FILE, change) == expected


def test_new_section_keeps_the_distance_that_the_others_keep():
    text = "camera:\n  fps: 3\n\neffects:\n  progress_ring: off\n"
    assert changed(text, lambda data: data.update(log_level="info")) == ["+", "+log_level: info"]


def test_deleted_section_leaves_one_gap():
    text = "a: 1\n\nb: 2\n\nc: 3\n"
    assert edited(text, {"a": 1, "c": 3}) == "a: 1\n\nc: 3\n"


def test_default_file_takes_a_gesture_where_its_comment_says_so():
    lines = changed(
        default_yaml(), lambda data: data["triggers"]["gestures"].update(v_sign={"enter": 0.8})
    )
    assert lines == ["-  gestures: {}", "+  gestures:", "+    v_sign:", "+      enter: 0.8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a: 1\n"),
        ("# why\n", "# why\na: 1\n"),
        ("# why", "# why\na: 1"),
        ("---\n# why\n", "---\n# why\na: 1\n"),
        ("null # why\n", " # why\na: 1\n"),
        ("{}\n", "\na: 1\n"),
        ("b:\n  c: 2", "b:\n  c: 2\na: 1"),
        ("b: 2\r\nc: 3\r\n", "b: 2\r\nc: 3\r\na: 1\r\n"),
        ("b: |\n  two\n  lines\n", "b: |\n  two\n  lines\na: 1\n"),
        ("{b: 2}\n", "{b: 2, a: 1}\n"),
        ("{\n  b: 2,  # why, though\n}\n", "{\n  b: 2, a: 1,  # why, though\n}\n"),
        ("b:  # nothing\n", "b:  # nothing\na: 1\n"),
    ],
)
def test_new_name_goes_to_the_end(text, expected):
    assert edited(text, parse_document(text).data | {"a": 1}) == expected


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("a:\n  # b: 2\n", {"a": {"c": 1}}, "a:\n  c: 1\n  # b: 2\n"),
        ("a:\n", {"a": 1}, "a: 1\n"),
        ("a:  # why\n", {"a": [1]}, "a: [1]  # why\n"),
        ("a: ~\n", {"a": {"b": {"c": 1}}}, "a:\n  b:\n    c: 1\n"),
        ("a:\n    b: 1\n", {"a": {"b": 1, "c": {"d": 2}}}, "a:\n    b: 1\n    c:\n        d: 2\n"),
        ('a: "b"\n', {"a": 'c"d'}, 'a: "c\\"d"\n'),
        ("a: [1, 2, 3]\n", {"a": [3]}, "a: [3]\n"),
        ("a: [ 1, 2 ]\n", {"a": [1]}, "a: [ 1 ]\n"),
        ("a: []\n", {"a": [1, 2]}, "a: [1, 2]\n"),
        ("a: [1,\n    2,\n    3]\n", {"a": [1, 3]}, "a: [1,\n    \n    3]\n"),
        ("a:\n- 1\n- 2\n", {"a": [1, 2, 3]}, "a:\n- 1\n- 2\n- 3\n"),
        ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1, 2]}, "a: &x [1]\nb: [1, 2]\n"),
        ("a: &x [1]\nb: *x\n", {"a": [1, 2], "b": [1]}, "a: &x [1, 2]\nb: [1]\n"),
        ("a: &x [1]\nb: *x\n", {"b": [1]}, "b: [1]\n"),
        ("a: >-  # folded\n  b\n  c\n", {"a": "d"}, "a: d\n  # folded\n"),
        (
            "a: {b: [1, # one\n  2], c: 3}\n",
            {"a": {"c": 3}},
            "a: { # one\n c: 3}\n",
        ),
        (
            "a: {b: [1, # one\n  2], c: 3}\n",
            {"a": {"b": 2, "c": 3}},
            "a: {b: 2 # one\n, c: 3}\n",
        ),
        ("a: 30\n", {"a": 30.0}, "a: 30\n"),
        ("a: {b: , c: 1}\n", {"a": {"b": 2, "c": 1}}, "a: {b: 2 , c: 1}\n"),
    ],
)
def test_forms_of_yaml(text, wanted, expected):
    assert edited(text, wanted) == expected


def test_what_cannot_be_edited_is_refused():
    with pytest.raises(SettingsError, match="by hand"):
        edited("? a\n: b\n", {"a": "b", "c": 1} | {"a": {"x": 1}})


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
