from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

import pytest

from vcam.core import v4l2

MJPG, YUYV = (int.from_bytes(code, "little") for code in (b"MJPG", b"YUYV"))
EVERYTHING = v4l2.CAP_VIDEO_CAPTURE | v4l2.CAP_VIDEO_OUTPUT


def answering(**answers):
    """An ioctl that answers these requests and refuses others, as drivers do."""

    def ioctl(descriptor: int, request: int, buffer: bytearray) -> int:
        for name, answer in answers.items():
            if request == getattr(v4l2, name):
                answer(buffer)
                return 0
        raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")

    return ioctl


def capability(driver=b"uvcvideo", card=b"HD Webcam", all_flags=0, node_flags=0):
    def answer(buffer: bytearray) -> None:
        buffer[:] = v4l2.CAPABILITY.pack(driver, card, b"usb-1", 0, all_flags, node_flags)

    return answer


@pytest.fixture
def node(tmp_path) -> Path:
    path = tmp_path / "video0"
    path.touch()
    return path


def test_request_numbers_are_the_kernels():
    # As printed by a C program that includes linux/videodev2.h.
    assert v4l2.QUERYCAP == 0x80685600
    assert v4l2.ENUM_FMT == 0xC0405602
    assert v4l2.ENUM_FRAMESIZES == 0xC02C564A
    assert v4l2.ENUM_FRAMEINTERVALS == 0xC034564B


def test_nodes_are_listed_by_number(tmp_path):
    for name in ("video10", "video2", "v4l-subdev0", "videoX"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "name").write_text(f"{name} camera\n")
    (tmp_path / "video3").mkdir()
    nodes = v4l2.video_nodes(tmp_path, Path("/dev"))
    assert [(n.number, str(n.path), n.name) for n in nodes] == [
        (2, "/dev/video2", "video2 camera"),
        (3, "/dev/video3", ""),
        (10, "/dev/video10", "video10 camera"),
    ]


def test_system_without_sysfs(tmp_path):
    assert v4l2.video_nodes(tmp_path / "nothing") == ()


def test_flags_are_those_of_the_node(node):
    flags = EVERYTHING | v4l2.CAP_DEVICE_CAPS
    told = v4l2.query_capability(
        node, answering(QUERYCAP=capability(all_flags=flags, node_flags=v4l2.CAP_VIDEO_OUTPUT))
    )
    assert (told.driver, told.card, told.bus) == ("uvcvideo", "HD Webcam", "usb-1")
    assert told.takes_output
    assert not told.captures
    assert not told.is_loopback


def test_old_drivers_tell_flags_of_the_device_only(node):
    told = v4l2.query_capability(
        node, answering(QUERYCAP=capability(all_flags=v4l2.CAP_VIDEO_CAPTURE))
    )
    assert told.captures


def test_loopback_and_odd_names(node):
    told = v4l2.query_capability(
        node, answering(QUERYCAP=capability(b"v4l2 loopback", b"Caf\xe9 " + b"x" * 27))
    )
    assert told.is_loopback
    assert told.card.startswith("Caf\N{REPLACEMENT CHARACTER} x")


def test_what_is_no_video_device(node):
    with pytest.raises(OSError, match="Inappropriate ioctl"):
        v4l2.query_capability(node)
    with pytest.raises(FileNotFoundError):
        v4l2.query_capability(node.with_name("gone"))


def test_descriptors_are_closed(node):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match="ioctl"):
        v4l2.query_capability(node, answering())
    v4l2.list_modes(node, answering())
    assert len(os.listdir("/proc/self/fd")) == before


def entries(*layouts: bytes, at: int):
    """Answers entry 0, 1 …, then EINVAL."""

    def answer(buffer: bytearray) -> None:
        index = struct.unpack_from("I", buffer)[0]
        if index >= len(layouts):
            raise OSError(errno.EINVAL, "no such entry")
        buffer[at : at + len(layouts[index])] = layouts[index]

    return answer


def test_modes(node):
    formats = [struct.pack("I", code) for code in (MJPG, YUYV)]
    sizes = [struct.pack("III", 1, *size) for size in ((640, 480), (1280, 720))]
    rates = [struct.pack("III", 1, 1, fps) for fps in (15, 30)] + [struct.pack("III", 1, 2, 15)]
    modes = v4l2.list_modes(
        node,
        answering(
            ENUM_FMT=entries(*formats, at=44),
            ENUM_FRAMESIZES=entries(*sizes, at=8),
            ENUM_FRAMEINTERVALS=entries(*rates, at=16),
        ),
    )
    assert [(m.fourcc, m.width, m.height) for m in modes] == [
        ("MJPG", 640, 480),
        ("MJPG", 1280, 720),
        ("YUYV", 640, 480),
        ("YUYV", 1280, 720),
    ]
    assert modes[0].fps == (30, 15, 7.5)


def test_ranges_give_the_largest_size_and_the_highest_rate(node):
    modes = v4l2.list_modes(
        node,
        answering(
            ENUM_FMT=entries(struct.pack("I", YUYV), at=44),
            ENUM_FRAMESIZES=entries(struct.pack("IIIIIII", 3, 2, 8192, 1, 1, 4320, 1), at=8),
            ENUM_FRAMEINTERVALS=entries(struct.pack("IIIIIII", 3, 1, 60, 1, 1, 1, 1), at=16),
        ),
    )
    assert modes == (v4l2.VideoMode("YUYV", 8192, 4320, (60.0,)),)


def test_driver_that_never_ends_its_list(node):
    def always(buffer: bytearray) -> None:
        struct.pack_into("I", buffer, 44, YUYV)

    def size(buffer: bytearray) -> None:
        struct.pack_into("III", buffer, 8, 3, 0, 0)

    modes = v4l2.list_modes(node, answering(ENUM_FMT=always, ENUM_FRAMESIZES=size))
    assert len(modes) == v4l2.MAX_ENTRIES
