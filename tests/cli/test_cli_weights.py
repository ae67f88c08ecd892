from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

# A stand-in for pip that says who it is and never ends.
ENDLESS_PIP = """
import os, sys, time
open(os.environ["PIP_PID_FILE"], "w").write(str(os.getpid()))
time.sleep(600)
"""


def wait_until(condition, patience_s: float = 30.0):
    give_up_at = time.monotonic() + patience_s
    while not (value := condition()):
        assert time.monotonic() < give_up_at, "it did not happen"
        time.sleep(0.02)
    return value


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def heeded_signals():
    """Signals that the caller of the tests ignores, as nohup does, would be ignored by children."""
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("heeded_signals")
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal_during_the_download_leaves_nothing_behind(tmp_path, number):
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__init__.py").write_text("")
    (tmp_path / "pip" / "__main__.py").write_text(ENDLESS_PIP)
    cache, pid_file = tmp_path / "cache", tmp_path / "pid"
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "XDG_CACHE_HOME": str(cache),
        "HOME": str(tmp_path),
        "PIP_PID_FILE": str(pid_file),
    }
    environment.pop("VCAM_WEIGHTS_DIR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "vcam", "weights", "pull"],
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        pid = int(wait_until(lambda: pid_file.exists() and pid_file.read_text()))
        process.send_signal(number)
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not is_running(pid))
    assert list(tmp_path.rglob(".pull-*")) == []
