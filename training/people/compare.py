"""All ways to tell people apart, on the same faces, in one table."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from training.people.faces import FaceSet
from training.people.mobile import MobileNetRival, MobileRecipe, crops
from training.people.rivals import (
    Discriminant,
    Enrolled,
    Middles,
    Names,
    Nearest,
    Rival,
    binary_patterns,
    by_chi_square,
    by_distance,
    cosines,
    embeddings,
    pixels,
    shapes,
)
from training.people.splits import PeopleSplit, split
from vcam.core.geometry import FloatArray
from vcam.recognizers.people_model import FaceModel

FALSE_ACCEPTS: Final = 0.01
SPLITS: Final = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """How a set is parted.

    Attributes:
        each: faces that a person is enrolled with.
        unknown: people who are left out.
    """

    each: int
    unknown: int


PLANS: Final[Mapping[str, Plan]] = {"orl": Plan(4, 8), "five_people": Plan(10, 1)}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to tell people apart.

    Attributes:
        title: as the table calls it.
        features: of all faces of a set.
        enrol: what makes a rival of the enrolled.
        splits: how many splits it is measured on.
        shipped: likeness from which vcam takes somebody for a person; None for rivals.
    """

    title: str
    features: Callable[[FaceSet], FloatArray]
    enrol: Callable[[FloatArray, Names], Rival]
    splits: int = SPLITS
    shipped: float | None = None


def ways(model: FaceModel, sure: float, mobile: MobileRecipe | None) -> Sequence[Way]:
    """All ways; MobileNetV2 only with a recipe, for it takes minutes."""
    listed = [
        Way("vcam", lambda faces: embeddings(faces, model), Enrolled, shipped=sure),
        Way("vcam's numbers, mean of each person", lambda f: embeddings(f, model), Middles),
        Way("local binary patterns", binary_patterns, _nearest(by_chi_square)),
        Way("Fisherfaces", pixels, lambda given, people: Discriminant(given, people, 80)),
        Way("eigenfaces", pixels, _eigenfaces),
        Way("cosine transform", cosines, _nearest(by_distance)),
        Way("mesh, Fisher's discriminant", shapes, lambda g, p: Discriminant(g, p, 40)),
    ]
    if mobile is not None:
        begun = "from scratch" if mobile.weights == "none" else "from given weights"
        listed.append(
            Way(
                f"MobileNetV2 {mobile.alpha:g}, {mobile.side} px, {begun}",
                lambda faces: crops(faces, mobile.side),
                lambda given, people: MobileNetRival(given, people, mobile),
                splits=1,
            )
        )
    return listed


def compared(
    sets: Mapping[str, FaceSet],
    strangers: FaceSet,
    listed: Sequence[Way],
    tell: Callable[[str], None],
) -> list[dict[str, Any]]:
    """A row for each way and set.

    The threshold of each split is the likeness that 1 % of looks at the people who were left out
    reach, or at every other stranger if that is higher: so false accepts of those are 1 % at most,
    and those of the other strangers are measured on faces that it was not found on.

    Args:
        sets: by the names in `PLANS`.
        strangers: faces of many people, none of whom is in the sets.
        listed: the ways.
        tell: told of each row.
    """
    rows = []
    for way in listed:
        foreign = way.features(strangers)
        for name, faces in sets.items():
            began_s = time.process_time()
            given = way.features(faces)
            plan, people = PLANS[name], faces.people
            results = []
            for seed in range(way.splits):
                part = split(people, plan.each, plan.unknown, seed, seed)
                results.append(_measured(way, given, people, part, foreign))
            keys = results[0]
            row: dict[str, Any] = {"way": way.title, "set": name, "splits": way.splits}
            row |= {key: round(float(np.mean([each[key] for each in results])), 4) for key in keys}
            row["cpu_s"] = round(time.process_time() - began_s, 1)
            rows.append(row)
            tell(", ".join(f"{key} {value}" for key, value in row.items()))
    return rows


def _measured(
    way: Way, given: FloatArray, people: Names, part: PeopleSplit, foreign: FloatArray
) -> dict[str, float]:
    rival = way.enrol(given[part.enrolled], people[part.enrolled])
    asked, unknown, strange = rival(given[part.asked]), rival(given[part.unknown]), rival(foreign)
    right = rival.names[asked.argmax(axis=1)] == people[part.asked]
    likeness = asked.max(axis=1)
    told = {"accuracy": float(right.mean())}
    threshold = max(
        float(np.quantile(each.max(axis=1), 1 - FALSE_ACCEPTS)) for each in (unknown, strange[::2])
    )
    for name, at in (("", threshold), ("shipped_", way.shipped)):
        if at is None:
            continue
        told |= {
            f"{name}threshold": at,
            f"{name}named_right": float((right & (likeness > at)).mean()),
            f"{name}named_wrong": float((~right & (likeness > at)).mean()),
            f"{name}false_accepts_left_out": float((unknown.max(axis=1) > at).mean()),
            f"{name}false_accepts_strangers": float((strange[1::2].max(axis=1) > at).mean()),
        }
    return told


def _nearest(
    likeness: Callable[[FloatArray, FloatArray], FloatArray],
) -> Callable[[FloatArray, Names], Rival]:
    return lambda given, people: Nearest(given, people, likeness)


def _eigenfaces(given: FloatArray, people: Names) -> Rival:
    mean = given.mean(axis=0)
    _, _, directions = np.linalg.svd(given - mean, full_matrices=False)
    basis = directions[: min(80, len(given) - 1)].T

    def likeness(first: FloatArray, second: FloatArray) -> FloatArray:
        return by_distance((first - mean) @ basis, (second - mean) @ basis)

    return Nearest(given, people, likeness)
