"""How often each reader may look, so that all together keep to their share of a core."""

from __future__ import annotations

from collections.abc import Mapping

SLOWEST_S = 30.0
"""Whoever is so dear that it may look less often than this looks this often."""


def periods(
    costs_s: Mapping[str, float], rates_hz: Mapping[str, float], cpu_share: float
) -> dict[str, float]:
    """Seconds between two looks of each reader.

    Each may take an equal part of the share; what one leaves, the others may take. So a dear model
    looks less often, and a cheap one beside it does not.

    Args:
        costs_s: CPU seconds of one look; 0 while it is not known.
        rates_hz: how often each wants to look; above 0.
        cpu_share: share of one core for all, above 0.
    """
    wanted = {name: costs_s.get(name, 0.0) * rate for name, rate in rates_hz.items()}
    left, granted = cpu_share, {}
    for place, name in enumerate(sorted(wanted, key=lambda name: wanted[name])):
        granted[name] = min(wanted[name], left / (len(wanted) - place))
        left -= granted[name]
    return {
        name: min(max(1 / rate, costs_s.get(name, 0.0) / granted[name]), max(SLOWEST_S, 1 / rate))
        if granted[name] > 0
        else 1 / rate
        for name, rate in rates_hz.items()
    }
