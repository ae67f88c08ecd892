from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap

import pytest

from vcam.control import instance
from vcam.control.instance import AlreadyRunningError, InstanceLock, running_pid, runtime_dir
from vcam.core.errors import VcamError

HOLDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from vcam.control.instance import InstanceLock
    with InstanceLock(Path(sys.argv[1])):
        print("locked", flush=True)
        sys.stdin.read()
    """
)


@pytest.fixture
def other_process(tmp_path):
    """A process that holds the lock in `tmp_path`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.communicate()


def test_second_instance_is_refused_with_the_pid_of_the_first(tmp_path, other_process):
    with pytest.raises(AlreadyRunningError, match=f"pid {other_process.pid}") as caught:
        InstanceLock(tmp_path).__enter__()
    assert caught.value.pid == other_process.pid
    assert running_pid(tmp_path) == other_process.pid


def test_killed_instance_leaves_no_lock(tmp_path, other_process):
    other_process.kill()
    other_process.wait()
    assert running_pid(tmp_path) is None
    with InstanceLock(tmp_path) as lock:
        assert lock.path.read_text().strip() == str(os.getpid())


def test_lock_is_given_back(tmp_path):
    with InstanceLock(tmp_path):
        pass
    with InstanceLock(tmp_path):
        pass


def test_nobody_runs_where_there_is_no_file(tmp_path):
    assert running_pid(tmp_path / "missing") is None


def test_folder_that_cannot_be_made_is_told_with_the_fix(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VcamError, match="VCAM_RUNTIME_DIR"):
        InstanceLock(tmp_path / "file" / "below").__enter__()


def test_runtime_folder_is_found_without_a_word(monkeypatch):
    monkeypatch.delenv("VCAM_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    assert "vcam" in runtime_dir().parts[-1]


def test_runtime_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(tmp_path))
    assert runtime_dir() == tmp_path


def test_file_system_without_locks_is_not_taken_for_another_vcam(monkeypatch, tmp_path):
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(instance, "_lock", refuse)
    with pytest.raises(VcamError, match=r"No locks available.*VCAM_RUNTIME_DIR") as caught:
        InstanceLock(tmp_path).__enter__()
    assert not isinstance(caught.value, AlreadyRunningError)


def test_full_disk_is_told_with_the_fix(monkeypatch, tmp_path):
    def refuse(descriptor: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "ftruncate", refuse)
    with pytest.raises(VcamError, match="No space left"):
        InstanceLock(tmp_path).__enter__()
    monkeypatch.undo()
    with InstanceLock(tmp_path):
        pass
