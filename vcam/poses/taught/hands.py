"""Many hands as arrays, as whole numbers in a file, and as they look a little further round."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand
from vcam.poses.features import landmark_features

NUMBERS: Final = 126
"""Whole numbers that a hand is kept as: 21 landmarks in the picture, 21 in metres."""

LARGEST: Final = 100_000

_SCREEN_UNITS: Final = 1000
_WORLD_UNITS: Final = 10_000
"""Thousandths of the hand's width, and tenths of a millimetre: finer than landmarks are exact."""

_LEAST_WIDTH: Final = 1.0

_YAW_DEG: Final = 15.0
_PITCH_DEG: Final = 12.0
_ROLL_DEG: Final = 8.0
"""Standard deviations of the turns in `views`: the same person holds a pose about so differently
from one day to the next, and another one a little more so."""

_NOISE: Final = 0.03
"""Most noise of a landmark, in palm lengths."""

_STRETCH: Final = 0.08
"""Standard deviation of the length of single fingers: hands differ by about that."""

_FINGERS: Final = tuple(range(base, base + 4) for base in (1, 5, 9, 13, 17))


@dataclass(frozen=True, slots=True, eq=False)
class HandStack:
    """Hands, one a row.

    Attributes:
        screen: float32 (n, 21, 3), landmarks in the picture with their depth, in hand widths.
        world: float32 (n, 21, 3), metres.
        left: bool (n,).
    """

    screen: FloatArray
    world: FloatArray
    left: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.screen)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> HandStack:
        """The chosen rows."""
        return HandStack(self.screen[rows], self.world[rows], self.left[rows])

    def features(self) -> FloatArray:
        """Float32 (n, FEATURE_COUNT)."""
        # In the scale of pixels: features have terms that keep a division from failing.
        screen = self.screen * np.float32(100)
        return landmark_features(screen[..., :2], screen[..., 2], self.world, self.left)

    def views(self, times: int, rng: np.random.Generator) -> HandStack:
        """Each hand `times` times, a little turned and stretched, with worse landmarks."""
        count = len(self) * times
        screen = np.repeat(self.screen, times, axis=0)
        world = np.repeat(self.world, times, axis=0)
        turn = _turns(count, rng)
        stretch = np.exp(rng.normal(0, _STRETCH, (count, 5))).astype(np.float32)
        amount = rng.uniform(0, _NOISE, (count, 1, 1)).astype(np.float32)
        for landmarks in (screen, world):
            for finger, joints in enumerate(_FINGERS):
                base = landmarks[:, joints[0] : joints[0] + 1].copy()
                length = stretch[:, finger, np.newaxis, np.newaxis]
                landmarks[:, list(joints)] = base + (landmarks[:, list(joints)] - base) * length
            palm = landmarks[:, 9:10] - landmarks[:, :1]
            palm_length = np.sqrt((palm**2).sum(axis=2, keepdims=True))
            landmarks[:] = landmarks @ turn.swapaxes(1, 2)
            noise = rng.normal(0, 1, landmarks.shape).astype(np.float32)
            landmarks += noise * amount * palm_length
        return HandStack(screen, world, np.repeat(self.left, times))

    @classmethod
    def of_numbers(
        cls, numbers: npt.ArrayLike, left: Sequence[bool] | npt.NDArray[np.bool_]
    ) -> HandStack:
        """The hands that `numbers_of` has made these (n, NUMBERS) whole numbers of."""
        values = np.asarray(numbers, np.float32).reshape(-1, 2, 21, 3)
        screen: FloatArray = values[:, 0] / np.float32(_SCREEN_UNITS)
        world: FloatArray = values[:, 1] / np.float32(_WORLD_UNITS)
        return cls(screen, world, np.asarray(left, np.bool_).reshape(len(values)))

    @classmethod
    def join(cls, parts: Iterable[HandStack]) -> HandStack:
        """All of them, one after the other."""
        every = list(parts)
        return cls(
            np.concatenate([part.screen for part in every]),
            np.concatenate([part.world for part in every]),
            np.concatenate([part.left for part in every]),
        )


def numbers_of(hand: Hand) -> tuple[int, ...] | None:
    """What is kept of a hand: nothing of where it was, how large, or what was behind it.

    Returns:
        NUMBERS whole numbers; None if the landmarks make no hand.
    """
    width = hand.width
    parts = hand.points, hand.depth, hand.world
    if not all(np.isfinite(part).all() for part in parts) or width < _LEAST_WIDTH:
        return None
    screen = np.column_stack([hand.points - hand.points[0], hand.depth]) / width
    scaled = np.concatenate([screen * _SCREEN_UNITS, hand.world * _WORLD_UNITS])
    return tuple(int(each) for each in np.clip(np.rint(scaled), -LARGEST, LARGEST).ravel())


def _turns(count: int, rng: np.random.Generator) -> FloatArray:
    """Rotations (n, 3, 3) by small random angles (Rodrigues' formula)."""
    spread = np.radians([_PITCH_DEG, _YAW_DEG, _ROLL_DEG])
    turns = rng.normal(0, 1, (count, 3)) * spread
    angle = np.sqrt((turns**2).sum(axis=1, keepdims=True)) + 1e-9
    x, y, z = (turns / angle).T
    zero = np.zeros(count)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=1).reshape(count, 3, 3)
    angle = angle[..., np.newaxis]
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    return np.asarray(turn, np.float32)
