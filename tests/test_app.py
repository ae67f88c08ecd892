from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from unittest.mock import MagicMock

import pytest

from vcam import app, inbox
from vcam.core.errors import OutputError, VcamError
from vcam.pipeline import PipelineStats, SourcePhase, SourceState
from vcam.settings.store import SettingsStore
from vcam.testing import FakeClock

QUIET = """\
reactions: {enabled: false}
outputs: {virtual_camera: {enabled: false}, pipewire: {enabled: false}}
control: {page: {enabled: false}, tray: {enabled: false}}
"""


class IdlePipeline:
    """A pipeline that shows a picture at once and does nothing more.

    Args:
        failure: which thread fails as soon as it runs; empty for none.
    """

    def __init__(self, failure: str = "") -> None:
        self.finished = threading.Event()
        self.failure = ""
        self.stopped = False
        self.rehearses = False
        self.played = []
        self.by_hand = MagicMock()
        self._fails = failure
        # What steers it may tell them what it likes.
        self.recognisers = MagicMock(statuses=tuple)
        self.face_names = MagicMock()

    def start(self) -> None:
        self.failure = self._fails
        if self.failure:
            self.finished.set()

    def stop(self) -> None:
        self.stopped = True

    def stats(self) -> PipelineStats:
        return PipelineStats(1, 0, 0, 0, (), 1.0, 1.0)

    def source_state(self) -> SourceState:
        return SourceState(SourcePhase.LIVE, "idle")

    def outputs(self):
        return ()

    def apply(self, settings, packs):
        self.packs = packs

    def rehearse(self, on):
        self.rehearses = on

    def answer(self, by, answers):
        pass

    def live(self):
        # What is played is over at once.
        return ()

    def set_card(self, card):
        pass


