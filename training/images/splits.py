"""Training, validation and test parts that share no person and no picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from training.errors import TrainingError
from training.images.groups import joined
from training.images.samples import PARTS, Part, Samples

SHARES: Final = (0.7, 0.15, 0.15)
"""Of training, validation and test, by default."""


def split(
    samples: Samples,
    shares: tuple[float, float, float] = SHARES,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
) -> Samples:
    """The same pictures, each with a part.

    A person is in one part alone, and so are pictures that belong together. Within that, every
    class is shared out as the shares say. Parts that the data brings stay as they are; one that is
    missing is taken out of the training part (or, without one, out of what has no part).

    Args:
        samples: with or without parts.
        shares: of training, validation and test; above 0.
        seed: the same one gives the same parts.
        together: groups of places in `samples.items`, as of `find_near_duplicates`.

    Raises:
        TrainingError: shares that make no sense, or a class that a part gets none of.
    """
    wanted = np.array(shares, np.float64)
    if not (wanted > 0).all() or abs(wanted.sum() - 1) > 1e-6:
        raise TrainingError(
            f"no split has the shares {', '.join(map(str, shares))}",
            "give three above 0 that make 1, such as 0.7,0.15,0.15",
        )
    given: list[Part | None] = [sample.part for sample in samples.items]
    missing = [part for part in PARTS if part not in given]
    open_to = list(PARTS)
    movable = [place for place, part in enumerate(given) if part is None]
    if len(missing) < len(PARTS) and missing:
        open_to = ["train", *(part for part in missing if part != "train")]
        movable = [place for place, part in enumerate(given) if part in (None, "train")]
    parts = list(given)
    if movable:
        chosen = _shared_out(samples, movable, open_to, wanted, seed, together)
        for place, part in zip(movable, chosen, strict=True):
            parts[place] = part
    made = replace(
        samples,
        items=tuple(
            replace(sample, part=part) for sample, part in zip(samples.items, parts, strict=True)
        ),
    )
    _check(made)
    return made.noted(_note(samples, missing, seed, together))


def _shared_out(
    samples: Samples,
    movable: Sequence[int],
    open_to: Sequence[Part],
    shares: npt.NDArray[np.float64],
    seed: int,
    together: Sequence[Sequence[int]],
) -> list[Part]:
    """Units of what belongs together go, the largest first, where their classes lack most."""
    rank = {place: row for row, place in enumerate(movable)}
    labels = samples.labels()
    units = _units(samples, movable, together)
    weights = np.zeros((len(units), len(samples.classes)))
    for row, unit in enumerate(units):
        np.add.at(weights[row], labels[list(unit)], 1)
    share = np.array([shares[PARTS.index(part)] for part in open_to])
    lacking = np.outer(share / share.sum(), weights.sum(axis=0))
    totals = np.maximum(weights.sum(axis=0), 1)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(units))
    order = order[np.argsort(-weights[order].sum(axis=1), kind="stable")]
    parts: list[Part] = ["train"] * len(movable)
    for row in order:
        need = (lacking * (weights[row] / totals)).sum(axis=1)
        target = int(np.argmax(need))
        lacking[target] -= weights[row]
        for place in units[row]:
            parts[rank[place]] = open_to[target]
    return parts


def _units(
    samples: Samples, movable: Sequence[int], together: Sequence[Sequence[int]]
) -> list[tuple[int, ...]]:
    pairs = [(group[0], other) for group in together for other in group[1:]]
    first_of: dict[str, int] = {}
    for place, sample in enumerate(samples.items):
        if sample.person is not None:
            pairs.append((first_of.setdefault(sample.person, place), place))
    may_move = set(movable)
    groups = [
        tuple(place for place in group if place in may_move)
        for group in joined(len(samples.items), pairs)
    ]
    grouped = {place for group in groups for place in group}
    alone = [(place,) for place in movable if place not in grouped]
    return [group for group in groups if group] + alone


def _check(samples: Samples) -> None:
    for part, counts in samples.counts().items():
        empty = [name for name, count in counts.items() if not count]
        if empty:
            raise TrainingError(
                f"{samples.source}: nothing of class {', '.join(empty)} in the {part} part",
                "add pictures of it (of other people, where people are told apart)",
            )


def _note(
    samples: Samples,
    missing: Sequence[Part],
    seed: int,
    together: Sequence[Sequence[int]],
) -> str:
    if not missing and all(sample.part for sample in samples.items):
        return "parts: as the data gives them"
    people = {sample.person for sample in samples.items} - {None}
    how = f"by person ({len(people)} people)" if people else "by class, people not told apart"
    lines = f"parts: {how}, seed {seed}; {len(together)} groups of near duplicates kept together"
    taken = "" if len(missing) == len(PARTS) else f"; {', '.join(missing) or 'rest'} taken by us"
    return lines + taken
