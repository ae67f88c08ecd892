from __future__ import annotations

import os

import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.outputs import loopback_writer
from vcam.outputs.loopback_writer import LoopbackWriter
from vcam.testing import plain_image

from .loopbacks import Loopbacks, loopback

FORMAT = VideoFormat(64, 48, 30)


@pytest.fixture
def machine(tmp_path):
    return Loopbacks(tmp_path, video1=loopback("vcam"))


def test_numbers_and_layouts_are_the_kernels():
    # As printed by a C program that includes linux/videodev2.h, on amd64.
    assert loopback_writer.S_FMT == 0xC0D05605
    assert loopback_writer.S_PARM == 0xC0CC5616


def test_device_that_a_reader_holds_to_another_size(machine):
    machine.bound["video1"] = 1280, 720
    with pytest.raises(OutputError, match="bound to 1280x720 YU12") as caught:
        LoopbackWriter(machine.devices / "video1", FORMAT, machine.ioctl)
    assert "outputs.width" in caught.value.fix


def test_odd_sizes_are_refused(machine):
    with pytest.raises(OutputError, match="65x48"):
        LoopbackWriter(machine.devices / "video1", VideoFormat(65, 48, 30), machine.ioctl)


def test_failed_write_is_an_error(machine):
    writer = LoopbackWriter(machine.devices / "video1", FORMAT, machine.ioctl)
    full = os.open("/dev/full", os.O_RDWR)
    os.dup2(full, writer._descriptor)
    os.close(full)
    with pytest.raises(OutputError, match=r"takes no frames.*No space") as caught:
        writer.write(plain_image())
    assert caught.value.fix
    writer.close()


def test_device_that_refuses_the_first_frame(machine):
    (machine.devices / "video1").unlink()
    (machine.devices / "video1").symlink_to("/dev/full")
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OutputError, match="cannot be fed"):
        LoopbackWriter(machine.devices / "video1", FORMAT, lambda *_: 0)
    assert len(os.listdir("/proc/self/fd")) == before


def test_picture_that_is_taken_in_part_is_an_error(machine, monkeypatch):
    writer = LoopbackWriter(machine.devices / "video1", FORMAT, machine.ioctl)
    monkeypatch.setattr(loopback_writer.os, "write", lambda descriptor, data: 100)
    with pytest.raises(OutputError, match="100 of 4608 bytes"):
        writer.write(plain_image())
    monkeypatch.undo()
    writer.close()
    writer.close()


def test_driver_without_rates_is_fed_all_the_same(machine):
    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        if request == loopback_writer.S_PARM:
            raise OSError(22, "Invalid argument")
        return machine.ioctl(descriptor, request, buffer)

    writer = LoopbackWriter(machine.devices / "video1", FORMAT, ioctl)
    writer.write(plain_image())
    assert len(machine.written("video1")) == 2 * 4608
    writer.close()
