"""Brings changed settings to those who work by them; only what a change needs is started again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from vcam.capture.select import create_source
from vcam.core.clock import Clock
from vcam.core.contracts import Output
from vcam.core.errors import OutputError, PackError
from vcam.daemon.abilities import Abilities
from vcam.daemon.building import load_recognizer
from vcam.daemon.notices import Notices
from vcam.daemon.output_rack import OutputRack
from vcam.daemon.personal import Personal
from vcam.effects.pack import Pack
from vcam.pipeline import Pipeline
from vcam.settings.changes import applies, changed_keys
from vcam.settings.schema import ControlSettings, Settings

logger = logging.getLogger(__name__)

LANGUAGE = "control.language"


class Applier:
    """Takes the pipeline, the log, the page and the tray from old settings to new ones.

    Args:
        pipeline: works.
        rack: the public outputs.
        preview: outputs that only the user sees; they stay.
        clock: for a new camera.
        notices: told of what cannot be had.
        on_control: told of new settings of page and tray; returns at once.
        personal: what was learnt of the user.
        abilities: taught poses, image models, people.
        keeps_source: the run has a source of its own, whatever the settings say of the camera.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        rack: OutputRack,
        preview: Sequence[Output],
        clock: Clock,
        notices: Notices,
        on_control: Callable[[ControlSettings], None],
        personal: Personal,
        abilities: Abilities,
        *,
        keeps_source: bool,
    ) -> None:
        self._pipeline = pipeline
        self._rack = rack
        self._preview = tuple(preview)
        self._clock = clock
        self._notices = notices
        self._on_control = on_control
        self._personal = personal
        self._abilities = abilities
        self._keeps_source = keeps_source

    def apply(self, old: Settings, new: Settings, packs: Sequence[Pack], *, anew: bool) -> None:
        """See `vcam.daemon.governor.Applying`."""
        keys = changed_keys(old, new)
        needs = {applies(key) for key in keys}
        if keys or anew:
            self._apply_at_once(new, packs)
            self._abilities.apply(new, anew=anew)
        if new.personal != old.personal:
            self._personal.apply(new.personal)
            self._pipeline.set_card(self._personal.enters())
        if "recognition" in needs:
            vision, personal = new.vision, self._personal
            self._pipeline.replace_recognizer(lambda: load_recognizer(vision, personal))
        if "camera" in needs and not self._keeps_source:
            self._pipeline.replace_source(create_source(None, new.camera, self._clock))
        if "device" in needs:
            self._replace_outputs(new)
        if "log_level" in keys:
            logging.getLogger("vcam").setLevel(new.log_level.upper())
        if "page" in needs or LANGUAGE in keys:
            self._on_control(new.control)
        if keys:
            logger.info("Changed: %s", ", ".join(keys))

    def _apply_at_once(self, new: Settings, packs: Sequence[Pack]) -> None:
        try:
            self._pipeline.apply(new, packs)
        except PackError as error:
            logger.error("%s", error)
            self._notices.set("packs", str(error))
        else:
            self._notices.set("packs", "")

    def _replace_outputs(self, new: Settings) -> None:
        try:
            public = self._rack.outputs(new.outputs)
        except OutputError as error:
            logger.error("%s", error)
            self._notices.set("outputs", str(error))
            return
        self._notices.set("outputs", "")
        self._pipeline.replace_outputs(public, self._preview)
