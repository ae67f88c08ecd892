"""The camera in PipeWire, which needs no kernel module: Chromium, Firefox and GStreamer see it."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import Audience, Reader, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame, Image
from vcam.outputs.checks import check_frame
from vcam.outputs.pipewire.formats import PixelFormat, Plane
from vcam.outputs.pipewire.library import load_library
from vcam.outputs.pipewire.stream import CameraStream
from vcam.settings.schema import PipeWireSettings

logger = logging.getLogger(__name__)

COMES_BACK = "vcam publishes it again when PipeWire is back"


class PipeWireOutput:
    """Publishes frames as a Video/Source node.

    A frame is converted straight into the memory that it shares with the readers, and not at all
    while nobody reads.

    Args:
        settings: name, icon, mirror.
        clock: times readers that asked for fewer frames.
        load: gives libpipewire; replaced in tests.
    """

    def __init__(
        self,
        settings: PipeWireSettings,
        clock: Clock | None = None,
        load: Callable[[], Any] = load_library,
    ) -> None:
        self._settings = settings
        self._clock = clock or MonotonicClock()
        self._load = load
        self._format: VideoFormat | None = None
        self._stream: CameraStream | None = None
        self._flipped: Image | None = None
        self._due_s = 0.0
        self._told: tuple[Reader, ...] = ()

    @property
    def name(self) -> str:
        """What it is called."""
        return f"PipeWire camera {self._settings.name}"

    def open(self, video_format: VideoFormat) -> None:
        """Adds the node to PipeWire.

        Raises:
            OutputError: the library is missing or too old, no daemon runs, it does not answer or
                refuses the node, or the size is odd.
        """
        self.close()
        if video_format.width % 2 or video_format.height % 2:
            raise OutputError(
                f"{self.name} cannot have {video_format}", "set an even width and height"
            )
        name, icon = self._settings.name, self._settings.icon
        stream = CameraStream(
            self._load(),
            {
                "media.class": "Video/Source",
                "media.type": "Video",
                "media.category": "Source",
                "media.role": "Camera",
                "media.name": name,
                "media.icon-name": icon,
                "node.name": name,
                "node.description": name,
                "node.nick": name,
                "device.icon-name": icon,
            },
            video_format,
            self._clock,
        )
        stream.open()
        # Python must not be called back by PipeWire's thread while the interpreter shuts down.
        atexit.register(stream.stop)
        self._stream, self._format = stream, video_format
        self._flipped = None
        self._due_s = 0.0
        logger.info("%s at %s (PipeWire %s)", self.name, video_format, stream.daemon_version)

    def send(self, frame: Frame) -> None:
        """Hands the frame to those who read it.

        Raises:
            OutputError: it is not open, the size is wrong, or the connection was lost.
        """
        video_format = check_frame(self.name, self._format, frame)
        stream = self._stream
        assert stream is not None
        if stream.failure:
            raise OutputError(f"{self.name} lost its connection ({stream.failure})", COMES_BACK)
        self._tell(stream.readers)
        if not stream.streaming or not self._is_due(stream, video_format.fps):
            return

        def fill(pixel_format: PixelFormat, target: Plane) -> None:
            pixel_format.convert(self._oriented(frame.image), target)

        rescues = stream.rescues
        stream.write(fill, frame.captured_at)
        if rescues == 0 and stream.rescues:
            logger.warning(
                "%s: a reader keeps its pictures, so they are taken back (%s)",
                self.name,
                ", ".join(reader.program for reader in self._told) or "unknown",
            )

    def audience(self) -> Audience:
        """Who takes pictures; nobody while it is not open."""
        stream = self._stream
        if stream is None:
            return Audience(streaming=False)
        streaming = stream.streaming
        # A link may be there before and after the pictures flow.
        return Audience(streaming, stream.readers if streaming else ())

    def close(self) -> None:
        """Takes the node away."""
        stream, self._stream = self._stream, None
        self._format = self._flipped = None
        self._told = ()
        if stream is None:
            return
        atexit.unregister(stream.stop)
        try:
            stream.close()
        except Exception:
            logger.exception("%s failed while it was closed", self.name)

    def _oriented(self, image: Image) -> Image:
        if not self._settings.mirror:
            return image
        if self._flipped is None:
            self._flipped = np.empty_like(image)
        cv2.flip(image, 1, dst=self._flipped)
        return self._flipped

    def _is_due(self, stream: CameraStream, own_fps: float) -> bool:
        """Whether readers that agreed to a lower rate want a frame now."""
        agreed = stream.agreed
        if agreed is None or not 0 < agreed[1] < own_fps:
            return True
        now_s, wanted_fps = self._clock.now(), agreed[1]
        if now_s < self._due_s - 0.5 / own_fps:
            return False
        self._due_s = max(self._due_s + 1 / wanted_fps, now_s)
        return True

    def _tell(self, readers: tuple[Reader, ...]) -> None:
        if readers == self._told:
            return
        for reader in readers:
            if reader not in self._told:
                logger.info("%s is read by %s", self.name, reader.program)
        for reader in self._told:
            if reader not in readers:
                logger.info("%s is no longer read by %s", self.name, reader.program)
        self._told = readers
