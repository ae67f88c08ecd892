"""The recogniser thread: image models and people look at a frame now and then, on a budget."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from vcam.core.clock import Clock
from vcam.core.events import GestureEvent
from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.core.slot import LatestSlot
from vcam.pipeline.asked import Asked
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.carried import Carried, ReaderStatus
from vcam.pipeline.looking import Scene
from vcam.pipeline.mailbox import Mailbox
from vcam.pipeline.threads import give_way
from vcam.pipeline.vision_thread import VisionLoop
from vcam.recognizers.budget import periods
from vcam.recognizers.contracts import ClassReader
from vcam.triggers.classes import ClassRule

logger = logging.getLogger(__name__)

CPU_SHARE = 0.10
"""Of one core, before settings say otherwise."""

ASLEEP_WAKE_S = 300.0
"""Whatever there is to do wakes the thread; the length does not matter."""

FRAME_WAIT_S = 0.25
"""How long a frame is waited for at a time."""

SCORES_ASKED_FOR_S = 2.5
"""Scores are made for so long after somebody has asked for them."""

TELL_EVERY_S = 1.0
"""Scores change with every look; who shows them need not hear of each."""

FRESH_S = 1.0
"""An observation older than this tells nothing of where faces and hands are in a frame."""

RESTART_AFTER_S = 5.0
"""Pause after a fault of the thread itself."""


class RecogniserLoop:
    """Runs readers one after another, each as often as it may; sleeps while nobody needs one.

    It takes the newest frame and leaves no queue behind. A reader that fails is switched off and
    told; the others go on.

    Attributes:
        mailbox: for work that belongs to this thread.

    Args:
        slot: newest captured frame.
        scene: what vision knows now; None before it knows anything.
        clock: for waiting.
        stop: ends the loop, together with setting `mailbox.posted`.
        on_events: told what started and ended, on this thread; returns at once.
        veil: told whether the outgoing picture is to be blurred, on this thread.
        look_for_others: told whether vision has to look for faces and hands, on this thread.
        on_change: told when a status has changed, on this thread.
        cpu_time: CPU seconds of the calling thread.
    """

    def __init__(
        self,
        slot: LatestSlot[Captured],
        scene: Callable[[], Scene | None],
        clock: Clock,
        stop: threading.Event,
        on_events: Callable[[Sequence[GestureEvent]], None],
        veil: Callable[[bool], None],
        look_for_others: Callable[[bool], None],
        on_change: Callable[[], None],
        cpu_time: Callable[[], float] = time.thread_time,
    ) -> None:
        self.mailbox = Mailbox()
        self._slot = slot
        self._scene = scene
        self._clock = clock
        self._stop = stop
        self._on_events = on_events
        self._veil = veil
        self._look_for_others = look_for_others
        self._on_change = on_change
        self._cpu_time = cpu_time
        self._directed = False
        self._awake = False
        self._carried: dict[str, tuple[Carried, ...]] = {}
        self._rules: Sequence[ClassRule] = ()
        self._veils: frozenset[str] = frozenset()
        self._cpu_share = CPU_SHARE
        self._on_event: Callable[[GestureEvent], None] = lambda event: None
        self._asked = Asked(clock, self.mailbox.posted.set, SCORES_ASKED_FOR_S)
        self._told_at = float("-inf")
        self._needs_others = False
        self._is_veiled = False
        self._version = 0
        self._statuses: tuple[ReaderStatus, ...] = ()

    def direct(self, awake: bool) -> None:
        """Says whether anything shall be looked at; as often as one likes, from one thread."""
        if awake != self._directed:
            self._directed = awake
            self.mailbox.post(lambda: self._wake(awake))

    def carry(self, by: str, readers: Sequence[ClassReader]) -> None:
        """Runs these readers in place of those that `by` has given before. Any thread.

        One that is the same object goes on as if nothing had happened.
        """
        self.mailbox.post(lambda: self._carry(by, readers))

    def follow(
        self,
        rules: Sequence[ClassRule],
        veils: frozenset[str],
        cpu_share: float,
        on_event: Callable[[GestureEvent], None] = lambda event: None,
    ) -> None:
        """Starts gestures by these rules from now on. Any thread.

        Args:
            rules: what starts what.
            veils: gestures that blur the outgoing picture while they last.
            cpu_share: share of one core that all readers may take together.
            on_event: told of each start and end, on the recogniser thread; returns at once.
        """

        def take() -> None:
            self._rules, self._veils = tuple(rules), veils
            self._cpu_share, self._on_event = cpu_share, on_event
            for each in self._every():
                self._tell(each.watch(self._rules, self._clock.now()))

        self.mailbox.post(take)

    def ask(self) -> None:
        """Somebody wants to see scores: all readers look for a while. Any thread."""
        self._asked.ask()

    def statuses(self) -> tuple[ReaderStatus, ...]:
        """How the readers do. Any thread."""
        return self._statuses

    def run(self) -> None:
        """Runs until `stop` is set. Never raises."""
        give_way()
        while not self._stop.is_set():
            try:
                self.step()
            except Exception:
                logger.exception("The recognisers failed; they go on")
                self._clock.wait(self._stop, RESTART_AFTER_S)

    def step(self) -> None:
        """Does what is due, or waits for it; until something is posted at the longest."""
        self.mailbox.work_off()
        now = self._clock.now()
        running = self._running(now)
        if not running:
            self._rest(ASLEEP_WAKE_S)
            return
        for each in running:
            if not each.is_ready:
                self._tell(each.prepare(now))
                self._note()
                return
        due_at = min(each.due_at for each in running)
        if due_at > now:
            self._rest(due_at - now)
            return
        captured, self._version = self._slot.wait_newer(self._version, FRAME_WAIT_S)
        if captured is not None:
            self._look(running, captured.frame)
        else:
            for each in running:
                self._tell(each.tick(self._clock.now()))

    def _look(self, running: Sequence[Carried], frame: Frame) -> None:
        now, observation = self._clock.now(), self._observation(frame)
        for each in running:
            if each.due_at > now or self._stop.is_set():
                continue
            before_s = self._cpu_time()
            events = each.look(frame, observation, now)
            each.spent(self._cpu_time() - before_s)
            self._tell(events)
        costs_s = {each.name: each.cost_s for each in running}
        every_s = periods(costs_s, {each.name: each.rate_hz for each in running}, self._cpu_share)
        for each in running:
            each.period_s = every_s[each.name]
        self._note()

    def _running(self, now: float) -> Sequence[Carried]:
        """The readers that somebody needs; the others end what they have started."""
        is_asked = bool(self._asked)
        running = []
        for each in self._every():
            if self._awake and each.is_needed(is_asked):
                running.append(each)
            elif each.is_running:
                self._tell(each.rest(now))
                self._note()
        needs = any(each.looks_at for each in running)
        if needs != self._needs_others:
            self._needs_others = needs
            self._look_for_others(needs)
        return running

    def _observation(self, frame: Frame) -> Observation | None:
        scene = self._scene()
        if scene is None or abs(frame.captured_at - scene.observation.at) > FRESH_S:
            return None
        return scene.observation

    def _every(self) -> Sequence[Carried]:
        return [each for carried in self._carried.values() for each in carried]

    def _wake(self, awake: bool) -> None:
        self._awake = awake
        # No picture from before the sleep is looked at.
        _, self._version = self._slot.wait_newer(-1, 0)

    def _carry(self, by: str, readers: Sequence[ClassReader]) -> None:
        now = self._clock.now()
        old = {id(each.reader): each for each in self._carried.get(by, ())}
        new = tuple(
            old.pop(id(reader)) if id(reader) in old else Carried(reader) for reader in readers
        )
        self._carried[by] = new
        for gone in old.values():
            self._tell(gone.rest(now))
        for each in new:
            self._tell(each.watch(self._rules, now))
        self._note(at_once=True)

    def _tell(self, events: Sequence[GestureEvent]) -> None:
        """Brings events to those who answer; the veil first."""
        active = {gesture for each in self._every() for gesture in each.active}
        is_veiled = not active.isdisjoint(self._veils)
        if is_veiled != self._is_veiled:
            self._is_veiled = is_veiled
            self._veil(is_veiled)
        if events:
            self._on_events(events)
            for event in events:
                self._on_event(event)

    def _note(self, at_once: bool = False) -> None:
        """Notes how the readers do; who shows it hears of what is new, of scores now and then."""
        now = self._clock.now()
        old, new = self._statuses, tuple(each.status() for each in self._every())
        self._statuses = new
        if [each.without_scores() for each in old] != [each.without_scores() for each in new]:
            at_once = True
        is_shown = self._asked and old != new and now >= self._told_at + TELL_EVERY_S
        if at_once or is_shown:
            self._told_at = now
            self._on_change()

    def _rest(self, seconds: float) -> None:
        if not self._stop.is_set():
            self._clock.wait(self.mailbox.posted, seconds)


def beside(
    vision: VisionLoop,
    slot: LatestSlot[Captured],
    clock: Clock,
    stop: threading.Event,
    veil: Callable[[bool], None],
    on_change: Callable[[], None],
) -> RecogniserLoop:
    """A loop that looks where vision sees faces and hands, and has it answer what starts."""

    def tell(events: Sequence[GestureEvent]) -> None:
        vision.mailbox.post(lambda: vision.take(events))

    return RecogniserLoop(
        slot, lambda: vision.scene, clock, stop, tell, veil, vision.look_for_others, on_change
    )
