"""A saved model as TensorFlow Serving finds it: `<name>/<version>/`, with a named signature."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from training.errors import TrainingError
from training.quiet import native_stderr_closed, tensorflow

SIGNATURE: Final = "serving_default"
INPUT: Final = "picture"
OUTPUT: Final = "probabilities"


def write_serving(network: Any, folder: Path, name: str, version: int = 1) -> Path:
    """Writes `<folder>/<name>/<version>/`, which TensorFlow Serving finds by itself.

    Args:
        network: from pictures to probabilities.
        folder: model base path.
        name: of the model.
        version: a later one takes over from an earlier one.

    Raises:
        TrainingError: it cannot be written.
    """
    place = folder / name / str(version)
    write_saved_model(network, place)
    return place


def write_saved_model(network: Any, place: Path, batch: int | None = None) -> None:
    """A saved model with the signature `picture` -> `probabilities`.

    Args:
        network: from pictures to probabilities.
        place: folder that becomes it.
        batch: pictures at once; None for any number.

    Raises:
        TrainingError: it cannot be written.
    """
    tf = tensorflow()
    shape = (batch, *network.input_shape[1:])
    archive = tf.keras.export.ExportArchive()
    archive.track(network)
    archive.add_endpoint(
        SIGNATURE,
        lambda picture: {OUTPUT: network(picture, training=False)},
        input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)],
    )
    with _writing(place), native_stderr_closed():
        archive.write_out(str(place), verbose=False)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, tensorflow().errors.OpError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "message", None) or error
        raise TrainingError(
            f"cannot write {place}: {' '.join(str(reason).split())[:160]}",
            "free some space there, or choose another folder",
        ) from error
