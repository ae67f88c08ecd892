"""A video file as a source: paced like a camera, or as fast as it can be read."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from vcam.capture.clip import Clip
from vcam.core.clock import Clock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.frame import Frame, Image

logger = logging.getLogger(__name__)

RESYNC_AFTER_S = 2.0
"""Whoever comes back so late (the machine slept) gets the clip from where it stopped."""

SKIP_BUDGET_S = 0.25
"""Longest time spent on catching up within one `read`; then a late frame is better than none."""

DECODE_LEAD_S = 0.016
"""Decoding a frame begins so long before its time: twice what 1080p takes."""

REPEAT_AFTER_S = 1.0
"""A frame that stays longer is given again, since `read` answers within 2 s."""

MISSING_SHARE = 0.02
"""A clip that gives fewer frames than its header promises, by this share, is called damaged."""


class VideoSource:
    """Gives the frames of a video file.

    Paced, it behaves like a camera that shows the clip: each frame is given when its media time
    has come, `captured_at` is the clock's time, and frames whose time has passed are left out, so
    that it neither drifts nor catches up in a burst. Unpaced, every frame is given at once, and
    `captured_at` is media time from 0.

    Args:
        path: the file.
        paced: whether frames wait for their time.
        loop: start over at the end; otherwise `read` raises `SourceEnded` there.
        clock: paces the clip; not used when `paced` is False.
        name: what a person calls it; the file's name by default.
    """

    def __init__(
        self, path: Path | str, *, paced: bool, loop: bool, clock: Clock, name: str | None = None
    ) -> None:
        self._path = Path(path)
        self._name = name or self._path.name
        self._paced = paced
        self._loop = loop
        self._clock = clock
        self._interrupted = threading.Event()
        self._clip: Clip | None = None
        self._index = -1
        self._damage_told = False
        self._rewind_state()

    def _rewind_state(self) -> None:
        self._started_at: float | None = None
        self._loop_offset_s = 0.0
        self._has_frame = False
        self._shown: Image | None = None
        self._shown_at = 0.0

    @property
    def name(self) -> str:
        """The file's name, or what it was given."""
        return self._name

    def open(self) -> VideoFormat:
        """Opens the file at its beginning.

        Raises:
            SourceError: it is missing, empty, cut off, damaged, or no video.
        """
        self.close()
        self._interrupted.clear()
        self._clip = Clip(self._path)
        return VideoFormat(*self._clip.size, self._clip.fps)

    def read(self) -> Frame:
        """The next frame; when paced, blocks until its time has come.

        Raises:
            SourceEnded: the clip is over and does not loop.
            SourceError: it is not open, or `interrupt` was called.
        """
        if self._clip is None:
            raise SourceError(f"{self.name} is not open")
        if not self._has_frame:
            self._rest()
            self._advance()
        return self._read_paced() if self._paced else self._read_at_once(self._clip)

    def interrupt(self) -> None:
        """Makes a waiting `read`, and every later one until `open`, raise `SourceError`."""
        self._interrupted.set()

    def close(self) -> None:
        """Closes the file."""
        if self._clip is not None:
            self._clip.close()
            self._clip = None
        self._rewind_state()

    def _rest(self) -> None:
        """Leaves the processor to those who wait for the frame that was just handed over.

        A camera has nothing to decode either until the next picture has come.
        """
        if self._paced and self._started_at is not None:
            next_at = self._started_at + self._media_s + self._frame_s
            lead_s = min(DECODE_LEAD_S, self._frame_s / 2)
            self._wait(next_at - lead_s - self._clock.now())

    def _read_at_once(self, clip: Clip) -> Frame:
        if self._interrupted.is_set():
            raise self._interruption()
        self._has_frame = False
        return Frame(clip.picture(), self._loop_offset_s + clip.media_s, self._index)

    def _read_paced(self) -> Frame:
        due_at = self._skip_what_is_late()
        repeat_at = max(self._shown_at + REPEAT_AFTER_S, self._clock.now())
        if self._shown is not None and due_at > repeat_at:
            self._wait(repeat_at - self._clock.now())
            self._index += 1
            self._shown_at = self._clock.now()
            return Frame(self._shown, self._shown_at, self._index - 1)
        # Skipping may have gone on to the next loop, which is another clip.
        assert self._clip is not None
        image = self._clip.picture()
        self._wait(due_at - self._clock.now())
        self._has_frame = False
        self._shown, self._shown_at = image, self._clock.now()
        return Frame(image, self._shown_at, self._index)

    def _skip_what_is_late(self) -> float:
        """Goes on to the frame whose turn it is, and returns the clock's time for it."""
        now = self._clock.now()
        if self._started_at is None:
            self._started_at = now - self._media_s
        if now - self._started_at - self._media_s > RESYNC_AFTER_S:
            self._started_at = now - self._media_s
        give_up_at = now + SKIP_BUDGET_S
        while now - (self._started_at + self._media_s) > self._frame_s and now < give_up_at:
            self._advance()
            now = self._clock.now()
        return self._started_at + self._media_s

    @property
    def _media_s(self) -> float:
        """Media time of the frame at hand, counted through all loops."""
        assert self._clip is not None
        return self._loop_offset_s + self._clip.media_s

    @property
    def _frame_s(self) -> float:
        assert self._clip is not None
        return 1 / self._clip.fps

    def _wait(self, timeout_s: float) -> None:
        if timeout_s > 0:
            self._clock.wait(self._interrupted, timeout_s)
        if self._interrupted.is_set():
            raise self._interruption()

    def _interruption(self) -> SourceError:
        return SourceError(f"{self.name} was interrupted")

    def _advance(self) -> None:
        clip = self._clip
        assert clip is not None
        if not clip.advance():
            self._tell_damage(clip)
            if not self._loop:
                if self._paced and self._started_at is not None:
                    # The last frame is shown for as long as the others.
                    self._wait(self._started_at + clip.duration_s - self._clock.now())
                raise SourceEnded(f"{self.name} is over")
            self._loop_offset_s += clip.duration_s
            clip.close()
            # Seeking to the first frame is not exact in every format; opening again is.
            self._clip = clip = Clip(self._path)
            clip.advance()
        self._index += 1
        self._has_frame = True

    def _tell_damage(self, clip: Clip) -> None:
        missing = clip.expected_frames - clip.frames_read
        if missing > max(1.0, MISSING_SHARE * clip.expected_frames) and not self._damage_told:
            self._damage_told = True
            logger.warning(
                "%s is damaged: it ends after %.1f s, with %d of its %d frames",
                self.name,
                clip.duration_s,
                clip.frames_read,
                clip.expected_frames,
            )
