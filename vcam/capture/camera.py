"""The physical camera as a source."""

from __future__ import annotations

import logging
import threading
import time

from vcam.capture.backend import CaptureBackend, platform_backend
from vcam.capture.camera_reader import (
    CameraInterrupted,
    CameraLost,
    CameraReader,
    CameraSilent,
)
from vcam.capture.decoding import BrokenPicture, PictureDecoder, UnknownPicture
from vcam.capture.devices import CameraFinder, CameraInfo
from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceError
from vcam.core.frame import Frame, Image
from vcam.settings.schema import CameraSettings

logger = logging.getLogger(__name__)

STALLED_AFTER_S = 1.9
"""Just under the 2 s within which a Source answers."""

FIRST_PICTURE_WITHIN_S = 5.0
"""Cameras wake up slowly, and measure the light first."""

CLOSE_WITHIN_S = 0.5
"""A camera ends within a frame's time; one that hangs must not hold up the program's end."""

HANGING_FOR_S = 2.0


class CameraSource:
    """Reads a camera through OpenCV.

    On Linux the camera's JPEGs are taken undecoded and decoded here, which costs a third less
    than OpenCV's own decoding; where the camera or driver gives something else, OpenCV decodes.
    Damaged pictures are left out.

    Args:
        settings: which camera, and what to ask it for.
        clock: stamps frames.
        backend: opens cameras; the platform's by default.
        finder: finds cameras, and brings a backend of its own; the system's by default.
        stalled_after_s: a camera silent for so long is lost.
    """

    def __init__(
        self,
        settings: CameraSettings,
        clock: Clock,
        backend: CaptureBackend | None = None,
        finder: CameraFinder | None = None,
        stalled_after_s: float = STALLED_AFTER_S,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._finder = finder or CameraFinder(backend or platform_backend())
        self._stalled_after_s = stalled_after_s
        self._decoder = PictureDecoder(settings.mirror)
        self._take_raw = self._finder.backend.gives_raw
        self._lock = threading.Lock()
        self._interrupted = False
        self._reader: CameraReader | None = None
        self._hanging: CameraReader | None = None
        self._camera: CameraInfo | None = None
        self._first: tuple[Image, float] | None = None
        self._version = 0
        self._index = -1
        self.broken_pictures = 0

    @property
    def name(self) -> str:
        """The camera's own name once it was open, before that what the settings say."""
        if self._camera is not None:
            return self._camera.name
        return f"camera {self._settings.device}"

    def open(self) -> VideoFormat:
        """Opens the camera and waits for its first whole picture.

        Raises:
            SourceError: missing, busy (the message names the program), no permission, silent.
        """
        self.close()
        with self._lock:
            self._interrupted = False
        self._wait_for_hanging_driver()
        failures = []
        for camera in self._finder.candidates(self._settings.device):
            try:
                told = self._open(camera)
            except SourceError as error:
                self.close()
                failures.append(error)
                if self._interrupted:
                    break
            else:
                self._camera = camera
                self._tell(told)
                return told
        raise failures[0]

    def read(self) -> Frame:
        """The newest picture that was not given yet; blocks until there is one.

        Raises:
            SourceError: the camera is not open, was unplugged, is silent, gives damaged pictures
                only, or `interrupt` was called.
        """
        if self._reader is None:
            raise SourceError(f"{self.name} is not open")
        if self._first is not None:
            (image, at), self._first = self._first, None
        else:
            image, at = self._read(self._reader)
        self._index += 1
        return Frame(image, at, self._index)

    def interrupt(self) -> None:
        """Makes a blocked `read` or `open`, and every later `read` until `open`, raise."""
        with self._lock:
            self._interrupted = True
            if self._reader is not None:
                self._reader.interrupt()

    def close(self) -> None:
        """Closes the camera; a driver that hangs closes it later, on its own thread."""
        with self._lock:
            reader, self._reader = self._reader, None
        self._first = None
        if reader is not None and not reader.stop(CLOSE_WITHIN_S):
            logger.warning("%s hangs and could not be closed in time", self.name)
            self._hanging = reader

    def _open(self, camera: CameraInfo) -> VideoFormat:
        """Opens this camera, at first with raw pictures, or else with OpenCV's decoding."""
        while True:
            reader = self._start(camera)
            try:
                told = reader.wait_opened()
                self._first = self._next(reader, FIRST_PICTURE_WITHIN_S)
            except CameraLost as lost:
                self.close()
                raise self._finder.why_not(camera, str(lost)) from None
            except CameraInterrupted:
                raise self._interruption() from None
            except UnknownPicture:
                if not self._take_raw:
                    raise SourceError(
                        f"{camera.name} gives pictures of an unknown format",
                        "set camera.format to yuyv or any",
                    ) from None
                logger.info("%s gives no plain JPEG; OpenCV decodes it", camera.name)
                self._take_raw = False
                self.close()
                continue
            height, width = self._first[0].shape[:2]
            return VideoFormat(width, height, told.fps)

    def _start(self, camera: CameraInfo) -> CameraReader:
        backend = self._finder.backend
        with self._lock:
            self._version = 0
            self._reader = reader = CameraReader(
                backend, camera.device, self._settings, self._take_raw, self._clock
            )
            if self._interrupted:
                reader.interrupt()
        return reader

    def _read(self, reader: CameraReader) -> tuple[Image, float]:
        try:
            return self._next(reader, self._stalled_after_s)
        except CameraLost as lost:
            raise SourceError(f"{self.name} {lost}", "plug it in again") from None
        except UnknownPicture:
            self._take_raw = False
            raise SourceError(f"{self.name} has changed its picture format") from None
        except CameraInterrupted:
            raise self._interruption() from None

    def _next(self, reader: CameraReader, timeout_s: float) -> tuple[Image, float]:
        """The next whole picture and its time.

        Raises:
            CameraLost: none came in time, or none will come.
            CameraInterrupted: `interrupt` was called.
            UnknownPicture: it came, but cannot be decoded here.
        """
        give_up_at = time.monotonic() + timeout_s
        broken = 0
        while True:
            left_s = max(0.0, give_up_at - time.monotonic())
            try:
                picture, self._version = reader.wait_newer(self._version, left_s)
                return self._decoder.decode(picture.data), picture.at
            except BrokenPicture as damage:
                broken += 1
                self.broken_pictures += 1
                logger.debug("%s gave a damaged picture: %s", self.name, damage)
            except CameraSilent:
                if not broken:
                    raise
            if broken and time.monotonic() >= give_up_at:
                # OpenCV's decoder takes what ours refuses; a poor picture is better than none.
                self._take_raw = False
                raise CameraLost("gives damaged pictures only")

    def _interruption(self) -> SourceError:
        return SourceError(f"{self.name} was interrupted")

    def _wait_for_hanging_driver(self) -> None:
        if self._hanging is not None:
            if not self._hanging.stop(HANGING_FOR_S):
                raise SourceError(f"{self.name} hangs", "unplug it and plug it in again")
            self._hanging = None

    def _tell(self, told: VideoFormat) -> None:
        logger.info("camera %s gives %s", self.name, told)
        asked = self._settings
        if (told.width, told.height) != (asked.width, asked.height):
            logger.info("camera %s has no %dx%d", self.name, asked.width, asked.height)
