"""How sure a share is."""

from __future__ import annotations

from math import sqrt


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share (1927); (0, 1) where nothing was counted.

    Unlike the usual one it holds for few trials and for shares near 0 and 1.

    Args:
        hits: of them.
        count: trials.
        z: quantile of the normal distribution; 1.96 for 95 %.
    """
    if not count:
        return 0.0, 1.0
    share = hits / count
    middle = share + z * z / (2 * count)
    reach = z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)
