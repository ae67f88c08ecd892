from __future__ import annotations

import struct

import pytest

from vcam.core import v4l2_controls
from vcam.core.v4l2_controls import EXPOSURE_AUTO, EXPOSURE_AUTO_PRIORITY, Control, read_controls


def test_numbers_are_the_kernels():
    # As printed by a C program that includes linux/videodev2.h.
    assert v4l2_controls.QUERYCTRL == 0xC0445624
    assert v4l2_controls.G_CTRL == 0xC008561B
    assert (EXPOSURE_AUTO, EXPOSURE_AUTO_PRIORITY) == (0x9A0901, 0x9A0903)


def camera(controls: dict[int, tuple[bytes, int, int]]):
    """Controls by number: name, value, flags."""

    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        (number,) = struct.unpack_from("I", buffer)
        if number not in controls:
            raise OSError(22, "Invalid argument")
        name, value, flags = controls[number]
        if request == v4l2_controls.QUERYCTRL:
            buffer[:] = v4l2_controls.QUERY.pack(number, 2, name, 0, 1, 1, 0, flags)
        else:
            struct.pack_into("i", buffer, 4, value)
        return 0

    return ioctl


@pytest.mark.parametrize(
    ("name", "option"),
    [
        (b"Exposure, Dynamic Framerate", "exposure_dynamic_framerate"),
        (b"Exposure, Auto Priority", "exposure_auto_priority"),
    ],
)
def test_controls_that_there_are(tmp_path, name, option):
    path = tmp_path / "video0"
    path.touch()
    wanted = (EXPOSURE_AUTO, EXPOSURE_AUTO_PRIORITY)
    there = {EXPOSURE_AUTO_PRIORITY: (name, 1, 0)}
    assert read_controls(path, wanted, camera(there)) == {
        EXPOSURE_AUTO_PRIORITY: Control(option, 1)
    }


def test_controls_that_are_switched_off_are_none(tmp_path):
    path = tmp_path / "video0"
    path.touch()
    there = {EXPOSURE_AUTO: (b"Auto Exposure", -3, v4l2_controls.DISABLED)}
    assert read_controls(path, (EXPOSURE_AUTO,), camera(there)) == {}
    with pytest.raises(FileNotFoundError):
        read_controls(tmp_path / "gone", (EXPOSURE_AUTO,), camera(there))
