"""Puts the stages together into a running daemon."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType

from vcam.capture.select import create_source
from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import Output, Source
from vcam.core.errors import ModelError, OutputError, PackError, VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.frame import Frame
from vcam.core.observation import NONE_POSE, Attention, Observation, PoseReading
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.outputs.group import OutputGroup
from vcam.outputs.preview import PreviewOutput
from vcam.outputs.recorder import CODECS, RecorderOutput
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.pipeline import Pipeline
from vcam.poses.card import load_card
from vcam.poses.classifier import PoseClassifier, shipped_model
from vcam.poses.vocabulary import POSES
from vcam.reactions.stage import Stage
from vcam.settings.schema import ReactionSettings, Settings
from vcam.triggers.engine import TriggerEngine
from vcam.vision.observer import Observer

logger = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.0005
"""How long a busy Python thread may keep the others waiting; the default of 5 ms delays every
return from a network or a decoder by that much."""

WAIT_STEP_S = 0.2 if sys.platform == "win32" else 1.0
"""Longest wait at a time; on Windows, signals are not handled before a wait is over."""


class HandRecognizer:
    """Vision and the pose classifier in one: pixels to pose readings."""

    def __init__(self, observer: Observer, classifier: PoseClassifier) -> None:
        self._observer = observer
        self._classifier = classifier

    @classmethod
    def load(cls, settings: Settings) -> HandRecognizer:
        """Loads the networks.

        Raises:
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
        """
        return cls(Observer.load(settings.vision), PoseClassifier.load())

    @property
    def attention(self) -> Attention:
        """How closely it looks."""
        return self._observer.attention

    @attention.setter
    def attention(self, attention: Attention) -> None:
        self._observer.attention = attention

    def due(self, at: float) -> bool:
        """Whether anything would be done for a frame taken at `at` seconds."""
        return self._observer.due(at)

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in `frame`, and the reading of each hand."""
        observation = self._observer.observe(frame)
        return observation, self._classifier.read(observation)

    def reset(self) -> None:
        """Forgets earlier frames."""
        self._observer.reset()


def load_packs(settings: ReactionSettings) -> list[Pack]:
    """The packs that are on; one that cannot be used is left out with a line in the log."""
    folders = find_packs([shipped_pack_folder(), *(Path(f) for f in settings.pack_folders)])
    packs = []
    for name in settings.packs:
        try:
            if name not in folders:
                raise PackError(
                    f"There is no sticker pack {name!r}", f"there are: {', '.join(sorted(folders))}"
                )
            packs.append(load_pack(folders[name]))
        except PackError as error:
            logger.error("%s", error)
    return packs


def card_thresholds() -> Mapping[str, float]:
    """`enter` of each pose from the shipped pose model's card; empty if it cannot be read.

    Whoever loads the model is told why it cannot be used; triggers get along without.
    """
    try:
        return load_card(shipped_model().with_suffix(".json")).thresholds
    except ModelError:
        return {}


def answered_gestures(packs: Sequence[Pack]) -> tuple[str, ...]:
    """The gestures that these packs answer. No other is worth watching for."""
    answered = {rule.gesture for pack in packs for rule in pack.rules}
    return tuple(pose for pose in POSES if pose in answered and pose != NONE_POSE)


def build_pipeline(
    settings: Settings,
    source: Source,
    public: Sequence[Output],
    preview: Sequence[Output],
    clock: Clock,
    *,
    on_event: Callable[[GestureEvent], None] = lambda event: None,
    reopen_at_end: bool = True,
) -> Pipeline:
    """A pipeline of the real stages, not yet started.

    Args:
        settings: all settings.
        source: where frames come from.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        clock: time for all threads.
        on_event: told of every gesture event, on the vision thread.
        reopen_at_end: open a finite source again when it has ended.
    """
    packs = load_packs(settings.reactions) if settings.reactions.enabled else []
    rules = [rule for pack in packs for rule in pack.rules]
    return Pipeline(
        source=source,
        load_recognizer=lambda: HandRecognizer.load(settings),
        engine=TriggerEngine(settings.triggers, answered_gestures(packs), card_thresholds()),
        stage=Stage(rules),
        compositor=Compositor(packs),
        public=OutputGroup(public, clock),
        preview=OutputGroup(preview, clock),
        settings=settings,
        clock=clock,
        on_event=on_event,
        reopen_at_end=reopen_at_end,
    )


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
