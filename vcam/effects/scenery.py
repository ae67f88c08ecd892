"""The room behind the person: the user's background, and those that effects bring."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.effects.background import Backdrop
from vcam.effects.moment import Moment, done, presence
from vcam.effects.pack import Effect
from vcam.effects.schema import BackgroundSpec
from vcam.settings.schema.showing import BackgroundSettings

Alpha = npt.NDArray[np.uint8]


class Scenery:
    """Draws backgrounds. Used from one thread."""

    def __init__(self) -> None:
        self._settings = BackgroundSettings()
        self._own = Backdrop(self._settings)
        self._brought: dict[int, Backdrop] = {}
        self._scratch = np.empty((0, 0, 3), np.uint8)

    @property
    def is_set(self) -> bool:
        """Whether the user wants a background."""
        return self._settings.kind != "none"

    @property
    def problem(self) -> str:
        """Why the user's background is not the one that was asked for; empty while it is."""
        return self._own.problem

    def apply(self, settings: BackgroundSettings) -> None:
        """Takes the user's background over."""
        if settings != self._settings:
            self._settings = settings
            self._own.apply(settings)

    def keep(self, keys: AbstractSet[int]) -> None:
        """Ends the backgrounds of all showings but these."""
        for key in [key for key in self._brought if key not in keys]:
            self._brought.pop(key).close()

    def close(self) -> None:
        """Ends everything."""
        self.keep(frozenset())
        self._own.close()

    def draw(
        self,
        moment: Moment,
        brought: Sequence[tuple[Effect, BackgroundSpec, LiveEffect]],
        alpha: Alpha | None,
    ) -> None:
        """Puts the room behind the person, in place.

        Args:
            moment: the picture.
            brought: backgrounds of effects, the one that shows last.
            alpha: uint8 (H, W), the person's share; None while it is not known.
        """
        if not brought:
            self._own.draw(moment.canvas, alpha, moment.at)
            return
        effect, spec, shown = brought[-1]
        now = presence(spec, shown, moment)
        share = now.share * (1.0 if moment.taste.still else done(now.elapsed_s, spec.enter_ms))
        if share >= 1:
            self._of(effect, spec, shown).draw(moment.canvas, alpha, moment.at)
            return
        before = self._copy(moment.canvas)
        self._own.draw(before, alpha, moment.at)
        if share > 0:
            self._of(effect, spec, shown).draw(moment.canvas, alpha, moment.at)
        cv2.addWeighted(moment.canvas, share, before, 1 - share, 0, dst=moment.canvas)

    def _of(self, effect: Effect, spec: BackgroundSpec, shown: LiveEffect) -> Backdrop:
        backdrop = self._brought.get(shown.key)
        if backdrop is None:
            settings = BackgroundSettings(
                kind=spec.style,
                strength=spec.strength,
                colour=spec.colour,
                colour_below=spec.colour_below,
                file=None if effect.file is None else str(effect.file),
                quality=self._settings.quality,
                rate_hz=self._settings.rate_hz,
            )
            backdrop = self._brought[shown.key] = Backdrop(settings)
        return backdrop

    def _copy(self, canvas: Image) -> Image:
        if self._scratch.shape != canvas.shape:
            self._scratch = np.empty_like(canvas)
        np.copyto(self._scratch, canvas)
        return self._scratch
