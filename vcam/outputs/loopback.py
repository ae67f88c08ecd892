"""Which v4l2loopback device to write to (Linux)."""

from __future__ import annotations

import errno
import logging
from dataclasses import dataclass
from pathlib import Path

from vcam.core import v4l2
from vcam.core.errors import OutputError, OutputMissing
from vcam.core.holders import PROC, holders_of

logger = logging.getLogger(__name__)

LOAD = f"sudo modprobe v4l2loopback exclusive_caps=1 card_label={v4l2.OWN_LABEL}"
"""`exclusive_caps=1`, since Chromium lists only devices that do not also take output."""

LOAD_MODULE = f"{LOAD} (package v4l2loopback-dkms)"


class NoLoopbackDevice(OutputMissing):
    """There is no device that could be fed; one more would help."""


@dataclass(frozen=True, slots=True)
class LoopbackDevice:
    """A device that could be written to.

    Attributes:
        path: its node.
        label: the name that other programs show.
        exclusive: it says either output or capture, never both (`exclusive_caps=1`).
    """

    path: Path
    label: str
    exclusive: bool


@dataclass(frozen=True)
class LoopbackFinder:
    """Finds devices; its parts are replaced in tests.

    Attributes:
        sysfs: where Linux lists video devices.
        devices: the folder of device nodes.
        ioctl: asks a device.
        proc: where Linux lists processes.
    """

    sysfs: Path = v4l2.SYSFS
    devices: Path = v4l2.DEVICES
    ioctl: v4l2.Ioctl = v4l2.system_ioctl
    proc: Path = PROC

    def candidates(self, wanted: str, label: str = v4l2.OWN_LABEL) -> tuple[LoopbackDevice, ...]:
        """Devices that a setting may mean, best first; never empty.

        Args:
            wanted: `auto`, a path, or a part of a label. `auto` takes ours, then any free one
                that is not OBS's.
            label: how ours is called.

        Raises:
            NoLoopbackDevice: there is none, or all are taken.
            OutputError: it may not be opened, or is something else.
        """
        if wanted.startswith("/"):
            return (self._at(Path(wanted)),)
        devices, refused, taken = [], 0, []
        for node in v4l2.video_nodes(self.sysfs, self.devices):
            try:
                told = v4l2.query_capability(node.path, self.ioctl)
            except PermissionError:
                refused += 1
                continue
            except OSError as error:
                logger.debug("%s cannot be asked: %s", node.path, error)
                continue
            if not told.is_loopback:
                continue
            if wanted == "auto" and "obs" in told.card.casefold():
                continue
            if wanted != "auto" and wanted.casefold() not in told.card.casefold():
                continue
            if told.takes_output:
                devices.append(LoopbackDevice(node.path, told.card, not told.captures))
            else:
                taken.append(self._taken(node.path, told.card))
        if not devices:
            raise self._none(wanted, refused, taken)
        return tuple(sorted(devices, key=lambda device: device.label != label))

    def _at(self, path: Path) -> LoopbackDevice:
        try:
            told = v4l2.query_capability(path, self.ioctl)
        except OSError as error:
            if isinstance(error, PermissionError):
                raise _no_permission(str(path)) from None
            if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
                raise NoLoopbackDevice(f"there is no virtual camera {path}", LOAD_MODULE) from None
            raise OutputError(
                f"{path} is no virtual camera ({error.strerror or error})", LOAD_MODULE
            ) from None
        if not told.is_loopback:
            raise OutputError(
                f"{path} ({told.card}) is no virtual camera but a {told.driver} device",
                "set outputs.virtual_camera.device to auto",
            )
        if not told.takes_output:
            raise self._taken(path, told.card)
        return LoopbackDevice(path, told.card, not told.captures)

    def _taken(self, path: Path, label: str) -> OutputError:
        who = " and ".join(str(holder) for holder in holders_of(path, self.proc))
        return NoLoopbackDevice(
            f"the virtual camera {label} ({path}) is already fed by {who or 'another program'}",
            "end that program, or load v4l2loopback with one device more",
        )

    def _none(self, wanted: str, refused: int, taken: list[OutputError]) -> OutputError:
        if taken:
            return taken[0]
        if refused:
            return _no_permission(f"{self.devices}/video*")
        if wanted == "auto":
            return NoLoopbackDevice("there is no virtual camera device", LOAD_MODULE)
        return NoLoopbackDevice(f"no virtual camera's name contains {wanted!r}", LOAD_MODULE)


def _no_permission(what: str) -> OutputError:
    return OutputError(f"no permission to use {what}", v4l2.JOIN_GROUP)
