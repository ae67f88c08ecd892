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
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vcam.vision.weights import is_complete

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]

QUICK = (
    "--set",
    "control.page.port=0",
    "--set",
    "control.tray.enabled=false",
    "--set",
    "outputs.virtual_camera.enabled=false",
    "--set",
    "outputs.pipewire.enabled=false",
)
PATIENCE_S = 60
"""Far beyond what anything takes, for machines that are busy with other things."""


class Daemon:
    """A running `vcam`, and the lines it has written to stderr."""

    def __init__(
        self, arguments: tuple[str, ...], environment: dict[str, str], session: bool = False
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vcam", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=session,
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

    def run(*arguments: str, session: bool = False) -> Daemon:
        daemons.append(Daemon(arguments, environment, session))
        return daemons[-1]

    yield run
    for daemon in daemons:
        daemon.end()


class Api:
    """The daemon's HTTP API, as a program of the same user finds it."""

    def __init__(self, runtime: Path) -> None:
        told = json.loads((runtime / "control.json").read_text())
        self._url, self._token = told["url"], told["token"]

    def ask(self, path: str, body: object = None) -> bytes:
        """The answer to a GET, or with a body to a POST."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._url}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            return response.read()

    def state(self) -> dict[str, Any]:
        return json.loads(self.ask("/api/state"))

    def do(self, **command: object) -> dict[str, Any]:
        return json.loads(self.ask("/api/commands", command))

    def wait_for(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The state as soon as it is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds(state := self.state()):
            assert time.monotonic() < deadline, state
            time.sleep(0.1)
        return state


@pytest.fixture
def api_of(environment):
    def find(daemon: Daemon) -> Api:
        daemon.wait_for(r"page at http://127\.0\.0\.1:\d+/open\?code=")
        return Api(Path(environment["VCAM_RUNTIME_DIR"]))

    return find


def test_demo_tells_the_page_and_serves_moving_pictures(start, api_of):
    import cv2

    daemon = start("demo", *QUICK)
    api = api_of(daemon)
    daemon.wait_for("Reading demo")
    pictures = []
    deadline = time.monotonic() + PATIENCE_S
    while len(pictures) < 5 and time.monotonic() < deadline:
        data = np.frombuffer(api.ask("/api/preview.jpg"), np.uint8)
        picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
        if not pictures or not np.array_equal(picture, pictures[-1]):
            pictures.append(picture)
    assert len(pictures) == 5
    assert pictures[-1].shape == (720, 1280, 3)


def test_link_of_the_log_opens_the_page_once(start):
    link = start("demo", *QUICK).wait_for(r"page at (http://\S+)")[1]
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(link, timeout=PATIENCE_S) as response:
        assert response.status == 200
        assert "<html" in response.read().decode()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(link, timeout=PATIENCE_S)


def test_saved_settings_are_in_force_while_the_picture_goes_on(start, api_of, environment):
    daemon = start("demo", *QUICK)
    api = api_of(daemon)
    api.wait_for(lambda state: state["camera"]["phase"] == "live")
    config = Path(environment["VCAM_CONFIG"])
    config.write_text("# mine\nreactions: {packs: [badges]}\neffects: {progress_ring: off}\n")
    state = api.wait_for(lambda state: [p["name"] for p in state["packs"] if p["on"]] == ["badges"])
    assert state["settings"]["problem"] == ""
    daemon.wait_for("Changed: .*reactions.packs")
    phase, since = "live", time.monotonic()
    while time.monotonic() < since + 1 and phase == "live":
        phase = api.state()["camera"]["phase"]
        time.sleep(0.1)
    assert phase == "live"
    assert sum("Reading demo" in line for line in daemon.lines) == 1, "nothing was opened again"
    assert config.read_text().startswith("# mine\n")


def test_invalid_save_changes_nothing_and_is_told(start, api_of, environment):
    daemon = start("demo", *QUICK)
    api = api_of(daemon)
    config = Path(environment["VCAM_CONFIG"])
    config.write_text("reactions:\n  pakcs: [badges]\n")
    state = api.wait_for(lambda state: state["settings"]["problem"])
    assert "line 2" in state["settings"]["problem"]
    assert "did you mean reactions.packs" in state["settings"]["problem"]
    assert [pack["name"] for pack in state["packs"] if pack["on"]] == ["selfie-glasses"]
    daemon.wait_for("did you mean reactions.packs")
    config.write_text("reactions:\n  packs: [badges]\n")
    state = api.wait_for(lambda state: not state["settings"]["problem"])
    assert [pack["name"] for pack in state["packs"] if pack["on"]] == ["badges"]


def test_camera_outputs_and_page_are_opened_anew_while_it_runs(start, api_of, environment):
    daemon = start("demo", *QUICK)
    api = api_of(daemon)
    first = api.state()["page"]
    done = api.do(do="settings", set={"outputs.width": 640, "outputs.height": 360})
    assert done["data"]["applied"] == ["outputs.width", "outputs.height"]
    deadline = time.monotonic() + PATIENCE_S
    while _size_of(api.ask("/api/preview.jpg")) != (640, 360):
        assert time.monotonic() < deadline
    api.do(do="settings", set={"control.page.host": "127.0.0.1"}, unset=["control.page.port"])
    runtime = Path(environment["VCAM_RUNTIME_DIR"])
    while json.loads(_text_of(runtime / "control.json") or "{}").get("url", first) == first:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert Api(runtime).state()["page"] != first


def _size_of(jpeg: bytes) -> tuple[int, int]:
    import cv2

    height, width = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    return width, height


def _text_of(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def test_commands_reach_the_picture(start, api_of, tmp_path):
    daemon = start("demo", *QUICK, "--set", f"outputs.snapshot.folder={tmp_path / 'shots'}")
    api = api_of(daemon)
    api.wait_for(lambda state: state["camera"]["phase"] == "live")
    api.do(do="pack", name="party", on=True)
    api.do(do="play", pack="party", effect="hat")
    played = ("party", "hat")
    api.wait_for(lambda now: played in {(each["pack"], each["effect"]) for each in now["live"]})
    shot = api.do(do="snapshot")["data"]
    assert Path(shot["file"]).parent == tmp_path / "shots"
    assert api.ask(f"/api/snapshots/{shot['name']}") == Path(shot["file"]).read_bytes()
    api.do(do="pause")
    api.wait_for(lambda state: state["camera"]["phase"] == "asleep")
    api.do(do="resume")
    api.wait_for(lambda state: state["camera"]["phase"] == "live")
    api.do(do="stop")
    assert daemon.process.wait(PATIENCE_S) == 0
    assert daemon.lines[-1].endswith("Ended")


def test_hang_up_reads_settings_and_packs_again(start, api_of):
    daemon = start("demo", *QUICK, session=True)
    api = api_of(daemon)
    version = api.state()["version"]
    daemon.process.send_signal(signal.SIGHUP)
    api.wait_for(lambda state: state["version"] > version)
    assert daemon.process.poll() is None


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
    first.wait_for("Reading demo")
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
