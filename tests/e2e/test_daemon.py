"""The daemon as a user runs it: a process, its output, its signals."""

from __future__ import annotations

import json
import signal
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest

from vcam.vision.weights import is_complete

from .processes import PATIENCE_S, QUICK, Api, Daemon

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]


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
