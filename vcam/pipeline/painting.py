"""The newest camera frame, fitted to the output, with the live effects drawn on it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from vcam.capture.fit import Fitter
from vcam.core.events import LiveEffect
from vcam.core.frame import Frame, Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.core.pool import ImagePool
from vcam.effects.card import render_card
from vcam.effects.ring import draw_ring
from vcam.pipeline.looking import Scene
from vcam.pipeline.pause import PausePicture
from vcam.pipeline.shooting import Shooter
from vcam.pipeline.stats import SourcePhase, SourceState
from vcam.pipeline.veil import veiled
from vcam.reactions.stage import Stage
from vcam.settings.schema import EffectSettings, OutputSettings

if TYPE_CHECKING:
    from vcam.effects.pack import Pack

logger = logging.getLogger(__name__)

FAILURES_TOLD = 20
"""Different faults of drawing that are logged; their texts may have numbers in them."""

Ring = Literal["picture", "preview", "off"]

RING_FRESH_S = 0.3
"""A hold's ring that vision has not renewed for so long is not drawn."""


def _nothing() -> None:
    pass


class Drawer(Protocol):
    """Draws live effects (`vcam.effects.compositor.Compositor`)."""

    @property
    def background_problem(self) -> str:
        """Why the background is not the one that was asked for; empty while it is. Any thread."""
        ...

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

    def wants(self, live: Sequence[LiveEffect]) -> bool:
        """Whether it would draw anything: an effect, or a background without any."""
        ...

    def mask_hz(self, live: Sequence[LiveEffect]) -> float:
        """How often it wants to know where the person is; 0 for not at all."""
        ...

    def apply(self, effects: EffectSettings) -> None:
        """Draws by these settings from now on."""
        ...

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """Draws from these packs from now on."""
        ...

    def set_names(self, names: Mapping[int, str]) -> None:
        """Draws these names below the faces with these numbers from now on."""
        ...


