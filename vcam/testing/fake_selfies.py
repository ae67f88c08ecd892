"""Snapshots and selfies without a camera."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2

from vcam.control.commands import Outcome, TakeSelfie
from vcam.control.state import PictureKind, PictureState, SelfieState, State
from vcam.core.errors import VcamError
from vcam.testing.stages import plain_image


class FakeSelfies:
    """Carries the commands about pictures out; a selfie is taken when a test says so.

    Args:
        folder: where pictures go; None refuses them.
        state: now.
        change: changes members of it.
    """

    def __init__(
        self, folder: Path | None, state: Callable[[], State], change: Callable[..., None]
    ) -> None:
        self._folder = folder
        self._state = state
        self._change = change
        self._files: dict[str, Path] = {}

    def file(self, name: str) -> Path:
        """The file of a picture taken before.

        Raises:
            VcamError: there is none of that name.
        """
        if name not in self._files:
            raise VcamError(f"There is no snapshot {name!r}", "take one first")
        return self._files[name]

    def snapshot(self) -> Outcome:
        """Takes one.

        Raises:
            VcamError: there is no folder.
        """
        if self._folder is None:
            raise VcamError("The folder cannot be written to", "choose another")
        path = self._saved(self._folder, "snapshot")
        return Outcome(message=f"Saved {path}", data={"file": str(path), "name": path.name})

    def begin(self, order: TakeSelfie) -> Outcome:
        """Begins a selfie, or gives the one that goes on up.

        Raises:
            VcamError: there is none to be given up.
        """
        if self._state().selfie is not None:
            self._change(selfie=None)
            return Outcome(message="The selfie is cancelled")
        if order.cancel:
            raise VcamError("No selfie goes on", "begin one: vcam selfie")
        take = order.take or "still"
        self._change(selfie=SelfieState(phase="counting", left_s=3, take=take))
        return Outcome(message="Selfie in 3 s", data={"take": take, "countdown_s": 3})

    def finish(self) -> None:
        """The selfie that counts down is taken and saved."""
        selfie = self._state().selfie
        if selfie is not None and self._folder is not None:
            self._saved(self._folder, selfie.take, selfie=None)

    def _saved(self, folder: Path, kind: PictureKind, **members: object) -> Path:
        path = folder / f"vcam-{len(self._files) + 1}.png"
        cv2.imwrite(str(path), plain_image())
        self._files[path.name] = path
        picture = PictureState(
            name=path.name,
            at=1.7e9,
            kind=kind,
            gesture="",
            media_type="image/png",
            decorated=True,
        )
        self._change(pictures=(picture, *self._state().pictures)[:20], **members)
        return path
