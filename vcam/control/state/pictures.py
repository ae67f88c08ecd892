"""Selfies as they are taken, and the pictures that were taken."""

from __future__ import annotations

from typing import Literal

from vcam.control.state.told import Told

SelfiePhase = Literal["counting", "taking", "saving"]
PictureKind = Literal["still", "burst", "strip", "clip", "snapshot"]


class SelfieState(Told):
    """The selfie that goes on.

    Attributes:
        phase: whether it counts down, takes pictures, or writes the last of them.
        left_s: counting: seconds until the first picture; taking: until the last one; else 0.
        take: what is taken.
        gesture: what started it; empty for a click, a command or a hotkey.
    """

    phase: SelfiePhase
    left_s: float
    take: Literal["still", "burst", "strip", "clip"]
    gesture: str = ""


class PictureState(Told):
    """A file that was saved.

    Attributes:
        name: of the file; `GET /api/snapshots/{name}` gives it.
        at: time of day at which it was taken.
        kind: what it is; a snapshot is no selfie.
        gesture: what started it; empty for a click, a command or a hotkey.
        media_type: such as `image/png` or `video/mp4`.
        decorated: whether it shows what others saw; False: the camera's own picture.
    """

    name: str
    at: float
    kind: PictureKind
    gesture: str
    media_type: str
    decorated: bool
