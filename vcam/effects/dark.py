"""Darkens the scene, all of it or what is behind the person."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.effects.colour import palette, veil
from vcam.effects.moment import Moment, done, presence
from vcam.effects.outline import Outline
from vcam.effects.schema import DimSpec

_ROWS = 48
"""So few rows at a time that what lies between the steps stays near the processor."""


class Dark:
    """Draws the dark. Keeps its scratch memory, so one per thread."""

    def __init__(self) -> None:
        self._room = np.empty((0, 0, 3), np.uint8)

    def draw(self, moment: Moment, spec: DimSpec, shown: LiveEffect) -> None:
        """Takes the picture some way to one colour."""
        now = presence(spec, shown, moment)
        share = spec.amount * now.share * done(now.elapsed_s, spec.enter_ms)
        if moment.person is None:
            veil(moment.canvas, spec.colour, share)
        elif share >= 1 / 510:
            self._behind(moment.canvas, moment.person.outline, spec.colour, share)

    def _behind(self, canvas: Image, outline: Outline, colour: str, share: float) -> None:
        left, top, right, bottom = outline.box
        if left >= right or top >= bottom:
            veil(canvas, colour, share)
            return
        if self._room.shape != canvas.shape:
            self._room = np.empty_like(canvas)
        colours = (palette([colour])[0] * share).tolist()
        least = min(colours)
        plane = np.empty((_ROWS, *canvas.shape[1:]), np.uint8)
        plane[:] = [round(value - least) for value in colours]
        tinted = bool(plane[0, 0].any())
        for first in range(0, canvas.shape[0], _ROWS):
            dark = self._room[first : first + _ROWS]
            bright = canvas[first : first + _ROWS]
            cv2.convertScaleAbs(bright, dst=dark, alpha=1 - share, beta=least)
            if tinted:
                cv2.add(dark, plane[: len(dark)], dst=dark)
        outline.lay(canvas, canvas, self._room)
        cv2.copyTo(self._room, outline.room, canvas)
