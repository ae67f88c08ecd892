from __future__ import annotations

import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from vcam.core.contracts import Audience, Reader, VideoFormat, WatchedOutput
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.settings.schema import VirtualCameraSettings
from vcam.testing import plain_image

from .loopbacks import BOTH, FED, Loopbacks, loopback

FORMAT = VideoFormat(64, 48, 30)
FRAME = Frame(plain_image(), 0.0, 0)
SIZE = 64 * 48 * 3 // 2


class Linux:
    """An output on a made-up Linux machine."""

    def __init__(self, tmp_path, settings=None, **nodes: tuple[str, str, int]) -> None:
        self.loopbacks = Loopbacks(tmp_path, **nodes)
        self.output = self.with_settings(**(settings or {}))

    def with_settings(self, **settings: object) -> VirtualCameraOutput:
        self.output = VirtualCameraOutput(
            VirtualCameraSettings(**settings), linux=self.loopbacks.machine, platform="linux"
        )
        return self.output

    @property
    def chosen(self) -> str:
        assert self.output.device is not None
        return os.path.basename(self.output.device)


def picture(data: bytes, number: int) -> np.ndarray:
    """Frame `number` of what was written, as BGR."""
    planes = np.frombuffer(data, np.uint8)[number * SIZE : (number + 1) * SIZE]
    return cv2.cvtColor(planes.reshape(72, 64), cv2.COLOR_YUV2BGR_I420)


def halves() -> np.ndarray:
    image = np.zeros((48, 64, 3), np.uint8)
    image[:, :32] = (200, 60, 30)
    return image


def test_first_frame_goes_out_at_once_and_is_black(tmp_path):
    machine = Linux(tmp_path, video2=loopback("vcam"))
    machine.output.open(FORMAT)
    written = machine.loopbacks.written("video2")
    assert len(written) == SIZE
    assert picture(written, 0).max() <= 1
    machine.output.close()


@pytest.mark.parametrize("mirror", [False, True])
def test_pictures_have_the_right_colours_and_side(tmp_path, mirror):
    machine = Linux(
        tmp_path,
        {"mirror": mirror},
        video0=("HD Webcam", "uvcvideo", FED),
        video2=loopback("Dummy"),
    )
    machine.output.open(FORMAT)
    image = halves()
    machine.output.send(Frame(image, 0.0, 0))
    machine.output.send(Frame(np.zeros_like(image), 0.0, 1))
    assert machine.chosen == "video2"
    written = machine.loopbacks.written("video2")
    assert len(written) == 3 * SIZE
    expected = image[:, ::-1] if mirror else image
    difference = np.abs(picture(written, 1).astype(int) - expected)
    assert np.delete(difference, (31, 32), axis=1).max() <= 4
    assert (image == halves()).all()
    assert machine.loopbacks.rates["video2"] == 30
    machine.output.close()
    assert machine.output.device is None


def test_auto_prefers_ours_and_never_takes_obs(tmp_path):
    nodes = {
        "video1": loopback("OBS Virtual Camera"),
        "video3": loopback("Dummy"),
        "video5": loopback("vcam"),
    }
    machine = Linux(tmp_path, **nodes)
    machine.output.open(FORMAT)
    assert machine.chosen == "video5"
    machine.output.close()
    machine.with_settings(label="Dummy").open(FORMAT)
    assert machine.chosen == "video3"


