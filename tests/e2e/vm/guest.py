"""The scenarios in the test machine: real v4l2loopback, real driver of a camera, our own code.

Runs inside the machine; `tests/e2e/test_vm.py` reads what it notes.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
from daemon import daemon_from_camera_to_reader, doctor_names_wrong_options
from kit import (
    HEIGHT,
    PATIENCE_S,
    WIDTH,
    Results,
    Viewer,
    ask,
    load,
    load_vivid,
    plug_vivid,
    unload,
    unplug_vivid,
    until,
)

from vcam.capture.camera import CameraSource
from vcam.capture.devices import CameraFinder
from vcam.core import v4l2
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceError
from vcam.core.frame import Frame
from vcam.outputs.loopback_devices import LoopbackControl
from vcam.outputs.loopback_readers import OpenWatcher
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.settings.schema import CameraSettings, VirtualCameraSettings

FORMAT = VideoFormat(WIDTH, HEIGHT, 10)
GREEN = (0, 200, 0)


def picture() -> Frame:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    image[:, : WIDTH // 2] = GREEN
    return Frame(image, 0.0, 0)


def green_on_the_left(planes: np.ndarray) -> bool:
    """Y of (0, 200, 0) is 116 in BT.601's limited range, and of black 16."""
    left, right = planes[:HEIGHT, 20:140].mean(), planes[:HEIGHT, 180:300].mean()
    return abs(left - 116) < 4 and abs(right - 16) < 4


def feed_until(output: VirtualCameraOutput, condition, timeout_s: float = PATIENCE_S) -> bool:
    frame, give_up_at = picture(), time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= give_up_at:
            return False
        output.send(frame)
        time.sleep(0.05)
    return True


def device_of_our_own(results: Results) -> None:
    """A device is made, seen from the first frame on, read, and removed."""
    load("v4l2loopback", "devices=0")
    results.check("the module can make devices", LoopbackControl().is_there)
    output = VirtualCameraOutput(VirtualCameraSettings(label="vcam test"))
    output.open(FORMAT)
    device = Path(str(output.device))
    told = v4l2.query_capability(device)
    results.check("it is a camera from the first frame on", told.captures and not told.takes_output)
    results.check("it has our label", told.card == "vcam test", told.card)
    results.check("nobody reads", output.audience().streaming is False, output.audience())
    rate = ask(device, "--get-parm")
    results.check("readers are told the rate", "10.000" in rate, rate)
    audience_and_picture(results, output, device)
    output.close()
    results.check("it is removed at the end", until(lambda: not device.exists(), 5))
    unload("v4l2loopback")


def audience_and_picture(results: Results, output: VirtualCameraOutput, device: Path) -> None:
    before = time.monotonic()
    for _ in range(3):
        ask(device, "--all", "--list-formats-ext")
    results.check(
        "asking is no reading", output.audience().streaming is False, time.monotonic() - before
    )
    by_opens = OpenWatcher(device)
    viewer = Viewer(device)
    results.check(
        "a reader is noticed",
        feed_until(output, lambda: output.audience().readers),
        f"{time.monotonic() - viewer.started_at:.2f} s, {output.audience()}",
    )
    results.check(
        "the reader is named",
        [(each.program, each.pid) for each in output.audience().readers]
        == [("v4l2-ctl", viewer.process.pid)],
        output.audience(),
    )
    results.check(
        "without events too",
        feed_until(output, lambda: by_opens.audience.readers),
        by_opens.audience,
    )
    seen = feed_until(
        output, lambda: viewer.pictures > 3 and green_on_the_left(_planes(viewer.newest))
    )
    results.check("the picture has the right size and colours", seen, viewer.pictures)
    viewer.end()
    left_at = time.monotonic()
    gone = until(lambda: output.audience().streaming is False)
    results.check("its end is noticed", gone, f"{time.monotonic() - left_at:.2f} s")
    results.check(
        "its end is noticed without events", until(lambda: by_opens.audience.streaming is False)
    )
    by_opens.close()


def _planes(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8).reshape(-1, WIDTH)


def camera_that_goes_and_comes(results: Results) -> None:
    """vivid is read, unplugged while it is, and read again."""
    load_vivid()
    (camera,) = [c for c in CameraFinder().list_cameras() if not c.is_loopback]
    results.check("vivid is listed with its formats", camera.modes, camera.modes[:3])
    source = CameraSource(
        CameraSettings(width=WIDTH, height=HEIGHT, fps=10, format="yuyv"), MonotonicClock()
    )
    results.check("it gives the size asked for", source.open().width == WIDTH)
    for _ in range(3):
        source.read()
    second = CameraSource(CameraSettings(device="/dev/video0"), MonotonicClock())
    pulled_at = time.monotonic()
    unplug_vivid()
    try:
        while True:
            source.read()
    except SourceError as error:
        after_s = time.monotonic() - pulled_at
        told = f"{after_s:.2f} s: {error}"
        results.check("unplugging is noticed", "unplugged" in str(error), told)
    source.close()
    before = time.process_time()
    try:
        second.open()
    except SourceError as error:
        told = f"{time.process_time() - before:.3f} s of CPU: {error}"
        results.check("a camera that is not there is named", "no camera" in str(error), told)
    plug_vivid()
    until(lambda: Path("/dev/video0").exists())
    source.open()
    results.check("it is read again", source.read().index > 2)
    source.close()
    unload("vivid")


SCENARIOS = (
    doctor_names_wrong_options,
    device_of_our_own,
    camera_that_goes_and_comes,
    daemon_from_camera_to_reader,
)

if __name__ == "__main__":
    notes = Results()
    for scenario in SCENARIOS:
        if scenario.__name__ in sys.argv[1:]:
            notes.run(scenario)
