"""Which cameras there are, which one is meant, and why one cannot be opened."""

from __future__ import annotations

import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from vcam.capture.backend import CaptureBackend, platform_backend
from vcam.capture.opencv import cv2
from vcam.core import v4l2
from vcam.core.errors import SourceError
from vcam.core.holders import holders_of, is_held_by

logger = logging.getLogger(__name__)

NUMBERS_PROBED = range(4)
"""Where cameras cannot be listed, these numbers are tried."""


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that could be chosen.

    Attributes:
        device: what to give as `camera.device`: a path on Linux, a number elsewhere.
        name: what it calls itself; on Windows and macOS `camera 0`, since OpenCV tells no names.
        is_loopback: it is another program's virtual camera; `auto` passes it by.
        driver: the kernel driver (Linux).
        modes: formats that it offers; empty when it cannot be asked.
        problem: why it cannot be used now, empty if nothing is known against it.
    """

    device: str | int
    name: str
    is_loopback: bool = False
    driver: str = ""
    modes: tuple[v4l2.VideoMode, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class CameraFinder:
    """Finds cameras; its parts are replaced in tests.

    Attributes:
        backend: opens cameras, where they cannot be listed otherwise.
        platform: as `sys.platform`.
        sysfs: where Linux lists video devices.
        devices: the folder of device nodes.
        ioctl: asks a device.
        proc: where Linux lists processes.
        untouched: nodes that are not opened and so told by name alone.
    """

    backend: CaptureBackend = field(default_factory=platform_backend)
    platform: str = sys.platform
    sysfs: Path = v4l2.SYSFS
    devices: Path = v4l2.DEVICES
    ioctl: v4l2.Ioctl = v4l2.system_ioctl
    proc: Path = Path("/proc")
    untouched: frozenset[Path] = frozenset()

    @property
    def has_nodes(self) -> bool:
        """Whether cameras are files, as on Linux."""
        return self.platform.startswith("linux")

    def list_cameras(self) -> tuple[CameraInfo, ...]:
        """All cameras; on Windows and macOS this opens each for a moment."""
        return self._nodes() if self.has_nodes else self._probed()

    def choices(self) -> tuple[CameraInfo, ...]:
        """What `camera.device` may be set to; disturbs no camera that is read now.

        Formats are not asked. Where cameras could only be found by opening them, their numbers
        are given unasked.
        """
        if self.has_nodes:
            return self._nodes(with_modes=False)
        return tuple(CameraInfo(number, f"camera {number}") for number in NUMBERS_PROBED)

    def candidates(self, device: str | int) -> tuple[CameraInfo, ...]:
        """The cameras that a setting may mean, best first; never empty.

        Args:
            device: `auto`, a number, a path, or a part of a name.

        Raises:
            SourceError: no camera fits; the message names those that there are.
        """
        if isinstance(device, str) and device.isdecimal():
            device = int(device)
        if device == "auto":
            return self._automatic()
        if isinstance(device, int):
            return (self._numbered(device),)
        if os.sep in device or device.startswith("/"):
            return (self._at(Path(device)),)
        return self._named(device)

    def why_not(self, camera: CameraInfo, symptom: str = "cannot be opened") -> SourceError:
        """The likely cause why `camera` shows this symptom when it is opened, with its fix."""
        if not isinstance(camera.device, str):
            return SourceError(
                f"{camera.name} {symptom}",
                "close other programs that use it, and allow camera access in the system's "
                "privacy settings",
            )
        path, name = Path(camera.device), _called(camera)
        if not path.exists():
            return SourceError(f"there is no camera {path}", self._what_there_is())
        if not os.access(path, os.R_OK | os.W_OK):
            return SourceError(
                f"no permission to use {name}",
                v4l2.JOIN_GROUP,
            )
        holders = holders_of(path, self.proc)
        if holders:
            who = " and ".join(str(holder) for holder in holders)
            return SourceError(f"{name} is in use by {who}", "close that program")
        return SourceError(f"{name} {symptom}", "plug it in again, or choose another camera.device")

    def _nodes(self, with_modes: bool = True) -> tuple[CameraInfo, ...]:
        """Cameras that are files; their formats take hundreds of questions, some cameras' more."""
        found = []
        for node in v4l2.video_nodes(self.sysfs, self.devices):
            if node.path in self.untouched:
                found.append(CameraInfo(str(node.path), node.name))
                continue
            try:
                told = v4l2.query_capability(node.path, self.ioctl)
                if not told.captures:
                    continue
                modes = v4l2.list_modes(node.path, self.ioctl) if with_modes else ()
            except PermissionError:
                found.append(
                    CameraInfo(str(node.path), node.name, problem="no permission to open it")
                )
            except OSError as error:
                logger.debug("%s cannot be asked: %s", node.path, error)
            else:
                name = told.card or node.name
                found.append(CameraInfo(str(node.path), name, told.is_loopback, told.driver, modes))
        return tuple(found)

    def _probed(self) -> tuple[CameraInfo, ...]:
        found = []
        for number in NUMBERS_PROBED:
            device = self.backend.open(number)
            try:
                if device.isOpened():
                    width = int(device.get(cv2.CAP_PROP_FRAME_WIDTH))
                    height = int(device.get(cv2.CAP_PROP_FRAME_HEIGHT))
                    mode = v4l2.VideoMode("", width, height, ())
                    found.append(CameraInfo(number, f"camera {number}", modes=(mode,)))
            finally:
                device.release()
        return tuple(found)

    def _automatic(self) -> tuple[CameraInfo, ...]:
        cameras = [camera for camera in self.choices() if not camera.is_loopback]
        if not cameras:
            raise SourceError(
                "there is no camera", "plug one in; `vcam demo` runs without a camera"
            )
        return tuple(cameras)

    def _numbered(self, number: int) -> CameraInfo:
        if self.has_nodes:
            return self._at(self.devices / f"video{number}")
        return CameraInfo(number, f"camera {number}")

    def _at(self, path: Path) -> CameraInfo:
        # /dev/v4l/by-id/… are links to the nodes.
        node = Path(os.path.realpath(path))
        camera = CameraInfo(str(node), str(path))
        if node in self.untouched:
            return camera
        try:
            told = v4l2.query_capability(node, self.ioctl)
        except OSError:
            raise self.why_not(camera) from None
        self._refuse_own(node, told.card, told.is_loopback)
        if not told.captures:
            raise SourceError(f"{path} ({told.card}) gives no pictures", self._what_there_is())
        return CameraInfo(str(node), told.card or str(path), told.is_loopback, told.driver)

    def _named(self, part: str) -> tuple[CameraInfo, ...]:
        if not self.has_nodes:
            raise SourceError(
                f"there is no camera {part}",
                "on this system cameras are chosen by number: set camera.device to 0, 1 …",
            )
        cameras = self._nodes(with_modes=False)
        matches = [camera for camera in cameras if part.casefold() in camera.name.casefold()]
        if not matches:
            raise SourceError(f"no camera's name contains {part!r}", self._what_there_is())
        self._refuse_own(Path(str(matches[0].device)), matches[0].name, matches[0].is_loopback)
        return tuple(matches)

    def _refuse_own(self, node: Path, card: str, is_loopback: bool) -> None:
        """Raises SourceError for a device that this vcam feeds, or that bears its name."""
        if is_loopback and (card == v4l2.OWN_LABEL or is_held_by(os.getpid(), node, self.proc)):
            raise SourceError(
                "camera.device is vcam's own output", "choose the physical camera, or auto"
            )

    def _what_there_is(self) -> str:
        cameras = [f"{camera.name} ({camera.device})" for camera in self._nodes(with_modes=False)]
        return "there is " + ", ".join(cameras) if cameras else "there is no camera at all"


def _called(camera: CameraInfo) -> str:
    device = str(camera.device)
    return device if camera.name == device else f"{camera.name} ({device})"
