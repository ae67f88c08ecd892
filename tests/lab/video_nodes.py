"""Made-up video nodes for the doctor: what they are, offer, and are set to."""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path

from vcam.capture.devices import CameraFinder
from vcam.core import v4l2, v4l2_controls
from vcam.lab.doctor_loopback import LoopbackProbe

IDLE, FED = v4l2.CAP_VIDEO_OUTPUT, v4l2.CAP_VIDEO_CAPTURE


@dataclass
class Node:
    """One device.

    Attributes:
        modes: (fourcc, width, height, fps).
        controls: (name, value) by number.
    """

    driver: str
    card: str
    flags: int
    modes: list[tuple[str, int, int, int]] = field(default_factory=list)
    controls: dict[int, tuple[str, int]] = field(default_factory=dict)


class Nodes:
    """Devices by number, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sysfs, self.devices, self.proc = folder / "sys", folder / "dev", folder / "proc"
        self.modules, self.installed = folder / "module", folder / "lib"
        self.firmware = folder / "efivars"
        for place in (
            self.sysfs,
            self.devices,
            self.proc,
            self.modules,
            self.installed,
            self.firmware,
        ):
            place.mkdir()
        self.nodes: dict[int, Node] = {}
        self.opened: list[int] = []
        self.is_writable = True

    def add(self, number: int, node: Node) -> Path:
        """Makes a device appear."""
        self.nodes[number] = node
        folder = self.sysfs / f"video{number}"
        folder.mkdir()
        (folder / "name").write_text(node.card + "\n")
        path = self.devices / f"video{number}"
        path.touch()
        return path

    def webcam(self, number: int = 0, **more: object) -> Path:
        """Adds a webcam."""
        return self.add(number, Node("uvcvideo", "Webcam", FED, **more))  # type: ignore[arg-type]

    def loopback(self, card: str = "vcam", flags: int = IDLE, number: int = 9) -> Path:
        """Adds a loopback device, and the module that goes with it."""
        (self.modules / "v4l2loopback").mkdir(exist_ok=True)
        return self.add(number, Node(v4l2.LOOPBACK_DRIVER, card, flags))

    def hold(self, path: Path, pid: int, program: str = "zoom") -> None:
        """Makes /proc say that this program has a device open."""
        folder = self.proc / str(pid) / "fd"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / str(len(list(folder.iterdir())))).symlink_to(path)
        (self.proc / str(pid) / "comm").write_text(program + "\n")

    @property
    def finder(self) -> CameraFinder:
        return CameraFinder(
            platform="linux",
            sysfs=self.sysfs,
            devices=self.devices,
            ioctl=self.ioctl,
            proc=self.proc,
        )

    @property
    def probe(self) -> LoopbackProbe:
        return LoopbackProbe(
            self.sysfs,
            self.devices,
            self.ioctl,
            self.modules,
            self.installed,
            self.firmware,
            self.devices / "v4l2loopback",
            self.proc,
            lambda path: self.is_writable,
        )

    def ioctl(self, descriptor: int, request: int, buffer: bytearray) -> int:
        held = os.fstat(descriptor).st_ino
        number = next(n for n in self.nodes if (self.devices / f"video{n}").stat().st_ino == held)
        self.opened.append(number)
        node = self.nodes[number]
        if request == v4l2.QUERYCAP:
            buffer[:] = v4l2.CAPABILITY.pack(
                node.driver.encode(),
                node.card.encode(),
                b"",
                0,
                node.flags | v4l2.CAP_DEVICE_CAPS,
                node.flags,
            )
            return 0
        answers = {
            v4l2.ENUM_FMT: self._format,
            v4l2.ENUM_FRAMESIZES: self._size,
            v4l2.ENUM_FRAMEINTERVALS: self._rate,
            v4l2_controls.QUERYCTRL: self._query,
            v4l2_controls.G_CTRL: self._value,
        }
        try:
            answers[request](node, buffer)
        except (IndexError, KeyError):
            raise OSError(22, "Invalid argument") from None
        return 0

    @staticmethod
    def _format(node: Node, buffer: bytearray) -> None:
        (index,) = struct.unpack_from("I", buffer)
        code = sorted({mode[0] for mode in node.modes})[index]
        struct.pack_into("4s", buffer, 44, code.encode())

    @staticmethod
    def _size(node: Node, buffer: bytearray) -> None:
        index, code = struct.unpack_from("I4s", buffer)
        sizes = sorted({mode[1:3] for mode in node.modes if mode[0].encode() == code})
        struct.pack_into("III", buffer, 8, v4l2.DISCRETE, *sizes[index])

    @staticmethod
    def _rate(node: Node, buffer: bytearray) -> None:
        index, code, width, height = struct.unpack_from("I4sII", buffer)
        rates = [m[3] for m in node.modes if (m[0].encode(), *m[1:3]) == (code, width, height)]
        struct.pack_into("III", buffer, 16, v4l2.DISCRETE, 1, rates[index])

    @staticmethod
    def _query(node: Node, buffer: bytearray) -> None:
        (number,) = struct.unpack_from("I", buffer)
        name = node.controls[number][0].encode()
        buffer[:] = v4l2_controls.QUERY.pack(number, 2, name, 0, 1, 1, 0, 0)

    @staticmethod
    def _value(node: Node, buffer: bytearray) -> None:
        (number,) = struct.unpack_from("I", buffer)
        struct.pack_into("i", buffer, 4, node.controls[number][1])
