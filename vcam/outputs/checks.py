"""What every output checks before it takes a frame."""

from __future__ import annotations

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame


def check_frame(name: str, video_format: VideoFormat | None, frame: Frame) -> VideoFormat:
    """The format that was agreed.

    Raises:
        OutputError: the output `name` is not open (`video_format` is None), or the frame has
            another size than was agreed.
    """
    if video_format is None:
        raise OutputError(f"{name} is not open")
    if frame.size != (video_format.width, video_format.height):
        width, height = frame.size
        raise OutputError(f"{name} was sent a frame of {width}x{height}, not {video_format}")
    return video_format
