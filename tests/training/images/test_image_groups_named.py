from __future__ import annotations

import re
from pathlib import Path

import pytest

from training.errors import TrainingError
from training.images.by_group import _compiled, groups_of, groups_text
from training.images.judging import GroupFigures
from training.images.samples import Sample

FACES = re.compile(r"^(?P<age>\d+)_\d_(?P<origin>\d)_")


def samples(*names):
    return [Sample(Path(name), "a", None, "test") for name in names]


def test_each_named_group_divides_the_pictures():
    found = groups_of(samples("16_0_2_x.jpg", "40_1_0_y.jpg"), FACES)
    assert found == {"age": ["16", "40"], "origin": ["2", "0"]}


def test_many_ages_become_decades_and_strange_names_stand_apart():
    names = [f"{age}_0_1_x.jpg" for age in range(15, 60, 3)]
    found = groups_of(samples(*names, "other.jpg"), FACES)
    assert found["age"][0] == "10 to 19"
    assert found["age"][-2] == "50 to 59"
    assert found["age"][-1] == "?"
    assert found["origin"][:2] == ["1", "1"]


def test_a_pattern_that_fits_nothing_is_told():
    with pytest.raises(TrainingError, match=r"no file name fits .*'cat\.jpg'"):
        groups_of(samples("cat.jpg"), FACES)


@pytest.mark.parametrize(("pattern", "told"), [("(", "no regular"), (r"\d+", "names no group")])
def test_a_bad_pattern_is_told(pattern, told):
    with pytest.raises(TrainingError, match=told):
        _compiled(pattern)


def test_groups_are_told_with_their_intervals():
    text = groups_text({"age": (GroupFigures("10 to 19", 10, 3, 0.3, 0.11, 0.6),)})
    assert "| age 10 to 19 | 10 | 3 | 0.30 (0.11 to 0.60) |" in text
