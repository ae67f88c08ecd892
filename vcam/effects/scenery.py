"""The room behind the person: the user's background, and those that effects bring."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import cv2
import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.effects.background import Backdrop
from vcam.effects.moment import Moment, done, presence
from vcam.effects.outline import Outline
from vcam.effects.pack import Effect
from vcam.effects.schema import BackgroundSpec
from vcam.settings.schema.showing import BackgroundSettings


class Scenery:
    """Makes backgrounds. Used from one thread."""

    def __init__(self) -> None:
        self._settings = BackgroundSettings()
        self._own = Backdrop(self._settings)
        self._brought: dict[int, Backdrop] = {}
        self._mixed = np.empty((0, 0, 3), np.uint8)

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

    def room(
        self,
        moment: Moment,
        brought: Sequence[tuple[Effect, BackgroundSpec, LiveEffect]],
        outline: Outline | None,
    ) -> Image | None:
        """What hides the room, uint8 (H, W, 3); None where it stays as it is.

        It is not to be written to, and may be overwritten by the next call.

        Args:
            moment: the picture; its canvas is not changed.
            brought: backgrounds of effects, the one that shows last.
            outline: where the person is; None while that is not known. A background that an effect
                brings waits for it: nobody has asked that the person be hidden.
        """
        canvas = moment.canvas
        alpha = None if outline is None else outline.alpha
        own = self._own.room(canvas, alpha, moment.at)
        if not brought or (own is None and alpha is None):
            return own
        effect, spec, shown = brought[-1]
        now = presence(spec, shown, moment)
        share = now.share * (1.0 if moment.taste.still else done(now.elapsed_s, spec.enter_ms))
        if share <= 0:
            return own
        new = self._of(effect, spec, shown).room(canvas, alpha, moment.at)
        if new is None or share >= 1:
            return new
        if self._mixed.shape != canvas.shape:
            self._mixed = np.empty_like(canvas)
        before = canvas if own is None else own
        return np.asarray(
            cv2.addWeighted(new, share, before, 1 - share, 0, dst=self._mixed), np.uint8
        )

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
