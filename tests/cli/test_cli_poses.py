"""`vcam poses`, over a fake daemon."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.control.client import Client
from vcam.control.server import ControlServer
from vcam.settings.schema import PageSettings
from vcam.testing.daemon import FakeDaemon


@pytest.fixture
def daemon(tmp_path, monkeypatch):
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("VCAM_CONFIG", "")
    monkeypatch.setattr("vcam.control.client.time.sleep", lambda seconds: None)
    fake = FakeDaemon()
    server = ControlServer(fake, PageSettings(port=0), runtime)
    server.start()
    yield fake
    server.stop()


def run(*arguments, status=0):
    result = CliRunner().invoke(main, ["poses", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result.output


def test_a_pose_is_taught_judged_and_lives_only_if_that_is_wanted(daemon):
    told = run("teach", "claw", "--samples", 12, "--countdown", 0)
    assert "Learnt in 0.8 s" in told
    assert "Not live yet" in told
    assert not daemon.state().teaching.poses[0].live
    assert "will be" in run("train", "--yes") or daemon.state().teaching.poses[0].live
    assert "12 samples, live" in run()
    assert [order.do for order in daemon.commands] == ["teach", "train", "train", "use_taught"]


def test_samples_may_be_taken_alone_and_what_is_refused_is_told(daemon):
    assert "5 samples, not live" in run(
        "teach", "claw", "--samples", 5, "--countdown", 0, "--no-train"
    )
    assert "too few samples" in run("train", status=1)
    told = json.loads(run("train", "--json", status=1))
    assert told["fix"]


def test_poses_are_renamed_forgotten_written_and_taken_in(daemon, tmp_path):
    run("teach", "claw", "--samples", 12, "--countdown", 0, "--yes")
    run("rename", "claw", "paw")
    file, network = tmp_path / "mine.vcamposes", tmp_path / "mine.tflite"
    run("export", file)
    assert "exists" in run("export", file, status=1)
    run("export", network)
    assert network.read_bytes().startswith(b"TFL3")
    keras = tmp_path / "mine.keras"
    assert "export-taught mine.vcamposes --keras mine.keras" in run("export", keras, status=1)
    assert not keras.exists()
    run("forget", "paw")
    assert "No pose has been taught" in run("list")
    assert "Taken in: paw" in run("import", file)
    assert json.loads(run("list", "--json"))["poses"][0]["name"] == "paw"
    run("forget", "--all")
    assert daemon.state().teaching.poses == ()
    assert "one pose, or --all" in run("forget", status=2)
    assert "cannot be read" in run("import", tmp_path / "missing", status=1)
    assert "export one" in run("import", network, status=1)


def test_stopping_keeps_what_was_taken(daemon, monkeypatch):
    watched = Client.watch

    def interrupted(self, period_s=0.0):
        yield next(watched(self, period_s))
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "watch", interrupted)
    told = run("teach", "claw", "--countdown", 3, status=1)
    assert "claw in 3 s" in told
    assert "what was taken stays" in told
    assert daemon.commands[-1].cancel
