"""What the picture of a hand says of its pose, beside what its landmarks say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from vcam.core.errors import ModelError
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.core.litert import Network
from vcam.poses.card import AppearanceCard

BoolArray = npt.NDArray[np.bool_]

# ITU-R BT.601, of blue, green and red.
_LUMA = np.array([0.114, 0.587, 0.299], np.float32)
_LEAST_DEVIATION = 8.0
"""Added to the grey levels' deviation: a plain square is not blown up to noise."""
_LEAST = 1e-6


def appearance_input(square: Image, turn: float) -> FloatArray:
    """What the network takes of the square round a hand.

    Light and contrast of the whole square are taken out, so that dusk looks like day.

    Args:
        square: uint8 (side, side, 3) BGR, the fingers' roots pointing up.
        turn: radians by which the square was turned in the picture: a thumb up and a thumb down
            differ by nothing else.

    Returns:
        float32 (side * side + 2,): grey levels row by row, then cosine and sine of the turn.
    """
    grey = square.reshape(-1, 3).astype(np.float32) @ _LUMA
    level = (grey - grey.mean()) / (grey.std() + _LEAST_DEVIATION)
    return np.concatenate([level, [np.cos(turn), np.sin(turn)]]).astype(np.float32)


def is_asked(scores: FloatArray, card: AppearanceCard, classes: Sequence[str]) -> BoolArray:
    """Whether the landmarks leave it open that a hand shows one of the poses of the card.

    Args:
        scores: probabilities (n, poses) or (poses,) out of the landmarks.
        card: names the poses, and the share from which on the picture is asked.
        classes: the poses of the scores.

    Returns:
        Bool (n,) or ().
    """
    wanted = [classes.index(pose) for pose in card.asked_for]
    return np.asarray(scores[..., wanted].sum(axis=-1) >= card.asked_from)


def mixed(scores: FloatArray, appearance: FloatArray, card: AppearanceCard) -> FloatArray:
    """What landmarks and picture say together, as much as the card has each count."""
    return product(scores, appearance, card.head_exponent, card.exponent)


def product(
    scores: FloatArray, appearance: FloatArray, head_exponent: float, exponent: float
) -> FloatArray:
    """The weighted product of two readers' probabilities.

    What the first one rules out, as a check of the landmarks does, stays out.

    Args:
        scores: probabilities (n, poses) or (poses,) of the first.
        appearance: logarithms of the second one's, of the same shape.
        head_exponent: how much the first counts.
        exponent: how much the second counts.

    Returns:
        Probabilities of that shape.
    """
    logits = head_exponent * np.log(scores + _LEAST) + exponent * appearance
    likely = np.exp(logits - logits.max(axis=-1, keepdims=True)) * (scores > 0)
    return np.asarray(likely / likely.sum(axis=-1, keepdims=True), np.float32)


def read_together(
    scores: FloatArray, appearance: FloatArray, card: AppearanceCard, classes: Sequence[str]
) -> FloatArray:
    """What many hands show: by both where the picture is asked, by their landmarks elsewhere.

    Args:
        scores: probabilities (n, poses) out of the landmarks.
        appearance: logarithms of those out of the pictures, (n, poses).
        card: says when, and how much each counts.
        classes: the poses.
    """
    asked = is_asked(scores, card, classes)[:, np.newaxis]
    return np.where(asked, mixed(scores, appearance, card), scores)


def log_probabilities(logits: FloatArray, temperature: float) -> FloatArray:
    """Logarithms of probabilities, of any leading shape, bounded below as probabilities are."""
    logits = logits / temperature
    peak = logits.max(axis=-1, keepdims=True)
    total = np.log(np.exp(logits - peak).sum(axis=-1, keepdims=True)) + peak
    return np.asarray(np.maximum(logits - total, np.log(_LEAST)), np.float32)


class AppearanceReader:
    """Reads the pose of a hand from the square round it, with a small network of its own.

    Use each instance from one thread at a time.

    Args:
        network: takes (1, side * side + 2), gives (1, poses) logits.
        card: its part of the pose model's card.
        poses: how many there are.

    Raises:
        ModelError: the network does not fit the card.
    """

    def __init__(self, network: Network, card: AppearanceCard, poses: int) -> None:
        taken, given = network.input_shape, network.output_shapes
        if taken != (1, card.side**2 + 2) or given != ((1, poses),):
            raise ModelError(
                f"the network {network.name} does not fit the pose model's card",
                "reinstall vcam, or export the model again with python -m training poses export",
            )
        self.card = card
        self._network = network

    def read(self, square: Image, turn: float) -> FloatArray:
        """Logarithms of the poses' probabilities, float32 (poses,).

        Args:
            square: uint8 (card.side, card.side, 3) BGR, as `appearance_input` takes it.
            turn: radians.
        """
        logits = self._network.run(appearance_input(square, turn))[0][0]
        return log_probabilities(logits, self.card.temperature)
