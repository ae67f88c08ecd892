"""Puts the stages together into a running daemon."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from vcam.capture.select import create_source
from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import Output
from vcam.core.errors import OutputError, VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.building import SWITCH_INTERVAL_S, build_pipeline
from vcam.outputs.preview import PreviewOutput
from vcam.outputs.recorder import CODECS, RecorderOutput
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.settings.schema import Settings

logger = logging.getLogger(__name__)

WAIT_STEP_S = 0.2 if sys.platform == "win32" else 1.0
"""Longest wait at a time; on Windows, signals are not handled before a wait is over."""


def run_daemon(settings: Settings, source_spec: str | None, seconds: float | None = None) -> None:
    """Runs until a signal, the end of `seconds`, or a thread's failure.

    Args:
        settings: all settings.
        source_spec: what to read instead of the camera of the settings; see `create_source`.
        seconds: end after so long; None for ever.

    Raises:
        SourceError: `source_spec` names something that does not exist.
        OutputError: the recording's name has an unknown ending.
        VcamError: a thread failed.
    """
    set_up_logging(settings.log_level)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    clock = MonotonicClock()
    source = create_source(source_spec, settings.camera, clock)
    public: list[Output] = []
    if settings.outputs.virtual_camera.enabled:
        public.append(VirtualCameraOutput(settings.outputs.virtual_camera))
    if settings.outputs.record_to is not None:
        public.append(_recorder(Path(settings.outputs.record_to)))
    preview = [PreviewOutput(settings.outputs.preview)] if settings.outputs.preview.enabled else []
    pipeline = build_pipeline(settings, source, public, preview, clock, on_event=log_event)
    stop = pipeline.finished
    _end_on_signals(stop)
    pipeline.start()
    try:
        _wait(stop, clock, seconds)
    finally:
        pipeline.stop()
    if pipeline.failure:
        raise VcamError(pipeline.failure, "the log above says why; please report it")
    logger.info("Ended")


def _recorder(path: Path) -> RecorderOutput:
    if path.suffix.lower() not in CODECS:
        # Other failures may pass and are retried while the camera runs; this one never does.
        raise OutputError(f"{path} cannot be recorded to", "let its name end in .mp4 or .avi")
    return RecorderOutput(path)


def _end_on_signals(stop: threading.Event) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # Under nohup, and in the background of scripts, some are ignored on purpose.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _setter(stop))


def _wait(stop: threading.Event, clock: Clock, seconds: float | None) -> None:
    deadline = clock.now() + seconds if seconds is not None else float("inf")
    while not stop.is_set() and clock.now() < deadline:
        clock.wait(stop, min(WAIT_STEP_S, deadline - clock.now()))


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


def _setter(stop: threading.Event) -> Callable[[int, FrameType | None], None]:
    def handle(signal_number: int, frame: FrameType | None) -> None:
        stop.set()

    return handle
