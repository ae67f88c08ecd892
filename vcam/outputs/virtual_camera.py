"""The webcam that other programs see, through pyvirtualcam.

pyvirtualcam is GPLv2; nothing else of vcam touches it.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.checks import check_frame
from vcam.outputs.loopback import LoopbackFinder, vanished
from vcam.settings.schema import VirtualCameraSettings

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often it is checked that the device is still there: writing does not tell."""

OBS = "install OBS Studio 28 or newer"
HINTS = {
    "win32": {
        "auto": f"{OBS} for its virtual camera, or install Unity Capture; then restart vcam",
        "obs": f"{OBS}; if it is installed, stop OBS's own virtual camera",
        "unitycapture": "run Install.bat of Unity Capture, and give its device name",
    },
    "darwin": {
        "auto": f"{OBS}, start its virtual camera once, allow the extension in the system "
        "settings (General, Login Items & Extensions, Camera Extensions), and quit OBS",
    },
}
"""What to do when the driver is missing; `auto` stands for every backend not named."""

PLATFORM_BACKENDS = {
    "linux": ("v4l2loopback",),
    "win32": ("obs", "unitycapture"),
    "darwin": ("obs",),
}


def load_pyvirtualcam() -> Any:
    """The module, imported when it is first needed: it loads the platform's native driver code."""
    return importlib.import_module("pyvirtualcam")


class VirtualCameraOutput:
    """Publishes frames as a webcam: v4l2loopback on Linux, OBS or Unity Capture elsewhere.

    Args:
        settings: backend and device.
        clock: times the checks that the device is still there.
        finder: finds v4l2loopback devices; replaced in tests.
        load: gives the pyvirtualcam module; replaced in tests.
        platform: as `sys.platform`.
    """

    def __init__(
        self,
        settings: VirtualCameraSettings,
        clock: Clock | None = None,
        finder: LoopbackFinder | None = None,
        load: Callable[[], Any] = load_pyvirtualcam,
        platform: str = sys.platform,
    ) -> None:
        self._settings = settings
        self._clock = clock or MonotonicClock()
        self._finder = finder or LoopbackFinder()
        self._load = load
        self._platform = "linux" if platform.startswith("linux") else platform
        self._format: VideoFormat | None = None
        self._camera: Any = None
        self._node: tuple[Path, os.stat_result] | None = None
        self._looked_at = 0.0
        self._shared_told: set[Path] = set()

    @property
    def name(self) -> str:
        """What it is called."""
        return "virtual camera"

    @property
    def device(self) -> str | None:
        """The device that is fed, None while it is not open."""
        return str(self._camera.device) if self._camera is not None else None

    def open(self, video_format: VideoFormat) -> None:
        """Opens the device.

        Raises:
            OutputError: no driver or no free device; the fix is the platform's.
        """
        self.close()
        backends = self._backends()
        try:
            module = self._load()
        except Exception as error:
            raise OutputError(
                f"the virtual camera needs pyvirtualcam, which does not load ({error})",
                "install vcam again",
            ) from error
        if self._platform == "linux":
            self._camera = self._open_loopback(module, video_format)
        else:
            self._camera = self._open_driver(module, video_format, backends)
        self._format = video_format
        self._looked_at = self._clock.now()
        logger.info("virtual camera %s at %s", self._camera.device, video_format)

    def send(self, frame: Frame) -> None:
        """Writes the frame to the device.

        Raises:
            OutputError: it is not open, the size is wrong, or the device is gone.
        """
        check_frame(self.name, self._format, frame)
        now = self._clock.now()
        if self._node is not None and now - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = now
            path, first_seen = self._node
            if vanished(path, first_seen):
                raise OutputError(f"the virtual camera {path} was removed", "load v4l2loopback")
        try:
            self._camera.send(np.ascontiguousarray(frame.image))
        except Exception as error:
            raise OutputError(f"the virtual camera takes no frames ({error})") from error

    def close(self) -> None:
        """Closes the device."""
        camera, self._camera = self._camera, None
        self._format = self._node = None
        if camera is not None:
            try:
                camera.close()
            except Exception:
                logger.exception("the virtual camera failed while it was closed")

    def _backends(self) -> tuple[str, ...]:
        known = PLATFORM_BACKENDS.get(self._platform, ())
        wanted = self._settings.backend
        if wanted == "auto" and known:
            return known
        if wanted not in known:
            raise OutputError(
                f"this system has no {wanted} virtual camera",
                "set outputs.virtual_camera.backend to auto",
            )
        return (wanted,)

    def _open_loopback(self, module: Any, video_format: VideoFormat) -> Any:
        refusals = []
        for device in self._finder.candidates(self._settings.device):
            try:
                camera = self._opened(module, video_format, "v4l2loopback", str(device.path))
            except Exception as error:
                refusals.append(f"{device.path}: {error}")
                continue
            self._node = device.path, os.stat(device.path)
            if not device.exclusive and device.path not in self._shared_told:
                self._shared_told.add(device.path)
                logger.warning(
                    "%s lacks exclusive_caps, so Chromium browsers do not list it; load "
                    "v4l2loopback with exclusive_caps=1",
                    device.path,
                )
            return camera
        raise OutputError(
            f"the virtual camera cannot be opened ({'; '.join(refusals)})",
            "end other programs that feed it, or load v4l2loopback with one device more",
        )

    def _open_driver(
        self, module: Any, video_format: VideoFormat, backends: tuple[str, ...]
    ) -> Any:
        wanted = self._settings.device
        refusals = []
        for backend in backends:
            try:
                device = None if wanted == "auto" else wanted
                return self._opened(module, video_format, backend, device)
            except Exception as error:
                refusals.append(str(error).replace("\n", " "))
        hints = HINTS[self._platform]
        raise OutputError(
            f"there is no virtual camera driver ({'; '.join(refusals)})",
            hints.get(self._settings.backend, hints["auto"]),
        )

    def _opened(
        self, module: Any, video_format: VideoFormat, backend: str, device: str | None
    ) -> Any:
        # BGR goes in as it is: pyvirtualcam converts it natively, whatever the order.
        return module.Camera(
            video_format.width,
            video_format.height,
            video_format.fps,
            fmt=module.PixelFormat.BGR,
            device=device,
            backend=backend,
        )
