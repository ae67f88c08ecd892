"""Many hands as arrays, with what each may be read as: what augmentation and training work on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.poses.features import landmark_features
from vcam.poses.vocabulary import POSES

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Hands:
    """Labelled hands.

    Attributes:
        screen: float32 (n, 21, 3), pixels and depth in their scale; y down, z away.
        world: float32 (n, 21, 3), metres, same axes.
        left: bool (n,).
        allowed: bool (n, poses), the poses that each may be read as.
        weight: float32 (n,), in the loss and in the draw.
        noise: float32 (n,), how much landmark noise augmentation adds at most, in palm lengths.
        drawn: bool (n,), hands of `vcam/synthetic`, not of people; none of them unless said.
        free_thumb: bool (n,), fists with the thumb held sideways, drawn: none as they are, and a
            thumb up or down once they are turned that way; none of them unless said.
    """

    screen: FloatArray
    world: FloatArray
    left: BoolArray
    allowed: BoolArray
    weight: FloatArray
    noise: FloatArray
    drawn: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))
    free_thumb: BoolArray = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        for name in ("drawn", "free_thumb"):
            if len(getattr(self, name)) != len(self.screen):
                object.__setattr__(self, name, np.zeros(len(self.screen), np.bool_))

    def __len__(self) -> int:
        return len(self.screen)

    def take(self, rows: npt.NDArray[np.int64] | BoolArray) -> Hands:
        """The chosen rows, copied."""
        return Hands(
            self.screen[rows],
            self.world[rows],
            self.left[rows],
            self.allowed[rows],
            self.weight[rows],
            self.noise[rows],
            self.drawn[rows],
            self.free_thumb[rows],
        )

    def features(self) -> FloatArray:
        """Features, float32 (n, FEATURE_COUNT)."""
        return landmark_features(self.screen[..., :2], self.screen[..., 2], self.world, self.left)

    def shows(self, pose: str) -> BoolArray:
        """Bool (n,): hands that show `pose` and nothing else."""
        return np.asarray(self.allowed[:, POSES.index(pose)] & (self.allowed.sum(axis=1) == 1))

    @classmethod
    def join(cls, parts: Iterable[Hands]) -> Hands:
        """All of them, one after the other."""
        all_parts = list(parts)
        return cls(
            np.concatenate([part.screen for part in all_parts]),
            np.concatenate([part.world for part in all_parts]),
            np.concatenate([part.left for part in all_parts]),
            np.concatenate([part.allowed for part in all_parts]),
            np.concatenate([part.weight for part in all_parts]),
            np.concatenate([part.noise for part in all_parts]),
            np.concatenate([part.drawn for part in all_parts]),
            np.concatenate([part.free_thumb for part in all_parts]),
        )


def mask(poses: Iterable[str]) -> BoolArray:
    """Bool (poses,), True for those named."""
    wanted = set(poses)
    return np.array([pose in wanted for pose in POSES])
