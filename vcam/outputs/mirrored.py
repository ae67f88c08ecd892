"""Any output, left and right exchanged."""

from __future__ import annotations

import cv2

from vcam.core.contracts import Audience, Output, VideoFormat, WatchedOutput
from vcam.core.frame import Frame
from vcam.core.pool import ImagePool


class MirroredOutput:
    """Hands flipped frames to another output. What is drawn in them is flipped too.

    Args:
        output: takes the frames; used through this alone from now on.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._pool = ImagePool()

    @property
    def name(self) -> str:
        """The other output's name."""
        return self._output.name

    @property
    def output(self) -> Output:
        """The other output."""
        return self._output

    def open(self, video_format: VideoFormat) -> None:
        """Opens the other output.

        Raises:
            OutputError: as it says.
        """
        self._output.open(video_format)

    def send(self, frame: Frame) -> None:
        """Hands on a flipped copy of the frame.

        Raises:
            OutputError: as the other output says.
        """
        flipped = self._pool.take(*frame.size)
        cv2.flip(frame.image, 1, dst=flipped)
        self._output.send(Frame(flipped, frame.captured_at, frame.index))

    def close(self) -> None:
        """Closes the other output."""
        self._output.close()


class WatchedMirroredOutput(MirroredOutput):
    """The same for an output that knows its readers."""

    def __init__(self, output: Output, watched: WatchedOutput) -> None:
        super().__init__(output)
        self._watched = watched

    def audience(self) -> Audience:
        """Who reads the other output."""
        return self._watched.audience()


def mirrored(output: Output) -> MirroredOutput:
    """`output` with left and right exchanged; it knows its readers if `output` does."""
    if isinstance(output, WatchedOutput):
        return WatchedMirroredOutput(output, output)
    return MirroredOutput(output)
