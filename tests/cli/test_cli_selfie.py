from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.control.commands import TakeSelfie
from vcam.control.server import ControlServer
from vcam.settings.schema import PageSettings
from vcam.testing.daemon import FakeDaemon


@pytest.fixture
def daemon(tmp_path, monkeypatch):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(folder))
    fake = FakeDaemon(tmp_path)
    server = ControlServer(fake, PageSettings(port=0), folder)
    server.start()
    yield fake
    server.stop()


def vcam(*arguments: str):
    return CliRunner().invoke(main, list(arguments))


def test_command_waits_and_tells_the_file(daemon):
    daemon.subscribe(lambda: daemon.state().selfie and daemon.selfies.finish())
    result = vcam("selfie")
    assert result.exit_code == 0, result.output
    assert result.stdout == "Saved vcam-1.png\n"
    assert daemon.commands == [TakeSelfie()]


def test_options_are_the_command(daemon):
    result = vcam("selfie", "--take", "strip", "--in", "0", "--looks", "clean", "--no-wait")
    assert result.exit_code == 0, result.output
    assert daemon.commands == [TakeSelfie(take="strip", countdown_s=0, looks="clean")]


def test_second_one_gives_it_up_without_waiting(daemon):
    vcam("selfie", "--no-wait")
    result = vcam("selfie")
    assert result.stdout == "The selfie is cancelled\n"
    result = vcam("selfie", "--cancel")
    assert result.exit_code == 1
    assert result.stderr == "vcam: No selfie goes on: begin one: vcam selfie\n"


def test_failure_is_told_with_its_cause(daemon):
    def fail():
        if daemon.state().selfie is not None:
            daemon.change(selfie=None, selfie_problem="the disk is full: free some space")

    daemon.subscribe(fail)
    for _ in range(2):
        result = vcam("selfie")
        assert result.exit_code == 1
        assert result.stderr == "vcam: the disk is full: free some space\n"
    result = vcam("selfie", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == "the disk is full: free some space"


def test_half_a_selfie_is_told_with_what_is_missing(daemon):
    def half():
        if daemon.state().selfie is not None and not daemon.state().selfie_problem:
            daemon.change(selfie_problem="the disk is full")
            daemon.selfies.finish()

    daemon.subscribe(half)
    result = vcam("selfie")
    assert result.exit_code == 1
    assert result.stdout == "Saved vcam-1.png\n"
    assert result.stderr == "vcam: the disk is full\n"


def test_one_that_is_cancelled_elsewhere(daemon):
    daemon.subscribe(lambda: daemon.state().selfie and daemon.change(selfie=None))
    result = vcam("selfie")
    assert (result.exit_code, result.stderr) == (1, "vcam: The selfie was cancelled\n")


def test_json(daemon):
    daemon.subscribe(lambda: daemon.state().selfie and daemon.selfies.finish())
    result = vcam("selfie", "--json")
    outcome = json.loads(result.stdout)
    assert outcome["data"]["names"] == ["vcam-1.png"]
