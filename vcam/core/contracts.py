"""The contracts at the two ends of the pipeline: a Source gives frames, an Output takes them.

`tests/contract` holds the tests that every implementation must pass; `vcam.testing` has fakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vcam.core.frame import Frame


@dataclass(frozen=True, slots=True)
class VideoFormat:
    """Size in pixels and rate in frames per second."""

    width: int
    height: int
    fps: float

    def __str__(self) -> str:
        return f"{self.width}x{self.height} at {self.fps:g}"


class Source(Protocol):
    """Gives frames. Used from one thread only (the capture thread), except for `interrupt`.

    A source may be opened again after `close`; `Frame.index` goes on counting then.
    """

    @property
    def name(self) -> str:
        """What a person calls it: a device's name or path, a clip's file name."""
        ...

    def open(self) -> VideoFormat:
        """Opens it and tells what it will give.

        Raises:
            SourceError: missing, busy, unreadable; the message names the cause and the fix. The
                caller tries again later. Nothing is left open.
        """
        ...

    def read(self) -> Frame:
        """Blocks until the next frame is due, and returns it.

        Returns a frame within 2 s or raises. The image is never written to again.

        Raises:
            SourceEnded: a finite source gave its last frame.
            SourceError: it is lost (unplugged, stalled); the caller closes and reopens it.
        """
        ...

    def interrupt(self) -> None:
        """Makes a blocked `read` return or raise soon; called from another thread."""
        ...

    def close(self) -> None:
        """Releases everything; harmless when it is not open. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """A program that reads an output.

    Attributes:
        program: its name, such as `zoom`.
        pid: its process; None where that is not known.
    """

    program: str
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Audience:
    """Who takes an output's pictures.

    Attributes:
        streaming: whether anybody takes pictures now (merely asking what the device can do does
            not count); None where that cannot be told, which counts as watched.
        readers: the programs, as far as they are known.
    """

    streaming: bool | None
    readers: tuple[Reader, ...] = ()


class Output(Protocol):
    """Takes finished frames. Used from one thread only (the output thread).

    An output that can tell who reads it is a `WatchedOutput` too; one that is not (a recording)
    counts as watched for as long as it is open.
    """

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    def open(self, video_format: VideoFormat) -> None:
        """Gets ready for frames of exactly this size at about this rate.

        Raises:
            OutputError: it cannot be had now; the message names the cause and the fix. The caller
                goes on without it and tries again later. Nothing is left open.
        """
        ...

    def send(self, frame: Frame) -> None:
        """Takes one frame of the agreed size; returns in a few milliseconds.

        What takes longer (encoding, disks, networks) happens on a thread of the output's own,
        which drops frames rather than queue them without bound. The image may be read until
        `send` returns; whoever needs it longer copies it.

        Raises:
            OutputError: it is lost; the caller closes it and tries to open it again later.
        """
        ...

    def close(self) -> None:
        """Releases everything, finishing files; harmless when it is not open. Never raises."""
        ...


@runtime_checkable
class WatchedOutput(Protocol):
    """An output that knows its readers; the camera is closed while nobody reads any."""

    def audience(self) -> Audience:
        """Who takes its pictures now. Any thread; returns at once, also while it is not open."""
        ...
