"""Pictures that are nearly the same: found by a perceptual hash, so that no part shares them.

The hash is the usual one: the signs of the 64 lowest frequencies of a small grey copy. It is a few
lines of cv2 here rather than a package (`imagehash`), because the work is in comparing hashes,
which that package does one pair at a time in Python, and it would add PyWavelets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from training.common.progress import counted
from training.images.decoding import read_picture
from training.images.samples import PARTS, Part, Samples
from vcam.core.frame import Image

HashArray = npt.NDArray[np.uint64]
GreyArray = npt.NDArray[np.float32]
PlaceArray = npt.NDArray[np.int64]

MOST_BITS: Final = 10
"""Hashes that differ in more bits are of two pictures.

Chosen with the next one on six sets of photographs (faces, hands, smokers; 3,267 pictures). Of
copies that were packed again or halved 99 to 100 % are found, of lighter ones 94 to 100 % (59 %
where a white background burns out), of those cut by 3 % at two edges 79 to 99 %, by 5 % only 5 to
48 %. In the two sets of smokers and aligned faces (1,120) nothing was found that is no copy.
"""

LEAST_CORRELATION: Final = 0.97
"""Soft small copies that agree less are of two pictures, whatever their hashes say."""

_SIDE = 32
_LOW = 8
_SOFTNESS = 1.5  # standard deviation in pixels of a small copy: forgives cuts at the edge
_SOFT_SIDE = 16
_READ_SIDE = 4 * _SIDE  # no need to decode large JPEGs in full
_BLOCK_PAIRS = 1 << 22  # compared at once: 32 MiB of 64-bit words
_BLOCK_COPIES = 1 << 15  # pairs of soft copies compared at once: 64 MiB


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


def soft_copy(grey: GreyArray) -> GreyArray:
    """(256,) float32: a blurred `small_grey` of mean 0 and length 1; 0 where it is blank."""
    soft = cv2.resize(
        cv2.GaussianBlur(grey, (0, 0), _SOFTNESS),
        (_SOFT_SIDE, _SOFT_SIDE),
        interpolation=cv2.INTER_AREA,
    ).ravel()
    centred = soft - soft.mean()
    return np.asarray(centred / max(1.0, float(np.linalg.norm(centred))), np.float32)


def find_near_duplicates(samples: Samples) -> tuple[tuple[int, ...], ...]:
    """Groups of two and more places in `samples.items` that show nearly the same picture.

    Every picture is compared with every other, in blocks of NumPy: 20,000 take about a second of
    CPU, 200,000 about a hundred times as long.

    Raises:
        TrainingError: a picture cannot be read.
    """
    hashes = np.zeros(len(samples.items), np.uint64)
    softs = np.zeros((len(samples.items), _SOFT_SIDE**2), np.float32)
    for place, sample in enumerate(counted(samples.items, "near duplicates")):
        grey = small_grey(read_picture(sample.path, _READ_SIDE))
        hashes[place], softs[place] = perceptual_hash(grey), soft_copy(grey)
    return groups_of(hashes, softs)


def groups_of(hashes: HashArray, softs: GreyArray) -> tuple[tuple[int, ...], ...]:
    """The same of pictures that are read already.

    Args:
        hashes: (n,) of `perceptual_hash`.
        softs: (n, 256) of `soft_copy`.
    """
    group = np.arange(len(hashes))
    for first, second in close_pairs(hashes, MOST_BITS):
        # A film of thousands of frames has millions of pairs; most are joined already.
        apart = group[first] != group[second]
        first, second = first[apart], second[apart]
        same = _alike(softs, first, second)
        if same.any():
            group = _merged(group, first[same], second[same])
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    found = [tuple(places.tolist()) for places in np.split(order, starts) if len(places) > 1]
    return tuple(sorted(found))


def close_pairs(hashes: HashArray, most_bits: int) -> Iterator[tuple[PlaceArray, PlaceArray]]:
    """All pairs of places, the lesser first, whose hashes differ in so many bits at most.

    Yields:
        Blocks of them: (k,) first and (k,) second places.
    """
    rows = max(1, _BLOCK_PAIRS // max(1, len(hashes)))
    for start in range(0, len(hashes), rows):
        block = hashes[start : start + rows]
        apart = np.bitwise_count(block[:, np.newaxis] ^ hashes[np.newaxis, start:])
        first, second = np.nonzero(apart <= most_bits)
        ordered = first < second
        yield first[ordered] + start, second[ordered] + start


def _alike(softs: GreyArray, first: PlaceArray, second: PlaceArray) -> npt.NDArray[np.bool_]:
    same = np.zeros(len(first), bool)
    for start in range(0, len(first), _BLOCK_COPIES):
        part = slice(start, start + _BLOCK_COPIES)
        one, other = softs[first[part]], softs[second[part]]
        likeness = np.einsum("ij,ij->i", one, other)
        # Blank pictures have no shape; all of them are the same.
        blank = ~(one.any(axis=1) | other.any(axis=1))
        same[part] = (likeness >= LEAST_CORRELATION) | blank
    return same


def _merged(group: PlaceArray, first: PlaceArray, second: PlaceArray) -> PlaceArray:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    count = len(group)
    joins = coo_array((np.ones(len(first), bool), (group[first], group[second])), (count, count))
    return np.asarray(connected_components(joins, directed=False)[1], np.int64)[group]


def across(samples: Samples, groups: Sequence[Sequence[int]]) -> tuple[AcrossParts, ...]:
    """The groups that lie in more than one part: a given split that leaks."""
    found = []
    for group in groups:
        there = {samples.items[place].part for place in group}
        parts = tuple(part for part in PARTS if part in there)
        if len(parts) > 1:
            found.append(AcrossParts(parts, tuple(samples.items[place].path for place in group)))
    return tuple(found)
