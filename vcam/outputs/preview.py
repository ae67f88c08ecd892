"""A live preview page on this machine's own address."""

from __future__ import annotations

import errno
import logging
import os
from typing import Any

from vcam.core.clock import Clock, MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.checks import check_frame
from vcam.outputs.jpeg_feed import JpegFeed
from vcam.outputs.preview_server import PreviewServer
from vcam.settings.schema import PreviewSettings

logger = logging.getLogger(__name__)

PORTS_TRIED = 10
"""When the port is taken, the next ones are tried: a page elsewhere beats no page."""

LIVE_WITHIN_S = 2.0
"""Without a frame for so long, the page says that there is no picture."""

TAKEN = (errno.EADDRINUSE, errno.EACCES) if os.name == "nt" else (errno.EADDRINUSE,)
"""Windows says EACCES of a port that another program holds for itself; elsewhere that means a
port below 1024, where trying the next one is no use."""


class PreviewOutput:
    """Serves the live picture at `address`; costs next to nothing while nobody watches.

    Args:
        settings: where to serve.
        clock: limits the rate, and tells the page how many frames come in.
    """

    name = "preview"

    def __init__(self, settings: PreviewSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or MonotonicClock()
        self._format: VideoFormat | None = None
        self._feed: JpegFeed | None = None
        self._server: PreviewServer | None = None
        self._sent_at: float | None = None
        self._interval_s = 0.0

    @property
    def address(self) -> str | None:
        """The page's URL with its real port; None while it is not open."""
        return self._server.url if self._server else None

    @property
    def watchers(self) -> int:
        """How many watch now."""
        return self._feed.watchers if self._feed else 0

    def open(self, video_format: VideoFormat) -> None:
        """Starts serving.

        A port that is taken is replaced by the next free one, and the log says so.

        Raises:
            OutputError: no port was free.
        """
        self.close()
        feed = JpegFeed(self._clock)
        try:
            self._server = self._listening(feed)
        except OutputError:
            feed.close()
            raise
        self._feed = feed
        self._format = video_format
        self._sent_at = None
        self._interval_s = 1 / video_format.fps
        logger.info("preview at %s", self._server.url)

    def send(self, frame: Frame) -> None:
        """Shows the frame to whoever watches.

        Raises:
            OutputError: it is not open, or the frame has another size than was agreed.
        """
        check_frame(self.name, self._format, frame)
        assert self._feed is not None
        now = self._clock.now()
        if self._sent_at is not None:
            self._interval_s += 0.1 * (now - self._sent_at - self._interval_s)
        self._sent_at = now
        self._feed.offer(frame)

    def close(self) -> None:
        """Ends all streams at once and frees the port."""
        if self._feed is not None:
            self._feed.close()
        if self._server is not None:
            self._server.stop()
        self._feed = self._server = self._format = None

    def _listening(self, feed: JpegFeed) -> PreviewServer:
        host, first = self._settings.host, self._settings.port
        tries = range(first, min(first + PORTS_TRIED, 65536)) if first else (0,)
        for port in tries:
            try:
                server = PreviewServer(host, port, feed, self._status)
            except OSError as error:
                if error.errno in TAKEN:
                    continue
                cause = error.strerror or str(error)
                raise OutputError(
                    f"the preview cannot be served on {host}, port {port} ({cause})",
                    "set outputs.preview.host to 127.0.0.1 and the port to one above 1023",
                ) from error
            if port != first:
                logger.warning(
                    "port %d is taken by another program, the preview is at %s", first, server.url
                )
            return server
        raise OutputError(
            f"the preview's port {first} is taken, and so are the {PORTS_TRIED - 1} after it",
            "set outputs.preview.port to another port, or to 0 for any free one",
        )

    def _status(self) -> dict[str, Any]:
        told, sent_at = self._format, self._sent_at
        live = sent_at is not None and self._clock.now() - sent_at < LIVE_WITHIN_S
        return {
            "live": live,
            "width": told.width if told else 0,
            "height": told.height if told else 0,
            "fps": round(1 / max(self._interval_s, 1e-3), 1) if live else 0.0,
            "watchers": self.watchers,
        }
