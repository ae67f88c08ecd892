"""Pictures that are nearly the same: found by a perceptual hash, so that no part shares them.

The hash is the usual one: the signs of the 64 lowest frequencies of a small grey copy. It is a few
lines of cv2 here rather than a package (`imagehash`), because the work is in comparing hashes,
which that package does one pair at a time in Python, and it would add PyWavelets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from training.common.progress import counted
from training.images.decoding import read_picture
from training.images.groups import joined
from training.images.samples import PARTS, Part, Samples
from vcam.core.frame import Image

HashArray = npt.NDArray[np.uint64]
GreyArray = npt.NDArray[np.float32]

MOST_BITS: Final = 10
"""Hashes that differ in more bits are of two pictures.

Chosen with the next one on six sets of photographs (faces, hands, smokers; 3,267 pictures): packed
again, halved or lit otherwise, practically all copies are found; cut by 3 % at two edges, 77 to
99 %; by 5 %, 8 to 45 %. Of two people's aligned faces (520) none are taken for the same; frames of
one film are, as they should.
"""

LEAST_CORRELATION: Final = 0.97
"""Soft small copies that agree less are of two pictures, whatever their hashes say."""

_SIDE = 32
_LOW = 8
_SOFTNESS = 1.5  # standard deviation in pixels of a small copy: forgives cuts at the edge
_READ_SIDE = 4 * _SIDE  # no need to decode large JPEGs in full
_BLOCK_PAIRS = 1 << 22  # compared at once: 32 MiB of 64-bit words


@dataclass(frozen=True, slots=True)
class AcrossParts:
    """Nearly the same picture in more than one part.

    Attributes:
        parts: that share it.
        paths: of its files.
    """

    parts: tuple[Part, ...]
    paths: tuple[Path, ...]


def small_grey(image: Image) -> GreyArray:
    """(32, 32) float32: what hash and comparison look at."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.float32)


def perceptual_hash(grey: GreyArray) -> np.uint64:
    """64 bits: which of the lowest frequencies of a `small_grey` exceed their median.

    The mean light, frequency 0, does not count towards the median, which it would drown.
    """
    low = cv2.dct(grey)[:_LOW, :_LOW].ravel()
    bits = low > np.median(low[1:])
    return np.uint64(int.from_bytes(np.packbits(bits).tobytes(), "big"))


def find_near_duplicates(samples: Samples) -> tuple[tuple[int, ...], ...]:
    """Groups of two and more places in `samples.items` that show nearly the same picture.

    Every picture is compared with every other, in blocks of NumPy: 20,000 take about a second,
    200,000 about a hundred times as long.

    Raises:
        TrainingError: a picture cannot be read.
    """
    greys = np.zeros((len(samples.items), _SIDE, _SIDE), np.float32)
    for place, sample in enumerate(counted(samples.items, "near duplicates")):
        greys[place] = small_grey(read_picture(sample.path, _READ_SIDE))
    return groups_of(greys)


def groups_of(greys: GreyArray) -> tuple[tuple[int, ...], ...]:
    """The same of pictures that are read already.

    Args:
        greys: (n, 32, 32), each a `small_grey`.
    """
    hashes = np.array([perceptual_hash(grey) for grey in greys], np.uint64)
    first, second = close_pairs(hashes, MOST_BITS)
    soft = np.zeros((len(greys), _SIDE * _SIDE), np.float32)
    for row, grey in enumerate(greys):
        soft[row] = cv2.GaussianBlur(grey, (0, 0), _SOFTNESS).ravel()
    centred = soft - soft.mean(axis=1, keepdims=True)
    norms = np.linalg.norm(centred, axis=1)
    together = np.einsum("ij,ij->i", centred[first], centred[second])
    # Blank pictures have no shape to compare; all of one light are the same.
    same = together >= LEAST_CORRELATION * norms[first] * norms[second]
    return joined(len(greys), zip(first[same].tolist(), second[same].tolist(), strict=True))


def close_pairs(
    hashes: HashArray, most_bits: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All pairs of places, the lesser first, whose hashes differ in so many bits at most."""
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    rows = max(1, _BLOCK_PAIRS // max(1, len(hashes)))
    for start in range(0, len(hashes), rows):
        block = hashes[start : start + rows]
        apart = np.bitwise_count(block[:, np.newaxis] ^ hashes[np.newaxis, start:])
        first, second = np.nonzero(apart <= most_bits)
        ordered = first < second
        firsts.append(first[ordered] + start)
        seconds.append(second[ordered] + start)
    return np.concatenate(firsts), np.concatenate(seconds)


def across(samples: Samples, groups: Sequence[Sequence[int]]) -> tuple[AcrossParts, ...]:
    """The groups that lie in more than one part: a given split that leaks."""
    found = []
    for group in groups:
        there = {samples.items[place].part for place in group}
        parts = tuple(part for part in PARTS if part in there)
        if len(parts) > 1:
            found.append(AcrossParts(parts, tuple(samples.items[place].path for place in group)))
    return tuple(found)