def test_auto_goes_on_when_a_device_cannot_be_fed(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"), video2=loopback("Dummy"))
    machine.loopbacks.refuses.add("video1")
    machine.output.open(FORMAT)
    assert machine.chosen == "video2"


def test_all_devices_refuse_and_nothing_stays_open(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.loopbacks.refuses.add("video1")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OutputError, match="cannot be fed") as caught:
        machine.output.open(FORMAT)
    assert machine.loopbacks.path("video1") in caught.value.message
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize(
    "nodes",
    [
        {},
        {"video0": ("HD Webcam", "uvcvideo", FED)},
        {"video1": loopback("OBS Virtual Camera")},
    ],
)
def test_no_device_tells_the_exact_command(tmp_path, nodes):
    machine = Linux(tmp_path, **nodes)
    with pytest.raises(OutputError, match="no virtual camera device") as caught:
        machine.output.open(FORMAT)
    assert "modprobe v4l2loopback" in caught.value.fix
    assert "exclusive_caps=1" in caught.value.fix
    assert "card_label=vcam" in caught.value.fix


def test_device_that_is_fed_names_the_program(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam", FED))
    machine.loopbacks.hold("video1", 77, "ffmpeg")
    for device in ("auto", "vca", machine.loopbacks.path("video1")):
        with pytest.raises(OutputError, match=r"already fed by ffmpeg \(pid 77\)"):
            machine.with_settings(device=device).open(FORMAT)


@pytest.mark.parametrize("wanted", ["Studio", "studio cam", "PATH"])
def test_device_by_label_or_path(tmp_path, wanted):
    machine = Linux(tmp_path, video1=loopback("vcam"), video4=loopback("Studio Cam"))
    device = machine.loopbacks.path("video4") if wanted == "PATH" else wanted
    machine.with_settings(device=device).open(FORMAT)
    assert machine.chosen == "video4"


@pytest.mark.parametrize(
    ("device", "words"),
    [("studio", "name contains 'studio'"), ("video0", "no virtual camera but a uvcvideo")],
)
def test_wrong_device(tmp_path, device, words):
    machine = Linux(tmp_path, video0=("HD Webcam", "uvcvideo", FED), video1=loopback("vcam"))
    if device == "video0":
        device = machine.loopbacks.path(device)
    with pytest.raises(OutputError, match=words):
        machine.with_settings(device=device).open(FORMAT)


def test_missing_path(tmp_path):
    machine = Linux(tmp_path, {"device": str(tmp_path / "video9")})
    with pytest.raises(OutputError, match=r"there is no virtual camera .*video9"):
        machine.output.open(FORMAT)


@pytest.mark.parametrize("by_path", [False, True])
def test_no_permission(tmp_path, monkeypatch, by_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    node = machine.loopbacks.path("video1")
    real_open = os.open

    def refused(path, *rest):
        if str(path) == node:
            raise PermissionError(13, "Permission denied")
        return real_open(path, *rest)

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(OutputError, match="no permission") as caught:
        machine.with_settings(device=node if by_path else "auto").open(FORMAT)
    assert "usermod" in caught.value.fix


def test_device_without_exclusive_caps_is_told_once(tmp_path, caplog):
    machine = Linux(tmp_path, video1=loopback("vcam", BOTH))
    machine.output.open(FORMAT)
    machine.output.close()
    machine.output.open(FORMAT)
    assert caplog.text.count("exclusive_caps=1") == 1


def test_audience_is_the_devices_while_it_is_open(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    assert isinstance(machine.output, WatchedOutput)
    assert machine.output.audience() == Audience(streaming=False)
    machine.output.open(FORMAT)
    (watcher,) = machine.loopbacks.watchers
    watcher.audience = Audience(streaming=True, readers=(Reader("zoom", 7),))
    assert machine.output.audience() == watcher.audience
    machine.output.close()
    assert watcher.closed
    assert machine.output.audience() == Audience(streaming=False)


def test_without_readers_a_picture_now_and_then_is_enough(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    times = iter([0.0, 0.1, 0.2, 0.45, 0.7, 0.8, 0.9])
    linux = replace(machine.loopbacks.machine, now=lambda: next(times))
    output = VirtualCameraOutput(VirtualCameraSettings(), linux=linux, platform="linux")
    output.open(FORMAT)

    def count() -> int:
        return len(machine.loopbacks.written("video1")) // SIZE

    def sent() -> int:
        before = count()
        output.send(FRAME)
        return count() - before

    assert [sent() for _ in range(5)] == [1, 0, 0, 1, 0]
    (watcher,) = machine.loopbacks.watchers
    for streaming in (True, None):
        watcher.audience = Audience(streaming)
        assert sent() == 1
    output.close()
