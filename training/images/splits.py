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

_BLOCKS: Final = 7  # of one film: five to train on, one to validate with, one to test with


def split(
    samples: Samples,
    shares: tuple[float, float, float] = SHARES,
    seed: int = 0,
    together: Sequence[Sequence[int]] = (),
) -> Samples:
    """The same pictures, each with a part.

    A person is in one part alone, and so are pictures that belong together, unless a class has
    hardly any others; a note says so then. Within that, every class is shared out as the shares
    say. Parts that the data brings stay as they are; one that is
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
    missing = tuple(part for part in PARTS if part not in given)
    open_to = list(PARTS)
    movable = [place for place, part in enumerate(given) if part is None]
    if len(missing) < len(PARTS) and missing:
        open_to = ["train", *(part for part in missing if part != "train")]
        movable = [place for place, part in enumerate(given) if part in (None, "train")]
    may_move = set(movable)
    parts = list(given)
    units = []
    loosened, notes = _loosened(samples, together) if movable else (together, [])
    for unit in _belonging(samples, loosened):
        moving = tuple(place for place in unit if place in may_move)
        fixed = [given[place] for place in unit if place not in may_move]
        if not fixed:
            units.append(moving)
            continue
        for place in moving:
            parts[place] = given[place] or fixed[0]
    for place, part in _shared_out(samples, units, open_to, wanted, seed).items():
        parts[place] = part
    made = replace(
        samples,
        items=tuple(
            replace(sample, part=part) for sample, part in zip(samples.items, parts, strict=True)
        ),
    )
    _check(made)
    return made.noted(_note(samples, missing, seed, len(together)), *notes)


def _shared_out(
    samples: Samples,
    units: Sequence[tuple[int, ...]],
    open_to: Sequence[Part],
    shares: npt.NDArray[np.float64],
    seed: int,
) -> dict[int, Part]:
    """Units of what belongs together go where their classes lack most.

    Those of most classes go first, then the largest, so that what is left to fill gaps with is
    small and of one class.
    """
    labels = samples.labels()
    weights = np.zeros((len(units), len(samples.classes)))
    for row, unit in enumerate(units):
        np.add.at(weights[row], labels[list(unit)], 1)
    share = np.array([shares[PARTS.index(part)] for part in open_to])
    lacking = np.outer(share / share.sum(), weights.sum(axis=0))
    totals = np.maximum(weights.sum(axis=0), 1)
    empty = np.ones(lacking.shape, bool)
    left = (weights > 0).sum(axis=0)
    order = np.random.default_rng(seed).permutation(len(units))
    sizes, spread = weights[order].sum(axis=1), (weights[order] > 0).sum(axis=1)
    order = order[np.lexsort((-sizes, -spread))]
    parts: dict[int, Part] = {}
    for row in order:
        shown = weights[row] > 0
        need = (lacking / totals * weights[row]).sum(axis=1)
        # The last units of a class go where it is still missing: otherwise a few large ones would
        # all train.
        scarce = shown & (left <= empty.sum(axis=0))
        urgent = (empty & scarce).sum(axis=1)
        target = int(np.lexsort((need, urgent))[-1])
        lacking[target] -= weights[row]
        empty[target, shown] = False
        left -= shown
        parts |= dict.fromkeys(units[row], open_to[target])
    return parts


def _loosened(
    samples: Samples, together: Sequence[Sequence[int]]
) -> tuple[list[Sequence[int]], list[str]]:
    """Near duplicates cut up where a class is nearly nothing else: pictures of one short film.

    To refuse those would help nobody who has just held an object to a webcam. Neighbours by name
    stay together.
    """
    labels = samples.labels()
    units = np.zeros(len(samples.classes), int)
    for unit in _belonging(samples, together):
        units[np.unique(labels[list(unit)])] += 1
    scarce = np.flatnonzero(units < len(PARTS))
    loosened: list[Sequence[int]] = []
    cut: set[str] = set()
    for group in together:
        there = np.unique(labels[list(group)])
        if not np.isin(there, scarce).any():
            loosened.append(group)
            continue
        for number in there.tolist():
            of_class = [place for place in group if labels[place] == number]
            of_class.sort(key=lambda place: samples.items[place].path)
            loosened += [block.tolist() for block in np.array_split(of_class, _BLOCKS)]
            cut.add(samples.classes[number])
    note = (
        f"class {', '.join(sorted(cut))}: nearly all pictures are alike, as of one film; near "
        "duplicates are in several parts, in blocks of neighbours: figures flatter"
    )
    return [block for block in loosened if len(block)], [note] if cut else []


def _belonging(samples: Samples, together: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    """All places, each in one unit, alone or with its person and near duplicates."""
    pairs = [(group[0], other) for group in together for other in group[1:]]
    first_of: dict[str, int] = {}
    for place, sample in enumerate(samples.items):
        if sample.person is not None:
            pairs.append((first_of.setdefault(sample.person, place), place))
    groups = joined(len(samples.items), pairs)
    grouped = {place for group in groups for place in group}
    return [*groups, *((place,) for place in range(len(samples.items)) if place not in grouped)]


def _check(samples: Samples) -> None:
    for part, counts in samples.counts().items():
        empty = [name for name, count in counts.items() if not count]
        if empty:
            raise TrainingError(
                f"{samples.source}: nothing of class {', '.join(empty)} in the {part} part",
                "add pictures of it, of other people: one person's are in one part alone",
            )


def _note(samples: Samples, missing: Sequence[Part], seed: int, together: int) -> str:
    if not missing and all(sample.part for sample in samples.items):
        return "parts: as the data gives them"
    people = {sample.person for sample in samples.items} - {None}
    how = f"by person ({len(people)} people)" if people else "people are not told apart"
    if len(missing) < len(PARTS):
        how += f"; the data gives {', '.join(part for part in PARTS if part not in missing)}"
    return f"parts: drawn with seed {seed}, {how}; {together} groups of near duplicates each in one"
