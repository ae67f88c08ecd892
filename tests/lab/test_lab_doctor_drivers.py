from __future__ import annotations

import pytest

from vcam.lab.checks import CheckState
from vcam.lab.doctor_drivers import OBS_EXTENSION, DriverProbe, is_obs_registered

LIST = """\
2 extension(s)
--- com.apple.system_extension.network_extension
enabled\tactive\tteamID\tbundleID (version)\tname\t[state]
*\t*\tABC\tcom.example.filter (1.0/1)\tFilter\t[activated enabled]
--- com.apple.system_extension.cmio
"""


def listed(*states: str) -> str:
    lines = [
        f"*\t*\t2MMRE5MTB8\t{OBS_EXTENSION} (30.2.0/1)\tOBS Virtual Camera\t[{s}]" for s in states
    ]
    return LIST + "\n".join(lines) + "\n"


def macos(tmp_path, told: str | None) -> DriverProbe:
    (tmp_path / "OBS.app").mkdir()
    return DriverProbe(applications=tmp_path, run=lambda arguments: told)


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        (listed("activated enabled"), CheckState.OK, "is allowed"),
        (listed("terminated waiting to uninstall on reboot", "activated enabled"), "ok", "allowed"),
        (listed("activated waiting for user"), CheckState.FAIL, "your approval"),
        (listed("terminated waiting to uninstall on reboot"), CheckState.FAIL, "restart"),
        (LIST, CheckState.FAIL, "never started"),
        (None, CheckState.OK, "cannot be asked"),
    ],
)
def test_extension_of_obs(tmp_path, told, state, words):
    check = macos(tmp_path, told).check_macos()
    assert check.state == state
    assert words in check.message
    if "approval" in words:
        assert "Camera Extensions" in check.fix


def test_macos_without_obs(tmp_path):
    check = DriverProbe(applications=tmp_path).check_macos()
    assert check.state is CheckState.FAIL
    assert "install OBS" in check.fix


def test_windows():
    there, missing = DriverProbe(lambda: True), DriverProbe(lambda: False)
    assert there.check_windows("auto").state is CheckState.OK
    assert "install OBS" in missing.check_windows("obs").fix
    assert missing.check_windows("unitycapture").state is CheckState.OK
    assert not is_obs_registered()
