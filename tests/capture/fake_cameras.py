"""A made-up machine: sysfs, device nodes that answer ioctls, and OpenCV captures of them.

What it imitates was seen on Linux 6.12 with vivid and v4l2loopback, and in OpenCV's V4L2 code.
"""

from __future__ import annotations

import errno
import os
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg

from vcam.capture.devices import CameraFinder
from vcam.core import v4l2
from vcam.core.frame import Image

from .clips import numbered_image

CAPTURE, OUTPUT, METADATA = v4l2.CAP_VIDEO_CAPTURE, v4l2.CAP_VIDEO_OUTPUT, 0x0080_0000


@dataclass
class FakeNode:
    """One /dev/videoN.

    Attributes:
        gives: pixel formats that it has, the first one unless another is asked for.
        size: width and height that it gives unless another one of `sizes` is asked for.
        sizes: others that it has.
        decodes_itself: it gives BGR although raw pictures were asked for.
        spoil: changes the bytes of JPEG number n.
        pictures: how many it gives before it does `then`.
        then: what happens after that: `silent` (blocks until `release` is set), `refuse` (grab
            fails), `unplug` (grab fails and the node is gone).
        draw: makes picture number n of a width and height.
        busy: it does not open, as when another program streams from it.
    """

    number: int
    card: str = "HD Webcam"
    driver: str = "uvcvideo"
    flags: int = CAPTURE
    gives: tuple[str, ...] = ("MJPG", "YUYV")
    size: tuple[int, int] = (64, 48)
    sizes: tuple[tuple[int, int], ...] = ()
    fps: float = 30.0
    decodes_itself: bool = False
    spoil: Any = None
    draw: Callable[[int, int, int], Image] = numbered_image
    pictures: float = float("inf")
    then: str = "silent"
    busy: bool = False
    path: Path = Path()
    opened: int = 0
    is_open: bool = False
    asked: dict[int, float] = field(default_factory=dict)
    release: threading.Event = field(default_factory=threading.Event)
    threads: set[int] = field(default_factory=set)
    given: int = 0


