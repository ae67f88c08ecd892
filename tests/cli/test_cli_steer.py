from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import webbrowser

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.control.client import Client
from vcam.control.commands import (
    ChooseProfile,
    Freeze,
    MarkWrong,
    Outcome,
    Pause,
    Play,
    React,
    Reload,
    Resume,
    Stop,
    SwitchGesture,
    SwitchPack,
    SwitchReactions,
    TakeSnapshot,
)
from vcam.control.instance import InstanceLock
from vcam.control.server import ControlServer
from vcam.control.state import Start, State
from vcam.core.errors import VcamError
from vcam.settings.schema import PageSettings
from vcam.testing.daemon import FakeDaemon

COMMAND_LINES = [
    (("pause",), Pause()),
    (("resume",), Resume()),
    (("freeze",), Freeze()),
    (("snap",), TakeSnapshot()),
    (("react", "v_sign"), React(gesture="v_sign")),
    (("play", "party", "hat"), Play(pack="party", effect="hat")),
    (("pack", "on", "party"), SwitchPack(name="party", on=True)),
    (("pack", "off", "selfie-glasses"), SwitchPack(name="selfie-glasses", on=False)),
    (("gesture", "off", "metal"), SwitchGesture(name="metal", on=False)),
    (("reactions", "off"), SwitchReactions(on=False)),
    (("profile", "work"), ChooseProfile(name="work")),
    (("profile", "--none"), ChooseProfile(name=None)),
    (("reload",), Reload()),
    (("wrong",), MarkWrong(start=1)),
    (("wrong", "1", "--undo"), MarkWrong(start=1, wrong=False)),
]


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(folder))
    return folder


class _Current:
    """The daemon of the test that runs now, behind one server for all of them."""

    fake: FakeDaemon

    def __getattr__(self, name):
        return getattr(self.fake, name)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runtime")
    folder.chmod(0o700)
    current = _Current()
    # The server asks for the preview as soon as it starts.
    current.fake = FakeDaemon()
    server = ControlServer(current, PageSettings(port=0), folder)
    server.start()
    yield current, folder
    server.stop()


@pytest.fixture
def daemon(served, tmp_path, monkeypatch):
    current, folder = served
    current.fake = FakeDaemon(tmp_path)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(folder))
    return current.fake


