"""An image model with its card: a picture in, a score per class out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.errors import ModelError
from vcam.core.frame import Image
from vcam.core.litert import Network
from vcam.recognizers.card import ModelCard, card_path, check_digest, load_card

MAX_MODEL_BYTES = 300 * 1024 * 1024
"""The largest backbone that the training tool knows (ResNet-101, float32) takes 170 MB; more is
most likely the wrong file, and memory that a laptop in a meeting does not have."""

_LEAST = 1e-7  # of a probability: float32 models give exact zeros
_SLACK = 0.02  # by which quantised probabilities may leave 0..1

_FIX = "export the model again with python -m training images export"


class ImageModel:
    """A network that was checked against its card. Used from one thread at a time.

    Attributes:
        card: of the model.

    Args:
        model: the bytes of the `.tflite` file.
        card: its card.
        to_run: False to check it alone, which is quicker.

    Raises:
        ModelError: it is no network, or the card does not fit.
    """

    def __init__(self, model: bytes, card: ModelCard, *, to_run: bool = True) -> None:
        self.card = card
        self._network = Network(model, card.name, accelerated=to_run)
        _check_input(self._network.input_shape, card)
        _check_output(self._network.output_shapes, card)

    @classmethod
    def load(cls, path: Path, *, to_run: bool = True) -> ImageModel:
        """A `.tflite` file with the card beside it.

        Raises:
            ModelError: one of them is missing or broken, or they do not belong together.
        """
        card = load_card(card_path(path))
        model = read_model(path)
        check_digest(card, model, path)
        return cls(model, card, to_run=to_run)

    def scores(self, image: Image) -> Mapping[str, float]:
        """What it makes of a picture, of any size; stretched to the network's.

        Args:
            image: uint8 (h, w, 3) BGR; not written to.

        Returns:
            Probability of each class, by the card's temperature.

        Raises:
            ModelError: what comes out are no probabilities.
        """
        size = self.card.input.width, self.card.input.height
        shrinks = image.shape[1] > size[0] or image.shape[0] > size[1]
        # As the training tool does it: other ways alias, and the model has not learnt that.
        way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(image, size, interpolation=way)
        out = self._network.run(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))[0]
        probabilities = out.astype(np.float64).ravel()
        # Not a number fails both comparisons.
        if not (probabilities.min() >= -_SLACK and probabilities.max() <= 1 + _SLACK):
            raise ModelError(
                f"what the model {self.card.name} gives are no probabilities",
                "end it with a softmax, as python -m training images export does",
            )
        told = tempered(probabilities, self.card.temperature)
        return dict(zip(self.card.classes, map(float, told), strict=True))


def read_model(path: Path) -> bytes:
    """The bytes of a `.tflite` file.

    Raises:
        ModelError: it cannot be read, or is far too large.
    """
    try:
        if path.stat().st_size > MAX_MODEL_BYTES:
            raise ModelError(f"the model {path} is larger than 300 MiB", "use a smaller one")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"cannot read the model {path}: {error.strerror}", "copy it there again"
        ) from error


def tempered(probabilities: npt.NDArray[np.float64], temperature: float) -> npt.NDArray[np.float64]:
    """Probabilities as if their logits had been divided by a temperature; (classes,), sum 1."""
    logits = np.log(np.clip(probabilities, _LEAST, 1.0)) / temperature
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum(), np.float64)


def _check_input(shape: tuple[int, ...], card: ModelCard) -> None:
    wanted = (1, card.input.height, card.input.width, 3)
    if shape == wanted:
        return
    if len(shape) == 4 and shape[3] != 3:
        raise ModelError(
            f"the model {card.name} takes {shape[3]} channels, and pictures have 3 (RGB)", _FIX
        )
    told = " x ".join(map(str, shape))
    raise ModelError(
        f"the model {card.name} takes {told}, and its card says input: "
        f"{card.input.width} x {card.input.height}",
        "correct the card's input",
    )


def _check_output(shapes: tuple[tuple[int, ...], ...], card: ModelCard) -> None:
    if len(shapes) != 1:
        raise ModelError(f"the model {card.name} has {len(shapes)} outputs, not one", _FIX)
    size = int(np.prod(shapes[0]))
    if size != len(card.classes):
        raise ModelError(
            f"the model {card.name} tells {size} classes apart, and its card names "
            f"{len(card.classes)}",
            "correct the card's classes",
        )