class FakeCapture:
    """`cv2.VideoCapture` of a fake node."""

    def __init__(self, node: FakeNode | None) -> None:
        self._node = node
        self._raw = False
        self._code = node.gives[0] if node and node.gives else ""
        if node is not None and not node.busy:
            node.opened += 1
            node.is_open = True
            node.given = 0
        self._used()

    def _used(self) -> FakeNode:
        assert self._node is not None
        self._node.threads.add(threading.get_ident())
        return self._node

    def isOpened(self) -> bool:
        return self._used().is_open

    def set(self, prop: int, value: float) -> bool:
        node = self._used()
        node.asked[prop] = value
        if prop == cv2.CAP_PROP_FOURCC:
            code = int(value).to_bytes(4, "little").decode()
            if code in node.gives:
                self._code = code
            return code in node.gives
        if prop in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT):
            # OpenCV's V4L2 code does nothing before it was told both sides.
            wanted = [
                int(node.asked.get(side, 0))
                for side in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
            ]
            if tuple(wanted) in node.sizes:
                node.size = wanted[0], wanted[1]
        if prop == cv2.CAP_PROP_CONVERT_RGB:
            self._raw = not value and not node.decodes_itself
        return True

    def get(self, prop: int) -> float:
        node = self._used()
        return {
            cv2.CAP_PROP_FRAME_WIDTH: node.size[0],
            cv2.CAP_PROP_FRAME_HEIGHT: node.size[1],
            cv2.CAP_PROP_FPS: node.fps,
            cv2.CAP_PROP_FOURCC: int.from_bytes(self._code.encode(), "little"),
        }.get(prop, -1.0)

    def grab(self) -> bool:
        node = self._used()
        if node.given >= node.pictures:
            if node.then == "silent":
                node.release.wait(10)
            elif node.then == "unplug":
                node.path.unlink(missing_ok=True)
            return False
        # A camera waits for the next exposure; without any wait the thread would spin.
        node.release.wait(0.002)
        node.given += 1
        return True

    def retrieve(self) -> tuple[bool, Any]:
        node = self._used()
        number = (node.given - 1) % 20
        image = node.draw(number, *node.size)
        if not self._raw:
            return True, image
        if self._code == "MJPG":
            return True, as_jpeg(image, node)
        if self._code == "YUYV":
            return True, cv2.cvtColor(image, cv2.COLOR_BGR2YUV_YUY2)
        assert self._code == "NV12"
        return True, np.zeros((node.size[1] * 3 // 2, node.size[0]), np.uint8)

    def release(self) -> None:
        self._used().is_open = False


def as_jpeg(image: Image, node: FakeNode) -> np.ndarray:
    """One row of bytes, as OpenCV gives it."""
    data = simplejpeg.encode_jpeg(image, 95, "BGR", "422")
    if node.spoil is not None:
        data = node.spoil(node.given - 1, data)
    return np.frombuffer(data, np.uint8).reshape(1, -1)


class FakeMachine:
    """A Linux machine with these nodes; its backend and finder are what the camera is given."""

    gives_raw = True

    def __init__(self, folder: Path, *nodes: FakeNode) -> None:
        self.folder = folder
        self.sysfs, self.devices, self.proc = folder / "sys", folder / "dev", folder / "proc"
        for place in (self.sysfs, self.devices, self.proc):
            place.mkdir()
        self.nodes = {node.number: node for node in nodes}
        for node in nodes:
            self.plug(node)

    def plug(self, node: FakeNode) -> None:
        """Makes the node appear."""
        node.path = self.devices / f"video{node.number}"
        node.path.touch()
        entry = self.sysfs / f"video{node.number}"
        entry.mkdir(exist_ok=True)
        (entry / "name").write_text(node.card + "\n")

    @property
    def finder(self) -> CameraFinder:
        return CameraFinder(self, "linux", self.sysfs, self.devices, self.ioctl, self.proc)

    def open(self, device: int | str) -> FakeCapture:
        """As a capture backend: opens a node by its path."""
        return FakeCapture(self._by_path(str(device)))

    def hold(self, node: FakeNode, pid: int, program: str) -> None:
        """Makes /proc say that this program has the node open."""
        descriptors = self.proc / str(pid) / "fd"
        descriptors.mkdir(parents=True)
        (descriptors / "7").symlink_to(node.path)
        (self.proc / str(pid) / "comm").write_text(program + "\n")

    def ioctl(self, descriptor: int, request: int, buffer: bytearray) -> int:
        """Answers as V4L2 drivers do."""
        held = os.fstat(descriptor)
        node = next(n for n in self.nodes.values() if n.path.exists() and _same(n.path, held))
        if request == v4l2.QUERYCAP:
            everything = CAPTURE | METADATA | v4l2.CAP_DEVICE_CAPS
            buffer[:] = v4l2.CAPABILITY.pack(
                node.driver.encode(), node.card.encode(), b"usb-1", 0, everything, node.flags
            )
            return 0
        index = struct.unpack_from("I", buffer)[0]
        if request == v4l2.ENUM_FMT:
            code = _entry(node.gives, index)
            pixels = int.from_bytes(code.encode(), "little")
            buffer[:] = v4l2.FORMAT_DESCRIPTION.pack(index, 1, 0, b"", pixels, 0)
        elif request == v4l2.ENUM_FRAMESIZES:
            struct.pack_into("III", buffer, 8, v4l2.DISCRETE, *_entry((node.size,), index))
        elif request == v4l2.ENUM_FRAMEINTERVALS:
            rate = _entry((int(node.fps), 15), index)
            struct.pack_into("III", buffer, 16, v4l2.DISCRETE, 1, rate)
        return 0

    def _by_path(self, path: str) -> FakeNode:
        return next(node for node in self.nodes.values() if str(node.path) == path)


def _entry(entries: tuple[Any, ...], index: int) -> Any:
    if index >= len(entries):
        raise OSError(errno.EINVAL, "no such entry")
    return entries[index]


def _same(path: Path, held: os.stat_result) -> bool:
    told = path.stat()
    return (told.st_dev, told.st_ino) == (held.st_dev, held.st_ino)


def loopback(number: int, card: str, reading: bool = True) -> FakeNode:
    """A v4l2loopback device; with a producer it says that it captures."""
    flags = CAPTURE if reading else OUTPUT
    return FakeNode(number, card, v4l2.LOOPBACK_DRIVER, flags)
