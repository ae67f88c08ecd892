from __future__ import annotations

import plistlib
import shutil
import subprocess
from pathlib import Path

import pytest

from vcam.autostart.choose import Surroundings, choose_autostart, succeeds
from vcam.autostart.desktop_entry import DesktopAutostart, entry_text
from vcam.autostart.entry import Launch, this_launch
from vcam.autostart.launchd import LABEL, LaunchAgent
from vcam.autostart.systemd import SystemdAutostart
from vcam.autostart.windows import RegistryAutostart, UserRegistry, command_line
from vcam.core.errors import VcamError

LAUNCH = Launch(("/opt/vcam/bin/python", "-m", "vcam", "run"), {"VCAM_CONFIG": "/a/b.yaml"})
OTHER = Launch(("/usr/bin/python3", "-m", "vcam", "run"), {})
AWKWARD = Launch(('/home/a "b"/50%/$x`y\\', "-m"), {"VCAM_CONFIG": "/c d.yaml"})


class FakeRegistry:
    def __init__(self, refuses: bool = False) -> None:
        self.value: str | None = None
        self.refuses = refuses

    def read(self) -> str | None:
        return self.value

    def write(self, value: str) -> None:
        if self.refuses:
            raise PermissionError("Access is denied")
        self.value = value

    def delete(self) -> None:
        if self.refuses:
            raise PermissionError("Access is denied")
        assert self.value is not None
        self.value = None


def desktop(folder: Path, launch: Launch):
    return DesktopAutostart(launch, folder)


def mac(folder: Path, launch: Launch):
    return LaunchAgent(launch, folder, lambda arguments: True, user=501)


REGISTRY = FakeRegistry()


def windows(folder: Path, launch: Launch):
    return RegistryAutostart(launch, REGISTRY)


@pytest.mark.parametrize("make", [desktop, mac, windows])
def test_on_and_off_again_and_again(tmp_path, make):
    REGISTRY.value = None
    autostart = make(tmp_path, LAUNCH)
    assert not autostart.standing().on
    assert autostart.turn_off() == ()
    assert autostart.turn_on()[0].startswith("wrote ")
    assert autostart.turn_on() == ()
    assert autostart.standing().on
    assert not autostart.standing().note
    assert "another vcam" in make(tmp_path, OTHER).standing().note
    assert make(tmp_path, OTHER).turn_on()
    assert autostart.turn_off()[0].startswith("removed ")
    assert autostart.turn_off() == ()
    assert not autostart.standing().on
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_launch_agent(tmp_path):
    asked = []
    LaunchAgent(LAUNCH, tmp_path, lambda a: bool(asked.append(a)), user=501).turn_on()
    agent = plistlib.loads((tmp_path / f"Library/LaunchAgents/{LABEL}.plist").read_bytes())
    assert agent["ProgramArguments"] == list(LAUNCH.command)
    assert agent["EnvironmentVariables"] == {"VCAM_CONFIG": "/a/b.yaml"}
    assert agent["RunAtLoad"] is True
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert asked == [["launchctl", "enable", f"gui/501/{LABEL}"]]


def test_desktop_entry():
    lines = entry_text(LAUNCH).splitlines()
    assert "Exec=env VCAM_CONFIG=/a/b.yaml /opt/vcam/bin/python -m vcam run" in lines
    # Quoting, then the escaping of string values: as the specification has it.
    awkward = entry_text(AWKWARD)
    assert '"VCAM_CONFIG=/c d.yaml"' in awkward
    assert r'"/home/a \\"b\\"/50%%/\\$x\\`y\\\\"' in awkward


@pytest.mark.skipif(
    shutil.which("desktop-file-validate") is None, reason="there is no desktop-file-validate"
)
@pytest.mark.parametrize("launch", [LAUNCH, OTHER])
def test_desktop_understands_the_entry(tmp_path, launch):
    path = tmp_path / "vcam.desktop"
    path.write_text(entry_text(launch))
    subprocess.run(["desktop-file-validate", str(path)], check=True)


def test_windows_starts_without_a_window():
    launch = Launch((r"C:\Program Files\vcam\python.exe", "-m", "vcam", "run"), {})
    assert command_line(launch) == r'"C:\Program Files\vcam\pythonw.exe" -m vcam run'
    with pytest.raises(VcamError, match="longer than 260"):
        command_line(Launch((r"C:\\" + "x" * 260,), {}))


def test_registry_that_refuses():
    registry = FakeRegistry(refuses=True)
    with pytest.raises(VcamError, match="cannot be written"):
        RegistryAutostart(OTHER, registry).turn_on()
    registry.value = "x"
    with pytest.raises(VcamError, match="cannot be removed"):
        RegistryAutostart(OTHER, registry).turn_off()


def test_registry_elsewhere():
    registry = UserRegistry()
    assert registry.read() is None
    for change in (lambda: registry.write("x"), registry.delete):
        with pytest.raises(OSError, match="not Windows"):
            change()


def around(tmp_path, platform: str, **more) -> Surroundings:
    return Surroundings(
        platform, {}, tmp_path, tmp_path / "booted", lambda a: True, FakeRegistry(), OTHER, **more
    )


def test_each_platform_has_its_way(tmp_path):
    assert isinstance(choose_autostart(around(tmp_path, "win32")), RegistryAutostart)
    assert isinstance(choose_autostart(around(tmp_path, "darwin")), LaunchAgent)
    assert isinstance(choose_autostart(around(tmp_path, "linux")), DesktopAutostart)
    (tmp_path / "booted").mkdir()
    chosen = choose_autostart(around(tmp_path, "linux"))
    assert isinstance(chosen, SystemdAutostart)
    assert chosen.standing().where == str(tmp_path / ".config/systemd/user/vcam.service")
    with pytest.raises(VcamError, match="sunos5"):
        choose_autostart(around(tmp_path, "sunos5"))


def test_what_a_terminals_vcam_obeys_is_kept():
    launch = this_launch({"VCAM_CONFIG": "/a", "VCAM_RUNTIME_DIR": "", "HOME": "/b"}, "/bin/py")
    assert launch == Launch(("/bin/py", "-m", "vcam", "run"), {"VCAM_CONFIG": "/a"})


def test_commands_of_the_system():
    assert succeeds(["true"])
    assert not succeeds(["false"])
    assert not succeeds(["never-heard-of-it"])
