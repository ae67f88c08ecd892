"""`vcam calibrate` and `vcam privacy`."""

from __future__ import annotations

import json
import time
from datetime import date
from importlib import import_module

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.cli.calibrate import CLEAR_LINE
from vcam.control.client import Client
from vcam.control.commands import Calibrate, Forget
from vcam.control.server import ControlServer
from vcam.control.state import CalibratedGesture, CalibrationState, Kept, KeptState
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.history import StartHistory
from vcam.daemon.people_attendance import DayLine
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.personal import Personal
from vcam.settings.schema import PageSettings, PersonalSettings
from vcam.testing.daemon import FakeDaemon

TALK = CalibrationState(
    phase="talk", gestures=("v_sign",), left_s=60, total_left_s=76, message="Talk as in a call"
)
POSE = TALK.model_copy(
    update={"phase": "pose", "gesture": "v_sign", "take": 2, "left_s": 3, "message": "Show V"}
)
RESULT = CalibratedGesture(
    gesture="v_sign", enter=0.71, before=0.79, changed=True, message="lowered"
)
DONE = TALK.model_copy(
    update={"phase": "done", "left_s": 0, "message": "Done: 1 changed", "results": (RESULT,)}
)
FAILED = TALK.model_copy(update={"phase": "failed", "left_s": 0, "message": "No pictures come"})


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user with nothing kept, and no daemon."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("VCAM_CONFIG", "")
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in ("private_file", "loading", "kept"):
        monkeypatch.setattr(
            f"vcam.daemon.{name}.platformdirs.user_data_path",
            lambda *args, **options: tmp_path / "data",
        )
    monkeypatch.setattr(
        "vcam.settings.loader.platformdirs.user_config_path",
        lambda *args, **options: tmp_path / "config",
    )
    return tmp_path


@pytest.fixture
def daemon(home):
    fake = FakeDaemon()
    server = ControlServer(fake, PageSettings(port=0), home / "runtime")
    server.start()
    yield fake
    server.stop()


@pytest.fixture
def script(daemon, monkeypatch):
    """The calibration goes through these states, one for each look of the command."""
    states: list[CalibrationState | None] = []

    def watch(self, period_s=0.0):
        for state in states:
            daemon.change(calibration=state)
            yield self.state()
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "watch", watch)
    return states


