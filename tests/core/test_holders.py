from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vcam.core.holders import Holder, holders_of, is_held_by


def process(proc: Path, pid: int, comm: str | None, *opened: Path) -> None:
    descriptors = proc / str(pid) / "fd"
    descriptors.mkdir(parents=True)
    for number, path in enumerate(opened):
        (descriptors / str(number)).symlink_to(path)
    if comm is not None:
        (proc / str(pid) / "comm").write_text(comm + "\n")


def test_programs_that_have_it_open(tmp_path):
    device, other = tmp_path / "video0", tmp_path / "video1"
    device.touch()
    other.touch()
    proc = tmp_path / "proc"
    process(proc, 900, "zoom", other, device)
    process(proc, 80, "obs", device, device)
    process(proc, 81, "bash", other, tmp_path / "gone")
    process(proc, 82, None, device)
    process(proc, os.getpid(), "vcam", device)
    (proc / "self").mkdir()
    (proc / "83").mkdir()
    found = holders_of(device, proc)
    assert found == (Holder(80, "obs"), Holder(82, "a program"), Holder(900, "zoom"))
    assert str(found[0]) == "obs (pid 80)"


def test_node_of_a_sandbox_is_the_same_device(tmp_path):
    # /dev/null under another name, as a sandbox with a /dev of its own would have it.
    proc = tmp_path / "proc"
    process(proc, 90, "flatpak app", Path("/dev/null"))
    process(proc, 91, "other", Path("/dev/zero"))
    process(proc, 92, "file", tmp_path / "proc" / "90" / "comm")
    assert holders_of(Path("/dev/null"), proc) == (Holder(90, "flatpak app"),)


def test_files_that_are_no_devices_are_not_asked(tmp_path, monkeypatch):
    # A file on a network share whose server is gone would hold us for ever.
    share = tmp_path / "file on a share"
    share.touch()
    proc = tmp_path / "proc"
    process(proc, 90, "editor", share, Path("/dev/null"))
    real_stat = os.stat
    resolved = []

    def stat(path, **more):
        resolved.append(os.path.realpath(path))
        return real_stat(path, **more)

    monkeypatch.setattr(os, "stat", stat)
    assert holders_of(Path("/dev/null"), proc) == (Holder(90, "editor"),)
    assert str(share) not in resolved


def test_one_process_asked(tmp_path):
    device = tmp_path / "video0"
    device.touch()
    process(tmp_path / "proc", 5, "vcam", device)
    assert is_held_by(5, device, tmp_path / "proc")
    assert not is_held_by(6, device, tmp_path / "proc")
    assert not is_held_by(5, tmp_path / "gone", tmp_path / "proc")


def test_device_that_is_gone(tmp_path):
    assert holders_of(tmp_path / "gone", tmp_path) == ()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_real_process(tmp_path):
    device = tmp_path / "device"
    device.touch()
    program = "import sys; f = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(device)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        assert [holder.pid for holder in holders_of(device)] == [child.pid]
        child.communicate()
    assert holders_of(device) == ()