@pytest.fixture
def signals():
    """Puts back what a run changes in this process: handlers, switch interval, log level."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    interval = sys.getswitchinterval()
    level = logging.getLogger("vcam").level
    yield
    logging.getLogger("vcam").setLevel(level)
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.setswitchinterval(interval)


@pytest.fixture
def store(tmp_path, signals):
    """No devices, no packs, no page, no tray."""
    path = tmp_path / "config.yaml"
    path.write_text(QUIET)
    return SettingsStore(path)


@pytest.fixture
def pipeline(monkeypatch):
    made = IdlePipeline()
    monkeypatch.setattr(app, "build_pipeline", lambda *args, **options: made)
    return made


def test_failed_thread_is_a_failure(monkeypatch, store):
    broken = IdlePipeline("the output thread failed")
    monkeypatch.setattr(app, "build_pipeline", lambda *args, **options: broken)
    with pytest.raises(VcamError, match="output thread failed"):
        app.run_daemon(store, None)
    assert broken.stopped


def test_recording_to_an_unknown_format_is_refused_at_once(store):
    store.change({"outputs.record_to": "clip.mkv"})
    with pytest.raises(OutputError, match=r"clip\.mkv.*\.mp4 or \.avi"):
        app.run_daemon(store, None, seconds=0)


def test_signals_that_are_ignored_on_purpose_stay_ignored(store, pipeline):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    app.run_daemon(store, None, seconds=0)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_IGN, signal.SIG_DFL)


def after_start(monkeypatch, act):
    """Calls `act` from another thread as soon as the pipeline is steered."""
    from vcam.control_room import ControlRoom

    start = ControlRoom.start

    def started(self):
        start(self)
        threading.Thread(target=act, args=(self,)).start()

    monkeypatch.setattr(ControlRoom, "start", started)


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_signals_end_it(monkeypatch, store, pipeline, name):
    after_start(monkeypatch, lambda room: os.kill(os.getpid(), getattr(signal, name)))
    app.run_daemon(store, None, seconds=60)
    assert pipeline.stopped


def test_stop_command_ends_it(monkeypatch, store, pipeline):
    from vcam.control.commands import Stop

    after_start(monkeypatch, lambda room: room.daemon.run(Stop()))
    app.run_daemon(store, None, seconds=60)
    assert pipeline.stopped


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX")
def test_hang_up_reads_the_settings_again_where_no_terminal_is(monkeypatch, store, pipeline):
    from vcam.control.commands import Stop

    monkeypatch.setattr(inbox, "has_terminal", lambda: False)
    # Under nohup it would be ignored, as it should.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

    asked = threading.Event()
    seen = []

    def act(room):
        room.daemon.ask_reload = asked.set
        os.kill(os.getpid(), signal.SIGHUP)
        seen.append(asked.wait(60))
        room.daemon.run(Stop())

    after_start(monkeypatch, act)
    app.run_daemon(store, None, seconds=60)
    assert seen == [True]


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX")
def test_hang_up_of_its_terminal_ends_it(monkeypatch, store, pipeline):
    monkeypatch.setattr(inbox, "has_terminal", lambda: True)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    after_start(monkeypatch, lambda room: os.kill(os.getpid(), signal.SIGHUP))
    app.run_daemon(store, None, seconds=60)
    assert pipeline.stopped


def test_steering_that_cannot_be_started_does_not_end_the_picture(
    monkeypatch, store, pipeline, caplog
):
    from vcam import control_room

    def fail(*args, **options):
        raise ImportError("broken package")

    monkeypatch.setattr(control_room, "PipelineDaemon", fail)
    app.run_daemon(store, None, seconds=0.1)
    assert "the picture goes on" in caplog.text
    assert pipeline.stopped


def test_packs_come_after_the_first_picture(monkeypatch, store, pipeline):
    given = {}

    def build(*args, **options):
        given.update(options)
        return pipeline

    monkeypatch.setattr(app, "build_pipeline", build)
    store.change({"reactions.enabled": True})
    app.run_daemon(store, None, seconds=0.5)
    assert given["packs"] == ()
    assert [pack.name for pack in pipeline.packs] == ["selfie-glasses"]


def test_encore_is_played_alone(store, pipeline):
    encore = [("party", "crown"), ("party", "hat")]

    def play(*effect):
        pipeline.played.append(effect)
        if len(pipeline.played) == 4:
            pipeline.finished.set()

    pipeline.by_hand.play = play
    app.run_daemon(store, None, 60, encore)
    assert pipeline.played == [*encore, *encore]
    assert pipeline.rehearses, "no gesture is answered meanwhile"


def test_recording_is_given_time_to_be_finished(monkeypatch, store, pipeline):
    finished = []
    ends: list[int] = []
    monkeypatch.setattr(app.os, "_exit", ends.append)
    go = threading.Event()

    def finish() -> None:
        go.wait(60)
        finished.append(True)

    pipeline.stop = go.set
    threading.Thread(target=finish, name=app.RECORDING_THREAD).start()
    app.leave_stragglers()
    assert ends.pop() == 0
    # Without a standard output, as `vcam run >&-` is started.
    with monkeypatch.context() as patch:
        patch.setattr(app.sys, "stdout", None)
        app.leave_stragglers()
    assert ends.pop() == 0
    app.run_daemon(store, None, seconds=0)
    assert finished == [True]
    app.leave_stragglers()
    assert not ends


def test_signal_before_the_first_picture_ends_it(monkeypatch, store, pipeline):
    monkeypatch.setattr(app, "_is_showing", lambda pipeline: False)
    opened = []
    monkeypatch.setattr(app, "_open_control_room", lambda *args: opened.append(args))
    monkeypatch.setattr(pipeline, "start", lambda: os.kill(os.getpid(), signal.SIGTERM))
    app.run_daemon(store, None, seconds=60)
    assert pipeline.stopped
    assert opened == []


def test_debug_messages_are_ours_alone(monkeypatch):
    root, ours = logging.getLogger(), logging.getLogger("vcam")
    before = root.handlers[:], root.level, ours.level
    root.handlers.clear()
    try:
        app.set_up_logging("debug")
        assert logging.getLogger("vcam.capture").isEnabledFor(logging.DEBUG)
        assert not logging.getLogger("PIL.PngImagePlugin").isEnabledFor(logging.INFO)
        app.set_up_logging("error")
        assert not logging.getLogger("vcam.capture").isEnabledFor(logging.WARNING)
    finally:
        root.handlers[:], root.level, ours.level = before
        ours.manager._clear_cache()


def test_what_is_off_is_not_even_loaded(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(QUIET)
    code = """\
import sys
from pathlib import Path
from vcam.app import run_daemon
from vcam.settings.store import SettingsStore
run_daemon(SettingsStore(Path(sys.argv[1])), "demo", seconds=1.2)
loaded = {name.partition(".")[0] for name in sys.modules}
print(sorted(loaded & {"fastapi", "uvicorn", "websockets", "starlette", "dbus_fast", "pystray"}))
print("vcam.daemon.daemon" in sys.modules)
"""
    result = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )
    assert result.stdout.split("\n")[:2] == ["[]", "True"]


def test_what_is_loaded_is_kept_from_the_collector() -> None:
    clock = FakeClock()
    frozen: list[int] = []

    class Passing(inbox.Inbox):
        def get(self, timeout_s: float) -> inbox.Asked | None:
            frozen.append(gc.get_freeze_count())
            clock.advance(timeout_s)
            return None

    pipeline = IdlePipeline()
    deadline = clock.now() + app.SETTLED_S + 2
    gc.unfreeze()  # what another run in this process may have kept
    try:
        app._wait_end(pipeline, Passing(), clock, deadline, app.Relay())
    finally:
        gc.unfreeze()
    assert frozen[0] == 0
    assert frozen[-1] > 0
