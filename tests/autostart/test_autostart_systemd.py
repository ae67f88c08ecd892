from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

import pytest

from vcam.autostart.entry import Launch, this_launch
from vcam.autostart.systemd import SystemdAutostart, unit_text
from vcam.core.errors import VcamError

LAUNCH = Launch(("/opt/vcam/bin/python", "-m", "vcam", "run"), {})
AWKWARD = Launch(
    ('/home/a "b"/py%thon\\$x', "-m", "vcam"), {"VCAM_CONFIG": '/home/ä b/50%/"c".yaml'}
)


class Manager:
    """systemctl, and whether it answers."""

    def __init__(self, answers: bool = True) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, arguments) -> bool:
        self.asked.append(tuple(arguments))
        return self.answers


def test_on_writes_and_enables_and_then_has_nothing_to_do(tmp_path):
    manager = Manager()
    autostart = SystemdAutostart(LAUNCH, tmp_path / "user", manager)
    assert not autostart.standing().on
    done = autostart.turn_on()
    unit = tmp_path / "user" / "vcam.service"
    link = tmp_path / "user" / "default.target.wants" / "vcam.service"
    assert done[0] == f"wrote {unit}"
    assert unit.read_text() == unit_text(LAUNCH)
    assert os.readlink(link) == str(unit)
    assert manager.asked == [("systemctl", "--user", "daemon-reload")]
    assert autostart.turn_on() == ()
    assert len(manager.asked) == 1
    standing = autostart.standing()
    assert (standing.on, standing.where, standing.note) == (True, str(unit), "")


def test_off_leaves_nothing(tmp_path):
    manager = Manager()
    autostart = SystemdAutostart(LAUNCH, tmp_path, manager)
    autostart.turn_on()
    assert len(autostart.turn_off()) == 2
    assert autostart.turn_off() == ()
    assert not autostart.standing().on
    assert [path for path in tmp_path.rglob("*") if not path.is_dir()] == []
    assert len(manager.asked) == 2


def test_manager_that_does_not_answer(tmp_path):
    done = SystemdAutostart(LAUNCH, tmp_path, Manager(answers=False)).turn_on()
    assert "does not answer now" in done[-1]


def test_another_vcam_is_told_and_replaced(tmp_path):
    SystemdAutostart(AWKWARD, tmp_path, Manager()).turn_on()
    autostart = SystemdAutostart(LAUNCH, tmp_path, Manager())
    assert "another vcam" in autostart.standing().note
    assert autostart.turn_on()
    assert not autostart.standing().note


def test_link_to_elsewhere_is_no_enabling(tmp_path):
    autostart = SystemdAutostart(LAUNCH, tmp_path, Manager())
    autostart.turn_on()
    link = tmp_path / "default.target.wants" / "vcam.service"
    link.unlink()
    link.symlink_to("/elsewhere/vcam.service")
    assert not autostart.standing().on
    assert autostart.turn_on()[0].startswith("enabled")
    assert autostart.standing().on


def test_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(VcamError, match="cannot be written") as caught:
        SystemdAutostart(LAUNCH, tmp_path / "file", Manager()).turn_on()
    assert caught.value.fix
    (tmp_path / "default.target.wants").touch()
    with pytest.raises(VcamError, match="cannot be"):
        SystemdAutostart(LAUNCH, tmp_path, Manager()).turn_on()


def test_awkward_paths_are_quoted():
    text = unit_text(AWKWARD)
    assert r'ExecStart="/home/a \"b\"/py%%thon\\$$x" "-m" "vcam"' in text
    assert r'Environment="VCAM_CONFIG=/home/ä b/50%%/\"c\".yaml"' in text


def test_nothing_that_needs_a_user_namespace():
    """In one, /proc does not tell which programs have the camera open."""
    options = set(re.findall(r"^(\w+)=", unit_text(LAUNCH), re.MULTILINE))
    assert {"NoNewPrivileges", "RestrictAddressFamilies", "MemoryMax", "Restart"} <= options
    assert not options & {"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateDevices"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")
@pytest.mark.skipif(sys.platform == "win32", reason="needs systemd")
def test_systemd_understands_it(tmp_path):
    launch = this_launch({"VCAM_CONFIG": "/home/ä b/50%.yaml"})
    unit = tmp_path / "vcam.service"
    unit.write_text(unit_text(launch))
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        env=environment,
    )
    complaints = [line for line in done.stderr.splitlines() if "vcam.service" in line]
    assert not complaints
    unit.write_text(unit_text(launch).replace("LockPersonality=yes", "LockPersonalty=yes"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", str(unit)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert "LockPersonalty" in done.stderr
