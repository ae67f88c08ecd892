"""Softmax regression in numpy: a few hundred rows, some ten classes, well under a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray

ROUNDS = 160
"""Enough for the loss to change in its fifth digit only, at the penalties in use."""

_UNSHARED = 200_000
"""Multiplications that OpenBLAS does in the calling thread: those of products below 4 x 65,536."""


def fit_softmax(
    rows: FloatArray,
    classes: npt.NDArray[np.intp],
    weights: FloatArray,
    count: int,
    penalty: float,
    rounds: int = ROUNDS,
) -> FloatArray:
    """Weights of the softmax regression that explains the classes best.

    Minimises the weighted cross entropy plus `penalty` / 2 times the squared weights (the biases
    are free) by Nesterov's accelerated gradient (1983), starting over where it overshoots
    (O'Donoghue and Candes 2015). The step is the inverse of a bound of the curvature, so that
    nothing has to be searched for.

    Args:
        rows: float32 (n, d).
        classes: of each row, 0 to `count` - 1.
        weights: of each row, above 0; brought to a sum of 1.
        count: of classes.
        penalty: above 0.
        rounds: of the descent.

    Returns:
        float32 (d + 1, count); the last row has the biases.
    """
    n = len(rows)
    inputs = np.concatenate([rows, np.ones((n, 1), np.float32)], axis=1).astype(np.float32)
    share = (weights / weights.sum()).astype(np.float32)[:, np.newaxis]
    wanted = np.zeros((n, count), np.float32)
    wanted[np.arange(n), classes] = 1
    kept = np.full((inputs.shape[1], 1), penalty, np.float32)
    kept[-1] = 0
    # The softmax curves by 1/2 at most; the largest eigenvalue by a few rounds of power iteration.
    step = np.float32(1 / (0.5 * _largest(inputs, share) + penalty))
    point = np.zeros((inputs.shape[1], count), np.float32)
    ahead, momentum = point, 1.0
    blocks = _blocks(n, inputs.shape[1] * count)
    for _ in range(rounds):
        gradient = kept * ahead
        for block in blocks:
            rows_of = inputs[block]
            missed = share[block] * (_softmax(rows_of @ ahead) - wanted[block])
            gradient += rows_of.T @ missed
        following = ahead - step * gradient
        if float((gradient * (following - point)).sum()) > 0:
            momentum = 1.0
        faster = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = following + np.float32((momentum - 1) / faster) * (following - point)
        point, momentum = following, faster
    return np.asarray(point, np.float32)


def _blocks(rows: int, of_each: int) -> list[slice]:
    """Rows in blocks whose products are too small for the linear algebra library to share out.

    Its threads wait for each other by spinning: beside a camera that costs far more than it saves.
    """
    size = max(1, _UNSHARED // of_each)
    return [slice(start, start + size) for start in range(0, rows, size)]


def softmax(scores: FloatArray) -> FloatArray:
    """Probabilities of rows (n, k) of scores."""
    return _softmax(scores.copy())


def _softmax(scores: FloatArray) -> FloatArray:
    scores -= scores.max(axis=1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=1, keepdims=True)
    return scores


def _largest(inputs: FloatArray, share: FloatArray) -> float:
    """A little more than the largest eigenvalue of the weighted second moments."""
    vector = np.ones((inputs.shape[1], 1), np.float32)
    value = 1.0
    for _ in range(20):
        vector = np.einsum("ij,ik->jk", inputs, share * np.einsum("ij,jk->ik", inputs, vector))
        value = float(np.sqrt((vector**2).sum()))
        if value < 1e-12:
            return 1e-12
        vector /= value
    return 1.05 * value
