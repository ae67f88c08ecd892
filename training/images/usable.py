"""Which pictures and classes can be trained with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from training.common.progress import counted
from training.errors import TrainingError
from training.images.decoding import fault_of
from training.images.samples import LeftOut, Sample, Samples, left_out_notes

RESERVED: Final = "none"
"""No class may have this name: it is what vcam says where no class is sure enough."""

FEWEST: Final = 3
"""Pictures of a class: one to train on, one to validate with, one to test with."""


def named(place: Path | str) -> tuple[str, str]:
    """What is wrong with a class called `none`, and the fix."""
    return (
        f"{place}: no class may be called {RESERVED}, by which vcam means that it saw nothing",
        "call it after what it shows, such as other or background",
    )


def usable(items: Sequence[Sample], source: str) -> Samples:
    """The pictures that can be decoded, and what is wrong with the others.

    Raises:
        TrainingError: one class alone, one called `none`, or one with too few pictures left.
    """
    classes = sorted({item.label for item in items})
    if len(classes) < 2:
        raise TrainingError(
            f"{source} has one class alone: {', '.join(classes)}",
            "add another one: pictures that do not show it, for example",
        )
    for name in classes:
        if name.strip().casefold() == RESERVED:
            raise TrainingError(*named(f"{source}/{name}"))
    left_out, kept = [], []
    for item in counted(items, "checking pictures"):
        fault = fault_of(item.path)
        if fault is None:
            kept.append(item)
        else:
            left_out.append(LeftOut(item.path, fault))
    counts = Counter(item.label for item in kept)
    for name in classes:
        if counts[name] < FEWEST:
            raise TrainingError(
                f"{source}: class {name} has {counts[name]} picture(s) that can be used"
                + _lost(items, left_out, name),
                f"add some: {FEWEST} is the least, a hundred and more are good",
            )
    notes = left_out_notes(left_out)
    return Samples(tuple(kept), tuple(classes), source, tuple(left_out), tuple(notes))


def _lost(items: Sequence[Sample], left_out: Sequence[LeftOut], name: str) -> str:
    labels = {item.path: item.label for item in items}
    reasons = [each for each in left_out if labels[each.path] == name]
    return f" ({len(reasons)} left out: {reasons[0].reason})" if reasons else ""
