from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path, PurePath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.errors import TrainingError
from training.images.groups import joined
from training.images.people_names import people_of
from training.images.samples import PARTS, Sample, Samples
from training.images.splits import split


def made(people: list[tuple[str, str | None]]) -> Samples:
    """Samples of (label, person)."""
    items = tuple(
        Sample(Path(f"{label}/{number}.png"), label, person)
        for number, (label, person) in enumerate(people)
    )
    return Samples(items, tuple(sorted({label for label, _ in people})), "set")


def test_every_class_is_shared_out_alike() -> None:
    parted = split(made([("a", None)] * 100 + [("b", None)] * 40), seed=3)
    assert parted.counts() == {
        "train": {"a": 70, "b": 28},
        "validation": {"a": 15, "b": 6},
        "test": {"a": 15, "b": 6},
    }
    assert "people are not told apart" in parted.notes[-1]


def test_the_seed_decides() -> None:
    samples = made([("a", None)] * 20 + [("b", None)] * 20)
    assert split(samples, seed=1) == split(samples, seed=1)
    assert split(samples, seed=1) != split(samples, seed=2)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 11), st.integers(1, 5)), max_size=20),
    st.integers(0, 5),
)
def test_nobody_is_in_two_parts(drawn: list[tuple[str, int, int]], seed: int) -> None:
    # Three people who show one class alone are enough for it.
    sure = [(label, f"{label}{number}") for label in "ab" for number in range(3)]
    people = sure + [(label, f"p{who}") for label, who, count in drawn for _ in range(count)]
    parted = split(made(people), seed=seed)
    parts = defaultdict(set)
    for sample in parted.items:
        parts[sample.person].add(sample.part)
    assert all(len(there) == 1 for there in parts.values())
    assert all(count for counts in parted.counts().values() for count in counts.values())


@settings(max_examples=40)
@given(st.integers(3, 60), st.integers(3, 60), st.integers(0, 5))
def test_no_class_is_ever_missing_in_a_part(first: int, second: int, seed: int) -> None:
    parted = split(made([("a", None)] * first + [("b", None)] * second), seed=seed)
    for part, share in zip(PARTS, (0.7, 0.15, 0.15), strict=True):
        for name, total in (("a", first), ("b", second)):
            assert parted.counts()[part][name] > 0
            assert abs(parted.counts()[part][name] - share * total) <= 1.5


@given(st.lists(st.sets(st.integers(0, 29), min_size=2, max_size=4), max_size=4))
def test_near_duplicates_stay_together(groups: list[set[int]]) -> None:
    samples = made([("a", None)] * 30 + [("b", None)] * 10)
    parted = split(samples, together=[sorted(group) for group in groups])
    for group in groups:
        assert len({parted.items[place].part for place in group}) == 1


def test_a_film_is_parted_in_blocks_and_told() -> None:
    samples = made([("a", None)] * 30 + [("b", None)] * 30)
    film = list(range(29))  # of one class, and a single picture beside it
    parted = split(samples, together=[film, [40, 41]])
    assert all(counts["a"] for counts in parted.counts().values())
    assert "class a: nearly all pictures are alike" in parted.notes[-1]
    assert parted.items[40].part == parted.items[41].part
    in_order = sorted((parted.items[place].path, parted.items[place].part) for place in film)
    changes = sum(one[1] != two[1] for one, two in pairwise(in_order))
    assert changes <= 6
    assert "nearly all" not in " ".join(split(samples, together=[film[:20]]).notes)


def test_parts_of_the_data_are_kept() -> None:
    samples = made([("a", None)] * 6 + [("b", None)] * 6)
    parts = ("train", "train", "train", "validation", "test", "test") * 2
    items = tuple(replace(s, part=p) for s, p in zip(samples.items, parts, strict=True))
    kept = split(replace(samples, items=items), seed=9)
    assert kept.items == items
    assert kept.notes == ("parts: as the data gives them",)


def test_a_missing_part_is_taken_out_of_training() -> None:
    samples = made([("a", None)] * 40 + [("b", None)] * 40)
    items = tuple(
        replace(sample, part="test" if number % 4 == 0 else "train")
        for number, sample in enumerate(samples.items)
    )
    parted = split(replace(samples, items=items))
    for before, after in zip(items, parted.items, strict=True):
        assert (before.part == "test") == (after.part == "test")
    assert parted.counts()["validation"] == {"a": 5, "b": 5}
    assert "the data gives train, test" in parted.notes[-1]


def test_what_belongs_to_a_given_part_follows_it() -> None:
    samples = made([("a", "anna"), ("b", "anna"), *[("a", None), ("b", None)] * 10])
    items = [replace(sample, part="train") for sample in samples.items]
    items[0] = replace(items[0], part="test")
    items[1] = replace(items[1], part=None)
    items[2:4] = [replace(each, part="validation") for each in items[2:4]]
    parted = split(replace(samples, items=tuple(items)))
    assert parted.items[1].part == "test"


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.0), (0.7, 0.2, 0.2), (1.2, -0.1, -0.1)])
def test_shares_that_make_no_split(shares: tuple[float, float, float]) -> None:
    with pytest.raises(TrainingError, match="make 1"):
        split(made([("a", None)] * 9 + [("b", None)] * 9), shares)


def test_too_few_people_say_which_class_lacks() -> None:
    people = [("a", None)] * 9 + [("b", "anna")] * 9
    with pytest.raises(TrainingError, match=r"nothing of class b in the (test|validation) part"):
        split(made(people))


def test_all_joined_by_a_chain() -> None:
    assert joined(6, [(4, 5), (0, 1), (1, 2), (2, 0)]) == ((0, 1, 2), (4, 5))
    assert joined(3, []) == ()


@pytest.mark.parametrize(
    ("files", "people"),
    [
        (["anna_01.jpg", "anna_02.jpg", "budi-1.jpg", "budi-2.jpg", "cici_9.jpg", "cici_8.jpg"], 3),
        (["anna/1.jpg", "anna/2.jpg", "budi/1.jpg", "budi/2.jpg", "cici/1.jpg", "cici/2.jpg"], 3),
        (["anna_01.jpg", "anna_02.jpg", "budi_1.jpg", "budi_2.jpg"], 0),  # two people
        (["anna_01.jpg", "budi_01.jpg", "cici_01.jpg"], 0),  # one picture each
        (["IMG_0001.jpg", "IMG_0002.jpg", "dsc_01.jpg", "a_1.jpg", "b_1.jpg", "c_1.jpg"], 0),
        (["25_0_1_17.jpg", "26_0_1_17.jpg", "27_1_1_17.jpg"] * 2, 0),  # ages
        (["smoking_01.jpg"] * 6, 0),
        (["anna_01.jpg", "anna_02.jpg", "budi_1.jpg", "budi_2.jpg", "cici_9.jpg", "x.jpg"], 0),
        (["anna_front.jpg", "anna_side.jpg", "budi_a.jpg", "budi_b.jpg", "c_a.jpg", "c_b.jpg"], 0),
    ],
)
def test_names_that_tell_people_and_names_that_do_not(files: list[str], people: int) -> None:
    found, told_by = people_of([PurePath(file) for file in files], ["a"] * len(files))
    assert len(set(found) - {None}) == people
    assert (told_by is not None) == (people > 0)


def test_a_person_a_class_is_no_split_by_person() -> None:
    paths = [PurePath(f"s{who}_{number}.png") for who in range(5) for number in range(4)]
    labels = [f"s{who}" for who in range(5) for _ in range(4)]
    assert people_of(paths, labels) == ([None] * 20, None)
    assert people_of([], []) == ([], None)