def vcam(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize(("arguments", "command"), COMMAND_LINES)
def test_command_lines_are_commands(daemon, arguments, command):
    result = vcam(*arguments)
    assert result.exit_code == 0, result.output
    assert daemon.commands == [command]
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(("arguments", "command"), COMMAND_LINES)
def test_every_command_has_json(daemon, arguments, command):
    result = vcam(*arguments, "--json")
    assert result.exit_code == 0, result.output
    outcome = Outcome.model_validate_json(result.stdout)
    if isinstance(command, TakeSnapshot):
        assert os.path.exists(outcome.data["file"])


def test_refusal_is_one_line_and_status_1(daemon):
    daemon.refusal = VcamError("There is no gesture 'v_sgn'", "did you mean v_sign?")
    result = vcam("react", "v_sgn")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "vcam: There is no gesture 'v_sgn': did you mean v_sign?\n"


def test_refusal_in_json(daemon):
    daemon.refusal = VcamError("It is busy", "wait")
    result = vcam("pause", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"error": "It is busy", "fix": "wait"}


@pytest.mark.parametrize(
    "arguments",
    [
        *(arguments for arguments, _ in COMMAND_LINES),
        ("status",),
        ("status", "--watch"),
        ("history",),
        ("open",),
        ("stop",),
    ],
)
def test_status_3_where_no_daemon_runs(runtime, arguments):
    result = vcam(*arguments)
    assert result.exit_code == 3
    assert result.stderr == "vcam: vcam is not running: start it with: vcam run\n"
    told = vcam(*arguments, "--json")
    assert told.exit_code == 3
    assert json.loads(told.stdout)["fix"] == "start it with: vcam run"


@pytest.mark.parametrize(
    "arguments",
    [
        ("pack", "party"),
        ("pack", "maybe", "party"),
        ("profile",),
        ("profile", "work", "--none"),
        ("wrong", "0"),
        ("react",),
        ("completion", "cmd"),
        ("stop", "--wait", "-1"),
    ],
)
def test_wrong_use_is_status_2_and_asks_nothing(daemon, arguments):
    assert vcam(*arguments).exit_code == 2
    assert daemon.commands == []


def test_page_off_is_told_with_the_way_out(runtime):
    with InstanceLock(runtime):
        result = vcam("pause")
    assert result.exit_code == 1
    assert "control.page.enabled" in result.stderr


def test_nothing_to_be_wrong(daemon):
    daemon.starts = ()
    result = vcam("wrong")
    assert result.exit_code == 1
    assert "Nothing has started yet" in result.stderr


def test_history_has_a_line_for_each_start(daemon):
    daemon.starts = (
        Start(id=2, gesture="metal", at=1.7e9, held_ms=610, score=0.91, wrong=True),
        Start(id=1, gesture="v_sign", at=1.6e9, held_ms=520, score=0.97, effects=("a/b",)),
    )
    lines = vcam("history").stdout.splitlines()
    assert [("metal" in line, "wrong" in line, "a/b" in line) for line in lines] == [
        (True, True, False),
        (False, False, True),
    ]
    told = vcam("history", "--json").stdout.splitlines()
    assert tuple(Start.model_validate_json(line) for line in told) == daemon.starts


def test_open_prints_the_link_where_there_is_no_browser(daemon, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "/open?code=" in vcam("open").stdout
    assert json.loads(vcam("open", "--json").stdout)["url"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("opens", [True, False])
def test_open_uses_the_browser(daemon, monkeypatch, opens):
    links = []
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr(webbrowser, "open", lambda link: links.append(link) or opens)
    result = vcam("open")
    assert result.exit_code == 0
    assert "/open?code=" in links[0]
    assert result.stdout == ("" if opens else f"{links[0]}\n")
    vcam("open", "--print")
    assert len(links) == 1


def test_status_in_json_is_the_state(daemon):
    assert State.model_validate_json(vcam("status", "--json").stdout) == daemon.state()


def test_watch_prints_a_line_for_each_change(daemon, monkeypatch):
    changes = [
        lambda: daemon.run(Pause()),
        lambda: daemon.change(),
        lambda: daemon.run(SwitchPack(name="party", on=True)),
    ]

    def watch(client, period_s=0.0):
        yield client.state()
        for change in changes:
            change()
            yield client.state()

    monkeypatch.setattr(Client, "watch", watch)
    lines = vcam("status", "--watch").stdout.splitlines()
    # The second change is none that can be told.
    assert len(lines) == 3
    assert "paused" in lines[1]
    assert "party" in lines[2]
    assert len(vcam("status", "--watch", "--json").stdout.splitlines()) == 4


def test_stop_waits_for_the_lock(daemon):
    lock = InstanceLock()
    lock.__enter__()
    freed = []

    def free() -> None:
        freed.append(True)
        lock.__exit__(None, None, None)

    timer = threading.Timer(0.3, free)
    timer.start()
    result = vcam("stop")
    timer.join()
    assert result.exit_code == 0, result.output
    assert freed
    assert daemon.commands == [Stop()]


def test_stop_that_takes_too_long_is_a_failure(daemon):
    with InstanceLock():
        result = vcam("stop", "--wait", "0.1")
    assert result.exit_code == 1
    assert "has not ended" in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no signal is sent there")
def test_stop_without_a_page_sends_a_signal(runtime):
    holder = (
        "import signal, sys\n"
        "from vcam.control.instance import InstanceLock\n"
        "with InstanceLock():\n"
        "    print('held', flush=True)\n"
        "    signal.sigwait([signal.SIGTERM])\n"
    )
    code = f"import signal; signal.pthread_sigmask(0, [{int(signal.SIGTERM)}])\n{holder}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() == b"held\n"
            result = vcam("stop", "--json")
            assert result.exit_code == 0, result.output
            assert json.loads(result.stdout)["data"] == {"pid": process.pid}
            assert process.wait(10) == 0
        finally:
            process.kill()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell):
    result = vcam("completion", shell)
    assert result.exit_code == 0
    assert "_VCAM_COMPLETE" in result.stdout


def completed(*words: str) -> list[str]:
    line = " ".join(("vcam", *words))
    environment = {
        "_VCAM_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
    }
    result = CliRunner().invoke(main, [], prog_name="vcam", env=environment)
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


def test_names_are_completed_by_the_running_daemon(daemon):
    assert completed("pack", "on", "") == ["party", "selfie-glasses"]
    assert completed("pack", "on", "pa") == ["party"]
    assert completed("react", "th") == ["thumb_up"]
    assert completed("profile", "") == ["work"]
    assert completed("play", "") == ["selfie-glasses"]
    assert completed("play", "selfie-glasses", "") == ["retro"]


def test_without_a_daemon_nothing_is_completed(runtime):
    assert completed("pack", "on", "") == []
    assert completed("reac") == ["react", "reactions"]
