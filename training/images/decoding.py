"""Pictures out of files: checked, upright, RGB, of one size, in batches for TensorFlow."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageOps

from training.errors import TrainingError
from training.images.augment import Augmentation, augmented
from training.images.samples import Part, Samples
from training.quiet import tensorflow
from vcam.core.frame import Image

MOST_PIXELS: Final = 89_478_485
"""A larger picture is not decoded: where Pillow, too, begins to suspect a decompression bomb (a
quarter of a gigabyte as RGB)."""

LEAST_SIDE_PX: Final = 8
"""A smaller picture shows nothing that could be learnt."""

_MOST_KEPT_BYTES: Final = 1 << 30  # decoded pictures in memory; a laptop has 8 GiB


def fault_of(path: Path) -> str | None:
    """Why a picture cannot be used; None where it can.

    The size is read from the header before anything is decoded. Then all of the file is, JPEGs at
    an eighth of their size, because a file cut off short shows that at its end alone.
    """
    try:
        with warnings.catch_warnings():
            # Odd EXIF data and the like: what matters is whether the pixels come out.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(path) as picture:
                if fault := _size_fault(picture.size):
                    return fault
                picture.draft("RGB", (32, 32))
                picture.load()
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError):
        return _TOO_LARGE
    except FileNotFoundError:
        return "not there"
    except Exception:
        # Pillow's readers raise what they like at bytes that make no sense.
        return "not a whole picture"
    return None


def read_picture(path: Path, least_side: int | None = None) -> Image:
    """One picture, turned upright as its EXIF data says.

    Args:
        path: of its file.
        least_side: a JPEG may be decoded at a half, quarter or eighth of its size that is no
            smaller than this, which is several times as fast; None for its full size.

    Returns:
        uint8 (h, w, 3) RGB.

    Raises:
        TrainingError: it is no whole picture, or far too large or small.
    """
    try:
        with Pillow.open(path) as picture:
            if fault := _size_fault(picture.size):
                raise TrainingError(f"{path}: {fault}", "remove it")
            if least_side is not None:
                picture.draft("RGB", (least_side, least_side))
            return _rgb(ImageOps.exif_transpose(picture))
    except TrainingError:
        raise
    except Exception as error:
        raise TrainingError(f"{path} is no whole picture", "remove it, or copy it again") from error


def resized(image: Image, side: int) -> Image:
    """Stretched to a square, as most trainers do; (side, side, 3) uint8.

    Nothing is cut off, so that what is recognised may stand at the edge. Averaged where it gets
    smaller: other ways alias, and a model would learn that.
    """
    shrinks = image.shape[0] > side or image.shape[1] > side
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (side, side), interpolation=way), np.uint8)


class Store:
    """Pictures of one size by their place; decoded once where all fit into memory.

    Args:
        paths: of the files.
        side: of the squares, pixels.
        most_bytes: to keep.
    """

    def __init__(
        self, paths: Sequence[Path], side: int, most_bytes: int = _MOST_KEPT_BYTES
    ) -> None:
        self._paths = paths
        self._side = side
        self._kept: dict[int, Image] | None = None
        if len(paths) * side * side * 3 <= most_bytes:
            self._kept = {}

    def __getitem__(self, place: int) -> Image:
        if self._kept is not None and place in self._kept:
            return self._kept[place]
        image = resized(read_picture(self._paths[place], 2 * self._side), self._side)
        if self._kept is not None:
            self._kept[place] = image
        return image


def order_of(samples: int, seed: int, epoch: int) -> npt.NDArray[np.int64]:
    """(n,) the order in which an epoch takes its pictures; the same for the same seed."""
    return np.random.default_rng([seed, epoch]).permutation(samples)


def pictures(
    samples: Samples,
    part: Part | None,
    size: int,
    batch: int,
    seed: int,
    augmentation: Augmentation | None,
    *,
    shuffle: bool | None = None,
    epoch: Callable[[], int] | None = None,
) -> Any:
    """Batches of one part.

    Each picture is varied by a draw of its own, out of seed, epoch and its place in the part. So an
    epoch is the same whenever it runs, in one go or after an interruption.

    Args:
        samples: the data.
        part: which; None for all.
        size: of the squares, pixels.
        batch: pictures in a batch; the last may hold fewer.
        seed: of order and draws.
        augmentation: None to leave the pictures as they are.
        shuffle: None for the training part alone. Otherwise in the order of `samples.of(part)`.
        epoch: asked at the begin of each pass which epoch it is; None counts the passes from 0. A
            trainer that resumes passes its own count.

    Returns:
        `tf.data.Dataset` of float32 (b, size, size, 3) RGB 0..255 and int64 (b,).

    Raises:
        TrainingError: the part has no pictures.
    """
    chosen = samples.of(part)
    if not chosen:
        raise TrainingError(
            f"{samples.source} has no pictures to {_PURPOSE[part]}", "add some, or change the split"
        )
    tf = tensorflow()
    labels = samples.labels(part)
    store = Store([sample.path for sample in chosen], size)
    mixed = part == "train" if shuffle is None else shuffle
    passes = count()

    def places() -> Iterator[tuple[np.int64, npt.NDArray[np.int64]]]:
        number = epoch() if epoch else next(passes)
        order = order_of(len(chosen), seed, number) if mixed else np.arange(len(chosen))
        for start in range(0, len(order), batch):
            yield np.int64(number), order[start : start + batch]

    def made(
        number: np.int64, chosen_places: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
        made_pictures = np.empty((len(chosen_places), size, size, 3), np.float32)
        for row, place in enumerate(chosen_places):
            image = store[int(place)]
            if augmentation is None:
                made_pictures[row] = image
            else:
                rng = np.random.default_rng([seed, int(number), int(place)])
                made_pictures[row] = augmented(image, augmentation, rng)
        return made_pictures, labels[chosen_places]

    def as_tensors(number: Any, chosen_places: Any) -> tuple[Any, Any]:
        images, numbers = tf.numpy_function(
            made, (number, chosen_places), (tf.float32, tf.int64), stateful=False
        )
        images.set_shape((None, size, size, 3))
        numbers.set_shape((None,))
        return images, numbers

    signature = (tf.TensorSpec((), tf.int64), tf.TensorSpec((None,), tf.int64))
    options = tf.data.Options()
    # Files are read by our own code: workers can share out batches alone.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return (
        tf.data.Dataset.from_generator(places, output_signature=signature)
        .map(as_tensors, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .apply(tf.data.experimental.assert_cardinality(-(-len(chosen) // batch)))
        .prefetch(tf.data.AUTOTUNE)
        .with_options(options)
    )


_PURPOSE: Final[dict[Part | None, str]] = {
    "train": "train on",
    "validation": "validate with",
    "test": "test with",
    None: "read",
}


_TOO_LARGE: Final = f"more than {MOST_PIXELS / 1e6:.0f} megapixels"


def _size_fault(size: tuple[int, int]) -> str | None:
    width, height = size
    if width * height > MOST_PIXELS:
        return _TOO_LARGE
    if min(width, height) < LEAST_SIDE_PX:
        return f"smaller than {LEAST_SIDE_PX} pixels"
    return None


def _rgb(picture: Pillow.Image) -> Image:
    if picture.mode.startswith("I;16"):  # Pillow would clip it to white
        return np.repeat((np.asarray(picture) >> 8).astype(np.uint8)[..., np.newaxis], 3, axis=2)
    if picture.has_transparency_data:  # what is hidden below is any colour: shown as on paper
        picture = picture.convert("RGBA")
        paper = Pillow.new("RGBA", picture.size, "white")
        picture = Pillow.alpha_composite(paper, picture)
    return np.asarray(picture.convert("RGB"), np.uint8)
