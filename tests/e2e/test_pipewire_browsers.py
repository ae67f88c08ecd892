"""The PipeWire camera as Chromium and Firefox see it: getUserMedia through the desktop portal.

`vcam demo` runs as a process; the pages look for the sticker that the clip's thumb calls up.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from vcam.capture.demo import demo_clip
from vcam.core.contracts import Audience, VideoFormat
from vcam.outputs.pipewire import PipeWireOutput
from vcam.settings.schema import PipeWireSettings
from vcam.vision.weights import is_complete

from .pipewire_session.reading import Feeder
from .pipewire_session.session import PipeWireSession, missing, wait_for
from .pipewire_session.watcher import Watcher, chromium, firefox, picture_of

PORTAL = Path("/usr/libexec/xdg-desktop-portal")
BROWSERS = {"chromium": chromium, "firefox-esr": firefox}
NAME = "My camera"

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="PipeWire is for Linux"),
    pytest.mark.skipif(bool(missing()), reason=missing()),
    pytest.mark.skipif(not PORTAL.exists(), reason="xdg-desktop-portal is not installed"),
]


@pytest.fixture
def session(monkeypatch):
    session = PipeWireSession()
    for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(key, session.environment[key])
    session.start_portal()
    yield session
    session.close()


@pytest.fixture(params=BROWSERS)
def browser(request):
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return request.param


def watched(session: PipeWireSession, browser: str, watch: Callable[[Watcher], None]) -> None:
    """Runs `watch` with a browser; again where the browser died of a fault of its own.

    WebRTC's PipeWire code lets its loop go on a moment before it marks itself as ready (in
    `VideoCaptureModulePipeWire::StartCapture`); on a busy machine it then aborts, whatever the
    camera, with "RaceDetected" (Firefox) or a bare FATAL line (Chromium).
    """
    for attempt in range(4):
        watcher = Watcher()
        already = len(session.log)
        profile = session.folder / f"profile-{attempt}"
        process = session.start(*BROWSERS[browser](watcher.url, profile))
        watcher.has_crashed = lambda at=already: "video_capture_pipewire.cc" in session.log[at:]
        try:
            watch(watcher)
        except AssertionError:
            if attempt == 3 or not watcher.has_crashed():
                raise
        else:
            return
        finally:
            watcher.close()
            session.end(process)


def test_browser_lists_opens_and_leaves_the_camera(session, browser):
    top, bottom = (200, 40, 60), (40, 200, 90)
    image = np.empty((720, 1280, 3), np.uint8)
    image[:360], image[360:] = top, bottom
    output = PipeWireOutput(PipeWireSettings(name=NAME))
    output.open(VideoFormat(1280, 720, 30))
    feeder = Feeder(output.send, image)

    def watch(watcher: Watcher) -> None:
        listed = watcher.report("listed")
        # Firefox names nothing before the first permission.
        assert listed == ([NAME] if browser == "chromium" else [])
        give_up_at = time.monotonic() + 1
        while time.monotonic() < give_up_at:
            assert output.audience() == Audience(streaming=False), "listing wakes the camera"
            time.sleep(0.02)
        watcher.allow("open")
        opened = watcher.report("opened")
        assert opened["label"] == NAME
        assert opened["listed"] == [NAME]
        assert (opened["settings"]["width"], opened["settings"]["height"]) == (1280, 720)
        first, *_, last = watcher.reports("seen", 6)
        assert last["frames"] > first["frames"]
        seen = picture_of(last)
        assert seen.shape == image.shape
        for row, colour in ((100, top), (600, bottom)):
            assert np.abs(seen[row, 640].astype(int) - colour).max() < 10
        audience = output.audience()
        assert audience.streaming
        assert [reader.program for reader in audience.readers] == [browser]
        watcher.allow("stop")
        watcher.report("stopped")
        wait_for(lambda: output.audience() == Audience(streaming=False), "the camera's rest")

    try:
        watched(session, browser, watch)
    finally:
        feeder.end()
        output.close()


LENSES = np.s_[320:450, 560:830]
"""Rows and columns where the demo's face has its eyes while the thumb is up (1280x720)."""


def crimson(picture: np.ndarray) -> tuple[int, int]:
    """How many pixels have the colour of the heart-shaped glasses: at the eyes, and elsewhere."""
    blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
    wanted = (red > 190) & (green < 70) & (blue > 50) & (blue < 150)
    at_eyes = int(wanted[LENSES].sum())
    return at_eyes, int(wanted.sum()) - at_eyes


def test_the_clip_itself_has_nothing_of_the_glasses_colour():
    clip = cv2.VideoCapture(str(demo_clip()))
    for at_s in (1.0, 3.0, 5.0, 6.0, 7.0, 9.0):
        clip.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
        assert crimson(clip.read()[1]) < (20, 20)


@pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull")
def test_browser_shows_the_demo_clip_with_the_sticker_on_the_face(session, browser, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("")
    environment = {
        **session.environment,
        "VCAM_RUNTIME_DIR": str(tmp_path / "runtime"),
        "VCAM_CONFIG": str(config),
    }
    settings = (
        f"outputs.pipewire.name={NAME}",
        "outputs.virtual_camera.enabled=false",
        "control.tray.enabled=false",
        "control.page.enabled=false",
    )
    command = [sys.executable, "-m", "vcam", "demo"]
    for setting in settings:
        command += ["--set", setting]
    with (tmp_path / "vcam.log").open("wb") as told:
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, env=environment)

    def log() -> str:
        return (tmp_path / "vcam.log").read_text()

    def watch(watcher: Watcher) -> None:
        watcher.report("listed")
        assert "is read by" not in log()
        watcher.allow("open")
        assert watcher.report("opened")["label"] == NAME
        seen = 0
        give_up_at = time.monotonic() + 90
        while True:
            seen += 1
            at_eyes, elsewhere = crimson(picture_of(watcher.reports("seen", seen)[-1]))
            if at_eyes > 500:
                break
            assert time.monotonic() < give_up_at, f"no glasses\n{log()}"
        assert elsewhere < at_eyes / 10
        watcher.allow("stop")
        watcher.report("stopped")

    try:
        wait_for(lambda: f"PipeWire camera {NAME} at 1280x720" in log(), "the camera")
        watched(session, browser, watch)
        assert f"is read by {browser}" in log()
        assert "Traceback" not in log()
    finally:
        daemon.terminate()
        daemon.wait(20)
