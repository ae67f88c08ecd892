"""The scenarios with the whole program: vivid to vcam to v4l2loopback to a reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from kit import (
    HEIGHT,
    SHARE,
    WIDTH,
    Results,
    Viewer,
    ask,
    is_open,
    load,
    load_vivid,
    plug_vivid,
    shows_mirrored_bars,
    unload,
    unplug_vivid,
    until,
)

from vcam.core import v4l2

CAMERA = Path("/dev/video0")
LABEL = "vcam in a machine"
RELEASE_S = 2.0
SETTINGS = {
    "camera.width": WIDTH,
    "camera.height": HEIGHT,
    "camera.fps": 10,
    "camera.format": "yuyv",
    "camera.release_after_ms": int(1000 * RELEASE_S),
    "outputs.width": WIDTH,
    "outputs.height": HEIGHT,
    "outputs.fps": 10,
    "outputs.virtual_camera.label": json.dumps(LABEL),
    # Bars the other way round have come through vcam.
    "outputs.virtual_camera.mirror": "true",
    "outputs.pipewire.enabled": "false",
    # Networks would take all of the emulated processor.
    "reactions.enabled": "false",
    "control.page.enabled": "false",
    "control.tray.enabled": "false",
}
ENVIRONMENT = {
    **os.environ,
    "VCAM_RUNTIME_DIR": "/run/vcam",
    "XDG_CONFIG_HOME": "/run/config",
    "XDG_STATE_HOME": "/run/state",
}


def vcam(*arguments: str) -> list[str]:
    settings = [f"--set={key}={value}" for key, value in SETTINGS.items()]
    return [sys.executable, "-m", "vcam", *arguments, *settings]


class Daemon:
    """`vcam run`, and what it has logged."""

    def __init__(self) -> None:
        self._log = SHARE / "vcam.log"
        with self._log.open("w") as file:
            self.process = subprocess.Popen(
                vcam("run", "-v"), stdout=file, stderr=file, env=ENVIRONMENT
            )

    def says(self, words: str) -> bool:
        """Whether a line of its log has these words."""
        return words in self._log.read_text(errors="replace")

    @property
    def has_camera(self) -> bool:
        """Whether it has the physical camera open."""
        return is_open(CAMERA, self.process.pid)

    def end(self) -> int:
        """Ends it as a service manager would."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def doctor_names_wrong_options(results: Results) -> None:
    """`vcam doctor` with a module that was loaded without exclusive_caps."""
    load("v4l2loopback", "video_nr=10", "card_label=wrong", "exclusive_caps=0")
    done = subprocess.run(vcam("doctor", "--json"), capture_output=True, text=True, env=ENVIRONMENT)
    unload("v4l2loopback")
    checks = {check["name"]: check for check in map(json.loads, done.stdout.splitlines())}
    found = checks.get("virtual camera", {})
    results.check("doctor ends with failures: there is no camera", done.returncode == 1)
    results.check("it names exclusive_caps", "exclusive_caps" in found.get("message", ""), found)
    results.check("and the command", "exclusive_caps=1" in found.get("fix", ""), found)
    results.check("it names the missing camera", "no camera" in checks["camera"]["message"])


def daemon_from_camera_to_reader(results: Results) -> None:
    """On demand, unplugged, plugged in again, and a device that comes late."""
    load_vivid()
    daemon = Daemon()
    try:
        no_module = until(lambda: daemon.says("modprobe v4l2loopback"))
        results.check("it starts without a device and says what to do", no_module)
        load("v4l2loopback", "devices=0")
        device = wait_for_device()
        results.check("it makes a device when that becomes possible", device)
        assert device is not None
        told = v4l2.query_capability(device)
        results.check("which is a camera", told.captures and not told.takes_output, told)
        sleeps_and_wakes(results, daemon, device)
        viewer = Viewer(device)
        results.check("it shows the picture", viewer.sees(shows_mirrored_bars))
        goes_on_without_camera(results, daemon, viewer)
        viewer.end()
        results.check("it ends", daemon.end() == 0)
        results.check("and takes its device with it", until(lambda: not device.exists(), 5))
        unload("v4l2loopback")
    finally:
        daemon.process.kill()


def wait_for_device() -> Path | None:
    found: list[Path] = []

    def look() -> bool:
        found[:] = [node.path for node in v4l2.video_nodes() if node.name == LABEL]
        return bool(found)

    return found[0] if until(look) and _is_fed(found[0]) else None


def _is_fed(device: Path) -> bool:
    return until(lambda: v4l2.query_capability(device).captures)


def sleeps_and_wakes(results: Results, daemon: Daemon, device: Path) -> None:
    results.check("with no reader the camera is off", until(lambda: not daemon.has_camera))
    for _ in range(4):
        ask(device, "--all", "--list-formats-ext")
        time.sleep(0.3)
        results.check("asking does not wake it", not daemon.has_camera)
    viewer = Viewer(device)
    woken = until(lambda: daemon.has_camera)
    opened_s = time.monotonic() - viewer.started_at
    results.check("a reader wakes it", woken, f"camera opened after {opened_s:.2f} s")
    seen = viewer.sees(shows_mirrored_bars)
    live_s = time.monotonic() - viewer.started_at
    results.check("and sees our picture", seen, f"after {live_s:.2f} s, {viewer.ends}")
    viewer.end()
    left_at = time.monotonic()
    released = until(lambda: not daemon.has_camera)
    released_s = time.monotonic() - left_at
    results.check("when it has left, the camera goes off", released, f"after {released_s:.2f} s")
    results.check("but not at once", released_s > RELEASE_S / 2)


def goes_on_without_camera(results: Results, daemon: Daemon, viewer: Viewer) -> None:
    pulled_at = time.monotonic()
    unplug_vivid()

    def is_placeholder(picture: np.ndarray) -> bool:
        return not shows_mirrored_bars(picture)

    results.check(
        "unplugged: a placeholder comes",
        viewer.sees(is_placeholder),
        f"after {time.monotonic() - pulled_at:.2f} s",
    )
    before = viewer.pictures
    time.sleep(3)
    results.check("and goes on", viewer.pictures > before + 2, viewer.pictures - before)
    # Pulled while it is read, or while it is being opened for this reader.
    told = daemon.says("unplugged") or daemon.says("there is no camera")
    results.check("the log says so", told)
    plug_vivid()
    plugged_at = time.monotonic()
    results.check(
        "plugged in again: the picture is back",
        viewer.sees(shows_mirrored_bars),
        f"after {time.monotonic() - plugged_at:.2f} s",
    )
