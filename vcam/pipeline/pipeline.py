"""The three threads, put together: start them, steer them, end them within a second."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from vcam.core.clock import Clock
from vcam.core.contracts import Output, Source
from vcam.core.events import GestureEvent, LiveEffect
from vcam.core.frame import Image
from vcam.core.slot import LatestSlot
from vcam.outputs.sound import SoundPlayer
from vcam.outputs.worker import OutputStatus
from vcam.pipeline.audiences import Audiences
from vcam.pipeline.by_hand import ByHand
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.capture_threads import CaptureThreads
from vcam.pipeline.changes import Answers
from vcam.pipeline.contracts import Group
from vcam.pipeline.demand import Demand
from vcam.pipeline.director import Director, Lookers
from vcam.pipeline.face_names import FaceNames
from vcam.pipeline.handover import Handover
from vcam.pipeline.looking import Look, Meters, Recognizer, meters_of
from vcam.pipeline.mode import Mode
from vcam.pipeline.output_thread import OutputLoop, video_format
from vcam.pipeline.painting import Drawer, PicturePainter
from vcam.pipeline.recogniser_thread import beside
from vcam.pipeline.shooting import ShotPlan
from vcam.pipeline.sounding import Sounding
from vcam.pipeline.stats import Counters, PipelineStats, SourceState
from vcam.pipeline.threads import join_all, start_thread
from vcam.pipeline.vision_thread import VisionLoop
from vcam.reactions.stage import Stage
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine

if TYPE_CHECKING:
    from vcam.effects.pack import Pack


class Pipeline:
    """Capture, vision and output, each on a thread and a clock of its own.

    All methods but `start` and `stop` may be called from any thread at any time; those that change
    something hand it to the thread that owns it and return at once.

    Attributes:
        finished: set when there is nothing left to do, or a thread has failed.
        failure: which thread failed; empty if none did.
        recognisers: runs image models, and people.
        face_names: draws names below faces.
        by_hand: plays effects without a gesture, and takes them back.

    Args:
        source: where frames come from.
        load_recognizer: loads the networks; called on the vision thread.
        engine: scores to events.
        stage: events to live effects.
        compositor: live effects to pixels.
        public: outputs that other people see.
        preview: outputs that only the user sees.
        settings: sizes, rates, the ring, and when the camera is wanted.
        clock: time for all three.
        on_event: told of every gesture event, on the vision thread.
        on_look: told of every look at a frame before its events, on the vision thread.
        on_change: told when mode, source, outputs, readers, recognition or live effects have
            changed, on whatever thread noticed; returns at once and never raises.
        reopen_at_end: open a finite source again when it has ended; otherwise `finished` is set.
    """

    def __init__(
        self,
        *,
        source: Source,
        load_recognizer: Callable[[], Recognizer],
        engine: TriggerEngine,
        stage: Stage,
        compositor: Drawer,
        public: Group,
        preview: Group,
        settings: Settings,
        clock: Clock,
        on_event: Callable[[GestureEvent], None] = lambda event: None,
        on_look: Callable[[Look], None] = lambda look: None,
        on_change: Callable[[], None] = lambda: None,
        reopen_at_end: bool = True,
    ) -> None:
        self._clock = clock
        self._stage = stage
        self._compositor = compositor
        self._public = public
        self._preview = preview
        self._on_change = on_change
        self._spawn = partial(start_thread, on_failure=self._fail)
        self._stop = threading.Event()
        self.finished = threading.Event()
        self.failure = ""
        self._counters = Counters(clock.now())
        self._demand = Demand(settings.camera.when, settings.camera.release_after_ms)
        wanted = self._demand.wanted
        slot: LatestSlot[Captured] = LatestSlot()
        self._capture = CaptureThreads(
            source,
            slot,
            clock,
            lambda run: self._spawn("capture", run),
            reopen_at_end=reopen_at_end,
            wanted=wanted,
            on_change=on_change,
            on_end=self.finished.set,
        )
        self._vision = VisionLoop(
            slot,
            self.source_state,
            load_recognizer,
            engine,
            stage,
            on_event,
            clock,
            self._stop,
            self._counters,
            awake=wanted,
            on_change=on_change,
            on_look=on_look,
        )
        self.recognisers = beside(
            self._vision, slot, clock, self._stop, lambda on: self._painter.veil(on), on_change
        )
        self._audiences = Audiences((public, preview), on_change)
        lookers = Lookers((self._vision, self.recognisers))
        self._director = Director(self._demand, self._audiences.anybody, self._capture, lookers)
        sounding = Sounding(SoundPlayer())
        sounding.switch(settings.effects.sound)
        self._painter = PicturePainter(
            settings.outputs,
            settings.effects.progress_ring,
            stage,
            compositor,
            lambda: self._vision.scene,
            on_change,
            sounding.came,
            self._vision.want_mask,
        )
        preview.set_mirror(settings.outputs.preview.mirror)
        self._output = OutputLoop(
            slot,
            self.source_state,
            self._painter,
            public,
            preview,
            video_format(settings.outputs),
            self._director,
            clock,
            self._stop,
            self._counters,
        )
        self._handover = Handover(
            settings,
            self._vision,
            self._output,
            self._painter,
            compositor,
            sounding,
            self._demand,
            preview,
        )
        self.by_hand = ByHand(stage, self._vision, clock)
        self.face_names = FaceNames(compositor, self._demand, self._output.mailbox.post)
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Starts the threads; output first, so that a picture goes out at once."""
        self._threads.append(self._spawn("output", self._output.run))
        self._capture.start()
        self._threads.append(self._spawn("vision", self._vision.run))
        self._threads.append(self._spawn("recognisers", self.recognisers.run))

    def stop(self) -> None:
        """Ends the threads; returns within a second, whatever they are doing."""
        self._stop.set()
        self._capture.stop()
        for mailbox in (self._vision.mailbox, self._output.mailbox, self.recognisers.mailbox):
            mailbox.posted.set()
        join_all([*self._threads, *filter(None, [self._capture.thread])], self._clock)

    @property
    def mode(self) -> Mode:
        """What was asked for."""
        return self._director.mode

    def set_mode(self, mode: Mode) -> None:
        """Pauses, freezes or resumes; what goes out follows within 0.1 s.

        Freezing holds whatever goes out at that moment, be it a placeholder.
        """
        if mode is not self._director.mode:
            self._director.mode = mode
            self._output.mailbox.posted.set()
            self._on_change()

    def apply(self, settings: Settings, packs: Sequence[Pack]) -> None:
        """Takes over what applies at once, and size and rate of the outputs; see `Handover.apply`.

        Source, recognizer and outputs are replaced by `replace_source`, `replace_recognizer` and
        `replace_outputs`.

        Raises:
            PackError: the packs' rules contradict themselves; nothing has changed.
        """
        self._handover.apply(settings, packs)

    def answer(self, by: str, answers: Answers) -> None:
        """Lets these effects answer gestures in place of those that `by` has given before."""
        self._handover.answer(by, answers)

    def set_card(self, card: Mapping[str, float]) -> None:
        """Takes over `enter` of each pose, for where the settings say nothing."""
        self._handover.set_card(card)

    def rehearse(self, on: bool) -> None:
        """Whether gestures start without being answered, and the camera is open whoever watches."""
        self._vision.mailbox.post(lambda: self._vision.rehearse(on))
        self._output.mailbox.post(lambda: self._demand.insist(on))

    def shoot(self, plan: ShotPlan | None) -> None:
        """Takes pictures by this plan, the camera being open whoever watches; None ends that."""
        post = self._output.mailbox.post
        post(lambda: self._painter.shooter.begin(plan, self._clock.now()))
        post(lambda: self._demand.insist(plan is not None, "selfie"))

    def replace_source(self, source: Source) -> None:
        """Goes on with another source; the old one is interrupted, or left alone if it hangs."""
        self._capture.replace(source)

    def replace_recognizer(self, load: Callable[[], Recognizer]) -> None:
        """Loads another recognizer, on the vision thread; the old one works until it is there."""
        self._vision.replace_recognizer(load)

    def replace_outputs(self, public: Sequence[Output], preview: Sequence[Output]) -> None:
        """Goes on with these outputs; those that are in use already are left alone."""

        def replace() -> None:
            self._public.replace(public)
            self._preview.replace(preview)
            self._on_change()

        self._output.mailbox.post(replace)

    def picture(self) -> Image | None:
        """The newest public picture of a camera frame; None while something else is shown.

        It must not be written to.
        """
        return self._output.picture

    def outputs(self) -> tuple[OutputStatus, ...]:
        """How the outputs do, the public ones first."""
        return self._public.status() + self._preview.status()

    def live(self) -> tuple[LiveEffect, ...]:
        """The effects that are drawn now."""
        return self._stage.live(self._clock.now())

    def meters(self) -> Meters:
        """What vision makes of the newest frame that it looked at.

        Scores of gestures are worked out only while somebody asks: the first answer after two
        seconds comes without.
        """
        taught, outputs = self._handover.taught, self._handover.settings.outputs
        return meters_of(self._vision.scene, self._vision.meters(bool(taught)), outputs, taught)

    def source_state(self) -> SourceState:
        """What the source is doing."""
        return self._capture.state

    def background_problem(self) -> str:
        """Why the background is not the one that was asked for; empty while it is."""
        return self._vision.mask_problem or self._compositor.background_problem

    def recognition_problem(self) -> str:
        """Why hands are not recognised; empty while they are."""
        return self._vision.problem

    def stats(self) -> PipelineStats:
        """Counters and delays since the last `reset_stats`."""
        return self._counters.snapshot(self._clock.now())

    def reset_stats(self) -> None:
        """Starts counting anew."""
        self._counters.reset(self._clock.now())

    def _fail(self, failure: str) -> None:
        self.failure = failure
        self.finished.set()
