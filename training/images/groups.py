"""Things that belong together: pairs joined into groups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable


def joined(count: int, pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Groups of two and more numbers below `count` that pairs connect; sorted."""
    parent = list(range(count))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    for first, second in pairs:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    found: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        found[root(number)].append(number)
    return tuple(tuple(group) for group in found.values() if len(group) > 1)
