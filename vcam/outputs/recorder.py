"""Records what goes out to a video file."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame, Image
from vcam.core.pool import ImagePool
from vcam.outputs.checks import check_frame
from vcam.outputs.new_file import reserve

logger = logging.getLogger(__name__)

CODECS = {".mp4": "mp4v", ".avi": "MJPG"}
"""What OpenCV's wheels can encode on every platform; they have no H.264 encoder."""

QUEUE_FRAMES = 8
LEAST_FREE_BYTES = 100_000_000
CHECK_EVERY_S = 1.0

LONGEST_FILL_S = 10.0
"""A longer pause (the machine slept) is cut out instead of filled with the last picture."""

LONGEST_LAG_S = 2.0
"""Encoding that is further behind fills no gaps: a repeated picture costs as much as a new one, so
on a machine that is too slow the gaps would grow for ever, and the end would take as long."""


def free_bytes(folder: Path) -> int:
    """Free space on the folder's disk."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class TimedPicture:
    """A picture and when it was sent, seconds since the recording began."""

    image: Image
    at_s: float


class RecorderOutput:
    """Writes a .mp4 (MPEG-4) or .avi (Motion JPEG) file of constant rate.

    Each picture stands in the file where its time of sending puts it: pictures that were missed
    are replaced by the last one, and pictures that come too early are left out. Encoding happens
    on a thread of its own with a short queue; where it cannot keep up, moments are missing. The
    file is complete after `close`; an .mp4 that was never closed cannot be played, an .avi can.

    Args:
        path: the file; if it exists, the recording's name gets a number.
        clock: tells when pictures are sent.
        free: tells the free space of a folder, in bytes.
    """

    name = "recording"

    def __init__(
        self,
        path: Path | str,
        clock: Clock | None = None,
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._wanted = Path(path).expanduser()
        self._clock = clock or MonotonicClock()
        self._free = free
        self._format: VideoFormat | None = None
        self._pool = ImagePool(keep=QUEUE_FRAMES + 2)
        self._changed = threading.Condition()
        self._queue: deque[TimedPicture] = deque()
        self._closing = False
        self._failure: OutputError | None = None
        self._thread: threading.Thread | None = None
        self._started_at: float | None = None
        self.path: Path | None = None
        self.frames_dropped = 0

    def open(self, video_format: VideoFormat) -> None:
        """Creates the file.

        Raises:
            OutputError: its ending is unknown, its folder cannot be written to, the disk is
                nearly full, or OpenCV cannot encode.
        """
        self.close()
        codec = CODECS.get(self._wanted.suffix.lower())
        if codec is None:
            raise OutputError(
                f"{self._wanted} cannot be recorded to", "let its name end in .mp4 or .avi"
            )
        path = reserve(self._wanted)
        try:
            self._check_space(path)
            writer = cv2.VideoWriter(
                str(path),
                cv2.CAP_FFMPEG,
                cv2.VideoWriter.fourcc(*codec),
                video_format.fps,
                (video_format.width, video_format.height),
            )
            if not writer.isOpened():
                raise OutputError(
                    f"{path} cannot be recorded at {video_format}",
                    "record to the other format (.mp4 or .avi)",
                )
        except OutputError:
            _remove(path)
            raise
        self.path = path
        self._format = video_format
        self._failure = None
        self._started_at = None
        self._closing = False
        self._thread = threading.Thread(
            target=self._write, args=(writer, path, video_format.fps), name="recorder", daemon=True
        )
        self._thread.start()
        logger.info("recording to %s", path)

    def send(self, frame: Frame) -> None:
        """Takes a copy of the frame for the file; drops it when encoding is behind.

        Raises:
            OutputError: it is not open, the size is wrong, the disk is full or the file gone.
        """
        check_frame(self.name, self._format, frame)
        now = self._clock.now()
        if self._started_at is None:
            self._started_at = now
        with self._changed:
            if self._failure is not None:
                raise self._failure
            if len(self._queue) >= QUEUE_FRAMES:
                self.frames_dropped += 1
                return
            width, height = frame.size
            image = self._pool.take(width, height)
            image[:] = frame.image
            self._queue.append(TimedPicture(image, now - self._started_at))
            self._changed.notify()

    def close(self) -> None:
        """Writes what is queued and finishes the file, however long the machine takes for it.

        That is a few seconds at most (`LONGEST_LAG_S`) unless the disk hangs; who cannot wait
        leaves this thread to itself.
        """
        thread, self._thread = self._thread, None
        self._format = None
        if thread is None:
            return
        with self._changed:
            self._closing = True
            self._changed.notify()
        thread.join()

    def _check_space(self, path: Path) -> None:
        try:
            free = self._free(path.parent)
        except OSError:
            return
        if free < LEAST_FREE_BYTES:
            raise OutputError(
                f"the disk of {path.parent} is full, recording stops", "free some space there"
            )

    def _write(self, writer: cv2.VideoWriter, path: Path, fps: float) -> None:
        track = Track(writer, fps, self._elapsed_s)
        checked_at_s = 0.0
        told = False
        try:
            while (shot := self._next_shot()) is not None:
                if shot.at_s - checked_at_s >= CHECK_EVERY_S:
                    checked_at_s = shot.at_s
                    # VideoWriter does not tell when writing fails.
                    self._check_space(path)
                    if not path.exists():
                        raise OutputError(f"{path} was removed", "recording goes on in a new file")
                track.put(shot)
                if track.left_out_s and not told:
                    told = True
                    logger.warning("the machine is too slow to record all; moments are left out")
        except OutputError as error:
            self._fail(error)
        except Exception as error:
            # Nobody else looks after this thread; without a word, frames would pile up and drop.
            self._fail(OutputError(f"{path} cannot be encoded: {error}"))
        finally:
            writer.release()
            if track.written == 0:
                _remove(path)
            with self._changed:
                self._queue.clear()

    def _elapsed_s(self) -> float:
        """Seconds since the recording began; it has when there is a shot."""
        return self._clock.now() - (self._started_at or 0.0)

    def _next_shot(self) -> TimedPicture | None:
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closing)
            return self._queue.popleft() if self._queue else None

    def _fail(self, error: OutputError) -> None:
        with self._changed:
            self._failure = error


class Track:
    """Puts pictures where their time belongs in a file of constant rate.

    Attributes:
        written: pictures so far.
        left_out_s: how much is missing because encoding was too slow, seconds.

    Args:
        writer: encodes.
        fps: the file's rate.
        elapsed_s: seconds since the recording began.
    """

    def __init__(self, writer: cv2.VideoWriter, fps: float, elapsed_s: Callable[[], float]) -> None:
        self._writer = writer
        self._fps = fps
        self._elapsed_s = elapsed_s
        self._last: Image | None = None
        self._cut_s = 0.0
        self.written = 0
        self.left_out_s = 0.0

    def put(self, shot: TimedPicture) -> None:
        """Writes the picture, after filling the gap before it."""
        behind_s = shot.at_s - self._cut_s - self.written / self._fps
        if behind_s > LONGEST_FILL_S:
            self._cut_s += behind_s
        place = round((shot.at_s - self._cut_s) * self._fps)
        while self.written < place and self._last is not None:
            if self._elapsed_s() - shot.at_s > LONGEST_LAG_S:
                missing_s = (place - self.written) / self._fps
                self._cut_s += missing_s
                self.left_out_s += missing_s
                place = self.written
                break
            self._add(self._last)
        if self.written <= place:
            self._add(shot.image)
        self._last = shot.image

    def _add(self, image: Image) -> None:
        self._writer.write(image)
        self.written += 1


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
