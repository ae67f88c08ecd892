"""The PipeWire camera in a private session: lost and hanging daemons, leaks, sudden ends."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.lab.checks import Check, CheckState
from vcam.lab.doctor_desktop import PORTAL, DesktopProbe
from vcam.outputs.group import OutputGroup
from vcam.outputs.pipewire import PipeWireOutput, stream
from vcam.settings.schema import PipeWireSettings

from .pipewire_session.pictures import FORMAT, is_close, picture
from .pipewire_session.reading import Feeder, start_python
from .pipewire_session.session import PATIENCE_S, PipeWireSession, missing, wait_for

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PipeWire is for Linux"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(
        shutil.which("gst-launch-1.0") is None,
        reason="gst-launch-1.0 not installed; run tools/ci/pipewire.sh",
    ),
]


def test_it_comes_back_after_the_daemon_was_restarted(session, read):
    output = PipeWireOutput(PipeWireSettings())
    group = OutputGroup([output], MonotonicClock(), first_retry_s=0.1, last_retry_s=0.1)
    group.open(FORMAT)
    feeder = Feeder(group.send, picture())
    try:
        read().wait_frames(3)
        session.stop_pipewire()
        wait_for(lambda: group.status()[0].state == "failed", "the failure")
        assert not output.audience().streaming
        session.start_pipewire()
        wait_for(lambda: group.status()[0].state == "open", "the recovery")
        reader = read()
        reader.wait_frames(3)
        assert is_close(reader.picture(), picture())
    finally:
        feeder.end()
        group.close()


def test_lost_daemon_is_told_with_what_happens_next(session):
    output = PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    session.stop_pipewire()
    try:
        wait_for(lambda: output._stream.failure, "the failure")
        with pytest.raises(OutputError, match="lost its connection") as caught:
            output.send(Frame(picture(), 0.0, 0))
        assert "again" in caught.value.fix
        output.close()
    finally:
        session.start_pipewire()


def test_daemon_that_hangs_blocks_nothing(session, monkeypatch):
    monkeypatch.setattr(stream, "OPEN_WITHIN_S", 0.3)
    output, late = PipeWireOutput(PipeWireSettings()), PipeWireOutput(PipeWireSettings())
    output.open(FORMAT)
    pipewire = session.pipewire[0]
    pipewire.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for index in range(10):
            output.send(Frame(picture(), index / 30, index))
        with pytest.raises(OutputError, match="does not answer"):
            late.open(FORMAT)
        output.close()
        assert time.monotonic() - began < 5
    finally:
        pipewire.send_signal(signal.SIGCONT)


def open_things() -> tuple[int, int]:
    """Descriptors and threads of this process."""
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def test_no_daemon_is_told_with_the_fix_and_leaves_nothing(session, monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    output = PipeWireOutput(PipeWireSettings())
    seen = []
    for _ in range(3):
        with pytest.raises(OutputError, match="no PipeWire daemon runs") as caught:
            output.open(FORMAT)
        assert "systemctl --user" in caught.value.fix
        gc.collect()
        seen.append(open_things())
    assert seen[0] == seen[-1]


def doctor(session: PipeWireSession, monkeypatch) -> Check:
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(key, session.environment[key])
    return DesktopProbe(names=lambda: frozenset({PORTAL})).check_pipewire(PipeWireSettings())


def test_doctor_tells_a_session_without_manager_from_one_with(session, monkeypatch):
    wait_for(lambda: doctor(session, monkeypatch).state is CheckState.OK, "the session manager")
    alone = PipeWireSession(manager=False)
    try:
        check = doctor(alone, monkeypatch)
    finally:
        alone.close()
    assert check.state is CheckState.WARN
    assert "without a session manager" in check.message


def resident_kib() -> int:
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0])


def test_opening_and_closing_leaks_nothing(session, read):
    """A reader tries all the while: half of the openings stream."""
    output = PipeWireOutput(PipeWireSettings())
    frame = Frame(picture(), 0.0, 0)

    def cycle() -> None:
        output.open(FORMAT)
        for _ in range(3):
            output.send(frame)
        output.close()

    for _ in range(10):
        cycle()
    gc.collect()
    things = open_things()
    grown_kib = []
    # What leaks does so each time; what else lives in this process may grow once.
    while not grown_kib or (grown_kib[-1] >= 3000 and len(grown_kib) < 4):
        memory_kib = resident_kib()
        for _ in range(50):
            cycle()
        gc.collect()
        grown_kib.append(resident_kib() - memory_kib)
    assert open_things() == things
    # 50 leaked frames would be 5600 KiB, 50 leaked contexts more.
    assert min(grown_kib) < 3000, grown_kib


@pytest.mark.parametrize("ending", ["pass", "sys.exit(3)", "raise KeyError"])
def test_program_may_end_without_closing_it(session, read, ending):
    script = f"""
import sys, time, numpy as np
from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame
from vcam.lab.checks import Check, CheckState
from vcam.lab.doctor_desktop import PORTAL, DesktopProbe
from vcam.outputs.pipewire import PipeWireOutput, stream
from vcam.settings.schema import PipeWireSettings
output = PipeWireOutput(PipeWireSettings(name="ending"))
output.open(VideoFormat(320, 240, 30))
print("open", flush=True)
frame = Frame(np.zeros((240, 320, 3), np.uint8), 0.0, 0)
give_up_at = time.monotonic() + 20
sent = 0
while sent < 5 and time.monotonic() < give_up_at:
    output.send(frame)
    sent += output.audience().streaming
    time.sleep(0.02)
assert sent, "no reader"
{ending}
"""
    with start_python(session, script) as process:
        assert process.stdout.readline() == "open\n"
        read(FORMAT, target="ending")
        _, told = process.communicate(timeout=PATIENCE_S)
    expected = {"pass": 0, "sys.exit(3)": 3, "raise KeyError": 1}
    assert process.returncode == expected[ending], told
