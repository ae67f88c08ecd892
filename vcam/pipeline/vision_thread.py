"""The vision thread: newest frame to observation, scores, events and live effects."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from vcam.core.clock import Clock
from vcam.core.events import EventKind, GestureEvent, ReactionRule
from vcam.core.frame import Frame
from vcam.core.slot import LatestSlot
from vcam.pipeline.asked import Asked
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.looking import Look, Recognizer, Scene, look_at
from vcam.pipeline.mailbox import Mailbox
from vcam.pipeline.recognizer_keeper import RecognizerKeeper
from vcam.pipeline.stats import Counters, SourceState
from vcam.poses.vocabulary import GESTURES
from vcam.reactions.stage import Stage
from vcam.settings.schema import TriggerSettings
from vcam.triggers.engine import GestureMeter, TriggerEngine

GIVE_WAY_S = 0.003
"""Vision starts so much later than the output with a new frame: both would want the interpreter at
once, and vision keeps it for milliseconds at a time. The picture goes first."""

IDLE_TICK_S = 0.25
"""How often time passes for gestures while no frame comes."""

ASLEEP_WAKE_S = 300.0
"""Whatever there is to do wakes the thread; the length does not matter."""


class VisionLoop:
    """Looks at the newest frame whenever it is free, awake, and something is due.

    With no gesture to watch for and no mask wanted it sleeps, and does not load a network before.

    Attributes:
        mailbox: for changes of engine and stage, which belong to this thread.
        scene: what it knows now; None before it knows anything, and while it sleeps.

    Args:
        slot: newest captured frame.
        source_state: tells when the camera was opened anew.
        load_recognizer: loads the networks; called on this thread, so that the first frames go
            out before it is done. May raise `VcamError`: the camera goes on without recognition.
        engine: scores to events.
        stage: events to live effects.
        on_event: told of every event, on this thread.
        clock: for waiting.
        stop: ends the loop, together with setting `mailbox.posted`.
        counters: counts what was looked at.
        awake: whether to look before anybody says so.
        on_look: told of every look before its events, on this thread.
        on_change: told when `problem` or `mask_problem` changes, on this thread.
    """

    def __init__(
        self,
        slot: LatestSlot[Captured],
        source_state: Callable[[], SourceState],
        load_recognizer: Callable[[], Recognizer],
        engine: TriggerEngine,
        stage: Stage,
        on_event: Callable[[GestureEvent], None],
        clock: Clock,
        stop: threading.Event,
        counters: Counters,
        *,
        awake: bool = True,
        on_change: Callable[[], None] = lambda: None,
        on_look: Callable[[Look], None] = lambda look: None,
    ) -> None:
        self.mailbox = Mailbox()
        self.scene: Scene | None = None
        self._mask_problem = ""
        self._mask_hz = 0.0
        self._others = False
        self._slot = slot
        self._source_state = source_state
        self._keeper = RecognizerKeeper(load_recognizer, clock, on_change)
        self._engine = engine
        self._stage = stage
        self._on_event = on_event
        self._clock = clock
        self._stop = stop
        self._counters = counters
        self._on_change = on_change
        self._on_look = on_look
        self._rehearsing = False
        self._directed = awake
        self._awake = awake
        self._openings = 0
        self._version = 0
        self._metered = Asked(clock, wake=lambda: None)
        self._shown = Asked(clock, wake=self.mailbox.posted.set)
        self._meters: Sequence[GestureMeter] = ()

    def direct(self, awake: bool) -> None:
        """Says whether anything shall be looked at; as often as one likes, from one thread."""
        if awake != self._directed:
            self._directed = awake
            self.mailbox.post(self._wake_up if awake else self._fall_asleep)

    @property
    def problem(self) -> str:
        """Why nothing is recognised; empty while it is. Any thread."""
        return self._keeper.problem

    @property
    def mask_problem(self) -> str:
        """Why there is no mask of the person though it is wanted; empty otherwise. Any thread."""
        problem = self._mask_problem or self.problem
        is_wanted = self._mask_hz > 0 and bool(problem)
        return f"The person cannot be told from the room: {problem}" if is_wanted else ""

    def want_mask(self, rate_hz: float) -> None:
        """Says how often the person's mask shall be made anew, 0 for never.

        As often as one likes, from one thread.
        """
        if rate_hz != self._mask_hz:
            self._mask_hz = rate_hz
            self.mailbox.posted.set()

    def look_for_others(self, on: bool) -> None:
        """Whether image models, or people, need hands or faces; any thread."""
        self._others = on
        self.mailbox.posted.set()

    def take(self, events: Sequence[GestureEvent]) -> None:
        """Answers what image models, or people, have started. This thread alone."""
        if self._rehearsing:
            self._stage.handle(each for each in events if each.kind is EventKind.END)
        self._react(events)

    def replace_recognizer(self, load: Callable[[], Recognizer]) -> None:
        """Loads another recognizer; the old one works until it is there. Any thread."""
        self.mailbox.post(lambda: self._keeper.replace(load))

    def apply(
        self,
        triggers: TriggerSettings | None,
        rules: Sequence[ReactionRule] | None,
        card: Mapping[str, float] | None = None,
        gestures: Sequence[str] | None = None,
    ) -> None:
        """Takes other settings, rules and `enter` of poses over; None leaves them.

        This thread alone; `card` needs `triggers`. `gestures` are watched for; without, those that
        the rules answer.

        Raises:
            PackError: the rules contradict themselves.
        """
        if triggers is not None:
            self._engine.apply(triggers, card)
        if gestures is None and rules is not None:
            answered = {rule.gesture for rule in rules}
            gestures = [each for each in GESTURES if each in answered]
        if gestures is not None:
            self._react(self._engine.watch(gestures))
        if rules is not None:
            self._stage.set_rules(rules, self._clock.now())

    def undo_by(self, pose: str | None, within_ms: int) -> None:
        """Which pose takes a start back, and within which time. This thread alone."""
        self._engine.undo_by(pose, within_ms)

    def undo(self, gesture: str) -> None:
        """Takes back what `gesture` has called. This thread alone."""
        self._react(self._engine.undo(gesture, self._clock.now()))

    def rehearse(self, on: bool) -> None:
        """Whether gestures start without being answered; hands are looked for. This thread alone.

        What is going on ends either way, so that no effect is left without its end.
        """
        if on != self._rehearsing:
            self._react(self._engine.restart(self._clock.now()))
            self._rehearsing = on

    def meters(self, look: bool = False) -> Sequence[GestureMeter]:
        """The newest meters; any thread. The first call after a while makes them be read.

        `look`: hands are looked for meanwhile, whether a gesture is watched for or not.
        """
        self._shown.ask(look)
        return self._meters if self._metered.ask() else ()

    def run(self) -> None:
        """Runs until `stop` is set. Never raises: the picture in the meeting must go on."""
        while not self._stop.is_set():
            self.mailbox.work_off()
            try:
                self._step()
            except Exception as error:
                self._keeper.tell("Recognition failed; it starts over", error)
                self._let_go()
                self._rest(self._keeper.give_up())

    def _step(self) -> None:
        """Loads what is to be loaded and looks, until there is something else to do."""
        if not self._is_needed() and self._keeper.recognizer is None:
            self._rest(ASLEEP_WAKE_S)
            return
        if self._keeper.is_due and self._keeper.load():
            # Of what the old one saw, nothing holds for the new one.
            self._openings = -1
        if self._keeper.recognizer is None:
            self._rest(self._keeper.wait_s)
        elif self._awake and self._is_needed():
            self._look(self._keeper.recognizer)
        else:
            self._rest(ASLEEP_WAKE_S)

    def _is_needed(self) -> bool:
        asked = self._others or self._rehearsing or self._mask_hz > 0 or bool(self._shown)
        return asked or bool(self._engine.gestures) or bool(self._stage.live(self._clock.now()))

    def _rest(self, seconds: float) -> None:
        """Waits, until something is posted at the longest."""
        if not self._stop.is_set():
            self._clock.wait(self.mailbox.posted, seconds)

    def _note_mask_problem(self, problem: str) -> None:
        if problem != self._mask_problem:
            self._mask_problem = problem
            self._on_change()

    def _let_go(self) -> None:
        try:
            self._forget(self._clock.now())
        except Exception as error:
            self._keeper.tell("Effects could not be ended", error)

    def _fall_asleep(self) -> None:
        self._awake = False
        now = self._clock.now()
        self._forget(now)
        self._stage.clear(now)

    def _wake_up(self) -> None:
        self._awake = True
        # The warm-up begins anew, and no picture from before the sleep is looked at.
        self._openings = -1
        _, self._version = self._slot.wait_newer(-1, 0)

    def _look(self, recognizer: Recognizer) -> None:
        """Looks at frames until something is posted, or is to be loaded, or nothing is needed."""
        while not (self._stop.is_set() or self.mailbox.posted.is_set()):
            captured, self._version = self._slot.wait_newer(self._version, IDLE_TICK_S)
            openings = self._source_state().openings
            if openings != self._openings:
                self._openings = openings
                recognizer.reset()
                self._forget(captured.frame.captured_at if captured else self._clock.now())
            if captured is None:
                self._react(self._engine.tick(self._clock.now()))
            else:
                self._look_at(captured.frame, recognizer)
            if self._keeper.is_due or not self._is_needed():
                return

    def _look_at(self, frame: Frame, recognizer: Recognizer) -> None:
        at = frame.captured_at
        recognizer.wants_mask_hz = self._mask_hz
        if recognizer.due(at):
            self._clock.wait(self._stop, GIVE_WAY_S)
        others = self._others or self._rehearsing or bool(self._shown)
        look = look_at(frame, recognizer, self._engine, bool(self._stage.live(at)), others)
        if look is None:
            return
        self._on_look(look)
        self._react(look.events)
        self._stage.follow(self._engine.holders())
        if self._mask_hz:
            self._note_mask_problem(recognizer.mask_problem)
        self.scene = Scene(look.observation, self._engine.progress(), look.readings)
        self._counters.vision_frames += 1
        if self._metered:
            self._meters = self._engine.meters()

    def _react(self, events: Sequence[GestureEvent]) -> None:
        if not events:
            return
        if not self._rehearsing:
            self._stage.handle(events)
        for event in events:
            self._on_event(event)

    def _forget(self, at: float) -> None:
        self.scene, self._meters = None, ()
        self._react(self._engine.restart(at))
