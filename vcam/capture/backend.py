"""What the capture stage needs of OpenCV's cameras, small enough for tests to stand in for it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from vcam.capture.opencv import cv2


class CaptureDevice(Protocol):
    """The part of `cv2.VideoCapture` that is used here; one thread uses it."""

    def isOpened(self) -> bool:
        """Whether opening has succeeded."""
        ...

    def set(self, prop: int, value: float) -> bool:
        """Asks for a property; False when the camera does not know it."""
        ...

    def get(self, prop: int) -> float:
        """A property's value; 0 or -1 when it is not known."""
        ...

    def grab(self) -> bool:
        """Blocks for the next frame; False when there is none (also after a time-out)."""
        ...

    def retrieve(self) -> tuple[bool, Any]:
        """The frame that was grabbed: success, and a numpy array (raw or BGR) or None."""
        ...

    def release(self) -> None:
        """Closes it."""
        ...


class CaptureBackend(Protocol):
    """Opens cameras."""

    @property
    def gives_raw(self) -> bool:
        """Whether `CAP_PROP_CONVERT_RGB=0` gives the camera's own bytes."""
        ...

    def open(self, device: int | str) -> CaptureDevice:
        """Opens a camera by number or path; look at `isOpened` for success."""
        ...


@dataclass(frozen=True)
class OpenCvBackend:
    """OpenCV's camera interfaces of one platform, tried in turn.

    Attributes:
        interfaces: OpenCV's `CAP_…` numbers.
        gives_raw: see `CaptureBackend`.
    """

    interfaces: Sequence[int]
    gives_raw: bool

    def open(self, device: int | str) -> CaptureDevice:
        """Opens a camera through the first interface that can."""
        capture = cv2.VideoCapture()
        for interface in self.interfaces:
            capture.open(device, interface)
            if capture.isOpened():
                break
        return cast(CaptureDevice, capture)


def platform_backend(platform: str = sys.platform) -> CaptureBackend:
    """The backend of a platform, by `sys.platform`.

    Media Foundation comes before DirectShow: it does not list OBS's virtual camera, which
    `auto` must not read. Raw frames are taken on Linux only; what the other interfaces do with
    `CAP_PROP_CONVERT_RGB=0` differs between drivers.
    """
    if platform == "win32":
        return OpenCvBackend((cv2.CAP_MSMF, cv2.CAP_DSHOW), gives_raw=False)
    if platform == "darwin":
        return OpenCvBackend((cv2.CAP_AVFOUNDATION,), gives_raw=False)
    return OpenCvBackend((cv2.CAP_V4L2,), gives_raw=True)
