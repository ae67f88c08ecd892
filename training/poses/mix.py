"""Two readers of the same hand as one: the mean of their probabilities, or a learned product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from training.poses.hands import BoolArray
from vcam.core.geometry import FloatArray
from vcam.poses.appearance import product

_LEAST = 1e-6


@dataclass(frozen=True, slots=True)
class Stack:
    """A weighted product of probabilities: two numbers, so that few hands suffice to learn them.

    Attributes:
        first: exponent of the first reader's probabilities.
        second: of the second one's.
    """

    first: float
    second: float

    def mix(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Probabilities (n, poses) of both."""
        return product(first, np.log(second + _LEAST), self.first, self.second)


def fit_stack(first: FloatArray, second: FloatArray, allowed: BoolArray) -> Stack:
    """The exponents that explain the labels best.

    Args:
        first: probabilities (n, poses) on hands that neither was trained on.
        second: the other's.
        allowed: (n, poses).
    """

    def loss(exponents: np.ndarray) -> float:
        likely = Stack(float(exponents[0]), float(exponents[1])).mix(first, second)
        return float(-np.log((likely * allowed).sum(axis=1) + _LEAST).mean())

    best = minimize(loss, np.array([0.5, 0.5]), method="Nelder-Mead", options={"maxiter": 200})
    return Stack(max(0.0, float(best.x[0])), max(0.0, float(best.x[1])))


def mean_of(first: FloatArray, second: FloatArray) -> FloatArray:
    """The mean of two readers' probabilities."""
    return np.asarray((first + second) / 2, np.float32)
