"""A camera on a thread of its own, since its driver may block for as long as it likes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from vcam.capture.backend import CaptureBackend, CaptureDevice
from vcam.capture.opencv import cv2
from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.settings.schema import CameraSettings

logger = logging.getLogger(__name__)

OPEN_WITHIN_S = 30.0
"""Media Foundation takes up to twenty seconds to open some cameras; `interrupt` ends the wait."""

GIVE_UP_AFTER_S = 1.0
"""So long may a camera refuse frames at once; some refuse the first ones."""

RETRY_EVERY_S = 0.01

FOURCCS = {"mjpg": "MJPG", "yuyv": "YUYV"}


class CameraLost(Exception):
    """The camera does not open, or gives no frames any more; the text says which."""


class CameraSilent(CameraLost):
    """No picture came in the time that it was given."""


class CameraInterrupted(Exception):
    """Somebody asked to stop waiting."""


@dataclass(frozen=True, slots=True)
class RawPicture:
    """What the camera gave: its bytes or pixels, and when, in seconds of the reader's clock."""

    data: npt.NDArray[Any]
    at: float


class CameraReader:
    """Opens one camera and keeps its newest raw picture until `stop`.

    Everything that touches the camera happens on the thread; a driver that hangs leaves that
    thread behind, which closes the camera when it can.

    Args:
        backend: opens the camera.
        device: its number or path.
        settings: what to ask it for.
        raw: ask for undecoded pictures.
        clock: stamps pictures.
    """

    def __init__(
        self,
        backend: CaptureBackend,
        device: int | str,
        settings: CameraSettings,
        raw: bool,
        clock: Clock,
    ) -> None:
        self._backend = backend
        self._device = device
        self._settings = settings
        self._raw = raw
        self._clock = clock
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._interrupted = False
        self._format: VideoFormat | None = None
        self._lost: str | None = None
        self._picture: RawPicture | None = None
        self._version = 0
        self._thread = threading.Thread(target=self._run, name=f"camera {device}", daemon=True)
        self._thread.start()

    def wait_opened(self) -> VideoFormat:
        """What the camera says it gives, once it is open.

        Raises:
            CameraLost: it does not open.
            CameraInterrupted: `interrupt` was called.
        """
        with self._changed:
            self._wait(lambda: self._format is not None, OPEN_WITHIN_S)
            if self._format is None:
                raise CameraLost("does not answer")
            return self._format

    def wait_newer(self, version: int, timeout_s: float) -> tuple[RawPicture, int]:
        """The newest picture after `version` and its version.

        Raises:
            CameraSilent: none came in time.
            CameraLost: none will come any more.
            CameraInterrupted: `interrupt` was called.
        """
        with self._changed:
            if not self._wait(lambda: self._version > version, timeout_s):
                raise CameraSilent("gives no picture")
            assert self._picture is not None
            return self._picture, self._version

    def interrupt(self) -> None:
        """Ends all waiting, now and later."""
        with self._changed:
            self._interrupted = True
            self._changed.notify_all()

    def stop(self, timeout_s: float) -> bool:
        """Closes the camera; False when its driver hangs, and the thread was left behind."""
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _wait(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Waits with the lock held; True when the condition holds."""
        done = self._changed.wait_for(
            lambda: condition() or self._lost is not None or self._interrupted, timeout_s
        )
        if self._interrupted:
            raise CameraInterrupted
        if self._lost is not None:
            raise CameraLost(self._lost)
        return done

    def _run(self) -> None:
        device = None
        lost = "was closed"
        try:
            device = self._backend.open(self._device)
            if device.isOpened() and not self._stop.is_set():
                self._set_up(device)
                lost = self._read(device)
            else:
                lost = "cannot be opened"
        except Exception as error:
            logger.exception("reading camera %s failed", self._device)
            lost = f"failed ({error})"
        finally:
            if device is not None:
                device.release()
            with self._changed:
                self._lost = lost
                self._changed.notify_all()

    def _set_up(self, device: CaptureDevice) -> None:
        settings = self._settings
        code = FOURCCS.get(settings.format)
        # The pixel format comes first: it decides which sizes and rates there are.
        if code is not None:
            device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*code))
        # Each change makes Media Foundation set up the camera anew, for seconds. V4L2 takes a size
        # only when both of its sides were set.
        _ask(
            device,
            {
                cv2.CAP_PROP_FRAME_WIDTH: settings.width,
                cv2.CAP_PROP_FRAME_HEIGHT: settings.height,
            },
        )
        _ask(device, {cv2.CAP_PROP_FPS: settings.fps})
        device.set(cv2.CAP_PROP_CONVERT_RGB, 0 if self._raw else 1)
        fps = device.get(cv2.CAP_PROP_FPS)
        told = VideoFormat(
            int(device.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(device.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            fps if 1 <= fps <= 240 else settings.fps,
        )
        given = int(device.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little", signed=True)
        logger.debug("camera %s gives %s as %r", self._device, told, given)
        if code is not None and self._raw and given != code.encode():
            logger.info(
                "camera %s has no %s and gives %s",
                self._device,
                code,
                given.decode("ascii", "replace"),
            )
        with self._changed:
            self._format = told
            self._changed.notify_all()

    def _read(self, device: CaptureDevice) -> str:
        """Reads until `stop`, or until the camera is lost; tells why."""
        refused_since: float | None = None
        while not self._stop.is_set():
            grabbed = device.grab()
            at = self._clock.now()
            done, data = device.retrieve() if grabbed else (False, None)
            if done and data is not None:
                refused_since = None
                self._put(RawPicture(data, at))
                continue
            if isinstance(self._device, str) and not os.path.exists(self._device):
                return "was unplugged"
            now = time.monotonic()
            refused_since = now if refused_since is None else refused_since
            if now - refused_since > GIVE_UP_AFTER_S:
                return "has stopped giving pictures"
            self._stop.wait(RETRY_EVERY_S)
        return "was closed"

    def _put(self, picture: RawPicture) -> None:
        with self._changed:
            self._picture = picture
            self._version += 1
            self._changed.notify_all()


def _ask(device: CaptureDevice, wanted: dict[int, float]) -> None:
    """Sets all of these properties, unless all are as wanted already."""
    if any(device.get(prop) != value for prop, value in wanted.items()):
        for prop, value in wanted.items():
            device.set(prop, value)
