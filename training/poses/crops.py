"""Squares cut round hands as training data for an image network, and what a camera does to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from training.common.files import writing
from training.common.progress import counted
from training.poses.augment import relabel, thumb_up_share
from training.poses.hands import BoolArray, Hands, mask
from training.poses.synthetic import readable_as
from training.poses.views import VIEW_SIDE, angles, cut_view
from vcam.core.frame import Image
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import SELFIE_POSES
from vcam.synthetic import background
from vcam.synthetic.poses import SHAPES
from vcam.synthetic.sample import sample
from vcam.vision.region import SQUARE_SIDE, Region, cut

REGION_SIDE: Final = SQUARE_SIDE
"""Pixels of a view that are vision's region, exactly: its middle."""

Images = npt.NDArray[np.uint8]

_DRAWN_SIZE = (320, 240)
_DRAWN_WEIGHT = 1.5  # of those that the small network learns from, three of four are drawn
_DRAWN_OFTEN = 3
_JOINT_ERROR = 0.05  # palm lengths; true joints bound a hand more exactly than vision's do
_BACKDROPS = 240


@dataclass(frozen=True, slots=True)
class CropAugmentation:
    """How much squares are varied.

    Attributes:
        turn_deg: the square's own turn, at most.
        zoom: its size, at most this share larger or smaller.
        shift: its place, at most, in shares of its side.
        roll_deg: standard deviation of the turn of the whole picture, which the square follows.
        far_roll_share: pictures turned by up to 120 degrees instead.
        backdrop_share: squares that reach beyond their picture, and get another backdrop there.
        blur_share: squares that are blurred or coarse.
        dark_share: squares that are darkened a lot.
    """

    turn_deg: float = 12.0
    zoom: float = 0.13
    shift: float = 0.06
    roll_deg: float = 14.0
    far_roll_share: float = 0.2
    backdrop_share: float = 0.7
    blur_share: float = 0.35
    dark_share: float = 0.25


@dataclass(frozen=True, eq=False)
class Crops:
    """Squares with the hands in them.

    Attributes:
        images: uint8 (n, VIEW_SIDE, VIEW_SIDE, 3).
        inside: uint8 (n, INSIDE_SIDE, INSIDE_SIDE), 255 where the square lies in its picture.
        hands: the same hands; only labels, weights and landmarks in the picture count.
    """

    images: Images
    inside: Images
    hands: Hands

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: npt.NDArray[np.int64] | BoolArray) -> Crops:
        """The chosen ones."""
        return Crops(self.images[rows], self.inside[rows], self.hands.take(rows))

    @classmethod
    def join(cls, parts: Sequence[Crops]) -> Crops:
        """All of them."""
        return cls(
            np.concatenate([part.images for part in parts]),
            np.concatenate([part.inside for part in parts]),
            Hands.join([part.hands for part in parts]),
        )

    def seen(self, side: int) -> tuple[Images, FloatArray]:
        """As a network sees them without augmentation.

        Args:
            side: of its input, pixels.

        Returns:
            Vision's regions, uint8 (n, side, side, 3), and the cosine and sine of each one's
            turn, float32 (n, 2).
        """
        low = (VIEW_SIDE - REGION_SIDE) // 2
        middles = self.images[:, low : low + REGION_SIDE, low : low + REGION_SIDE]
        if side != REGION_SIDE:
            size, way = (side, side), cv2.INTER_AREA if side < REGION_SIDE else cv2.INTER_LINEAR
            scaled = [cv2.resize(each, size, interpolation=way) for each in middles]
            middles = np.array(scaled, np.uint8).reshape(len(self), side, side, 3)
        return middles, turns_of(angles(self.hands.screen[..., :2]))


