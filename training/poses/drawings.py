"""The drawn pictures of a landmark table: which there are, and each one drawn again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.poses.pictures import COARSE, DARK, WORSENERS
from vcam.core.frame import Image
from vcam.synthetic.poses import SHAPES
from vcam.synthetic.sample import Sample, sample

DRAWN_SIZE: Final = (640, 360)
_BACK_SHARES: Final = {"v_sign": 0.5}
_USUAL_BACK_SHARE: Final = 0.2
_SEED: Final = 40_000  # far from those of other drawn hands

_OFTEN: Final = {
    "v_sign": 5.0,
    **dict.fromkeys(("hooked_v", "two_closed", "crossed_fingers", "claw"), 2.5),
    **dict.fromkeys(("metal", "pinky_only", "thumb_up", "thumb_sideways"), 2.5),
}
"""Shapes drawn more often: what effects answer by default, and what was taken for it."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One drawn picture.

    Attributes:
        shape: a key of `SHAPES`.
        number: of the drawing among those of its shape; everything random comes from it.
        share: its place among them, from 0 to 1.
        variant: what worsens it, as in the table's `variants`.
    """

    shape: str
    number: int
    share: float
    variant: int

    def sample(self) -> Sample:
        """The hand and the truth about it, before anything worsens it."""
        return sample(
            self.shape,
            _SEED + self.number,
            DRAWN_SIZE,
            quick=True,
            back_share=_BACK_SHARES.get(self.shape, _USUAL_BACK_SHARE),
        )

    def worsened(self, drawn: Sample) -> Image:
        """The picture of `drawn` as this variant has it, uint8 (h, w, 3) BGR."""
        if not self.variant:
            return drawn.image
        seed = [_SEED, self.number, self.variant]
        return WORSENERS[self.variant - 1](drawn.image, np.random.default_rng(seed))


def drawings(count: int) -> Iterator[Drawing]:
    """Drawn pictures of every shape; every fourth is dark, every fourth coarse or smeared.

    Args:
        count: of each shape; of the most important ones more.
    """
    for shape in sorted(SHAPES):
        number = round(count * _OFTEN.get(shape, 1.0))
        for place in range(number):
            turn = place // 4
            worse = {1: DARK[turn % len(DARK)], 3: COARSE[turn % len(COARSE)]}
            yield Drawing(shape, place, place / number, worse.get(place % 4, 0))
