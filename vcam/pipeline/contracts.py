"""What the output thread works with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from vcam.core.contracts import Output, VideoFormat
from vcam.core.frame import Frame, Image
from vcam.outputs.worker import OutputStatus
from vcam.pipeline.director import Direction
from vcam.pipeline.stats import SourceState


class Painter(Protocol):
    """Makes finished pictures; `vcam.pipeline.painting` has the real one."""

    def paint(self, frame: Frame, now: float) -> tuple[Image, Image]:
        """The picture for everybody and the picture for the preview; may be one and the same.

        Never raises: what cannot be drawn is left out.
        """
        ...

    def placeholder(self, state: SourceState) -> Image:
        """What is shown while there is no picture."""
        ...

    def asleep(self) -> Image:
        """What is shown while nobody watches."""
        ...

    def begin_pause(self, last: Image | None) -> None:
        """A pause begins after this picture of the camera."""
        ...

    def pause(self) -> Image:
        """What is shown in the pause."""
        ...

    def refit(self, image: Image) -> Image:
        """A picture that was made for another size, in the present one."""
        ...


class Group(Protocol):
    """Outputs that get the same picture (`vcam.outputs.group.OutputGroup`)."""

    def open(self, video_format: VideoFormat) -> None:
        """Starts them, anew where they are open."""
        ...

    def send(self, frame: Frame) -> None:
        """Hands over a frame; never blocks and never raises."""
        ...

    def replace(self, outputs: Sequence[Output]) -> None:
        """Goes on with these outputs; those that stay are left alone."""
        ...

    def set_mirror(self, on: bool) -> None:
        """Flips what goes out, in those that can."""
        ...

    def status(self) -> tuple[OutputStatus, ...]:
        """How they do; any thread."""
        ...

    def is_watched(self) -> bool:
        """Whether anybody takes pictures; any thread."""
        ...

    def close(self) -> None:
        """Ends them."""
        ...


class Directions(Protocol):
    """Says what goes out (`vcam.pipeline.director.Director`)."""

    def poll(self, now: float) -> Direction:
        """What goes out now."""
        ...
