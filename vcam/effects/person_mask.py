"""Vision's coarse mask of the person, made to fit the picture that goes out."""

from __future__ import annotations

import math
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.guided import guided_coefficients
from vcam.effects.outline import Alpha, Outline
from vcam.effects.quality import QualityGovernor
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

_BLACK, _WHITE = 0.25, 0.75
"""Shares of the person below and above which a pixel is room or person altogether."""


_CRISP = 0.36, 0.64
"""The same where the room stays as it is: an edge this narrow is the cheaper to blend."""

_PLAIN, _KEPT = 1, 2
"""Levels of quality: without the guided filter; and made anew for each mask, not each picture."""


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
        ramp = (np.arange(256) / 255 - black) / (white - black)
        ramp = np.clip(ramp, 0, 1)
        self._curve = np.round(255 * ramp * ramp * (3 - 2 * ramp)).astype(np.uint8)
        self._outline: Outline | None = None
        self._made_of: tuple[float, Placement, tuple[int, int]] | None = None
        self._alpha = np.empty((0, 0), np.uint8)
        self._governor = QualityGovernor(_KEPT)
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

        Args:
            size: width and height of the picture that goes out.
            place: how the observed frame lies in it.
            picture: it, uint8 (h, w, 3), before anything is drawn on it.

        Returns:
            Of (h, w), 255 for the person; overwritten by the next call.
        """
        if not self.is_fresh:
            return None
        assert self._mask is not None
        level = self._governor.level
        follows = self._quality == "good" and level < _PLAIN
        made_of = (self._mask_at, place, size)
        is_made = self._outline is not None and made_of == self._made_of
        if is_made and (level == _KEPT or not follows):
            return self._outline
        self._made_of = made_of
        if self._alpha.shape != (size[1], size[0]):
            self._alpha = np.empty((size[1], size[0]), np.uint8)
        if follows:
            share = self._guided(self._mask, size, place, picture)
        else:
            share = self._plain(self._mask, size, place)
        _enlarge(np.asarray(cv2.LUT(share, self._curve), np.uint8), self._alpha)
        self._outline = Outline(self._alpha)
        return self._outline

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

    def _guided(
        self, mask: npt.NDArray[np.float32], size: tuple[int, int], place: Placement, picture: Image
    ) -> npt.NDArray[np.uint8]:
        fine, coarse = _grid(size, _FINE_COLUMNS), _grid(size, _COARSE_COLUMNS)
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
        grey = cv2.cvtColor(cv2.resize(part, grid), cv2.COLOR_BGR2GRAY)
        guide = np.multiply(grey, np.float32(1 / 255), dtype=np.float32)
        small = np.asarray(cv2.resize(guide, cells, interpolation=cv2.INTER_AREA), np.float32)
        slope, offset = guided_coefficients(small, placed, _RADIUS, _EPSILON)
        share = cv2.multiply(cv2.resize(slope, grid), guide)
        cv2.add(share, cv2.resize(offset, grid), dst=share)
        whole = np.zeros((fine[1], fine[0]), np.uint8)
        # Below 0 it would be turned round by what follows.
        whole[from_y : from_y + grid[1], from_x : from_x + grid[0]] = cv2.convertScaleAbs(
            np.maximum(share, 0), alpha=255
        )
        return whole

    def _plain(
        self, mask: npt.NDArray[np.float32], size: tuple[int, int], place: Placement
    ) -> npt.NDArray[np.uint8]:
        grid = _grid(size, _FINE_COLUMNS // 2)
        return np.asarray(
            cv2.convertScaleAbs(self._placed(mask, size, place, grid), alpha=255), np.uint8
        )

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


def _enlarge(share: npt.NDArray[np.uint8], alpha: npt.NDArray[np.uint8]) -> None:
    """Writes `share`, uint8 (rows, columns), larger into `alpha`, uint8 (h, w)."""
    rows, columns = share.shape
    height, width = alpha.shape
    if width % columns or height % rows:
        cv2.resize(share, (width, height), dst=alpha, interpolation=cv2.INTER_LINEAR)
        return
    # Half of a usual picture is room.
    alpha.fill(0)
    left, top, across, down = cv2.boundingRect(share)
    if not across:
        return
    # Two more cells round it: one for what bleeds out, one so that the edges are like the whole's.
    left, right = max(0, left - 2), min(columns, left + across + 2)
    top, bottom = max(0, top - 2), min(rows, top + down + 2)
    step_x, step_y = width // columns, height // rows
    part = alpha[top * step_y : bottom * step_y, left * step_x : right * step_x]
    size = part.shape[1], part.shape[0]
    cv2.resize(share[top:bottom, left:right], size, dst=part, interpolation=cv2.INTER_LINEAR)


def _grid(size: tuple[int, int], columns: int) -> tuple[int, int]:
    """Width and height of a grid over the picture, no finer than half its pixels."""
    share = min(columns / size[0], 0.5)
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))
