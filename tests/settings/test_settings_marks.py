from __future__ import annotations

import pytest

from vcam.settings.marks import marked


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("", []),
        ("# one\n\n  # two  \n", ["# one", "# two"]),
        ("a: b#c # d\n'#e': \"# f\" # g", ["# d", "# g"]),
        ("a: | # head\n  # text\n# after\n", ["# head", "# after"]),
        ("a: [1, # one, two\r\n  2] # end\r\n", ["# one, two", "# end"]),
        ("--- # start\na: 1\n... # end\n", ["# start", "# end"]),
        ("a: &x # x\n  b: 1\nc: *x # y\n", ["# x", "# y"]),
    ],
)
def test_comments_are_told_from_text(text, comments):
    marks = marked(text)
    assert marks.comments_in(0, len(text)) == comments


def test_places_of_values():
    text = "a: &x {b: 1}\nc: *x\nd: |\n  e\n\nf:\n  - 'g'\n"
    root = marked(text).root
    assert root is not None
    shown = {
        entry.name: (entry.value.kind, text[entry.value.start : entry.value.end])
        for entry in root.entries
    }
    assert shown == {
        "a": ("mapping", "&x {b: 1}"),
        "c": ("alias", "*x"),
        "d": ("scalar", "|\n  e"),
        "f": ("list", "- 'g'"),
    }
    assert [entry.value.own_lines for entry in root.entries] == [False, False, False, True]
    assert root.entries[3].value.items[0].quote == "'"


def test_lines_with_every_kind_of_break():
    marks = marked("a: 1\r\nb: 2\nc: 3\u2028d: 4")
    starts = {marks.line_start(place) for place in (0, 4, 6, 10, 11, 15, 16, 20)}
    assert starts == {0, 6, 11, 16}
    assert marks.line_end(0) == 6
    assert marks.line_end(17) == len(marks.text)
