from __future__ import annotations

import logging
import signal
import sys
import threading

import pytest

from vcam import app
from vcam.core.errors import OutputError, VcamError
from vcam.settings.schema import Settings


class BrokenPipeline:
    """A pipeline one of whose threads fails at once."""

    def __init__(self) -> None:
        self.finished = threading.Event()
        self.failure = ""

    def start(self) -> None:
        self.failure = "the output thread failed"
        self.finished.set()

    def stop(self) -> None:
        pass


@pytest.fixture
def signals():
    """Puts back what a run changes in this process: handlers, switch interval, log level."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in numbers}
    interval = sys.getswitchinterval()
    level = logging.getLogger("vcam").level
    yield
    logging.getLogger("vcam").setLevel(level)
    for number, handler in before.items():
        signal.signal(number, handler)
    sys.setswitchinterval(interval)


@pytest.fixture
def quiet(monkeypatch):
    """No devices, no packs."""
    return Settings.model_validate(
        {
            "reactions": {"enabled": False},
            "outputs": {"virtual_camera": {"enabled": False}, "preview": {"enabled": False}},
        }
    )


def test_failed_thread_is_a_failure(monkeypatch, signals, quiet):
    monkeypatch.setattr(app, "build_pipeline", lambda *args, **options: BrokenPipeline())
    with pytest.raises(VcamError, match="output thread failed"):
        app.run_daemon(quiet, None)


def test_recording_to_an_unknown_format_is_refused_at_once(signals, quiet):
    outputs = quiet.outputs.model_copy(update={"record_to": "clip.mkv"})
    with pytest.raises(OutputError, match=r"clip\.mkv.*\.mp4 or \.avi"):
        app.run_daemon(quiet.model_copy(update={"outputs": outputs}), None, seconds=0)


def test_signals_that_are_ignored_on_purpose_stay_ignored(monkeypatch, signals, quiet):
    monkeypatch.setattr(app, "build_pipeline", lambda *args, **options: BrokenPipeline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with pytest.raises(VcamError):
        app.run_daemon(quiet, None)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) not in (signal.SIG_IGN, signal.SIG_DFL)


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
