"""What recognition sees: in the camera's pictures, over time, and in an uploaded picture."""

from __future__ import annotations

from typing import Literal

from vcam.control.state.recognised import RecognisedClass
from vcam.control.state.told import Told


class Meter(Told):
    """One gesture now.

    Attributes:
        gesture: its name.
        score: smoothed score of the hand that shows it most, 0..1.
        progress: share of the dwell that is done; 0 unless it is held.
        active: whether it has started and not ended.
        reason: why it does not count now, in one or two words; empty otherwise.
    """

    gesture: str
    score: float
    progress: float = 0
    active: bool = False
    reason: str = ""


class HandOutline(Told):
    """A hand in the picture that goes out.

    Attributes:
        side: the person's own.
        pose: likeliest pose.
        score: its score.
        points: 21 pairs, shares of the picture's width and height.
    """

    side: Literal["left", "right"]
    pose: str
    score: float
    points: tuple[tuple[float, float], ...]


class Meters(Told):
    """What changes with every picture that vision looks at.

    Attributes:
        at: time of day of this look.
        gestures: the gestures that are watched for.
        hands: the hands in view.
        faces: boxes x, y, width, height as shares of the picture.
    """

    at: float
    gestures: tuple[Meter, ...] = ()
    hands: tuple[HandOutline, ...] = ()
    faces: tuple[tuple[float, float, float, float], ...] = ()


class Start(Told):
    """A gesture that started.

    Attributes:
        id: counts up from 1 in each run of the daemon.
        gesture: its name.
        at: time of day.
        held_ms: how long it was held until it started.
        score: smoothed score at the start.
        effects: what answered it, `pack/effect`.
        wrong: whether the user said that it was a mistake.
        undone: whether the user ended it at once, by pose or command.
        trace: pairs (seconds from the start, score 0..1) from some 2 s before the start; complete,
            until its end or 2 s after, once that is over. Only the newest starts have one.
    """

    id: int
    gesture: str
    at: float
    held_ms: int
    score: float
    effects: tuple[str, ...] = ()
    wrong: bool = False
    undone: bool = False
    trace: tuple[tuple[float, float], ...] = ()


class PoseBar(Told):
    """A pose and its score in one picture."""

    pose: str
    score: float


class HandJudgement(Told):
    """One hand in an uploaded picture; scores highest first."""

    side: Literal["left", "right"]
    pose: str
    score: float
    scores: tuple[PoseBar, ...]
    box: tuple[float, float, float, float]


class Judgement(Told):
    """What is in an uploaded picture.

    Attributes:
        pose: what vcam would act on; `none` for nothing.
        score: its score.
        hands: every hand that was found.
        faces: how many faces.
        ms: time that it took.
        picture: the picture with what was found drawn on it, a JPEG.
        width: of that JPEG, pixels.
        height: of that JPEG, pixels.
        recognised: what the image models, and people, make of it.
    """

    pose: str
    score: float
    hands: tuple[HandJudgement, ...]
    faces: int
    ms: float
    picture: bytes
    width: int
    height: int
    recognised: tuple[RecognisedClass, ...] = ()
