"""What Linux says about video devices: names from sysfs, capabilities and formats by ioctl.

Standard library only. Numbers and layouts are those of the kernel's `linux/videodev2.h`. Both the
capture stage (which must not read our own output) and the outputs (which look for one) need it.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SYSFS = Path("/sys/class/video4linux")
DEVICES = Path("/dev")

LOOPBACK_DRIVER = "v4l2 loopback"

OWN_LABEL = "vcam"
"""`card_label` that our instructions give the loopback device that we write to."""

JOIN_GROUP = "sudo usermod -aG video $USER, then log out and in again"
"""What helps where devices may not be opened."""

CAP_VIDEO_CAPTURE = 0x0000_0001
CAP_VIDEO_OUTPUT = 0x0000_0002
CAP_DEVICE_CAPS = 0x8000_0000

BUFFER_VIDEO_CAPTURE = 1
DISCRETE = 1

CAPABILITY = struct.Struct("16s32s32sIII12x")
FORMAT_DESCRIPTION = struct.Struct("III32sII12x")
FRAME_SIZE = struct.Struct("III24x8x")
FRAME_INTERVAL = struct.Struct("IIIII24x8x")

MAX_ENTRIES = 64
"""Most formats, sizes or rates that are listed; drivers that never end their lists exist."""

Ioctl = Callable[[int, int, bytearray | int], object]
"""Like `fcntl.ioctl`: descriptor, request, a number or a buffer that is changed in place; raises
OSError."""

WRITE, READ, READ_WRITE = 1, 2, 3


def request_number(direction: int, number: int, size: int, kind: str = "V") -> int:
    """What the kernel calls `_IOW`, `_IOR` and `_IOWR`.

    Args:
        direction: `WRITE` (we give), `READ` (we get) or `READ_WRITE`.
        number: the request's own.
        size: of the structure that is passed, bytes.
        kind: the driver's letter.
    """
    return direction << 30 | size << 16 | ord(kind) << 8 | number


QUERYCAP = request_number(READ, 0, CAPABILITY.size)
ENUM_FMT = request_number(READ_WRITE, 2, FORMAT_DESCRIPTION.size)
ENUM_FRAMESIZES = request_number(READ_WRITE, 74, FRAME_SIZE.size)
ENUM_FRAMEINTERVALS = request_number(READ_WRITE, 75, FRAME_INTERVAL.size)


@dataclass(frozen=True, slots=True)
class Capability:
    """What a device says it is (VIDIOC_QUERYCAP).

    Attributes:
        driver: the kernel driver's name, such as `uvcvideo` or `v4l2 loopback`.
        card: the device's name for people.
        bus: where it is plugged in; loopback devices say `platform:v4l2loopback-…`.
        flags: capabilities of this very node.
    """

    driver: str
    card: str
    bus: str
    flags: int

    @property
    def captures(self) -> bool:
        """Whether pictures can be read from it."""
        return bool(self.flags & CAP_VIDEO_CAPTURE)

    @property
    def takes_output(self) -> bool:
        """Whether pictures can be written to it."""
        return bool(self.flags & CAP_VIDEO_OUTPUT)

    @property
    def is_loopback(self) -> bool:
        """Whether it is a v4l2loopback device."""
        return self.driver == LOOPBACK_DRIVER


@dataclass(frozen=True, slots=True)
class VideoMode:
    """A picture format that a camera offers.

    Attributes:
        fourcc: pixel format, such as `MJPG` or `YUYV`.
        width: pixels; the largest where the camera scales freely.
        height: pixels.
        fps: rates it offers at this size, highest first; empty when it does not say.
    """

    fourcc: str
    width: int
    height: int
    fps: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class VideoNode:
    """A node that sysfs lists: its number, device path, and name."""

    number: int
    path: Path
    name: str


def video_nodes(sysfs: Path = SYSFS, devices: Path = DEVICES) -> tuple[VideoNode, ...]:
    """All video nodes by number; empty where there is no such thing as sysfs."""
    nodes = []
    for folder in sysfs.glob("video*"):
        number = re.fullmatch(r"video(\d+)", folder.name)
        if number is None:
            continue
        try:
            name = (folder / "name").read_text(errors="replace").strip()
        except OSError:
            name = ""
        nodes.append(VideoNode(int(number[1]), devices / folder.name, name))
    return tuple(sorted(nodes, key=lambda node: node.number))


def system_ioctl(descriptor: int, request: int, buffer: bytearray | int) -> object:
    """`fcntl.ioctl`.

    Raises:
        OSError: the device refuses, or the system has no ioctl (Windows).
    """
    try:
        import fcntl
    except ImportError as error:
        raise OSError("this system has no video device files") from error
    return fcntl.ioctl(descriptor, request, buffer)


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """The device's descriptor, for as long as the block runs.

    Raises:
        OSError: it is missing or may not be opened.
    """
    descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0))
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def query_capability(path: Path, ioctl: Ioctl = system_ioctl) -> Capability:
    """What the device at `path` says it is.

    Raises:
        OSError: it is missing, may not be opened, or is no video device.
    """
    buffer = bytearray(CAPABILITY.size)
    with opened(path) as descriptor:
        ioctl(descriptor, QUERYCAP, buffer)
    driver, card, bus, _version, all_flags, node_flags = CAPABILITY.unpack(buffer)
    # `all_flags` is about the whole camera, whose metadata node captures no pictures.
    flags = node_flags if all_flags & CAP_DEVICE_CAPS else all_flags
    return Capability(text(driver), text(card), text(bus), flags)


def list_modes(path: Path, ioctl: Ioctl = system_ioctl) -> tuple[VideoMode, ...]:
    """The formats, sizes and rates that the camera at `path` offers.

    Raises:
        OSError: it is missing or may not be opened.
    """
    modes = []
    with opened(path) as descriptor:
        for pixels in _formats(descriptor, ioctl):
            fourcc = pixels.to_bytes(4, "little").decode("ascii", "replace").strip()
            for width, height in _sizes(descriptor, pixels, ioctl):
                rates = tuple(_rates(descriptor, pixels, width, height, ioctl))
                modes.append(VideoMode(fourcc, width, height, tuple(sorted(rates)[::-1])))
    return tuple(modes)


def _entries(
    descriptor: int, request: int, ioctl: Ioctl, make: Callable[[int], bytes]
) -> Iterator[bytearray]:
    """Asks for entry 0, 1, 2 … until the driver says that there are no more."""
    for index in range(MAX_ENTRIES):
        buffer = bytearray(make(index))
        try:
            ioctl(descriptor, request, buffer)
        except OSError:
            return
        yield buffer


def _formats(descriptor: int, ioctl: Ioctl) -> Iterator[int]:
    def make(index: int) -> bytes:
        return FORMAT_DESCRIPTION.pack(index, BUFFER_VIDEO_CAPTURE, 0, b"", 0, 0)

    for buffer in _entries(descriptor, ENUM_FMT, ioctl, make):
        yield FORMAT_DESCRIPTION.unpack(buffer)[4]


def _sizes(descriptor: int, pixels: int, ioctl: Ioctl) -> Iterator[tuple[int, int]]:
    for buffer in _entries(
        descriptor, ENUM_FRAMESIZES, ioctl, lambda index: FRAME_SIZE.pack(index, pixels, 0)
    ):
        kind = FRAME_SIZE.unpack(buffer)[2]
        if kind == DISCRETE:
            yield struct.unpack_from("II", buffer, 12)
            continue
        # A range: smallest, largest and step across, then down.
        yield struct.unpack_from("4xI8xI", buffer, 12)
        return


def _rates(descriptor: int, pixels: int, width: int, height: int, ioctl: Ioctl) -> Iterator[float]:
    def make(index: int) -> bytes:
        return FRAME_INTERVAL.pack(index, pixels, width, height, 0)

    for buffer in _entries(descriptor, ENUM_FRAMEINTERVALS, ioctl, make):
        kind = FRAME_INTERVAL.unpack(buffer)[4]
        # Intervals are fractions of a second; of a range, the first is the shortest.
        seconds, parts = struct.unpack_from("II", buffer, 20)
        if seconds:
            yield round(parts / seconds, 2)
        if kind != DISCRETE:
            return


def text(raw: bytes) -> str:
    """A C string."""
    return raw.partition(b"\0")[0].decode("utf-8", "replace").strip()
