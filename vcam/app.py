"""Puts pipeline, daemon, page and tray together into a running program.

The picture comes first: the pipeline is started before anything else is even imported; the sticker
packs, recognition, and what steers it follow when the first picture is out. What steers it can fail
without ending it.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from vcam.capture.select import create_source
from vcam.core.clock import Clock, MonotonicClock
from vcam.core.errors import PackError, VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.building import SWITCH_INTERVAL_S, build_pipeline
from vcam.daemon.output_rack import OutputRack
from vcam.daemon.personal import Personal
from vcam.inbox import Asked, Inbox, heed_signals
from vcam.outputs.preview import PreviewOutput
from vcam.pipeline import Pipeline, SourcePhase
from vcam.settings.store import SettingsStore

if TYPE_CHECKING:
    from vcam.control_room import ControlRoom
    from vcam.effects.pack import Pack
    from vcam.pipeline.looking import Look
    from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

ENCORE_STEP_S = 0.1
"""How long a picture is bare at most before an effect is played again."""

WAIT_STEP_S = 0.2 if sys.platform in ("win32", "darwin") else 1.0
"""Longest wait at a time; on Windows, signals are not handled before a wait is over, and on macOS
the tray is attended to for as long."""

FIRST_PICTURE_S = 1.0
"""What steers the pipeline is not loaded before the first picture is out, or so long has passed."""

RECORDING_THREAD = "output recording"
RECORDING_S = 10.0
"""How long the end waits for the last pictures of a recording to be written."""

SETTLED_S = 5.0
"""After so long everything is loaded, and stays to the end: the garbage collector need not go
through it again, which stops all threads for some 40 ms at a time."""

_LOOK_EVERY_S = 0.02


class Relay:
    """Passes on what the pipeline tells, once there is somebody to tell it to."""

    def __init__(self) -> None:
        self.room: ControlRoom | None = None

    def on_event(self, event: GestureEvent) -> None:
        """A gesture event, on the vision thread."""
        log_event(event)
        if self.room is not None:
            self.room.daemon.note_event(event)

    def on_look(self, look: Look) -> None:
        """A look at a frame, on the vision thread."""
        if self.room is not None:
            self.room.daemon.note_look(look)

    def on_change(self) -> None:
        """Something has changed, on any thread."""
        if self.room is not None:
            self.room.daemon.pipeline_changed()


def run_daemon(
    store: SettingsStore,
    source_spec: str | None,
    seconds: float | None = None,
    encore: Sequence[tuple[str, str]] = (),
) -> None:
    """Runs until a signal, a command, the end of `seconds`, or a thread's failure.

    Args:
        store: the settings.
        source_spec: what to read instead of the camera of the settings; see `create_source`.
        seconds: end after so long; None for ever.
        encore: packs and effects in them that are played again as soon as they are over; gestures
            are not answered then.

    Raises:
        SourceError: `source_spec` names something that does not exist.
        OutputError: the recording's name has an unknown ending.
        VcamError: a thread failed.
    """
    settings = store.loaded.settings
    set_up_logging(settings.log_level)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    clock = MonotonicClock()
    source = create_source(source_spec, settings.camera, clock)
    rack = OutputRack()
    public = rack.outputs(settings.outputs)
    preview = PreviewOutput(clock)
    relay = Relay()
    personal = Personal(settings.personal)
    pipeline = build_pipeline(
        settings,
        source,
        public,
        [preview],
        clock,
        packs=(),
        personal=personal,
        on_event=relay.on_event,
        on_look=relay.on_look,
        on_change=relay.on_change,
    )
    inbox = Inbox()

    def make_room(packs: tuple[Pack, ...]) -> ControlRoom:
        from vcam.control_room import ControlRoom

        return ControlRoom(
            pipeline=pipeline,
            store=store,
            packs=packs,
            personal=personal,
            rack=rack,
            preview=preview,
            clock=clock,
            stop=lambda: inbox.put(Asked.STOP),
            keeps_source=source_spec is not None,
        )

    heed_signals(inbox)
    deadline = clock.now() + seconds if seconds is not None else float("inf")
    pipeline.start()
    try:
        if _wait_first_picture(pipeline, inbox, clock, deadline):
            packs = _load_packs(settings, pipeline)
            _open_control_room(lambda: make_room(packs), relay)
            _wait_end(pipeline, inbox, clock, deadline, relay, encore)
    finally:
        _end(pipeline, preview, relay.room)
    if pipeline.failure:
        raise VcamError(pipeline.failure, "the log above says why; please report it")
    logger.info("Ended")


def _load_packs(settings: Settings, pipeline: Pipeline) -> tuple[Pack, ...]:
    """Loads the packs that are on, and has their gestures watched for."""
    from vcam.daemon.loading import load_packs

    packs = load_packs(settings.reactions) if settings.reactions.enabled else ()
    try:
        pipeline.apply(settings, packs)
    except PackError as error:
        logger.error("%s", error)
    return packs


def _open_control_room(make: Callable[[], ControlRoom], relay: Relay) -> None:
    """Makes and starts what steers the pipeline; without it, the picture goes on all the same."""
    try:
        relay.room = make()
        relay.room.start()
    except Exception:
        logger.exception("vcam cannot be steered while it runs; the picture goes on")


def _wait_first_picture(pipeline: Pipeline, inbox: Inbox, clock: Clock, deadline: float) -> bool:
    """Waits for the first picture, or until none is to be expected soon; False to end."""
    give_up_at = clock.now() + FIRST_PICTURE_S
    while clock.now() < min(give_up_at, deadline) and not pipeline.finished.is_set():
        if inbox.get(_LOOK_EVERY_S) is Asked.STOP:
            return False
        if _is_showing(pipeline):
            break
    return not pipeline.finished.is_set()


def _is_showing(pipeline: Pipeline) -> bool:
    stats = pipeline.stats()
    has_no_camera = pipeline.source_state().phase in (SourcePhase.ASLEEP, SourcePhase.LOST)
    return stats.first_frame_at is not None or (has_no_camera and stats.frames > 0)


def _wait_end(
    pipeline: Pipeline,
    inbox: Inbox,
    clock: Clock,
    deadline: float,
    relay: Relay,
    encore: Sequence[tuple[str, str]] = (),
) -> None:
    settled_at = clock.now() + SETTLED_S
    if encore:
        # They are there to be seen alone: what the clip's gestures would play is left out.
        pipeline.rehearse(True)
    while not pipeline.finished.is_set() and clock.now() < deadline:
        if clock.now() >= settled_at:
            gc.freeze()
            settled_at = float("inf")
        step_s = min(ENCORE_STEP_S if encore else WAIT_STEP_S, deadline - clock.now())
        if encore and not pipeline.live():
            for pack, effect in encore:
                pipeline.by_hand.play(pack, effect)
        if relay.room is not None and relay.room.attend(step_s):
            step_s = 0.0
        asked = inbox.get(step_s)
        if asked is Asked.STOP:
            return
        if asked is Asked.RELOAD and relay.room is not None:
            relay.room.daemon.ask_reload()


def _end(pipeline: Pipeline, preview: PreviewOutput, room: ControlRoom | None) -> None:
    """Ends everything, side by side: each may take most of the second that there is."""
    preview.feed.close()
    ending = threading.Thread(target=room.stop if room is not None else None, daemon=True)
    ending.start()
    pipeline.stop()
    ending.join(1.0)
    for thread in threading.enumerate():
        if thread.name == RECORDING_THREAD:
            # What was recorded cannot be recorded again: this alone may take longer.
            logger.info("The recording is being finished")
            thread.join(RECORDING_S)


def leave_stragglers() -> None:
    """Ends the process here where a thread of the pipeline still works, as in a hanging driver.

    An ordinary end would take such a thread's native code down under it, which aborts.
    """
    names = ("capture", "vision", "output", "recognisers")
    if any(thread.name.startswith(names) for thread in threading.enumerate()):
        logging.shutdown()
        # Whoever read it may have gone.
        with suppress(OSError, ValueError):
            if sys.stdout is not None:
                sys.stdout.flush()
        os._exit(0)


def log_event(event: GestureEvent) -> None:
    """Tells starts and ends of gestures in the log."""
    if event.kind is EventKind.START:
        logger.info("%s started (score %.2f)", event.gesture, event.score)
    elif event.kind is EventKind.END:
        logger.info("%s ended (%s)", event.gesture, event.reason)
    else:
        logger.debug("%s %s %s", event.gesture, event.kind, event.reason)


def set_up_logging(level: str) -> None:
    """Logs to stderr with the time of day; of other packages, warnings and worse alone."""
    logging.getLogger("vcam").setLevel(level.upper())
    logging.basicConfig(
        level=max(logging.WARNING, logging.getLevelName(level.upper())),
        format="%(asctime)s %(levelname)-7s %(message)s",
        datefmt="%H:%M:%S",
        stream=sys.stderr,
    )
