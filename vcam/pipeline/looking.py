"""What vision does with one frame, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vcam.capture.fit import placed
from vcam.core.events import GestureEvent
from vcam.core.frame import Frame, Image
from vcam.core.geometry import Placement
from vcam.core.observation import Attention, Observation, PairReading, PoseReading
from vcam.poses.two_hands import read_pairs
from vcam.settings.schema import OutputSettings
from vcam.triggers.engine import Candidate, GestureMeter, TriggerEngine


class Recognizer(Protocol):
    """Pixels to pose readings; `vcam.app` builds it of the vision and poses stages.

    Attributes:
        attention: how closely it looks; set by whoever knows what goes on.
        wants_mask_hz: how often the person's mask is made anew; 0 for never.
        mask_problem: why there is no mask though it is wanted; empty otherwise.
    """

    attention: Attention
    wants_mask_hz: float

    @property
    def mask_problem(self) -> str:
        """See above."""
        ...

    def due(self, at: float) -> bool:
        """Whether anything would be done for a frame taken at `at` seconds."""
        ...

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        """What is seen in `frame`, and the reading of each hand."""
        ...

    def reset(self) -> None:
        """Forgets earlier frames: the camera was opened anew."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking at one frame.

    Attributes:
        observation: what was seen.
        readings: of each hand.
        events: what started and ended.
        pairs: of every two hands, where something asks for them.
        image: the frame's; None in the tests of those who do not need it. Whoever keeps a look
            must not keep that.
    """

    observation: Observation
    readings: Sequence[PoseReading]
    events: Sequence[GestureEvent]
    pairs: Sequence[PairReading] = ()
    image: Image | None = None


def look_at(
    frame: Frame,
    recognizer: Recognizer,
    engine: TriggerEngine,
    drawing: bool,
    others_look: bool = False,
) -> Look | None:
    """Takes one frame through recognition and triggers; None if nothing was due.

    Args:
        frame: the frame.
        recognizer: pixels to pose readings; told how closely to look from now on.
        engine: scores to events.
        drawing: whether effects are live.
        others_look: whether image models, or people, need hands or faces.
    """
    if not recognizer.due(frame.captured_at):
        return None
    observation, readings = recognizer.recognize(frame)
    pairs = read_pairs(observation, readings) if engine.wants_pairs else ()
    events = engine.update(observation, readings, pairs)
    if engine.progress():
        recognizer.attention = Attention.STARTING
    elif drawing:
        recognizer.attention = Attention.DRAWING
    else:
        watching = bool(engine.gestures) or others_look
        recognizer.attention = Attention.WATCHING if watching else Attention.PERSON_ONLY
    return Look(observation, readings, events, pairs, frame.image)


@dataclass(frozen=True, slots=True)
class Scene:
    """What vision knows: the newest observation and the holds in progress."""

    observation: Observation
    progress: Sequence[Candidate] = ()
    readings: Sequence[PoseReading] = ()


@dataclass(frozen=True, slots=True)
class HandMeter:
    """A hand's likeliest pose, `none` among them, and its score, 0..1."""

    track_id: int
    pose: str
    score: float


@dataclass(frozen=True, slots=True)
class Meters:
    """What vision makes of the newest frame that it looked at.

    Attributes:
        observation: what it saw, in pixels of that frame; None while nothing is looked at.
        placement: how that frame lies in the picture that goes out.
        size: width and height of the picture that goes out, pixels.
        hands: of the hands in `observation` that were read.
        gestures: of those that are watched for, and of taught poses; without scores in the first
            answer after a while.
    """

    observation: Observation | None
    placement: Placement
    size: tuple[int, int]
    hands: Sequence[HandMeter] = ()
    gestures: Sequence[GestureMeter] = ()


def meters_of(
    scene: Scene | None,
    gestures: Sequence[GestureMeter],
    outputs: OutputSettings,
    taught: Sequence[str] = (),
) -> Meters:
    """Meters of what vision knows, for the picture that goes out with these settings.

    Args:
        scene: what it knows; None for nothing.
        gestures: of those that are watched for.
        outputs: size of the picture, and how frames lie in it.
        taught: poses that are told, too, where nothing watches for them: somebody who has taught
            one wants to see that it is seen, before it plays anything.
    """
    size = outputs.width, outputs.height
    if scene is None:
        return Meters(None, Placement(), size, (), gestures)
    hands = [HandMeter(reading.track_id, *reading.shown) for reading in scene.readings]
    watched = {each.gesture for each in gestures}
    unwatched = [
        GestureMeter(pose, _most(scene.readings, pose), 0.0, active=False, reason="")
        for pose in taught
        if pose not in watched
    ]
    place = placed(scene.observation.size, size, outputs.fit)
    return Meters(scene.observation, place, size, hands, (*gestures, *unwatched))


def _most(readings: Sequence[PoseReading], taught: str) -> float:
    """Score of a taught pose on the hand that shows it most."""
    return max((each.taught.get(taught, 0.0) for each in readings), default=0.0)
