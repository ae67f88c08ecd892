"""The daemon as its steering wheels see it: commands in, state out.

`vcam.daemon` implements it; `vcam.testing.FakeDaemon` is a faithful fake without a camera.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, Protocol

from vcam.control.commands import Command, Outcome
from vcam.control.state import CameraChoice, Judgement, Meters, SettingValue, Start, State
from vcam.core.errors import PackTaken, TooManyWatchers

__all__ = ["Daemon", "PackTaken", "Packs", "Pictures", "PoseForm", "Taught", "TooManyWatchers"]

PoseForm = Literal["vcam", "tflite"]
"""What taught poses are exported as: a file that `Taught.install` takes, or a network."""


class Pictures(Protocol):
    """Finished pictures as JPEG, encoded once for all who watch; the preview's own, with the ring.

    Any thread.
    """

    def watch(self) -> AbstractContextManager[int]:
        """Counts as a watcher while it is entered; gives the version to wait from.

        Raises:
            TooManyWatchers: there are enough already.
        """
        ...

    def wait_newer(self, version: int, timeout_s: float) -> tuple[bytes | None, int]:
        """The newest JPEG after `version`, and its version; None after a time-out or at the end."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        ...


class Packs(Protocol):
    """Packs as files: those of the user come and go. Any thread; may take some seconds."""

    def install(self, archive: bytes, replace: bool) -> str:
        """Installs the pack of a zip file, wholly or not at all; returns its name.

        Args:
            archive: of at most 32 MiB; nothing in it is believed.
            replace: take the place of an own pack of the same name.

        Raises:
            PackTaken: there is one of that name, and `replace` is false.
            VcamError: the file, or the pack in it, is not fit.
        """
        ...

    def remove(self, name: str) -> None:
        """Deletes one of the user's packs.

        Raises:
            VcamError: there is none of that name, or it came with vcam.
        """
        ...

    def export(self, name: str) -> bytes:
        """A zip file of a pack, which `install` takes.

        Raises:
            VcamError: there is none of that name, or it cannot be read.
        """
        ...

    def preview(self, name: str, effect: str, still: bool) -> bytes:
        """A WebP of 320 by 180 pixels that shows an effect.

        Args:
            name: of the pack.
            effect: its name there.
            still: one picture, within a tenth of a second; else an animation, within some two.

        Raises:
            VcamError: there is no such pack or effect, or the pack cannot be used.
        """
        ...


class Taught(Protocol):
    """Taught poses as files. Any thread; may take some seconds."""

    def sample(self, sample: int) -> bytes:
        """A small JPEG of what a sample was taken from; it is in memory alone.

        Raises:
            VcamError: there is no such sample, or no picture of it any more.
        """
        ...

    def export(self, form: PoseForm) -> bytes:
        """All taught poses as one file that holds no picture.

        Args:
            form: `vcam` for what `install` takes; `tflite` for a network from the features of a
                hand to the scores of the poses that are live, for use elsewhere.

        Raises:
            VcamError: nothing was taught, or nothing of it is live.
        """
        ...

    def install(self, content: bytes) -> tuple[str, ...]:
        """Takes the poses of an exported file in; returns their names.

        They are live at once. Samples of poses that are there already are kept beside the new.

        Args:
            content: of at most 8 MiB; nothing in it is believed.

        Raises:
            VcamError: the file is not fit, or cannot be kept; nothing has changed.
        """
        ...


class Attendance(Protocol):
    """Who was seen when, as a file. Any thread."""

    def attendance_csv(self) -> str:
        """A table with a line for each person and day, the oldest first; a header at least.

        Columns: name, day, first, last (local times of day, ISO 8601), minutes.
        """
        ...


class Daemon(Protocol):
    """The running daemon. Every method may be called from any thread."""

    @property
    def pictures(self) -> Pictures:
        """The live preview."""
        ...

    @property
    def packs(self) -> Packs:
        """Packs as files."""
        ...

    @property
    def people(self) -> Attendance:
        """Who was seen when, as a file."""
        ...

    @property
    def taught(self) -> Taught:
        """Taught poses as files."""
        ...

    def run(self, command: Command) -> Outcome:
        """Carries a command out; returns within some 2 s.

        Raises:
            VcamError: it cannot be carried out; the message tells the cause and the fix. Nothing
                has changed.
        """
        ...

    def state(self) -> State:
        """How things are now."""
        ...

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change of `state()`; returns what ends that.

        The listener is called from any thread, must return at once and never raise.
        """
        ...

    def meters(self) -> Meters:
        """The newest meters."""
        ...

    def history(self) -> tuple[Start, ...]:
        """Starts of gestures, the newest first."""
        ...

    def settings(self) -> tuple[SettingValue, ...]:
        """All settings with what is in force, in the order of the schema."""
        ...

    def cameras(self) -> tuple[CameraChoice, ...]:
        """The cameras of this machine; asks them, which may take a second."""
        ...

    def thumbnail(self, pack: str) -> bytes:
        """A PNG of at most 256 by 256 pixels that shows the pack.

        Raises:
            VcamError: there is no such pack.
        """
        ...

    def snapshot(self, name: str) -> Path:
        """The file of a snapshot that this daemon has taken.

        Raises:
            VcamError: there is none of that name.
        """
        ...

    def judge(self, picture: bytes) -> Judgement:
        """What is in a picture that somebody uploads; takes up to some seconds.

        Args:
            picture: a PNG, JPEG or WebP file of at most 12 MB.

        Raises:
            VcamError: it is no such picture, or recognition is not available.
        """
        ...
