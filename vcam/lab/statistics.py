"""Confidence intervals and distances for small counts, without a package for statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

CONFIDENCE = 0.95
"""Of all intervals here."""


class Interval(NamedTuple):
    """Where the true value lies, with a confidence of `CONFIDENCE`."""

    low: float
    high: float


def poisson_interval(count: int) -> Interval:
    """Exact interval of a Poisson mean of which `count` events were seen (Garwood 1936).

    With none seen the interval is one-sided by nature; its upper end is kept two-sided, so that
    figures of all counts compare.
    """
    tail = (1 - CONFIDENCE) / 2
    low = (
        0.0 if count == 0 else _solve(lambda mean: 1 - _poisson_cdf(count - 1, mean) - tail, count)
    )
    high = _solve(lambda mean: tail - _poisson_cdf(count, mean), count + 1)
    return Interval(low, high)


def rate_interval(count: int, hours: float) -> Interval | None:
    """The same per hour; None without any time."""
    if hours <= 0:
        return None
    low, high = poisson_interval(count)
    return Interval(low / hours, high / hours)


def share_interval(hits: int, total: int) -> Interval | None:
    """Exact interval of a share (Clopper and Pearson 1934); None of nothing.

    Raises:
        ValueError: more hits than there are.
    """
    if not 0 <= hits <= total:
        raise ValueError(f"{hits} of {total}")
    if total == 0:
        return None
    tail = (1 - CONFIDENCE) / 2
    low = 0.0
    if hits:
        low = _bisect(lambda p: 1 - _binomial_cdf(hits - 1, total, p) - tail, 0.0, 1.0)
    high = 1.0
    if hits < total:
        high = _bisect(lambda p: tail - _binomial_cdf(hits, total, p), 0.0, 1.0)
    return Interval(low, high)


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of them do not exceed, interpolated; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def levenshtein(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """Fewest insertions, deletions and substitutions that make `b` of `a`."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            diagonal, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right)),
            )
    return row[-1]


def _poisson_cdf(count: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    return min(
        1.0,
        math.fsum(
            math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1)
        ),
    )


def _binomial_cdf(count: int, total: int, p: float) -> float:
    if p <= 0:
        return 1.0
    if p >= 1:
        return 1.0 if count >= total else 0.0
    ways = math.lgamma(total + 1)
    return min(
        1.0,
        math.fsum(
            math.exp(
                ways
                - math.lgamma(k + 1)
                - math.lgamma(total - k + 1)
                + k * math.log(p)
                + (total - k) * math.log1p(-p)
            )
            for k in range(count + 1)
        ),
    )


def _solve(rising: Callable[[float], float], near: float) -> float:
    """Where a rising function crosses zero, from 0 upwards."""
    high = max(1.0, near)
    while rising(high) < 0:
        high *= 2
    return _bisect(rising, 0.0, high)


def _bisect(rising: Callable[[float], float], low: float, high: float) -> float:
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
