"""The live picture for vcam's own page, as a feed of JPEGs."""

from __future__ import annotations

from vcam.core.clock import Clock
from vcam.core.contracts import Audience, VideoFormat
from vcam.core.frame import Frame
from vcam.outputs.checks import check_frame
from vcam.outputs.jpeg_feed import JpegFeed


class PreviewOutput:
    """Feeds `feed`, which outlives the output's closing: watchers wait for the next opening.

    Costs next to nothing while nobody watches. Whoever made it closes the feed in the end.

    Args:
        clock: limits the rate.
    """

    name = "preview"

    def __init__(self, clock: Clock) -> None:
        self.feed = JpegFeed(clock)
        self._format: VideoFormat | None = None

    def open(self, video_format: VideoFormat) -> None:
        """Gets ready; always succeeds."""
        self._format = video_format

    def send(self, frame: Frame) -> None:
        """Shows the frame to whoever watches.

        Raises:
            OutputError: it is not open, or the frame has another size than was agreed.
        """
        check_frame(self.name, self._format, frame)
        self.feed.offer(frame)

    def close(self) -> None:
        """Takes no more frames; who watches waits on."""
        self._format = None

    def audience(self) -> Audience:
        """Whether anybody watches."""
        return Audience(self.feed.watchers > 0)

    def set_mirror(self, on: bool) -> None:
        """Flips the pictures left to right from the next one on, or does not; any thread."""
        self.feed.mirror = on
