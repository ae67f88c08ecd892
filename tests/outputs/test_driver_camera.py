from __future__ import annotations

import sys

import numpy as np
import pytest

from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.driver_camera import load_pyvirtualcam
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.settings.schema import VirtualCameraSettings
from vcam.testing import plain_image

from .fake_pyvirtualcam import FakeDriver, PixelFormat

FORMAT = VideoFormat(64, 48, 30)
FRAME = Frame(plain_image(), 0.0, 0)


def on(platform: str, driver: FakeDriver, **settings: object) -> VirtualCameraOutput:
    return VirtualCameraOutput(
        VirtualCameraSettings(**settings), load=driver.module, platform=platform
    )


def test_frames_go_out_as_bgr_and_the_audience_is_unknown():
    driver = FakeDriver(obs=["OBS Virtual Camera"])
    output = on("darwin", driver)
    assert output.audience() == Audience(streaming=False)
    output.open(FORMAT)
    image = plain_image()
    image[:, :, 0] = 7
    output.send(Frame(image, 0.0, 0))
    assert driver.cameras[0].fmt is PixelFormat.BGR
    assert np.array_equal(driver.frames[0], image)
    assert output.audience() == Audience(streaming=None)
    output.close()
    assert not driver.in_use


def test_mirror():
    driver = FakeDriver(obs=["OBS Virtual Camera"])
    output = on("darwin", driver, mirror=True)
    output.open(FORMAT)
    image = np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8)
    output.send(Frame(image, 0.0, 0))
    assert np.array_equal(driver.frames[0], image[:, ::-1])
    output.close()


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


def test_driver_error_while_sending():
    driver = FakeDriver(obs=["OBS"])
    output = on("darwin", driver)
    output.open(FORMAT)
    driver.cameras[0]._backend = None
    with pytest.raises(OutputError, match="takes no frames"):
        output.send(FRAME)


def test_close_never_raises(caplog):
    driver = FakeDriver(obs=["OBS"])
    output = on("darwin", driver)
    output.open(FORMAT)
    driver.closes_badly = True
    output.close()
    assert "close failed" in caplog.text


def test_picture_of_strided_memory_is_sent_whole():
    driver = FakeDriver(obs=["OBS"])
    output = on("darwin", driver)
    output.open(FORMAT)
    wide = np.random.default_rng(0).integers(0, 255, (48, 128, 3), np.uint8)
    output.send(Frame(wide[:, :64], 0.0, 0))
    assert np.array_equal(driver.frames[0], wide[:, :64])


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


def test_pyvirtualcam_that_does_not_load():
    def broken() -> None:
        raise ImportError("no native module for this system")

    output = VirtualCameraOutput(VirtualCameraSettings(), load=broken, platform="win32")
    with pytest.raises(OutputError, match="no native module"):
        output.open(FORMAT)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="opens a Linux backend")
def test_real_module_has_what_is_used():
    pytest.importorskip("pyvirtualcam")
    module = load_pyvirtualcam()
    assert module.PixelFormat.BGR.value == PixelFormat.BGR.value
    with pytest.raises(RuntimeError):
        module.Camera(
            64, 48, 30, fmt=module.PixelFormat.BGR, device="/dev/null", backend="v4l2loopback"
        )
