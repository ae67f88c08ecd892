"""Puts the stages together into a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from vcam.core.clock import Clock
from vcam.core.contracts import Output, Source
from vcam.core.events import GestureEvent, LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.daemon.thresholds import answered_gestures, card_thresholds
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Pipeline
from vcam.reactions.stage import Stage
from vcam.settings.schema import EffectSettings, Settings, VisionSettings
from vcam.triggers.engine import TriggerEngine

if TYPE_CHECKING:
    from vcam.daemon.personal import Personal
    from vcam.effects.compositor import Compositor
    from vcam.effects.pack import Pack
    from vcam.pipeline.looking import Look, Recognizer
    from vcam.pipeline.painting import Drawer

SWITCH_INTERVAL_S = 0.0005
"""How long a busy Python thread may keep the others waiting; the default of 5 ms delays every
return from a network or a decoder by that much."""


class LateCompositor:
    """A compositor that is loaded with the first packs, or for a background that hides the room.

    The first pictures need none otherwise.

    Used from the output thread only.
    """

    def __init__(self) -> None:
        self._real: Compositor | None = None
        self._effects = EffectSettings()

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """Takes over the packs that are on."""
        if self._real is not None:
            self._real.set_packs(packs)
        elif packs:
            self._load(packs)

    def apply(self, effects: EffectSettings) -> None:
        """Takes other settings over."""
        self._effects = effects
        if self._real is not None:
            self._real.apply(effects)
        elif effects.background.kind != "none":
            self._load(())

    def set_names(self, names: Mapping[int, str]) -> None:
        """Takes over whose faces are known."""
        if self._real is None and names:
            self._load(())
        if self._real is not None:
            self._real.set_names(names)

    @property
    def background_problem(self) -> str:
        """Why the background is not the one that was asked for; empty while it is. Any thread."""
        return self._real.background_problem if self._real is not None else ""

    def wants(self, live: Sequence[LiveEffect]) -> bool:
        """Whether it would draw anything."""
        if self._real is None:
            return self._effects.background.kind != "none"
        return self._real.wants(live)

    def mask_hz(self, live: Sequence[LiveEffect]) -> float:
        """How often it wants to know where the person is; 0 for not at all."""
        return self._real.mask_hz(live) if self._real is not None else 0.0

    def draw(
        self,
        canvas: Image,
        live: Sequence[LiveEffect],
        observation: Observation | None,
        at: float,
        place: Placement,
        frame_at: float,
    ) -> None:
        """Draws on `canvas`, in place; nothing before there are packs or a background."""
        if self._real is not None:
            self._real.draw(canvas, live, observation, at, place, frame_at)
        elif self._effects.background.kind != "none":
            # It could not be loaded: the room is hidden all the same.
            canvas[:] = 0

    def _load(self, packs: Sequence[Pack]) -> None:
        from vcam.effects.compositor import Compositor

        self._real = Compositor(packs, governed=True)
        self._real.apply(self._effects)


def load_recognizer(settings: VisionSettings, personal: Personal | None = None) -> Recognizer:
    """Loads the networks, and the code that runs them.

    Args:
        settings: of vision.
        personal: what was learnt of the user; None for nothing.

    Raises:
        WeightsError: weights are missing or wrong.
        ModelError: the pose head is.
    """
    from vcam.daemon.recognition import HandRecognizer

    return HandRecognizer.load(settings, personal)


def build_pipeline(
    settings: Settings,
    source: Source,
    public: Sequence[Output],
    preview: Sequence[Output],
    clock: Clock,
    *,
    packs: Sequence[Pack] | None = None,
    compositor: Drawer | None = None,
    personal: Personal | None = None,
    on_event: Callable[[GestureEvent], None] = lambda event: None,
    on_look: Callable[[Look], None] = lambda look: None,
    on_change: Callable[[], None] = lambda: None,
    reopen_at_end: bool = True,
) -> Pipeline:
    """A pipeline of the real stages, not yet started.

    Args:
        settings: all settings.
        source: where frames come from.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        clock: time for all threads.
        packs: the packs that are on; None loads those of the settings.
        compositor: draws; None for the one that is loaded when it is needed.
        personal: what was learnt of the user; None for nothing.
        on_event: told of every gesture event, on the vision thread.
        on_look: told of every look at a frame before its events, on the vision thread.
        on_change: told when something has changed that the state tells of, on any thread.
        reopen_at_end: open a finite source again when it has ended.
    """
    if packs is None:
        from vcam.daemon.loading import load_packs

        packs = load_packs(settings.reactions) if settings.reactions.enabled else ()
    rules = [rule for pack in packs for rule in pack.rules]
    drawer = compositor if compositor is not None else LateCompositor()
    drawer.apply(settings.effects)
    drawer.set_packs(packs)
    vision = settings.vision
    card = personal.enters() if personal is not None else card_thresholds()
    engine = TriggerEngine(settings.triggers, answered_gestures(packs, settings), card)
    engine.undo_by(settings.reactions.undo_gesture, settings.reactions.undo_within_ms)
    return Pipeline(
        source=source,
        load_recognizer=lambda: load_recognizer(vision, personal),
        engine=engine,
        stage=Stage(rules),
        compositor=drawer,
        public=OutputGroup(public, clock),
        preview=OutputGroup(preview, clock),
        settings=settings,
        clock=clock,
        on_event=on_event,
        on_look=on_look,
        on_change=on_change,
        reopen_at_end=reopen_at_end,
    )
