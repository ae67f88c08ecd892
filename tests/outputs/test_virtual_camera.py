from __future__ import annotations

import os

import numpy as np
import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.virtual_camera import VirtualCameraOutput, load_pyvirtualcam
from vcam.settings.schema import VirtualCameraSettings
from vcam.testing import FakeClock, plain_image

from .fake_pyvirtualcam import FakeDriver, PixelFormat
from .loopbacks import BOTH, FED, Loopbacks, loopback

FORMAT = VideoFormat(64, 48, 30)
FRAME = Frame(plain_image(), 0.0, 0)


class Linux:
    """An output on a made-up Linux machine whose loopback devices can all be opened."""

    def __init__(self, tmp_path, settings=None, **nodes: tuple[str, str, int]) -> None:
        self.loopbacks = Loopbacks(tmp_path, **nodes)
        self.driver = FakeDriver(v4l2loopback=[self.loopbacks.path(name) for name in nodes])
        self.clock = FakeClock()
        self.output = VirtualCameraOutput(
            VirtualCameraSettings(**(settings or {})),
            self.clock,
            self.loopbacks.finder,
            self.driver.module,
            "linux",
        )

    @property
    def chosen(self) -> str:
        assert self.output.device is not None
        return os.path.basename(self.output.device)


def test_frames_go_out_as_bgr(tmp_path):
    machine = Linux(tmp_path, video0=("HD Webcam", "uvcvideo", FED), video2=loopback("Dummy"))
    machine.output.open(FORMAT)
    image = plain_image()
    image[:, :, 0] = 7
    machine.output.send(Frame(image, 0.0, 0))
    assert machine.chosen == "video2"
    assert machine.driver.cameras[0].fmt is PixelFormat.BGR
    assert np.array_equal(machine.driver.frames[0], image)
    machine.output.close()
    assert machine.output.device is None
    assert not machine.driver.in_use


def test_auto_prefers_ours_and_never_takes_obs(tmp_path):
    machine = Linux(
        tmp_path,
        video1=loopback("OBS Virtual Camera"),
        video3=loopback("Dummy"),
        video5=loopback("vcam"),
    )
    machine.output.open(FORMAT)
    assert machine.chosen == "video5"


