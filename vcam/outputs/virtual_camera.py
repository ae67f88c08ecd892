"""The webcam that other programs see, by the platform's own way."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import Any, Protocol

import cv2
import numpy as np

from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame, Image
from vcam.outputs.checks import check_frame
from vcam.outputs.driver_camera import DriverCamera, load_pyvirtualcam
from vcam.outputs.loopback_camera import LoopbackCamera, LoopbackMachine
from vcam.settings.schema import VirtualCameraSettings

logger = logging.getLogger(__name__)

PLATFORM_BACKENDS = {
    "linux": ("v4l2loopback",),
    "win32": ("obs", "unitycapture"),
    "darwin": ("obs",),
}


class Feed(Protocol):
    """A device that is open and takes pictures."""

    @property
    def device(self) -> str:
        """What is fed."""
        ...

    def send(self, image: Image) -> None:
        """Takes one picture; raises OutputError."""
        ...

    def audience(self) -> Audience:
        """Who takes the pictures; from any thread."""
        ...

    def close(self) -> None:
        """Lets go of it; never raises."""
        ...


class VirtualCameraOutput:
    """Publishes frames as a webcam: v4l2loopback on Linux, OBS or Unity Capture elsewhere.

    Args:
        settings: backend, device, and whether to flip the picture.
        linux: the Linux machine; replaced in tests.
        load: gives the pyvirtualcam module; replaced in tests.
        platform: as `sys.platform`.
    """

    def __init__(
        self,
        settings: VirtualCameraSettings,
        *,
        linux: LoopbackMachine | None = None,
        load: Callable[[], Any] = load_pyvirtualcam,
        platform: str = sys.platform,
    ) -> None:
        self._settings = settings
        self._linux = linux or LoopbackMachine()
        self._load = load
        self._platform = "linux" if platform.startswith("linux") else platform
        self._format: VideoFormat | None = None
        self._feed: Feed | None = None
        self._flipped: Image | None = None
        self._shared_told: set[str] = set()

    @property
    def name(self) -> str:
        """What it is called."""
        return "virtual camera"

    @property
    def device(self) -> str | None:
        """The device that is fed, None while it is not open."""
        feed = self._feed
        return feed.device if feed is not None else None

    def audience(self) -> Audience:
        """Who takes the pictures now; nobody while it is not open. Any thread, at once."""
        feed = self._feed
        return feed.audience() if feed is not None else Audience(streaming=False)

    def open(self, video_format: VideoFormat) -> None:
        """Opens the device.

        Raises:
            OutputError: no driver or no free device; the fix is the platform's.
        """
        self.close()
        backends = self._backends()
        if self._platform == "linux":
            self._feed = loopback = LoopbackCamera(self._settings, video_format, self._linux)
            if not loopback.is_exclusive:
                self._tell_shared(loopback.device)
        else:
            self._feed = DriverCamera(
                self._settings, video_format, backends, self._platform, self._load
            )
        self._format = video_format
        self._flipped = (
            np.empty((video_format.height, video_format.width, 3), np.uint8)
            if self._settings.mirror
            else None
        )
        logger.info("virtual camera %s at %s", self._feed.device, video_format)

    def send(self, frame: Frame) -> None:
        """Writes the frame to the device.

        Raises:
            OutputError: it is not open, the size is wrong, or the device does not take it.
        """
        check_frame(self.name, self._format, frame)
        assert self._feed is not None
        image = frame.image
        if self._flipped is not None:
            cv2.flip(image, 1, dst=self._flipped)
            image = self._flipped
        self._feed.send(image)

    def close(self) -> None:
        """Closes the device."""
        feed, self._feed = self._feed, None
        self._format = None
        if feed is not None:
            feed.close()

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

    def _tell_shared(self, device: str) -> None:
        if device not in self._shared_told:
            self._shared_told.add(device)
            logger.warning(
                "%s lacks exclusive_caps, so Chromium browsers do not list it; load "
                "v4l2loopback with exclusive_caps=1",
                device,
            )