def turns_of(angle: FloatArray) -> FloatArray:
    """Cosine and sine of each angle, float32 (n, 2)."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def drawn_crops(count: int, seed: int, keep_in: Path | None = None) -> Crops:
    """Rendered hands of every shape, poses and hard negatives alike.

    Args:
        count: of each shape; of those that effects answer by default three times as many.
        seed: of everything random.
        keep_in: a folder in which they are kept between runs.
    """
    numbers = {shape: count * (_DRAWN_OFTEN if shape in SELFIE_POSES else 1) for shape in SHAPES}
    shapes = np.repeat(sorted(numbers), [numbers[shape] for shape in sorted(numbers)])
    path = keep_in / f"drawn-quick-{VIEW_SIDE}-{count}-{seed}.npz" if keep_in else None
    if path and path.is_file():
        with np.load(path, allow_pickle=False) as stored:
            if np.array_equal(stored["shapes"], shapes):
                return _labelled(stored["images"], stored["inside"], stored["points"], shapes)
    rng = np.random.default_rng([seed, 1])
    images, inside, points = [], [], []
    for place, shape in enumerate(counted(shapes, "drawn pictures")):
        drawn = sample(str(shape), seed * 1_000_003 + place, _DRAWN_SIZE, quick=True)
        error = rng.normal(0, _JOINT_ERROR * drawn.palm_px, (21, 2))
        marks = (drawn.points + error).astype(np.float32)
        view, covered = cut_view(drawn.image, marks)
        images.append(view)
        inside.append(covered)
        points.append(marks)
    made = np.array(images), np.array(inside), np.array(points)
    if path:
        with writing(path) as partial:
            np.savez(partial, shapes=shapes, images=made[0], inside=made[1], points=made[2])
    return _labelled(*made, shapes)


def _labelled(
    images: Images, inside: Images, points: FloatArray, shapes: npt.NDArray[np.str_]
) -> Crops:
    number = len(images)
    allowed = np.array([mask(readable_as(str(shape))) for shape in shapes])
    screen = np.concatenate([points, np.zeros_like(points[..., :1])], axis=2)
    hands = Hands(
        screen,
        np.zeros_like(screen),
        np.zeros(number, np.bool_),
        allowed,
        np.full(number, _DRAWN_WEIGHT, np.float32),
        np.zeros(number, np.float32),
    )
    return Crops(images, inside, hands)


def backdrops(seed: int, count: int = _BACKDROPS) -> Images:
    """Drawn rooms, gradients and noise, uint8 (count, VIEW_SIDE, VIEW_SIDE, 3)."""
    rng = np.random.default_rng([seed, 2])
    ways = (background.room, background.room, background.gradient, background.noise)
    made = [
        ways[number % len(ways)](rng, VIEW_SIDE, VIEW_SIDE)[..., ::-1] for number in range(count)
    ]
    return np.clip(np.array(made) * 255, 0, 255).astype(np.uint8)


def vary(
    crops: Crops,
    behind: Images,
    how: CropAugmentation,
    rng: np.random.Generator,
    side: int = REGION_SIDE,
) -> tuple[Images, FloatArray, BoolArray]:
    """A new draw of the same squares.

    Args:
        crops: to vary.
        behind: `backdrops`.
        how: how much.
        rng: source of randomness.
        side: of the network's input, pixels.

    Returns:
        Images uint8 (n, side, side, 3), turns float32 (n, 2), and allowed poses
        bool (n, poses): a thumb up that is rolled by 90 degrees is none.
    """
    count = len(crops)
    hands = crops.hands
    roll = random_rolls(count, how, rng)
    screen = rolled(hands.screen, np.radians(roll))
    allowed = relabel(hands, screen, thumb_up_share(hands.screen), np.abs(roll).astype(np.float32))
    angle = angles(screen[..., :2])
    images = np.empty((count, side, side, 3), np.uint8)
    half = VIEW_SIDE / 2
    for row in range(count):
        turn = np.radians(rng.uniform(-how.turn_deg, how.turn_deg))
        size = REGION_SIDE * (1 + rng.uniform(-how.zoom, how.zoom))
        dx, dy = rng.uniform(-how.shift, how.shift, 2) * REGION_SIDE
        view = crops.images[row]
        if rng.random() < how.backdrop_share:
            view = new_backdrop(view, crops.inside[row], behind[rng.integers(len(behind))])
        image = cut(view, Region(half + dx, half + dy, size, float(turn)), side)
        angle[row] += turn
        images[row] = spoil_image(image, how, rng)
    flip = rng.random(count) < 0.5
    images[flip] = images[flip, :, ::-1]
    angle[flip] *= -1
    return images, turns_of(angle), allowed


def new_backdrop(view: Image, inside: Image, behind: Image) -> Image:
    """Fills what lies beyond the picture's border, which repeats its last pixels, anew.

    Crops of hands have nothing round them, and vision's square shows stripes there. A camera's
    picture seldom does: a network must not learn from them.
    """
    if inside.min() > 0:
        return view
    size = (view.shape[1], view.shape[0])
    kept = cv2.resize(inside, size, interpolation=cv2.INTER_LINEAR)[..., np.newaxis] / 255
    return np.asarray(view * kept + behind * (1 - kept), np.uint8)


def spoil_image(image: Image, how: CropAugmentation, rng: np.random.Generator) -> Image:
    """What light and cameras do: colour, gamma, darkness, blur, few pixels, noise."""
    values = np.arange(256, dtype=np.float32) / 255
    gain = np.exp(rng.normal(0, 0.08, 3)) * np.exp(rng.normal(0.0, 0.2))
    if rng.random() < how.dark_share:
        gain = gain * rng.uniform(0.15, 0.6)
    contrast = np.exp(rng.normal(0, 0.15))
    curve = (values ** np.exp(rng.normal(0, 0.3)) - 0.5) * contrast + 0.5
    lut = np.clip(curve[:, np.newaxis] * gain * 255, 0, 255).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, lut[np.newaxis]), np.uint8)
    if rng.random() < how.blur_share:
        side = len(image)
        if rng.random() < 0.5:
            softness = float(rng.uniform(0.004, 0.02)) * side
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), softness), np.uint8)
        else:
            small = int(rng.uniform(0.25, 0.65) * side)
            coarse = cv2.resize(image, (small, small), interpolation=cv2.INTER_AREA)
            image = np.asarray(cv2.resize(coarse, (side, side)), np.uint8)
    noise = rng.integers(0, 256, image.shape, np.uint8)  # cheap; its deviation is 74
    strength = float(rng.uniform(0, 0.12) ** 2 / 0.12)
    return np.asarray(cv2.addWeighted(image, 1.0, noise, strength, -127 * strength), np.uint8)


def random_rolls(
    count: int, how: CropAugmentation, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """By how many degrees each picture is turned in its plane, (count,)."""
    roll = rng.normal(0, how.roll_deg, count)
    far = rng.random(count) < how.far_roll_share
    roll[far] = rng.uniform(-120, 120, int(far.sum()))
    return roll


def rolled(screen: FloatArray, angle: npt.NDArray[np.float64]) -> FloatArray:
    """Landmarks (n, 21, 3) of a picture that is turned in its plane."""
    cos, sin = np.cos(angle)[:, np.newaxis], np.sin(angle)[:, np.newaxis]
    turned = screen.copy()
    turned[..., 0] = cos * screen[..., 0] - sin * screen[..., 1]
    turned[..., 1] = sin * screen[..., 0] + cos * screen[..., 1]
    return turned