def vcam(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_calibration_is_followed_to_its_results(daemon, script):
    script += [TALK, TALK, POSE, DONE]
    result = vcam("calibrate", "v_sign")
    assert result.exit_code == 0, result.output
    assert daemon.commands == [Calibrate(gestures=("v_sign",))]
    assert result.stdout.splitlines() == [
        "Talk as in a call  60 s, 76 s in all",
        "Show V (2 of 3)  3 s, 76 s in all",
        "Done: 1 changed",
        "  v_sign  0.79 -> 0.71  lowered",
    ]


def test_calibration_as_json_is_one_object_a_step(daemon, script):
    script += [TALK, TALK, POSE, DONE]
    result = vcam("calibrate", "--json")
    assert result.exit_code == 0, result.output
    assert daemon.commands == [Calibrate()]
    told = [CalibrationState.model_validate_json(line) for line in result.stdout.splitlines()]
    assert told == [TALK, POSE, DONE]


def test_line_on_a_terminal_is_replaced(daemon, script, monkeypatch):
    script += [TALK, POSE, DONE]
    # By that name the package has the command.
    monkeypatch.setattr(import_module("vcam.cli.calibrate"), "is_terminal", lambda: True)
    result = CliRunner().invoke(main, ["calibrate"], color=True)
    assert result.exit_code == 0, result.output
    live, *after = result.stdout.split("\n")
    assert live.split(CLEAR_LINE)[1:] == [
        "Talk as in a call  60 s, 76 s in all",
        "Show V (2 of 3)  3 s, 76 s in all",
        "Done: 1 changed",
    ]
    assert after[0].startswith("  v_sign")


def test_ctrl_c_cancels(daemon, script):
    script += [TALK]
    result = vcam("calibrate")
    assert result.exit_code == 1
    assert daemon.commands == [Calibrate(), Calibrate(cancel=True)]
    assert "Cancelled: the thresholds stay as they are" in result.stderr


def test_failed_calibration_is_told(daemon, script):
    script += [TALK, FAILED]
    result = vcam("calibrate")
    assert result.exit_code == 1
    assert "No pictures come" in result.stderr
    script[:] = [FAILED]
    last = vcam("calibrate", "--json").stdout.splitlines()[-1]
    assert json.loads(last) == {"error": "No pictures come", "fix": "try again: vcam calibrate"}


def test_daemon_that_was_started_again_is_told(daemon, script):
    script += [TALK, None]
    result = vcam("calibrate")
    assert result.exit_code == 1
    assert "has gone" in result.stderr


def test_cancel_by_another_terminal(daemon):
    daemon.change(calibration=TALK)
    result = vcam("calibrate", "--cancel", "--json")
    assert result.exit_code == 0, result.output
    assert daemon.state().calibration.phase == "cancelled"
    refused = vcam("calibrate", "--cancel")
    assert refused.exit_code == 1
    assert "No calibration goes on" in refused.stderr


def test_calibration_needs_a_daemon(home):
    assert vcam("calibrate").exit_code == 3


def test_privacy_asks_the_daemon(daemon):
    item = Kept(kind="history", what="starts", count=3, since=1.7e9, forget="history")
    daemon.change(kept=KeptState(items=(item,)))
    (line,) = vcam("privacy", "show", "--json").stdout.splitlines()
    assert Kept.model_validate_json(line) == item
    text = vcam("privacy", "show").stdout
    assert "3 of them" in text
    assert "vcam privacy forget history" in text
    assert vcam("privacy", "forget", "history").exit_code == 0
    assert vcam("privacy", "forget", "--json").exit_code == 0
    assert daemon.commands == [Forget(what="history"), Forget()]


def test_privacy_without_a_daemon_tells_all_kinds(home):
    result = vcam("privacy", "show", "--json")
    assert result.exit_code == 0, result.output
    items = [Kept.model_validate_json(line) for line in result.stdout.splitlines()]
    assert {"wrong", "calibration", "history", "settings", "snapshots", "weights"} <= {
        item.kind for item in items
    }
    assert all(not item.count for item in items if item.forget)
    assert "sends none of it anywhere" in vcam("privacy", "show").stdout


def keep_something() -> Personal:
    personal = Personal(PersonalSettings())
    personal.thresholds.keep({"v_sign": 0.7, "metal": 0.9}, 1.7e9)
    history = StartHistory(file=personal.history_file, keep=True)
    history.add(GestureEvent(EventKind.START, "v_sign", 1.0, (1,), 0.5, 1.0, 0.9), [])
    history.save()
    line = DayLine(name="Siti", day=date(2024, 5, 6), first=1.7e9, last=1.7e9, seconds=0)
    PeopleFiles(personal.history_file.path.parent).keep_attendance([line])
    return personal


def test_privacy_without_a_daemon_counts_and_forgets_files(home):
    personal = keep_something()
    counts = {
        item["kind"]: item["count"]
        for item in map(json.loads, vcam("privacy", "show", "--json").stdout.splitlines())
    }
    assert (counts["calibration"], counts["history"], counts["wrong"]) == (2, 1, 0)
    result = vcam("privacy", "forget", "calibration")
    assert result.stdout == "Forgotten: the personal thresholds\n"
    assert not personal.thresholds.file.path.exists()
    assert personal.history_file.path.exists()
    forgotten = json.loads(vcam("privacy", "forget", "--json").stdout)
    assert forgotten["message"].startswith("Forgotten: the starts called wrong")
    assert list(personal.history_file.path.parent.iterdir()) == []


def test_privacy_is_told_whatever_the_settings_say(home, monkeypatch):
    path = home / "broken.yaml"
    path.write_text("camera: {fps: none}", encoding="utf-8")
    monkeypatch.setenv("VCAM_CONFIG", str(path))
    result = vcam("privacy", "show")
    assert result.exit_code == 0
    assert "broken.yaml" in result.stderr
    assert "sends none of it anywhere" in result.stdout


def test_file_that_cannot_be_deleted_is_told_and_the_rest_goes(home, monkeypatch):
    personal = keep_something()
    unlink = type(home).unlink

    def refuse(self, missing_ok=False):
        if self.name == "thresholds.json":
            raise PermissionError(13, "Permission denied")
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(type(home), "unlink", refuse)
    result = vcam("privacy", "forget")
    assert result.exit_code == 1
    assert "thresholds.json cannot be deleted" in result.stderr
    assert not personal.history_file.path.exists()


def test_unknown_kind_is_wrong_use(home):
    assert vcam("privacy", "forget", "pictures").exit_code == 2


def test_since_is_the_users_day(daemon):
    at = time.mktime((2024, 5, 6, 7, 8, 0, 0, 0, -1))
    daemon.change(kept=KeptState(items=(Kept(kind="weights", what="w", since=at, size=5 << 20),)))
    assert "5.0 MB, since 2024-05-06 07:08" in vcam("privacy", "show").stdout
