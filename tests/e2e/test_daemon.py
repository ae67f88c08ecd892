"""The daemon as a user runs it: a process, its output, its signals."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from vcam.vision.weights import is_complete

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

QUICK = ("--set", "outputs.preview.port=0", "--set", "outputs.virtual_camera.enabled=false")
PATIENCE_S = 60
"""Far beyond what anything takes, for machines that are busy with other things."""


class Daemon:
    """A running `vcam`, and the lines it has written to stderr."""

    def __init__(self, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vcam", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.rstrip())
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def end(self) -> None:
        """Kills it, if it still runs."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that matches, as soon as it is there."""

        def found() -> re.Match[str] | None:
            return next((m for line in self.lines if (m := re.search(pattern, line))), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE_S)
            match = found()
        assert match is not None, f"no line matches {pattern!r}:\n" + "\n".join(self.lines)
        return match


@pytest.fixture
def environment(tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("")
    return {
        **os.environ,
        "VCAM_RUNTIME_DIR": str(tmp_path / "runtime"),
        "VCAM_CONFIG": str(config),
    }


@pytest.fixture
def start(environment):
    daemons = []

    def run(*arguments: str) -> Daemon:
        daemons.append(Daemon(arguments, environment))
        return daemons[-1]

    yield run
    for daemon in daemons:
        daemon.end()


def address_of(daemon: Daemon) -> str:
    return daemon.wait_for(r"preview at (http://\S+)")[1]


def test_demo_tells_the_preview_and_serves_moving_pictures(start):
    import cv2

    daemon = start("demo", *QUICK)
    address = address_of(daemon)
    daemon.wait_for("Reading demo")
    pictures = []
    deadline = time.monotonic() + PATIENCE_S
    while len(pictures) < 5 and time.monotonic() < deadline:
        with urllib.request.urlopen(f"{address}frame.jpg", timeout=PATIENCE_S) as response:
            data = np.frombuffer(response.read(), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if not pictures or not np.array_equal(picture, pictures[-1]):
            pictures.append(picture)
    assert len(pictures) == 5
    assert pictures[-1].shape == (720, 1280, 3)


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_cleanly(start, signal_number):
    daemon = start("demo", *QUICK)
    daemon.wait_for("Reading demo")
    daemon.process.send_signal(signal_number)
    assert daemon.process.wait(PATIENCE_S) == 0
    assert daemon.lines[-1].endswith("Ended")
    assert "Traceback" not in "\n".join(daemon.lines)


def test_second_instance_is_refused_with_the_pid_of_the_first(start):
    first = start("demo", *QUICK)
    address_of(first)
    second = start("run", *QUICK)
    assert second.process.wait(PATIENCE_S) == 1
    second.wait_for(f"already running .pid {first.process.pid}.")
    assert len(second.lines) == 1


def test_recording_holds_the_clip(start, tmp_path):
    import cv2

    target = tmp_path / "out.mp4"
    daemon = start("demo", *QUICK, "--seconds", "3", "--record", str(target))
    assert daemon.process.wait(PATIENCE_S) == 0
    clip = cv2.VideoCapture(str(target))
    assert clip.get(cv2.CAP_PROP_FRAME_WIDTH) == 1280
    assert clip.get(cv2.CAP_PROP_FRAME_COUNT) > 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--config", "missing.yaml"), "missing.yaml"),
        (("run", "--source", "missing.mp4"), "missing.mp4"),
        (("run", "--set", "camera.fsp=30"), "did you mean .*fps"),
        (("run", "--set", "camera.fps=fast"), "camera.fps"),
        (("lab", "images", "missing-folder"), "missing-folder"),
        (("lab", "replay", "missing.mp4", "--json"), "missing.mp4"),
        (("config", "explain", "camera.fsp"), "did you mean .*fps"),
    ],
)
def test_wrong_input_is_one_clear_line_and_a_failure(environment, arguments, message):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=False,
    )
    told = result.stderr + result.stdout
    assert result.returncode == 1
    assert "Traceback" not in told
    assert re.search(message, told)
    assert len(told.strip().splitlines()) == 1


def test_wrong_weights_are_told_with_the_fix(environment, tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "palm_detection_full.tflite").write_bytes(b"nonsense")
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "demo", *QUICK],
        capture_output=True,
        text=True,
        env={**environment, "VCAM_WEIGHTS_DIR": str(folder)},
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode == 1
    assert "VCAM_WEIGHTS_DIR" in result.stderr
    assert "Traceback" not in result.stderr


def test_bench_gives_the_stable_form(environment):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "lab", "bench", "--json", "--seconds", "2"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=True,
    )
    figures = json.loads(result.stdout)
    assert set(figures) >= {
        "cpu_core_share",
        "latency_ms",
        "late_frames",
        "frames",
        "vision_hz",
        "rss_mb",
        "first_frame_s",
    }
    assert set(figures["latency_ms"]) == {"p50", "p95", "p99"}
    assert figures["frames"] > 20


def test_every_command_has_help(environment):
    for command in ("run", "demo", "devices", "doctor", "weights", "config", "lab"):
        result = subprocess.run(
            [sys.executable, "-m", "vcam", command, "--help"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=PATIENCE_S,
            check=True,
        )
        assert "Usage" in result.stdout


def test_doctor_finds_what_is_wrong_here(environment):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "doctor", "--json", "--set", "camera.device=/dev/none"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=False,
    )
    checks = [json.loads(line) for line in result.stdout.splitlines()]
    camera = next(check for check in checks if check["name"] == "camera")
    assert camera["state"] == "fail"
    assert "/dev/none" in camera["message"]
    assert result.returncode == 1


def test_settings_of_the_shipped_profiles_are_right(environment):
    for profile in Path("config").glob("*.yaml"):
        subprocess.run(
            [sys.executable, "-m", "vcam", "config", "check", str(profile)],
            capture_output=True,
            env=environment,
            timeout=PATIENCE_S,
            check=True,
        )


def test_pictures_are_judged_by_folder(environment, tmp_path):
    import cv2

    clip = cv2.VideoCapture("vcam/capture/assets/demo.mp4")
    for pose, at_s in (("v_sign", 2.5), ("metal", 8.5)):
        clip.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
        (tmp_path / "set" / pose).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "set" / pose / "a.png"), clip.read()[1])
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "lab", "images", str(tmp_path / "set"), "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=True,
    )
    *pictures, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(picture["label"], picture["pose"]) for picture in pictures} == {
        ("v_sign", "v_sign"),
        ("metal", "metal"),
    }
    assert last["summary"]["classes"]["v_sign"]["recall"] == 1.0
