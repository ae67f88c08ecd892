"""Puts the stages together into a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vcam.core.clock import Clock
from vcam.core.contracts import Output, Source
from vcam.core.events import GestureEvent
from vcam.daemon.loading import answered_gestures, load_packs
from vcam.daemon.recognition import HandRecognizer, card_thresholds
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Pipeline
from vcam.reactions.stage import Stage
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine

SWITCH_INTERVAL_S = 0.0005
"""How long a busy Python thread may keep the others waiting; the default of 5 ms delays every
return from a network or a decoder by that much."""


def build_pipeline(
    settings: Settings,
    source: Source,
    public: Sequence[Output],
    preview: Sequence[Output],
    clock: Clock,
    *,
    packs: Sequence[Pack] | None = None,
    on_event: Callable[[GestureEvent], None] = lambda event: None,
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
        on_event: told of every gesture event, on the vision thread.
        on_change: told when something has changed that the state tells of, on any thread.
        reopen_at_end: open a finite source again when it has ended.
    """
    if packs is None:
        packs = load_packs(settings.reactions) if settings.reactions.enabled else ()
    rules = [rule for pack in packs for rule in pack.rules]
    return Pipeline(
        source=source,
        load_recognizer=lambda: HandRecognizer.load(settings.vision),
        engine=TriggerEngine(settings.triggers, answered_gestures(packs), card_thresholds()),
        stage=Stage(rules),
        compositor=Compositor(packs),
        public=OutputGroup(public, clock),
        preview=OutputGroup(preview, clock),
        settings=settings,
        clock=clock,
        on_event=on_event,
        on_change=on_change,
        reopen_at_end=reopen_at_end,
    )
