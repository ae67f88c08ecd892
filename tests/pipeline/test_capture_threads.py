from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceError
from vcam.core.slot import LatestSlot
from vcam.pipeline import capture_threads
from vcam.pipeline.capture_thread import Captured
from vcam.pipeline.capture_threads import CaptureThreads
from vcam.pipeline.stats import SourcePhase
from vcam.testing import FakeCamera, plain_image

PATIENCE_S = 20


class Camera(FakeCamera):
    """A hundred pictures a second of one grey, until it is interrupted."""

    def __init__(self, name: str, value: int = 50, **more) -> None:
        super().__init__([plain_image(value=value)], **more)
        self.name = name

    def read(self):
        if self.interrupted.wait(0.01):
            raise SourceError(f"{self.name} was interrupted")
        return super().read()


class Hanging(Camera):
    """Its driver hangs in `open` or `read`, and hears nothing."""

    def __init__(self, where: str) -> None:
        super().__init__("hanging", 99)
        self.where = where
        self.hangs, self.release = threading.Event(), threading.Event()

    def _hang(self) -> None:
        self.hangs.set()
        assert self.release.wait(PATIENCE_S)

    def open(self):
        if self.where == "open":
            self._hang()
        return super().open()

    def read(self):
        if self.where == "read":
            self._hang()
        return FakeCamera.read(self)


class World:
    def __init__(self, source, **more) -> None:
        self.slot: LatestSlot[Captured] = LatestSlot()
        self.threads: list[threading.Thread] = []
        self.states = []
        self.ended = threading.Event()
        self.capture = CaptureThreads(
            source,
            self.slot,
            MonotonicClock(),
            self.start_thread,
            on_change=lambda: self.states.append(self.capture.state),
            on_end=self.ended.set,
            **({"reopen_at_end": True, "wanted": True} | more),
        )

    def start_thread(self, run: Callable[[], None]) -> threading.Thread:
        self.threads.append(threading.Thread(target=run, daemon=True))
        self.threads[-1].start()
        return self.threads[-1]

    def __enter__(self):
        self.capture.start()
        return self

    def __exit__(self, *_) -> None:
        self.capture.stop()
        for thread in self.threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def shows(self, value: int) -> bool:
        newest, _ = self.slot.wait_newer(-1, 0)
        return newest is not None and newest.frame.image[0, 0, 0] == value


def soon(condition: Callable[[], object]) -> bool:
    give_up_at = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.002)
    return True


def test_other_source_takes_over_and_the_old_one_is_closed(caplog):
    old, new = Camera("old", 50), Camera("new", 150)
    with World(old) as world:
        assert soon(lambda: world.shows(50))
        world.capture.replace(new)
        assert soon(lambda: world.shows(150))
        assert old.interrupted.is_set()
        assert not old.is_open
        assert world.capture.state.name == "new"
        assert world.capture.state.openings == 2, "nothing learnt from the old pictures holds"
        assert not world.threads[0].is_alive()
    assert [r for r in caplog.records if r.levelname == "WARNING"] == []


@pytest.mark.parametrize("where", ["open", "read"])
def test_source_that_hangs_is_left_to_itself_and_heard_no_more(where, monkeypatch, caplog):
    monkeypatch.setattr(capture_threads, "GIVE_WAY_S", 0.05)
    old, new = Hanging(where), Camera("new", 150)
    with World(old) as world:
        assert old.hangs.wait(PATIENCE_S)
        world.capture.replace(new)
        assert soon(lambda: world.shows(150))
        assert "hangs" in caplog.text
        states = len(world.states)
        _, version = world.slot.wait_newer(-1, 0)
        old.release.set()
        world.threads[0].join(PATIENCE_S)
        assert not old.is_open
        assert len(world.states) == states
        assert world.capture.state.name == "new"
        after, _ = world.slot.wait_newer(version, PATIENCE_S)
        assert after.frame.image[0, 0, 0] == 150
    assert "unexpectedly" not in caplog.text


def test_interruption_that_an_opening_source_did_not_hear_is_repeated(caplog):
    class Deaf(Camera):
        """Forgets interruptions from before it was open, as cameras do."""

        def open(self):
            assert replaced.wait(PATIENCE_S)
            time.sleep(0.05)
            return super().open()

    replaced = threading.Event()
    old = Deaf("deaf")
    with World(old) as world:
        world.capture.replace(Camera("new", 150))
        replaced.set()
        assert soon(lambda: world.shows(150))
        assert not old.is_open
    assert "hangs" not in caplog.text


def test_source_replaced_in_the_pause_after_a_loss_is_opened_at_once():
    broken = Camera("broken", failures=[SourceError("no camera")] * 99)
    with World(broken) as world:
        assert soon(lambda: world.capture.state.phase is SourcePhase.LOST)
        world.capture.replace(Camera("new", 150))
        assert soon(lambda: world.shows(150))
        names = [(state.phase, state.name, state.message) for state in world.states[1:]]
        assert names == [
            (SourcePhase.OPENING, "new", ""),
            (SourcePhase.LIVE, "new", ""),
        ]


def test_source_that_comes_while_none_is_wanted_stays_closed():
    old, new = Camera("old", 50), Camera("new", 150)
    with World(old) as world:
        assert soon(lambda: world.shows(50))
        world.capture.direct(False, False, "paused")
        assert soon(lambda: world.capture.state.phase is SourcePhase.ASLEEP)
        world.capture.replace(new)
        world.capture.direct(False, False, "paused")
        assert soon(lambda: world.capture.state.message == "paused")
        assert world.capture.state.name == "new"
        assert new.times_opened == 0
        world.capture.direct(True, True, "")
        assert soon(lambda: world.shows(150))


def test_many_replacements_at_once_end_with_one_open_source():
    cameras = [Camera(f"camera {number}", number) for number in range(20)]
    with World(cameras[0]) as world:
        changing = [
            threading.Thread(target=world.capture.replace, args=(camera,)) for camera in cameras[1:]
        ]
        for thread in changing:
            thread.start()
        for thread in changing:
            thread.join()
        name = world.capture.state.name
        assert soon(lambda: world.capture.state.phase is SourcePhase.LIVE)
        assert soon(lambda: [c.name for c in cameras if c.is_open] == [name])
    assert not any(camera.is_open for camera in cameras)


def test_finite_source_tells_its_end():
    finite = FakeCamera([plain_image()] * 3, finite=True)
    with World(finite, reopen_at_end=False) as world:
        assert world.ended.wait(PATIENCE_S)
        assert world.capture.state.phase is SourcePhase.ENDED


def test_nothing_is_opened_after_the_end():
    new = Camera("new")
    with World(Camera("old")) as world:
        world.capture.stop()
        world.capture.replace(new)
        assert len(world.threads) == 1
    assert new.times_opened == 0
