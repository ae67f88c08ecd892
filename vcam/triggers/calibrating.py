"""Finds a person's own thresholds from a minute of talk and a few takes of each pose; pure.

What was seen is run through the trigger engine itself, at one threshold after the other. So a
threshold that is chosen here would have started nothing in the talk, and every take that was seen:
dwell, median, guards and margin are those that hold in a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from vcam.core.events import EventKind
from vcam.core.observation import Observation, PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.engine import TriggerEngine

TALK_S = 60.0
PAUSE_S = 2.0
POSE_S = 3.5
"""A pause and a take: time to read what comes, to raise the hand, and to hold for the longest
dwell that is set by default, twice."""

TAKES = 3
LEAST_TAKES = 2
"""A pose that was seen less often was not seen."""

LEAST_ENTER = 0.60
MOST_ENTER = 0.97
"""Bounds of what is chosen: below, half of what is no pose would start; above, scores say nothing
more."""

ABOVE_TALK = 0.02
BELOW_POSES = 0.03
"""Room that is left to what started in the talk, and to the highest threshold at which each take
started."""

_GRID = tuple(round(0.60 + 0.01 * step, 2) for step in range(40))

Phase = Literal["talk", "pause", "pose"]
Verdict = Literal["found", "not seen", "like talk"]


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the calibration.

    Attributes:
        phase: what the person does.
        seconds: how long.
        gesture: what is shown, or comes next; empty in the talk.
        take: which time, from 1; 0 in the talk.
    """

    phase: Phase
    seconds: float
    gesture: str = ""
    take: int = 0


def plan(gestures: Sequence[str]) -> tuple[Step, ...]:
    """The steps for these gestures, each taken in turn, so that the hand moves in between."""
    steps = [Step("talk", TALK_S)]
    for take in range(1, TAKES + 1):
        for gesture in gestures:
            steps.append(Step("pause", PAUSE_S, gesture, take))
            steps.append(Step("pose", POSE_S, gesture, take))
    return tuple(steps)


def step_at(steps: Sequence[Step], elapsed_s: float) -> tuple[Step | None, float, float]:
    """The step that goes on after so long; None after the last.

    Returns:
        The step, seconds that are left of it, and seconds that are left of all.
    """
    end_s = 0.0
    total_s = sum(step.seconds for step in steps)
    for step in steps:
        end_s += step.seconds
        if elapsed_s < end_s:
            return step, end_s - elapsed_s, total_s - elapsed_s
    return None, 0.0, 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for one gesture.

    Attributes:
        gesture: its name.
        verdict: `found`, or why not.
        enter: the threshold; None unless found.
        seen: takes in which the pose was seen.
        talk: highest threshold at which something of the talk would have started; None for none.
    """

    gesture: str
    verdict: Verdict
    enter: float | None
    seen: int
    talk: float | None


@dataclass(slots=True)
class Recording:
    """What was seen in each step."""

    talk: list[tuple[Observation, Sequence[PoseReading]]] = field(default_factory=list)
    takes: dict[tuple[str, int], list[tuple[Observation, Sequence[PoseReading]]]] = field(
        default_factory=dict
    )

    def add(self, step: Step, observation: Observation, readings: Sequence[PoseReading]) -> None:
        """Notes a look; what is seen in a pause is neither talk nor pose."""
        # Masks are large, and say nothing about hands.
        seen = replace(observation, mask=None), readings
        if step.phase == "talk":
            self.talk.append(seen)
        elif step.phase == "pose":
            self.takes.setdefault((step.gesture, step.take), []).append(seen)


def find_thresholds(
    recording: Recording,
    gestures: Sequence[str],
    settings: TriggerSettings,
    card: Mapping[str, float],
) -> tuple[Finding, ...]:
    """The threshold of each gesture that keeps talk and poses apart.

    It is the card's, unless that would have let something of the talk start or a pose not.

    Args:
        recording: what was seen.
        gestures: poses of one hand.
        settings: dwell, guards and all else; an `enter` of theirs is left out of account.
        card: `enter` of each pose as the pose model's card gives it.
    """
    bare = _without_enter(settings)
    talk = _highest(recording.talk, gestures, bare)
    findings = []
    for gesture in gestures:
        takes = [
            _highest(seen, [gesture], bare)[gesture]
            for (name, _), seen in recording.takes.items()
            if name == gesture
        ]
        seen = [highest for highest in takes if highest is not None]
        usual = bare.thresholds(gesture, card).enter
        findings.append(_finding(gesture, talk[gesture], seen, usual))
    return tuple(findings)


def _finding(gesture: str, talk: float | None, seen: Sequence[float], usual: float) -> Finding:
    if len(seen) < LEAST_TAKES:
        return Finding(gesture, "not seen", None, len(seen), talk)
    least = LEAST_ENTER if talk is None else max(LEAST_ENTER, talk + ABOVE_TALK)
    most = min(MOST_ENTER, min(seen) - BELOW_POSES)
    if talk is None:
        # Nothing has to be kept away, so that a weak pose may use up its room.
        most = max(most, LEAST_ENTER)
    if least > most:
        return Finding(gesture, "like talk", None, len(seen), talk)
    enter = round(min(max(usual, least), most), 2)
    return Finding(gesture, "found", enter, len(seen), talk)


def _highest(
    looks: Sequence[tuple[Observation, Sequence[PoseReading]]],
    gestures: Sequence[str],
    settings: TriggerSettings,
) -> dict[str, float | None]:
    """The highest threshold at which each gesture starts; None where it starts at none."""
    shown = {
        gesture
        for _, readings in looks
        for reading in readings
        for gesture in gestures
        if reading.known and reading.scores.get(gesture, 0.0) >= LEAST_ENTER
    }
    # All gestures are searched for at once, by halves: a higher threshold never starts more.
    low = dict.fromkeys(gestures, -1)
    high = {gesture: len(_GRID) if gesture in shown else 0 for gesture in gestures}
    while any(high[gesture] - low[gesture] > 1 for gesture in gestures):
        tried = {
            gesture: (low[gesture] + high[gesture]) // 2
            for gesture in gestures
            if high[gesture] - low[gesture] > 1
        }
        started = _started(looks, {each: _GRID[place] for each, place in tried.items()}, settings)
        for gesture, place in tried.items():
            (low if gesture in started else high)[gesture] = place
    return {gesture: _GRID[place] if place >= 0 else None for gesture, place in low.items()}


def _started(
    looks: Iterable[tuple[Observation, Sequence[PoseReading]]],
    enter: Mapping[str, float],
    settings: TriggerSettings,
) -> set[str]:
    """The gestures that would have started at these thresholds."""
    engine = TriggerEngine(settings, tuple(enter), enter)
    return {
        event.gesture
        for observation, readings in looks
        for event in engine.update(observation, readings)
        if event.kind is EventKind.START
    }


def _without_enter(settings: TriggerSettings) -> TriggerSettings:
    return settings.model_copy(
        update={
            "defaults": settings.defaults.model_copy(update={"enter": None, "enabled": True}),
            "gestures": {
                name: own.model_copy(update={"enter": None, "enabled": True})
                for name, own in settings.gestures.items()
            },
            # Each take is a beginning, but the camera has long been open.
            "guards": settings.guards.model_copy(update={"warm_up_ms": 0}),
            "one_handed": False,
        }
    )
