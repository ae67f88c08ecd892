"""Vision's coarse mask of the person, made to fit the picture that goes out."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.grid import enlarge, grid_over, shrunk
from vcam.effects.guided import guided_coefficients
from vcam.effects.outline import Alpha, Box, Outline
from vcam.effects.quality import QualityGovernor
from vcam.effects.scratch import Scratch
from vcam.settings.schema.showing import BackgroundSettings

Quality = Literal["fast", "good"]

HOLD_S = 1.0
"""How old a mask may be. An older one would show the room where the person was."""

_COARSE_COLUMNS = 160
_FINE_COLUMNS = 640
"""Width of the grids on which the edge is fitted and drawn; the cost is alike for all pictures."""

_RADIUS = 2
"""Of the guided filter's window, cells of the coarse grid."""
_EPSILON = 5e-4

_NOBODY = 0.01
"""Shares of the person up to this are noise of the network."""

_BLACK, _WHITE = 0.31, 0.69
"""Shares of the person below and above which a pixel is room or person altogether."""

_CRISP = 0.395, 0.605
"""The same where the room stays as it is: an edge this narrow is the cheaper to blend."""

_PLAIN = 1
"""Level of quality without the guided filter."""

_CLOSE_S = 0.05
"""Time between two pictures, above which a mask is not made in the course of two of them."""


class _Making(NamedTuple):
    """What an outline is made of."""

    mask_at: float
    place: Placement
    size: tuple[int, int]