class PicturePainter:
    """Makes the pictures that go out. Used from the output thread only.

    Attributes:
        shooter: takes pictures for selfies.

    Args:
        outputs: size of the picture, how it is fitted, and the pause picture.
        ring: where a hold's progress is drawn.
        stage: the live effects.
        drawer: draws them.
        scene: what vision knows now; None before it knows anything.
        on_change: told when an effect comes in or is gone.
        on_effect: told of each effect that comes in.
        want_mask: told with every picture how often the drawer wants to know where the person is.
    """

    def __init__(
        self,
        outputs: OutputSettings,
        ring: Ring,
        stage: Stage,
        drawer: Drawer,
        scene: Callable[[], Scene | None],
        on_change: Callable[[], None] = _nothing,
        on_effect: Callable[[LiveEffect], None] = lambda effect: None,
        want_mask: Callable[[float], None] = lambda rate_hz: None,
    ) -> None:
        self.shooter = Shooter()
        self._is_veiled = False
        self._stage = stage
        self._on_effect = on_effect
        self._want_mask = want_mask
        self._drawer = drawer
        self._scene = scene
        self._on_change = on_change
        self._pool = ImagePool()
        self._failures: set[str] = set()
        self._live_keys: list[int] = []
        self._problem = ""
        self._outputs = outputs
        self._fitter = Fitter(outputs.width, outputs.height, outputs.fit)
        self._pause = PausePicture(outputs.pause, self._size)
        self._ring = ring

    def apply(self, outputs: OutputSettings, ring: Ring) -> None:
        """Takes other settings over; the next picture is made by them."""
        old, self._outputs, self._ring = self._outputs, outputs, ring
        if (old.width, old.height, old.fit) != (outputs.width, outputs.height, outputs.fit):
            self._fitter = Fitter(outputs.width, outputs.height, outputs.fit)
        if old.pause != outputs.pause or (old.width, old.height) != self._size:
            self._pause.apply(outputs.pause, self._size)

    def veil(self, on: bool) -> None:
        """Whether the whole picture is blurred beyond recognition; any thread."""
        self._is_veiled = on

    @property
    def _size(self) -> tuple[int, int]:
        return self._outputs.width, self._outputs.height

    def paint(self, frame: Frame, now: float) -> tuple[Image, Image]:
        """The picture for everybody and the picture for the preview; may be one and the same.

        Never raises: what cannot be drawn is left out. A room that is to be hidden is not shown
        even then.
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
            if self._drawer.wants(()):
                plain = self._card("Picture hidden", ["the background cannot be drawn"])
            if self._is_veiled:
                plain = veiled(plain)
            return plain, plain

    def placeholder(self, state: SourceState) -> Image:
        """What is shown while there is no picture: why, and what to do about it."""
        cause, _, fix = state.message.partition(": ")
        told = [cause, fix] if fix else [cause]
        if state.phase is SourcePhase.LOST:
            return self._card("No camera", told, crossed=True)
        if state.phase is SourcePhase.ENDED:
            return self._card("The end", [state.name])
        if state.phase is SourcePhase.LIVE:
            return self._card("No picture", [f"{state.name} is on but gives no picture"])
        return self._card("Starting the camera", [state.name])

    def asleep(self) -> Image:
        """What is shown while nobody watches: to those who look without reading, and to files."""
        return self._card("Camera off", ["nobody is watching", "it starts with the first viewer"])

    def begin_pause(self, last: Image | None) -> None:
        """A pause begins; `last` is the camera's last picture, if it may be shown blurred."""
        self._pause.begin(last)

    def pause(self) -> Image:
        """What is shown in the pause."""
        return self._pause.picture()

    def refit(self, image: Image) -> Image:
        """A picture that was made for another size, in the present one."""
        return Fitter(*self._size, "letterbox").fit(image)

    def _card(self, title: str, lines: Sequence[str], crossed: bool = False) -> Image:
        return render_card(*self._size, title, lines, crossed)

    def _decorate(self, plain: Image, frame: Frame, now: float) -> tuple[Image, Image]:
        scene = self._scene()
        live = self._stage.live(now)
        self._note(live)
        place = self._fitter.placement(*frame.size)
        picture = plain
        self._want_mask(self._drawer.mask_hz(live))
        drawn = self._drawer.wants(live)
        observation = scene.observation if scene else None
        if drawn:
            picture = self._copy(plain)
            self._drawer.draw(picture, live, observation, now, place, frame.captured_at)
        is_veiled = self._is_veiled
        if is_veiled:
            picture = veiled(picture)
        # On a picture that was taken nothing more may be drawn.
        taken = self.shooter.see(frame, picture, live, observation, now)
        holds = scene.progress if scene and self._is_fresh(scene, now) else ()
        preview = picture
        if scene is not None and holds and self._ring != "off":
            is_ours = (drawn or is_veiled) and not taken and self._ring == "picture"
            preview = picture if is_ours else self._copy(picture)
            _draw_rings(preview, scene, place)
            if self._ring == "picture":
                picture = preview
        return self._announced(picture, preview, now)

    def _announced(self, picture: Image, preview: Image, now: float) -> tuple[Image, Image]:
        """Both with what tells of a selfie, where that is to be drawn."""
        where = self.shooter.shows(now)
        if where is None:
            return picture, preview
        told = self._copy(preview)
        self.shooter.draw(told, now)
        if where == "preview" or preview is picture:
            return (picture if where == "preview" else told), told
        public = self._copy(picture)
        self.shooter.draw(public, now)
        return public, told

    def _note(self, live: Sequence[LiveEffect]) -> None:
        problem = self._drawer.background_problem
        if problem != self._problem:
            self._problem = problem
            self._on_change()
        keys = [effect.key for effect in live]
        if keys != self._live_keys:
            for effect in live:
                if effect.key not in self._live_keys:
                    self._on_effect(effect)
            self._live_keys = keys
            self._on_change()

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
