"""What vcam has learnt of its user: calibration as it goes on, and everything that is kept."""

from __future__ import annotations

from typing import Literal

from vcam.control.state.told import Told

CalibrationPhase = Literal["talk", "pause", "pose", "weighing", "done", "failed", "cancelled"]
KeptKind = Literal[
    "wrong",
    "calibration",
    "history",
    "settings",
    "snapshots",
    "recording",
    "packs",
    "taught",
    "people",
    "attendance",
    "models",
    "weights",
    "log",
]


class CalibratedGesture(Told):
    """What calibration made of one gesture.

    Attributes:
        gesture: its name.
        enter: the score from which it counts now.
        before: the same before the calibration.
        changed: whether `enter` is a personal one from now on.
        message: why it is as it is, one line.
    """

    gesture: str
    enter: float
    before: float
    changed: bool
    message: str


class CalibrationState(Told):
    """A calibration that goes on, or the last one of this run.

    Attributes:
        phase: `talk`: talk as in a call, show nothing; `pause`: hands down, `gesture` comes next;
            `pose`: show `gesture` and hold it; `weighing`: done with showing; then `done`,
            `failed` or `cancelled`.
        gesture: the gesture that is shown, or that comes next; empty otherwise.
        take: which time of `gesture` it is, from 1; 0 while there is none.
        takes: how many times each gesture is shown.
        gestures: all that are calibrated, in this order.
        left_s: seconds until this phase ends; 0 at the end.
        total_left_s: seconds until the whole ends.
        message: what the person is to do now, or why it failed; one line.
        results: of each gesture, once it is `done`.
    """

    phase: CalibrationPhase
    gesture: str = ""
    take: int = 0
    takes: int = 3
    gestures: tuple[str, ...] = ()
    left_s: float = 0
    total_left_s: float = 0
    message: str = ""
    results: tuple[CalibratedGesture, ...] = ()

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return self.phase in ("talk", "pause", "pose", "weighing")


class Kept(Told):
    """One kind of thing that vcam keeps on this machine.

    Attributes:
        kind: its short name.
        what: what that is, one line.
        path: file or folder; empty if it is in memory alone, or nobody knows where.
        count: how many; None where nobody counts.
        size: bytes on disk; None where nobody counts.
        since: time of day of the oldest; None if there is none, or nobody knows.
        forget: what `Forget` deletes it by; empty if that leaves it alone.
    """

    kind: KeptKind
    what: str
    path: str = ""
    count: int | None = None
    size: int | None = None
    since: float | None = None
    forget: Literal["", "wrong", "calibration", "history", "taught", "people", "attendance"] = ""


class KeptState(Told):
    """Everything that is kept on this machine.

    Attributes:
        items: one of each kind, also of those of which there is nothing now.
        problem: what of it cannot be read or written, one line; empty otherwise.
    """

    items: tuple[Kept, ...] = ()
    problem: str = ""
