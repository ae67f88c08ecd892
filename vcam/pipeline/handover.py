"""Hands changed settings, packs and answers over to the threads that own what they change."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vcam.pipeline.changes import Answers, Change, Changes
from vcam.pipeline.contracts import Group
from vcam.pipeline.demand import Demand
from vcam.pipeline.output_thread import OutputLoop, video_format
from vcam.pipeline.painting import Drawer, PicturePainter
from vcam.pipeline.sounding import Sounding
from vcam.pipeline.vision_thread import VisionLoop
from vcam.settings.schema import Settings

if TYPE_CHECKING:
    from vcam.effects.pack import Pack


class Handover:
    """Only what differs from before is touched. Any thread.

    Args:
        settings: those that all below were made with.
        vision: takes thresholds, rules, gestures.
        output: has the rest done on its thread, and takes size and rate.
        painter: takes size and the ring.
        compositor: takes packs and the background.
        sounding: takes packs, and whether there is sound.
        demand: takes when the camera is wanted.
        preview: takes whether it is mirrored.
    """

    def __init__(
        self,
        settings: Settings,
        vision: VisionLoop,
        output: OutputLoop,
        painter: PicturePainter,
        compositor: Drawer,
        sounding: Sounding,
        demand: Demand,
        preview: Group,
    ) -> None:
        self._changes = Changes(settings)
        # Of two changes, the one that is compared last must be the one that is carried out last.
        self._one_at_a_time = threading.Lock()
        self._vision = vision
        self._output = output
        self._painter = painter
        self._compositor = compositor
        self._sounding = sounding
        self._demand = demand
        self._preview = preview

    @property
    def settings(self) -> Settings:
        """Those that hold."""
        return self._changes.settings

    @property
    def taught(self) -> tuple[str, ...]:
        """What can be seen besides vcam's own gestures, answered or not."""
        return self._changes.taught

    def apply(self, settings: Settings, packs: Sequence[Pack]) -> None:
        """Takes over what applies at once, and size and rate of the outputs.

        Args:
            settings: all settings.
            packs: those that are on, in the order in which their effects are laid over each other;
                without any answer where `settings.reactions.enabled` is false.

        Raises:
            PackError: the packs' rules contradict themselves; nothing has changed.
        """
        with self._one_at_a_time:
            self._bring(self._changes.to(settings, packs))

    def answer(self, by: str, answers: Answers) -> None:
        """Lets these effects answer gestures in place of those that `by` has given before.

        Their packs need not be on. Nothing answers where `settings.reactions.enabled` is false.
        """
        with self._one_at_a_time:
            self._bring(self._changes.answer(by, answers))

    def set_card(self, card: Mapping[str, float]) -> None:
        """Takes over `enter` of each pose, for where the settings say nothing."""
        with self._one_at_a_time:
            triggers = self.settings.triggers
            self._vision.mailbox.post(lambda: self._vision.apply(triggers, None, card))

    def _bring(self, change: Change) -> None:
        settings = self.settings
        seen, undo = (change.triggers, change.rules, None, change.gestures), change.undo
        if seen != (None, None, None, None):
            self._vision.mailbox.post(lambda: self._vision.apply(*seen))
        if undo is not None:
            self._vision.mailbox.post(lambda: self._vision.undo_by(*undo))
        self._output.mailbox.post(lambda: self._take_over(settings, change.packs))

    def _take_over(self, settings: Settings, packs: Sequence[Pack] | None) -> None:
        """On the output thread."""
        # First of all: nothing that fails may leave the room to be seen.
        self._compositor.apply(settings.effects)
        if packs is not None:
            self._compositor.set_packs(packs)
            self._sounding.set_packs(packs)
        self._sounding.switch(settings.effects.sound)
        self._demand.apply(settings.camera.when, settings.camera.release_after_ms)
        self._painter.apply(settings.outputs, settings.effects.progress_ring)
        self._output.apply(video_format(settings.outputs))
        self._preview.set_mirror(settings.outputs.preview.mirror)
