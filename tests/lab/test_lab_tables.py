from __future__ import annotations

from vcam.lab.tables import table


def test_numbers_stand_to_the_right_and_nothing_is_a_dash():
    assert table(["name", "n"], [["a", 5], ["bcdefg", None], ["c", 120]]).splitlines() == [
        "name      n",
        "------  ---",
        "a         5",
        "bcdefg    -",
        "c       120",
    ]


def test_without_rows():
    assert table(["name", "n"], []).splitlines() == ["name  n", "----  -"]
