"""A few out of many, read once from front to back, in the proportions of all."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Iterable
from itertools import count
from typing import Generic, TypeVar

import numpy as np

_Item = TypeVar("_Item")
_Stratum = TypeVar("_Stratum", bound=Hashable)


class Sampler(Generic[_Stratum, _Item]):
    """Keeps so many items of each stratum that any share of all can be drawn at the end.

    Each item gets a random number, and those with the least are kept: the least k of a stratum are
    a fair draw of it, whatever k turns out to be.

    Args:
        limit: items in the end; None for all.
        seed: the same one, and the same items in the same order, give the same draw.
    """

    def __init__(self, limit: int | None, seed: int) -> None:
        self._limit = limit
        self._rng = np.random.default_rng(seed)
        self._order = count()
        self._kept: dict[_Stratum, list[tuple[float, int, _Item]]] = {}
        self._seen: Counter[_Stratum] = Counter()

    @property
    def seen(self) -> int:
        """How many items there were."""
        return self._seen.total()

    def add(self, stratum: _Stratum, item: _Item) -> None:
        """One more."""
        self._seen[stratum] += 1
        heap = self._kept.setdefault(stratum, [])
        # Negative, because the greatest number must be the first to go.
        entry = (-float(self._rng.random()), next(self._order), item)
        if self._limit is None or len(heap) < self._limit:
            heapq.heappush(heap, entry)
        else:
            heapq.heappushpop(heap, entry)

    def drawn(self) -> list[_Item]:
        """The draw, in the order of reading."""
        wanted = shared(self._seen, self._limit)
        entries: Iterable[tuple[float, int, _Item]] = (
            entry
            for stratum, heap in self._kept.items()
            for entry in heapq.nlargest(wanted[stratum], heap)
        )
        return [item for _, _, item in sorted(entries, key=lambda entry: entry[1])]


def shared(counts: Counter[_Stratum], limit: int | None) -> dict[_Stratum, int]:
    """So many of each that the proportions stay, `limit` in all (largest remainders)."""
    total = counts.total()
    if limit is None or total <= limit:
        return dict(counts)
    exact = {each: limit * number / total for each, number in counts.items()}
    given = {each: int(share) for each, share in exact.items()}
    left = limit - sum(given.values())
    for each in sorted(exact, key=lambda key: exact[key] - given[key], reverse=True)[:left]:
        given[each] += 1
    return given
