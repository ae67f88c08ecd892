from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vcam.autostart import choose
from vcam.autostart.desktop_entry import DesktopAutostart
from vcam.autostart.entry import Launch
from vcam.cli import main


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    autostart = DesktopAutostart(Launch(("/bin/py", "-m", "vcam", "run"), {}), tmp_path)
    monkeypatch.setattr(choose, "choose_autostart", lambda: autostart)


def say(*arguments: str) -> str:
    result = CliRunner().invoke(main, ["autostart", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_on_status_off(tmp_path):
    assert "autostart is off" in say("status")
    told = say("on")
    assert f"wrote {tmp_path}" in told
    assert "autostart is on" in told
    assert json.loads(say("status", "--json")) == {
        "on": True,
        "where": str(tmp_path / "vcam.desktop"),
        "note": "",
        "done": [],
    }
    assert json.loads(say("off", "--json"))["on"] is False
