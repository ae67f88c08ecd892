"""Made-up v4l2loopback devices: sysfs, nodes, and what they answer."""

from __future__ import annotations

import os
from pathlib import Path

from vcam.core import v4l2
from vcam.outputs.loopback import LoopbackFinder

IDLE, FED = v4l2.CAP_VIDEO_OUTPUT, v4l2.CAP_VIDEO_CAPTURE
BOTH = IDLE | FED


class Loopbacks:
    """Nodes by number: (label, driver, capability flags)."""

    def __init__(self, folder: Path, **nodes: tuple[str, str, int]) -> None:
        self.sysfs, self.devices, self.proc = folder / "sys", folder / "dev", folder / "proc"
        self.nodes = nodes
        for place in (self.sysfs, self.devices, self.proc):
            place.mkdir()
        for name, (label, _, _) in nodes.items():
            (self.devices / name).touch()
            (self.sysfs / name).mkdir()
            (self.sysfs / name / "name").write_text(label + "\n")

    @property
    def finder(self) -> LoopbackFinder:
        return LoopbackFinder(self.sysfs, self.devices, self.ioctl, self.proc)

    def path(self, name: str) -> str:
        return str(self.devices / name)

    def ioctl(self, descriptor: int, request: int, buffer: bytearray) -> int:
        assert request == v4l2.QUERYCAP
        held = os.fstat(descriptor).st_ino
        name = next(n for n in self.nodes if (self.devices / n).stat().st_ino == held)
        label, driver, flags = self.nodes[name]
        buffer[:] = v4l2.CAPABILITY.pack(
            driver.encode(), label.encode(), b"platform", 0, BOTH | v4l2.CAP_DEVICE_CAPS, flags
        )
        return 0


def loopback(label: str, flags: int = IDLE) -> tuple[str, str, int]:
    return label, v4l2.LOOPBACK_DRIVER, flags
