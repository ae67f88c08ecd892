"""The newest camera frame, fitted to the output, with the live effects drawn on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np

from vcam.capture.fit import Fitter
from vcam.core.events import LiveEffect
from vcam.core.frame import Frame, Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.core.pool import ImagePool
from vcam.effects.card import render_card
from vcam.effects.ring import draw_ring
from vcam.pipeline.stats import SourcePhase, SourceState
from vcam.pipeline.vision_thread import Scene
from vcam.reactions.stage import Stage
from vcam.settings.schema import OutputSettings

logger = logging.getLogger(__name__)

FAILURES_TOLD = 20
"""Different faults of drawing that are logged; their texts may have numbers in them."""

RING_FRESH_S = 0.3
"""A hold's ring that vision has not renewed for so long is not drawn."""


class Drawer(Protocol):
    """Draws live effects (`vcam.effects.compositor.Compositor`)."""

    def draw(
        self,
        canvas: Image,
        live: Sequence[LiveEffect],
        observation: Observation | None,
        at: float,
        place: Placement,
        frame_at: float,
    ) -> None:
        """Draws on `canvas`, in place."""
        ...


class PicturePainter:
    """Makes the pictures that go out. Used from the output thread only.

    Args:
        outputs: size of the picture and how it is fitted.
        ring: where a hold's progress is drawn.
        stage: the live effects.
        drawer: draws them.
        scene: what vision knows now; None before it knows anything.
    """

    def __init__(
        self,
        outputs: OutputSettings,
        ring: Literal["picture", "preview", "off"],
        stage: Stage,
        drawer: Drawer,
        scene: Callable[[], Scene | None],
    ) -> None:
        self._size = (outputs.width, outputs.height)
        self._ring = ring
        self._stage = stage
        self._drawer = drawer
        self._scene = scene
        self._fitter = Fitter(outputs.width, outputs.height, outputs.fit)
        self._pool = ImagePool()
        self._failures: set[str] = set()

    def paint(self, frame: Frame, now: float) -> tuple[Image, Image]:
        """The picture for everybody and the picture for the preview; may be one and the same.

        Never raises: what cannot be drawn is left out.
        """
        plain = self._fitter.fit(frame.image)
        try:
            return self._decorate(plain, frame, now)
        except Exception as error:
            # A sticker that cannot be drawn must not cost the user the camera, nor fill the log
            # thirty times a second.
            if repr(error) not in self._failures and len(self._failures) < FAILURES_TOLD:
                self._failures.add(repr(error))
                logger.exception("Drawing failed; the picture goes out without effects")
            return plain, plain

    def placeholder(self, state: SourceState) -> Image:
        """What is shown while there is no picture: why, and what to do about it."""
        width, height = self._size
        if state.phase is SourcePhase.LOST:
            cause, _, fix = state.message.partition(": ")
            return render_card(width, height, "No camera", [cause, fix] if fix else [cause])
        if state.phase is SourcePhase.ENDED:
            return render_card(width, height, "The end", [state.name], crossed=False)
        return render_card(width, height, "Starting the camera", [state.name], crossed=False)

    def _decorate(self, plain: Image, frame: Frame, now: float) -> tuple[Image, Image]:
        scene = self._scene()
        live = self._stage.live(now)
        place = self._fitter.placement(*frame.size)
        picture = plain
        if live:
            picture = self._copy(plain)
            observation = scene.observation if scene else None
            self._drawer.draw(picture, live, observation, now, place, frame.captured_at)
        holds = scene.progress if scene and self._is_fresh(scene, now) else ()
        if scene is None or not holds or self._ring == "off":
            return picture, picture
        if self._ring == "picture":
            picture = picture if live else self._copy(plain)
            _draw_rings(picture, scene, place)
            return picture, picture
        preview = self._copy(picture)
        _draw_rings(preview, scene, place)
        return picture, preview

    def _is_fresh(self, scene: Scene, now: float) -> bool:
        return now - scene.observation.at <= RING_FRESH_S

    def _copy(self, image: Image) -> Image:
        canvas = self._pool.take(*self._size)
        np.copyto(canvas, image)
        return canvas


def _draw_rings(canvas: Image, scene: Scene, place: Placement) -> None:
    hands = {hand.track_id: hand for hand in scene.observation.hands}
    for hold in scene.progress:
        for track_id in hold.track_ids:
            hand = hands.get(track_id)
            if hand is None:
                continue
            box = hand.box
            x, y = place.points(np.asarray(box.centre, np.float32))
            radius = 0.62 * max(box.width, box.height) * place.scale
            draw_ring(canvas, (float(x), float(y)), radius, hold.progress)
