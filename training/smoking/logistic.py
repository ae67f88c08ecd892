"""Logistic regression on a few numbers: what can be learnt from some hundred pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from vcam.core.geometry import FloatArray


@dataclass(frozen=True, eq=False)
class Logistic:
    """The chance of the second class.

    Attributes:
        mean: (features,), taken off.
        scale: (features,), divided by.
        weights: (features,).
        bias: of the sum.
    """

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float

    def probabilities(self, features: FloatArray) -> FloatArray:
        """(n, 2), of both classes."""
        z = (features - self.mean) / self.scale @ self.weights + self.bias
        likely = _sigmoid(z.astype(np.float64))
        return np.stack([1 - likely, likely], axis=1).astype(np.float32)


def fit_logistic(features: FloatArray, labels: npt.NDArray[np.int64], decay: float) -> Logistic:
    """Fits it; each class counts the same, however many pictures it has.

    Args:
        features: (n, features).
        labels: (n,), 0 or 1; both must be there.
        decay: weight of the squared weights beside the mean loss; the larger, the tamer.

    Raises:
        ValueError: a class is missing.
    """
    counts = np.bincount(labels, minlength=2)
    if len(counts) != 2 or not counts.all():
        raise ValueError("both classes must be among the labels")
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    given = ((features - mean) / scale).astype(np.float64)
    share = (0.5 / counts)[labels]

    def loss(values: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        weights, bias = values[:-1], values[-1]
        z = given @ weights + bias
        # log(1 + e^z) - y z, without the overflow
        each = np.logaddexp(0.0, z) - labels * z
        slope = share * (_sigmoid(z) - labels)
        total = float((share * each).sum() + decay * (weights**2).sum())
        return total, np.append(slope @ given + 2 * decay * weights, slope.sum())

    best = minimize(loss, np.zeros(given.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return Logistic(
        mean.astype(np.float32), scale.astype(np.float32), best[:-1].astype(np.float32), best[-1]
    )


def _sigmoid(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * z)))