def test_auto_goes_on_when_a_device_cannot_be_opened(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"), video2=loopback("Dummy"))
    machine.driver.in_use.add(machine.loopbacks.path("video1"))
    machine.output.open(FORMAT)
    assert machine.chosen == "video2"


def test_all_devices_refuse(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.driver.in_use.add(machine.loopbacks.path("video1"))
    with pytest.raises(OutputError, match="cannot be opened") as caught:
        machine.output.open(FORMAT)
    assert machine.loopbacks.path("video1") in caught.value.message


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
    assert 'card_label="vcam"' in caught.value.fix


def test_device_that_is_fed_names_the_program(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam", FED))
    descriptors = machine.loopbacks.proc / "77" / "fd"
    descriptors.mkdir(parents=True)
    (descriptors / "5").symlink_to(machine.loopbacks.path("video1"))
    (machine.loopbacks.proc / "77" / "comm").write_text("ffmpeg\n")
    for device in ("auto", "vca", machine.loopbacks.path("video1")):
        machine.output._settings = VirtualCameraSettings(device=device)
        with pytest.raises(OutputError, match=r"already fed by ffmpeg \(pid 77\)"):
            machine.output.open(FORMAT)


@pytest.mark.parametrize("wanted", ["Studio", "studio cam", "PATH"])
def test_device_by_label_or_path(tmp_path, wanted):
    machine = Linux(tmp_path, video1=loopback("vcam"), video4=loopback("Studio Cam"))
    device = machine.loopbacks.path("video4") if wanted == "PATH" else wanted
    machine.output._settings = VirtualCameraSettings(device=device)
    machine.output.open(FORMAT)
    assert machine.chosen == "video4"


@pytest.mark.parametrize(
    ("device", "words"),
    [("studio", "name contains 'studio'"), ("video0", "no virtual camera but a uvcvideo")],
)
def test_wrong_device(tmp_path, device, words):
    machine = Linux(tmp_path, video0=("HD Webcam", "uvcvideo", FED), video1=loopback("vcam"))
    if device == "video0":
        device = machine.loopbacks.path(device)
    machine.output._settings = VirtualCameraSettings(device=device)
    with pytest.raises(OutputError, match=words):
        machine.output.open(FORMAT)


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
    machine.output._settings = VirtualCameraSettings(device=node if by_path else "auto")
    with pytest.raises(OutputError, match="no permission") as caught:
        machine.output.open(FORMAT)
    assert "usermod" in caught.value.fix


def test_device_without_exclusive_caps_is_told_once(tmp_path, caplog):
    machine = Linux(tmp_path, video1=loopback("vcam", BOTH))
    machine.output.open(FORMAT)
    machine.output.close()
    machine.output.open(FORMAT)
    assert caplog.text.count("exclusive_caps=1") == 1


def test_device_that_vanished_is_noticed_although_writing_does_not_tell(tmp_path, capfd):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.output.open(FORMAT)
    machine.output.send(FRAME)
    os.unlink(machine.loopbacks.path("video1"))
    machine.driver.write_fails = True
    machine.output.send(FRAME)
    assert "No such device" in capfd.readouterr().err
    machine.clock.advance(1.1)
    with pytest.raises(OutputError, match="was removed"):
        machine.output.send(FRAME)


def test_device_that_was_replaced_is_noticed(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.output.open(FORMAT)
    node = machine.loopbacks.path("video1")
    os.rename(node, node + ".old")
    (machine.loopbacks.devices / "video1").touch()
    machine.clock.advance(1.1)
    with pytest.raises(OutputError, match="was removed"):
        machine.output.send(FRAME)


def test_driver_error_while_sending(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.output.open(FORMAT)
    machine.driver.cameras[0]._backend = None
    with pytest.raises(OutputError, match="takes no frames"):
        machine.output.send(FRAME)


def test_close_never_raises(tmp_path, caplog):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.output.open(FORMAT)
    machine.driver.closes_badly = True
    machine.output.close()
    assert "close failed" in caplog.text


def test_picture_of_strided_memory_is_sent_whole(tmp_path):
    machine = Linux(tmp_path, video1=loopback("vcam"))
    machine.output.open(FORMAT)
    wide = np.random.default_rng(0).integers(0, 255, (48, 128, 3), np.uint8)
    machine.output.send(Frame(wide[:, :64], 0.0, 0))
    assert np.array_equal(machine.driver.frames[0], wide[:, :64])


def on(platform: str, driver: FakeDriver, **settings: str) -> VirtualCameraOutput:
    return VirtualCameraOutput(
        VirtualCameraSettings(**settings), FakeClock(), load=driver.module, platform=platform
    )


def test_windows_takes_obs_before_unity():
    driver = FakeDriver(obs=["OBS Virtual Camera"], unitycapture=["Unity Video Capture"])
    output = on("win32", driver)
    output.open(FORMAT)
    output.send(FRAME)
    assert output.device == "OBS Virtual Camera"
    assert len(driver.frames) == 1
    output.close()


def test_windows_falls_back_to_unity():
    driver = FakeDriver(obs=[], unitycapture=["Unity Video Capture"])
    output = on("win32", driver)
    output.open(FORMAT)
    assert output.device == "Unity Video Capture"
    output.close()


def test_named_device_is_passed_on():
    driver = FakeDriver(obs=[], unitycapture=["Unity Video Capture", "Second"])
    output = on("win32", driver, backend="unitycapture", device="Second")
    output.open(FORMAT)
    assert output.device == "Second"
    output.close()


@pytest.mark.parametrize(
    ("platform", "backend", "hint"),
    [
        ("win32", "auto", "OBS Studio"),
        ("win32", "obs", "stop OBS's own virtual camera"),
        ("win32", "unitycapture", "Install.bat"),
        ("darwin", "auto", "Camera Extensions"),
        ("darwin", "obs", "Camera Extensions"),
    ],
)
def test_missing_driver_tells_the_platforms_fix(platform, backend, hint):
    output = on(platform, FakeDriver(obs=[], unitycapture=[]), backend=backend)
    with pytest.raises(OutputError, match="driver not found") as caught:
        output.open(FORMAT)
    assert hint in caught.value.fix
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "backend"),
    [("linux", "obs"), ("darwin", "unitycapture"), ("win32", "v4l2loopback"), ("sunos5", "auto")],
)
def test_backend_of_another_platform(platform, backend):
    with pytest.raises(OutputError, match="this system has no"):
        on(platform, FakeDriver(), backend=backend).open(FORMAT)


def test_pyvirtualcam_that_does_not_load(tmp_path):
    def broken() -> None:
        raise ImportError("no native module for this system")

    output = VirtualCameraOutput(VirtualCameraSettings(), load=broken)
    with pytest.raises(OutputError, match="no native module"):
        output.open(FORMAT)


def test_real_module_has_what_is_used():
    module = load_pyvirtualcam()
    assert module.PixelFormat.BGR.value == PixelFormat.BGR.value
    with pytest.raises(RuntimeError):
        module.Camera(
            64, 48, 30, fmt=module.PixelFormat.BGR, device="/dev/null", backend="v4l2loopback"
        )