class PersonMask:
    """The person's share of each pixel of the outgoing picture. Used from one thread.

    While drawing takes too long (`note_drawing`) it is made more cheaply.

    Args:
        settings: how well it is made; `good` if not given.
        crisp: with a narrower edge.
    """

    def __init__(self, settings: BackgroundSettings | None = None, crisp: bool = False) -> None:
        self._quality: Quality = "good"
        self._mask: npt.NDArray[np.float32] | None = None
        self._seen: tuple[int, int] = (1, 1)
        self._mask_at = -math.inf
        self._now = -math.inf
        black, white = _CRISP if crisp else (_BLACK, _WHITE)
        self._ramp = black, 255 / (white - black)
        self._made: tuple[_Making, Outline] | None = None
        self._coming: tuple[_Making, Outline] | None = None
        self._drawn_at = -math.inf
        self._scratch = Scratch()
        # One outline is shown while the other is made.
        self._memory = [Scratch(), Scratch()]
        self._governor = QualityGovernor(_PLAIN)
        if settings is not None:
            self.apply(settings)

    def apply(self, settings: BackgroundSettings) -> None:
        """Takes the quality over."""
        self._quality = settings.quality

    def update(self, observation: Observation | None, at: float | None = None) -> None:
        """Takes the newest observation; the same one may come again and again.

        Args:
            observation: None where vision knows nothing any more: the mask is dropped.
            at: when the frame that is drawn on was taken, seconds; None for the observation's.
        """
        if observation is None:
            self._mask, self._mask_at = None, -math.inf
            return
        if observation.mask is not None and observation.mask is not self._mask:
            self._mask, self._mask_at = observation.mask, observation.mask_at
            self._seen = observation.size
        self._now = observation.at if at is None else max(at, observation.at)

    @property
    def is_fresh(self) -> bool:
        """Whether there is a mask that still holds."""
        return self._mask is not None and self._now - self._mask_at <= HOLD_S

    def alpha(self, size: tuple[int, int], place: Placement, picture: Image) -> Alpha | None:
        """The person's share of each pixel; see `outline`."""
        outline = self.outline(size, place, picture)
        return None if outline is None else outline.alpha

    def outline(self, size: tuple[int, int], place: Placement, picture: Image) -> Outline | None:
        """Where the person is, or None while there is no fresh mask.

        Without the guided filter, a new mask is made in the course of two pictures that follow each
        other closely, half in each: next to its age, the time between them counts little.

        Args:
            size: width and height of the picture that goes out.
            place: how the observed frame lies in it.
            picture: it, uint8 (h, w, 3), before anything is drawn on it.

        Returns:
            Of (h, w), 255 for the person; overwritten by the call after the next.
        """
        before, self._drawn_at = self._drawn_at, self._now
        if not self.is_fresh:
            self._made = self._coming = None
            return None
        assert self._mask is not None
        making = _Making(self._mask_at, place, size)
        follows = self._quality == "good" and self._governor.level < _PLAIN
        if follows or not self._may_wait(making, before):
            self._made = making, self._outlined(self._mask, making, picture if follows else None)
            self._coming = None
        elif self._made is not None and self._coming is not None:
            self._coming[1].prepare(self._made[1])
            self._made, self._coming = self._coming, None
        elif self._made is not None and self._made[0] != making:
            self._coming = making, self._outlined(self._mask, making, None)
        assert self._made is not None
        return self._made[1]

    def _may_wait(self, making: _Making, before: float) -> bool:
        """Whether the last outline may be shown once more.

        Args:
            making: what the next one would be made of.
            before: the time of the last picture, seconds.
        """
        if self._made is None or self._made[0][1:] != making[1:]:
            return False
        return self._made[0] == making or 0 <= self._now - before <= _CLOSE_S

    def sure_outline(self, size: tuple[int, int], place: Placement, picture: Image) -> Outline:
        """What `outline` says; while there is no fresh mask, all is room."""
        outline = self.outline(size, place, picture)
        return outline or Outline(np.zeros((size[1], size[0]), np.uint8))

    def note_drawing(self, spent_s: float, at: float) -> None:
        """Notes how long the drawing of a picture took, mask and all.

        Args:
            spent_s: seconds.
            at: the time of that picture, seconds.
        """
        self._governor.note(spent_s, at)

    def _outlined(
        self, mask: npt.NDArray[np.float32], making: _Making, picture: Image | None
    ) -> Outline:
        """The outline; following the edges of a picture if there is one."""
        _, place, size = making
        self._memory.reverse()
        memory = self._memory[0]
        if picture is None:
            return self._plain(mask, making, memory)
        alpha: Alpha = memory.take("alpha", (size[1], size[0]))
        grid = grid_over(size, _FINE_COLUMNS)
        share, start = self._guided(mask, size, place, picture, grid)
        return Outline(alpha, enlarge(share, start, grid, alpha), memory)

    def _plain(self, mask: npt.NDArray[np.float32], making: _Making, memory: Scratch) -> Outline:
        """The outline as the mask has it; many want it coarse alone."""
        _, place, size = making
        grid = grid_over(size, _FINE_COLUMNS // 2)
        placed = self._placed(mask, size, place, grid)
        black, gain = self._ramp
        share: Alpha = memory.take("share", placed.shape)
        cv2.addWeighted(placed, gain, placed, 0, -black * gain, dst=share, dtype=cv2.CV_8U)

        def whole() -> tuple[Alpha, Box | None]:
            alpha: Alpha = memory.take("alpha", (size[1], size[0]))
            return alpha, enlarge(share, (0, 0), grid, alpha)

        halves = grid == (-(-size[0] // 2), -(-size[1] // 2))
        return Outline(whole, None, memory, share if halves else None)

    def _guided(
        self,
        mask: npt.NDArray[np.float32],
        size: tuple[int, int],
        place: Placement,
        picture: Image,
        fine: tuple[int, int],
    ) -> tuple[npt.NDArray[np.uint8], tuple[int, int]]:
        """A part of the share on the fine grid, and its left and top; beyond it all is room."""
        coarse = grid_over(size, _COARSE_COLUMNS)
        placed = self._placed(mask, size, place, coarse)
        left, top, right, bottom = _reach(placed, size, fine)
        placed = placed[top:bottom, left:right]
        cells, wide, tall = placed.shape[::-1], size[0] / coarse[0], size[1] / coarse[1]
        part = picture[
            round(top * tall) : round(bottom * tall), round(left * wide) : round(right * wide)
        ]
        step_x, step_y = fine[0] / coarse[0], fine[1] / coarse[1]
        from_x, from_y = round(left * step_x), round(top * step_y)
        grid = round(right * step_x) - from_x, round(bottom * step_y) - from_y
        columns, rows = grid
        take = self._scratch.take
        colours = cv2.resize(part, grid, dst=take("colours", (rows, columns, 3)))
        grey = take("grey", (rows, columns))
        cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY, dst=grey)
        small = shrunk(grey, cells) * np.float32(1 / 255)
        slope, offset = guided_coefficients(small, placed, _RADIUS, _EPSILON)
        black, gain = self._ramp
        slope *= np.float32(gain / 255)
        offset -= np.float32(black)
        offset *= np.float32(gain)
        guide, line = take("guide", (2, rows, columns), np.float32)
        cv2.resize(slope, grid, dst=line)
        np.copyto(guide, grey)
        cv2.multiply(guide, line, dst=guide)
        cv2.resize(offset, grid, dst=line)
        share = cv2.add(guide, line, dst=take("share", (rows, columns)), dtype=cv2.CV_8U)
        return np.asarray(share, np.uint8), (from_x, from_y)

    def _placed(
        self,
        mask: npt.NDArray[np.float32],
        size: tuple[int, int],
        place: Placement,
        grid: tuple[int, int],
    ) -> npt.NDArray[np.float32]:
        """The mask on a grid over the outgoing picture; 0 beside the camera's picture."""
        rows, columns = mask.shape
        across = grid[0] / size[0]
        down = grid[1] / size[1]
        scale_x = place.scale * self._seen[0] / columns * across
        scale_y = place.scale * self._seen[1] / rows * down
        left, top = place.left * across, place.top * down
        if left == top == 0 and (scale_x * columns, scale_y * rows) == grid:
            # The same in a quarter of the time.
            return np.asarray(cv2.resize(mask, grid), np.float32)
        matrix = np.array(
            [
                [scale_x, 0, left + scale_x / 2 - 0.5],
                [0, scale_y, top + scale_y / 2 - 0.5],
            ]
        )
        placed = np.asarray(
            cv2.warpAffine(mask, matrix, grid, borderMode=cv2.BORDER_REPLICATE), np.float32
        )
        placed[: max(0, round(top))] = 0
        placed[max(0, round(top + scale_y * rows)) :] = 0
        placed[:, : max(0, round(left))] = 0
        placed[:, max(0, round(left + scale_x * columns)) :] = 0
        return placed


def _reach(
    placed: npt.NDArray[np.float32], size: tuple[int, int], fine: tuple[int, int]
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the coarse grid's cells in which the edge can come to lie."""
    rows, columns = placed.shape
    whole = 0, 0, columns, rows
    if any(side % cells for side, cells in zip((*size, *fine), (columns, rows) * 2, strict=True)):
        return whole
    left, top, across, down = cv2.boundingRect(np.asarray(placed > _NOBODY, np.uint8))
    if not across:
        return whole
    # Two means, one after the other, each bring in what is a radius away.
    margin = 2 * _RADIUS + 1
    return (
        max(0, left - margin),
        max(0, top - margin),
        min(columns, left + across + margin),
        min(rows, top + down + margin),
    )
