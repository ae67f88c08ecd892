"""GStreamer as a reader of the camera, and a thread that feeds it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from vcam.core.contracts import VideoFormat
from vcam.core.frame import Frame

from .session import PipeWireSession, wait_for

TO_BGR = {
    "I420": cv2.COLOR_YUV2BGR_I420,
    "NV12": cv2.COLOR_YUV2BGR_NV12,
    "YUY2": cv2.COLOR_YUV2BGR_YUY2,
}


class GStreamerReader:
    """`gst-launch-1.0` that reads a camera into a file.

    Args:
        session: where it runs.
        video_format: what the camera gives.
        target: the camera's node name.
        pixel_format: what to ask for.
        caps: more to ask for.
    """

    def __init__(
        self,
        session: PipeWireSession,
        video_format: VideoFormat,
        target: str = "vcam",
        pixel_format: str = "I420",
        caps: str = "",
    ) -> None:
        self._video_format = video_format
        self._pixel_format = pixel_format
        self._session = session
        number = len(list(session.folder.glob("read-*")))
        self.file = Path(session.folder / f"read-{number}")
        self.process = session.start(
            "gst-launch-1.0",
            "pipewiresrc",
            f"target-object={target}",
            "!",
            # Without this filter pipewiresrc does not find its target.
            f"video/x-raw,format={pixel_format}{caps}",
            "!",
            "filesink",
            "buffer-mode=unbuffered",
            "sync=false",
            f"location={self.file}",
        )

    @property
    def frame_size(self) -> int:
        """Bytes of a frame."""
        bits = 16 if self._pixel_format == "YUY2" else 12
        return self._video_format.width * self._video_format.height * bits // 8

    @property
    def frames(self) -> int:
        """How many have come."""
        return self.file.stat().st_size // self.frame_size if self.file.exists() else 0

    def wait_frames(self, count: int) -> None:
        """Until so many more have come."""
        wanted = self.frames + count
        wait_for(
            lambda: self.frames >= wanted,
            f"{count} frames more than {wanted - count}; {self._session.log[-2000:]}",
        )

    def picture(self, number: int = -1) -> np.ndarray:
        """One of the frames, as BGR."""
        width, height = self._video_format.width, self._video_format.height
        count = self.frames
        start = (number if number >= 0 else count + number) * self.frame_size
        data = np.fromfile(self.file, np.uint8, self.frame_size, offset=start)
        shape = (height, width, 2) if self._pixel_format == "YUY2" else (height * 3 // 2, width)
        return cv2.cvtColor(data.reshape(shape), TO_BGR[self._pixel_format])

    def end(self) -> None:
        """Ends it."""
        self._session.end(self.process)


class Feeder:
    """Sends the same picture again and again, about 30 times a second, on a thread of its own."""

    def __init__(self, send: Callable[[Frame], None], image: np.ndarray) -> None:
        self._send, self._image = send, image
        self._stop = threading.Event()
        self.error: Exception | None = None
        self.sent = 0
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(1 / 30):
            try:
                self._send(Frame(self._image, time.monotonic(), self.sent))
            except Exception as error:
                self.error = error
                return
            self.sent += 1

    def end(self) -> None:
        """Stops sending."""
        self._stop.set()
        self._thread.join()


def start_python(session: PipeWireSession, script: str) -> subprocess.Popen[str]:
    """Runs a script in the session, with this Python."""
    return subprocess.Popen(
        [sys.executable, "-c", script],
        env=session.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
