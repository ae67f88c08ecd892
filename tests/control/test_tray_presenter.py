from __future__ import annotations

import threading
import time

import pytest

from vcam.control.commands import Pause, Resume, SwitchPack
from vcam.control.state import CameraState, Meter, Meters
from vcam.control.tray import presenter as module
from vcam.control.tray.menu import Look, menu_of
from vcam.control.tray.presenter import Presenter
from vcam.core.errors import VcamError
from vcam.testing.daemon import FakeDaemon

PATIENCE_S = 20


class Screen:
    """Notes everything."""

    def __init__(self):
        self.views, self.messages, self.done = [], [], []
        self._news = threading.Condition()

    def show(self, view):
        self._note(self.views, view)

    def notify(self, message):
        self._note(self.messages, message)

    def carried_out(self, item):
        self._note(self.done, item.key)

    def _note(self, notes, note):
        with self._news:
            notes.append(note)
            self._news.notify_all()

    def wait(self, condition):
        with self._news:
            assert self._news.wait_for(condition, PATIENCE_S), (self.messages, self.done)


@pytest.fixture
def daemon(tmp_path):
    return FakeDaemon(tmp_path)


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def opened():
    return []


@pytest.fixture
def presenter(daemon, opened):
    made = Presenter(daemon, lambda: opened.append(True), "en")
    yield made
    made.stop()


def item(daemon, key):
    return next(item for item in menu_of(daemon.state(), "en") if item.key == key)


def shows(screen, key, **what):
    """Whether the newest menu has a line like that."""
    if not screen.views:
        return False
    line = next(item for item in screen.views[-1].menu if item.key == key)
    return all(getattr(line, name) == value for name, value in what.items())


def test_shows_the_state_at_once_and_whoever_changes_it(presenter, daemon, screen):
    presenter.start(screen)
    screen.wait(lambda: shows(screen, "pack party", on=False))
    daemon.run(SwitchPack(name="party", on=True))
    screen.wait(lambda: shows(screen, "pack party", on=True))


def test_choosing_runs_the_command_and_confirms_the_tick(presenter, daemon, screen):
    presenter.start(screen)
    presenter.choose(item(daemon, "pack party"))
    screen.wait(lambda: screen.done == ["pack party"])
    assert daemon.commands == [SwitchPack(name="party", on=True)]
    assert screen.messages == []


def test_refusal_is_told_and_the_tick_confirmed(presenter, daemon, screen, caplog):
    presenter.start(screen)
    daemon.refusal = VcamError("The file is read-only", "chmod u+w it")
    presenter.choose(item(daemon, "pack party"))
    screen.wait(lambda: screen.messages)
    assert screen.messages == ["The file is read-only: chmod u+w it"]
    assert screen.done == ["pack party"]
    assert "The file is read-only" in caplog.text


def test_a_failure_nobody_thought_of_does_not_end_the_tray(presenter, daemon, screen, caplog):
    presenter.start(screen)
    daemon.refusal = RuntimeError("odd")
    presenter.choose(item(daemon, "pause"))
    screen.wait(lambda: screen.messages == ["odd"])
    presenter.choose(item(daemon, "pause"))
    screen.wait(lambda: screen.done == ["pause", "pause"])
    assert daemon.commands == [Pause()]


def test_change_that_others_take_back_at_once_is_not_left_standing(screen, daemon, monkeypatch):
    presenter = Presenter(daemon, lambda: None, "en")
    try:
        presenter.start(screen)
        screen.wait(lambda: shows(screen, "pack party", on=False))
        # From here on the follower sleeps, as it does after each change that it shows.
        resting = threading.Event()
        monkeypatch.setattr(presenter._closed, "wait", lambda timeout: resting.wait(PATIENCE_S))
        daemon.run(SwitchPack(name="selfie-glasses", on=False))
        screen.wait(lambda: shows(screen, "pack selfie-glasses", on=False))
        presenter.choose(item(daemon, "pack party"))
        screen.wait(lambda: shows(screen, "pack party", on=True))
        daemon.run(SwitchPack(name="party", on=False))
        resting.set()
        screen.wait(lambda: shows(screen, "pack party", on=False))
    finally:
        presenter.stop()


def test_snapshot_tells_its_file(presenter, daemon, screen, tmp_path):
    presenter.start(screen)
    presenter.choose(item(daemon, "snapshot"))
    screen.wait(lambda: screen.messages)
    assert screen.messages == [f"Saved {tmp_path / 'vcam-1.png'}"]


def test_opening_and_pausing(presenter, daemon, screen, opened):
    presenter.start(screen)
    presenter.choose(item(daemon, "open"))
    presenter.toggle_pause()
    screen.wait(lambda: screen.views and screen.views[-1].look == Look("paused"))
    presenter.toggle_pause()
    screen.wait(lambda: screen.views[-1].look == Look("live"))
    assert opened == [True]
    assert daemon.commands == [Pause(), Resume()]


class Counted(FakeDaemon):
    """Counts who asks for meters."""

    asked = 0

    def meters(self):
        self.asked += 1
        return super().meters()


def test_dwell_is_followed_while_the_icon_can_be_seen(screen, monkeypatch):
    monkeypatch.setattr(module, "METERS_PERIOD_S", 0.005)
    monkeypatch.setattr(module, "CHANGE_PERIOD_S", 0.005)
    daemon = Counted()
    presenter = Presenter(daemon, lambda: None, "en")
    try:
        presenter.start(screen)
        screen.wait(lambda: screen.views)
        daemon.meters_now = Meters(
            at=1, gestures=(Meter(gesture="v_sign", score=0.95, progress=0.5),)
        )
        screen.wait(lambda: screen.views[-1].look.progress == 6)
        presenter.hidden(screen)
        daemon.change()
        settled(daemon)
        presenter.start(screen)
        deadline = time.monotonic() + PATIENCE_S
        before = daemon.asked
        while daemon.asked == before:
            assert time.monotonic() < deadline
            time.sleep(0.005)
    finally:
        presenter.stop()


def settled(daemon):
    """Waits until nobody asks for meters any more."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        before = daemon.asked
        time.sleep(0.05)
        if daemon.asked == before:
            return
        assert time.monotonic() < deadline, "meters are asked for without end"


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "paused"},
        {"reactions": False},
        {"recognition": "no weights"},
        {"camera": CameraState(phase="asleep", name="Cam")},
    ],
)
def test_nothing_is_polled_while_nothing_can_be_held(screen, monkeypatch, members):
    monkeypatch.setattr(module, "METERS_PERIOD_S", 0.001)
    daemon = Counted()
    daemon.change(**members)
    presenter = Presenter(daemon, lambda: None, "en")
    try:
        presenter.start(screen)
        screen.wait(lambda: screen.views)
        settled(daemon)
        assert len(screen.views) == 1
    finally:
        presenter.stop()


def test_another_screen_is_shown_everything_again(presenter, daemon, screen):
    presenter.start(screen)
    screen.wait(lambda: screen.views)
    other = Screen()
    presenter.start(other)
    other.wait(lambda: other.views)
    assert other.views == screen.views[-1:]


def test_stop_leaves_nothing_behind(daemon, screen):
    before = threading.active_count()
    presenter = Presenter(daemon, lambda: None, "en")
    presenter.start(screen)
    presenter.stop()
    presenter.stop()
    assert threading.active_count() == before
    daemon.change()


def test_started_after_its_end_it_follows_nothing(daemon, screen):
    presenter = Presenter(daemon, lambda: None, "en")
    presenter.stop()
    before = threading.active_count()
    presenter.start(screen)
    assert threading.active_count() == before
    assert not daemon._listeners
