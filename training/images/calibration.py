"""Probabilities that mean what they say: one temperature, chosen on the validation part."""

from __future__ import annotations

from typing import Final

import numpy as np

from training.common.classes import IntArray
from vcam.core.geometry import FloatArray

_LEAST: Final = 1e-7  # of a probability: float32 models give exact zeros
_LOWEST, _HIGHEST = 0.05, 20.0  # temperatures that are tried
_STEPS = 40


def tempered(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Probabilities as if their logits had been divided by a temperature.

    Args:
        probabilities: (n, classes).
        temperature: above 1 makes them less sure, below 1 more.
    """
    logits = np.log(np.maximum(probabilities, _LEAST).astype(np.float64)) / temperature
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def negative_log_likelihood(
    probabilities: FloatArray, labels: IntArray, temperature: float = 1.0
) -> float:
    """Mean over the pictures; how badly probabilities explain labels."""
    likely = tempered(probabilities, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(likely, _LEAST)).mean())


def best_temperature(probabilities: FloatArray, labels: IntArray) -> float:
    """The temperature that explains the labels best (Guo et al. 2017); 1 without any.

    Args:
        probabilities: (n, classes), of the validation part.
        labels: (n,).
    """
    if not len(labels):
        return 1.0
    # The loss has one valley in 1/temperature, so that golden section finds it.
    low, high = np.log(_LOWEST), np.log(_HIGHEST)
    golden = (np.sqrt(5) - 1) / 2

    def loss(exponent: float) -> float:
        return negative_log_likelihood(probabilities, labels, float(np.exp(exponent)))

    left, right = high - golden * (high - low), low + golden * (high - low)
    at_left, at_right = loss(left), loss(right)
    for _ in range(_STEPS):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            at_left = loss(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            at_right = loss(right)
    return float(np.exp((low + high) / 2))
