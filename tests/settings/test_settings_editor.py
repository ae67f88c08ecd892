from __future__ import annotations

import copy
import difflib
from collections.abc import Callable
from typing import Any

import pytest

from vcam.core.document import parse_document
from vcam.core.errors import SettingsError
from vcam.settings.editor import edited
from vcam.settings.explain import default_yaml
from vcam.settings.plain import same

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
