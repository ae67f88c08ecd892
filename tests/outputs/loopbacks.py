"""Made-up v4l2loopback devices: sysfs, nodes, and what they answer.

What they imitate was seen with v4l2loopback 0.15 on Linux 6.12 (`tests/e2e/vm` asks the real one).
"""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path

from vcam.core import v4l2
from vcam.core.contracts import Audience
from vcam.outputs import loopback_devices, loopback_writer
from vcam.outputs.loopback import LoopbackFinder
from vcam.outputs.loopback_camera import LoopbackMachine
from vcam.outputs.loopback_devices import LoopbackControl

IDLE, FED = v4l2.CAP_VIDEO_OUTPUT, v4l2.CAP_VIDEO_CAPTURE
BOTH = IDLE | FED


class FakeWatcher:
    """Tells the audience that it is told to tell."""

    def __init__(self) -> None:
        self.audience = Audience(streaming=False)
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Loopbacks:
    """Nodes by number: (label, driver, capability flags).

    Attributes:
        refuses: nodes that take no format, as when somebody else feeds them.
        bound: sizes of nodes that a reader holds to.
        rates: frames per second that were set.
        makes: whether the module makes devices: `new` or `old` numbers of requests, or `never`.
        held: numbers of devices that cannot be removed.
        watchers: those that were started.
        now: seconds on the machine's clock; each look at it takes one.
    """

    def __init__(self, folder: Path, **nodes: tuple[str, str, int]) -> None:
        self.sysfs, self.devices, self.proc = folder / "sys", folder / "dev", folder / "proc"
        self.nodes: dict[str, tuple[str, str, int]] = {}
        self.refuses: set[str] = set()
        self.bound: dict[str, tuple[int, int]] = {}
        self.rates: dict[str, float] = {}
        self.makes = "new"
        self.held: set[int] = set()
        self.watchers: list[FakeWatcher] = []
        self.now = 0.0
        for place in (self.sysfs, self.devices, self.proc):
            place.mkdir()
        for name, (label, driver, flags) in nodes.items():
            self.add(name, label, driver, flags)

    def add(self, name: str, label: str, driver: str = v4l2.LOOPBACK_DRIVER, flags: int = IDLE):
        """Makes a node appear."""
        self.nodes[name] = label, driver, flags
        (self.devices / name).touch()
        (self.sysfs / name).mkdir()
        (self.sysfs / name / "name").write_text(label + "\n")

    def allow_making(self) -> None:
        """Loads a module that can make devices."""
        (self.devices / "v4l2loopback").touch()

    @property
    def finder(self) -> LoopbackFinder:
        return LoopbackFinder(self.sysfs, self.devices, self.ioctl, self.proc)

    @property
    def machine(self) -> LoopbackMachine:
        control = LoopbackControl(self.devices / "v4l2loopback", self.devices, self.ioctl)
        return LoopbackMachine(self.finder, control, self.ioctl, self.watch, self._tick)

    def _tick(self) -> float:
        self.now += 1
        return self.now

    def watch(self, device: Path) -> FakeWatcher:
        self.watchers.append(FakeWatcher())
        return self.watchers[-1]

    def path(self, name: str) -> str:
        return str(self.devices / name)

    def hold(self, name: str, pid: int, program: str) -> None:
        """Makes /proc say that this program has the node open."""
        descriptors = self.proc / str(pid) / "fd"
        descriptors.mkdir(parents=True)
        (descriptors / "5").symlink_to(self.path(name))
        (self.proc / str(pid) / "comm").write_text(program + "\n")

    def written(self, name: str) -> bytes:
        """All that was written to a node."""
        return (self.devices / name).read_bytes()

    def ioctl(self, descriptor: int, request: int, buffer: bytearray | int) -> int:
        held = os.fstat(descriptor).st_ino
        name = next(each.name for each in self.devices.iterdir() if each.stat().st_ino == held)
        if name == "v4l2loopback":
            return self._order(request, buffer)
        assert isinstance(buffer, bytearray)
        label, driver, flags = self.nodes[name]
        if request == v4l2.QUERYCAP:
            buffer[:] = v4l2.CAPABILITY.pack(
                driver.encode(), label.encode(), b"platform", 0, BOTH | v4l2.CAP_DEVICE_CAPS, flags
            )
        elif request == loopback_writer.S_FMT:
            if name in self.refuses:
                raise OSError(errno.EBUSY, "Device or resource busy")
            if name in self.bound:
                width, height = self.bound[name]
                struct.pack_into("II", buffer, 8, width, height)
                struct.pack_into("I", buffer, 28, width * height * 3 // 2)
        elif request == loopback_writer.S_PARM:
            seconds, parts = struct.unpack_from("II", buffer, 12)
            self.rates[name] = parts / seconds
        else:
            raise OSError(errno.ENOTTY, "Inappropriate ioctl for device")
        return 0

    def _order(self, request: int, argument: bytearray | int) -> int:
        known = {
            "new": (loopback_devices.ADD, loopback_devices.REMOVE),
            "old": (loopback_devices.OLD_ADD, loopback_devices.OLD_REMOVE),
            "never": (-1, -1),
        }[self.makes]
        if request == known[0]:
            assert isinstance(argument, bytearray)
            number, _, label, *_, announce_all = loopback_devices.CONFIG.unpack(argument)
            number = number if number >= 0 else 5
            if f"video{number}" in self.nodes:
                raise OSError(errno.EEXIST, "File exists")
            self.add(f"video{number}", v4l2.text(label), flags=BOTH if announce_all else IDLE)
            return number
        if request == known[1]:
            if argument in self.held:
                raise OSError(errno.EBUSY, "Device or resource busy")
            name = f"video{argument}"
            del self.nodes[name]
            (self.devices / name).unlink()
            (self.sysfs / name / "name").unlink()
            (self.sysfs / name).rmdir()
            return 0
        raise OSError(errno.ENOSYS, "Function not implemented")


def loopback(label: str, flags: int = IDLE) -> tuple[str, str, int]:
    return label, v4l2.LOOPBACK_DRIVER, flags
