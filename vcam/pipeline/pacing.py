"""When the next frame goes out: a steady beat that leans towards the camera's own.

A free-running beat would hand each camera frame over after a random wait of up to a whole period.
This one opens a small window round each due time, sends as soon as a new frame is there, and moves
the next due time a little towards the camera's rhythm, so that after a second or two frames pass
straight through. With no new frame when the window closes, the old one goes out again.
"""

from __future__ import annotations

EARLY_SHARE = 0.20
"""Share of a period by which a frame may go out before its due time."""

LATE_SHARE = 0.25
"""Share of a period for which a due frame waits for the camera before the old one is repeated."""

LEAN = 0.1
"""Share of the distance to the camera's rhythm that is made up with each frame."""

SAME_RATE_TOLERANCE = 0.05
"""The beat leans only on a camera whose rate is the output's, give or take this share."""


class Pacer:
    """The beat of the output. Pure: time is handed in.

    Args:
        fps: frames per second that go out.
        start: when the first frame is due, seconds.
    """

    def __init__(self, fps: float, start: float) -> None:
        self.period_s = 1.0 / fps
        self.due = start
        self.late_frames = 0

    @property
    def opens_at(self) -> float:
        """From here on a new frame goes out at once, seconds."""
        return self.due - EARLY_SHARE * self.period_s

    @property
    def closes_at(self) -> float:
        """Here at the latest something goes out, new or not, seconds."""
        return self.due + LATE_SHARE * self.period_s

    def better_follows(self, arrived_at: float, source_fps: float | None) -> bool:
        """Whether a frame that waits is so old that the camera's next is due before `closes_at`.

        Without this the beat could settle on showing every frame nearly a whole period late.

        Args:
            arrived_at: when the camera handed over the frame that waits.
            source_fps: rate of the camera, if it is known.
        """
        if source_fps is None or not self._same_rate(source_fps):
            return False
        return arrived_at + 1.0 / source_fps <= self.closes_at

    def sent(
        self, at: float, arrived_at: float | None = None, source_fps: float | None = None
    ) -> int:
        """A frame has gone out; sets when the next is due.

        Args:
            at: when it was handed over, seconds.
            arrived_at: when the camera handed over the frame, if it was a new one.
            source_fps: rate of the camera, if it is known.

        Returns:
            How many frames should have gone out before `at` and did not; they are not made up
            for, since a burst would only make a reader stutter twice.
        """
        late = max(0, int((at - self.closes_at) / self.period_s + 0.5))
        self.late_frames += late
        lean_s = 0.0
        if arrived_at is not None and source_fps is not None and self._same_rate(source_fps):
            # To the nearest beat: a frame that came just after the last due time is early for
            # the next one, not late by a whole period.
            error_s = arrived_at - self.due
            error_s -= round(error_s / self.period_s) * self.period_s
            lean_s = LEAN * error_s
        self.due += (1 + late) * self.period_s + lean_s
        return late

    def _same_rate(self, source_fps: float) -> bool:
        return abs(source_fps * self.period_s - 1.0) <= SAME_RATE_TOLERANCE
