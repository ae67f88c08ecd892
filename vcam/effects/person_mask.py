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
from vcam.effects.edge_cells import EdgeCells
from vcam.effects.outline import Alpha, Outline
from vcam.effects.quality import QualityGovernor
from vcam.settings.schema.showing import BackgroundSettings

Quality = Literal["fast", "good"]

HOLD_S = 1.0
"""How old a mask may be. An older one would show the room where the person was."""

_FITTED_COLUMNS = 160
_PLAIN_COLUMNS = 320
"""Width of the grids that the edge is fitted on, and that the mask is drawn on as it is; the cost
is alike for all pictures."""

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
        self._cells: EdgeCells | None = None
        self._alpha = np.empty((0, 0), np.uint8)
        self._fitted_to: tuple[float, Placement, tuple[int, int]] | None = None
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
        if follows:
            self._outline = self._fitted(self._mask, size, place, picture)
        else:
            self._outline = self._plain(self._mask, size, place)
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

    def _fitted(
        self,
        mask: npt.NDArray[np.float32],
        size: tuple[int, int],
        place: Placement,
        picture: Image,
    ) -> Outline:
        if self._cells is None or self._cells.size != size:
            self._cells = EdgeCells(size, _FITTED_COLUMNS)
            self._fitted_to = None
        if self._fitted_to != self._made_of:
            self._fitted_to = self._made_of
            self._cells.take(self._placed(mask, place, self._cells.grid, self._cells.padded))
        return self._cells.fitted(picture, self._curve)

    def _plain(
        self, mask: npt.NDArray[np.float32], size: tuple[int, int], place: Placement
    ) -> Outline:
        if self._alpha.shape != (size[1], size[0]):
            self._alpha = np.empty((size[1], size[0]), np.uint8)
        grid = _grid(size, _PLAIN_COLUMNS)
        share = cv2.convertScaleAbs(self._placed(mask, place, grid, size), alpha=255)
        _enlarge(np.asarray(cv2.LUT(share, self._curve), np.uint8), self._alpha)
        return Outline(self._alpha)

    def _placed(
        self,
        mask: npt.NDArray[np.float32],
        place: Placement,
        grid: tuple[int, int],
        size: tuple[int, int],
    ) -> npt.NDArray[np.float32]:
        """The mask on a grid over so many pixels; 0 beside the camera's picture."""
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
