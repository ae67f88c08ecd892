"""An enrolment as it goes on: which look is wanted next, and what is wrong with the present one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from vcam.control.state import EnrolmentPhase, EnrolmentState
from vcam.core.geometry import FloatArray
from vcam.core.observation import Face
from vcam.recognizers.people_gates import Fault, is_same_place
from vcam.recognizers.people_reader import SeenFace

TIMEOUT_S: Final = 45.0
"""Without a good look for so long it fails."""

ASIDE: Final = math.radians(12)
STRAIGHT: Final = math.radians(10)
NOD: Final = math.radians(7)

_RIVAL_SHARE = 0.5
"""A second face of this share of the largest one's area, or more: who is meant is not clear."""

_LIKE_FIRST = 0.15
"""Likeness to the looks so far that even a head turned aside keeps; strangers have about 0."""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of an enrolment.

    Attributes:
        message: what the person is to do.
        looks: how many good looks it takes.
        shows: whether a face, by its yaw and pitch, is as wanted.
    """

    message: str
    looks: int
    shows: Callable[[float, float], bool]


# Yaw is of the camera's picture: the nose of who turns to their own left points to its right.
STEPS: Final = (
    Step("Look at the camera", 5, lambda yaw, pitch: abs(yaw) < STRAIGHT),
    Step("Turn your head a little to the left", 3, lambda yaw, pitch: yaw > ASIDE),
    Step("Turn your head a little to the right", 3, lambda yaw, pitch: yaw < -ASIDE),
    Step("Look up a little", 2, lambda yaw, pitch: pitch < 0),
    Step("Look down a little", 2, lambda yaw, pitch: pitch > 0),
)
WANTED: Final = sum(step.looks for step in STEPS)


class Enrolling:
    """Takes good looks, step by step. One thread at a time.

    Args:
        name: who.
        at: when it began, seconds of the frames' clock; None if it is not known yet.
    """

    def __init__(self, name: str, at: float | None = None) -> None:
        self.name = name
        self._phase: EnrolmentPhase = "looking"
        self._faces: list[FloatArray] = []
        self._level: list[float] = []
        self._good_at = at
        self._problem = ""
        self._message = ""

    @property
    def state(self) -> EnrolmentState:
        """As the state tells of it."""
        step = self._step
        message = self._message or (step[0].message if step is not None else "")
        return EnrolmentState(
            name=self.name,
            phase=self._phase,
            message=message,
            taken=len(self._faces),
            wanted=WANTED,
            problem=self._problem,
        )

    @property
    def is_over(self) -> bool:
        """Whether nothing more is taken."""
        return self._phase != "looking"

    @property
    def faces(self) -> FloatArray:
        """What was taken, float32 (n, size)."""
        return np.array(self._faces, np.float32)

    def end(self, phase: EnrolmentPhase, message: str) -> None:
        """It is over: done, failed or cancelled."""
        self._phase, self._message, self._problem = phase, message, ""
        if phase != "done":
            self._faces.clear()

    def look(self, seen: Sequence[SeenFace], at: float) -> None:
        """Takes one look at all faces in view.

        Args:
            seen: what it saw.
            at: seconds.
        """
        if self.is_over:
            return
        if self._good_at is None:
            self._good_at = at
        self._problem = self._try(seen)
        if not self._problem:
            self._good_at = at
        elif at - self._good_at > TIMEOUT_S:
            problem = self._problem
            self.end("failed", f"No good look for {TIMEOUT_S:.0f} s: {problem}")

    @property
    def _step(self) -> tuple[Step, int] | None:
        """What is wanted now, and how many looks it still takes; None when all was taken."""
        left = len(self._faces)
        for step in STEPS:
            if left < step.looks:
                return step, step.looks - left
            left -= step.looks
        return None

    def _try(self, seen: Sequence[SeenFace]) -> str:
        """Takes the look if it is good; why not, otherwise."""
        if not seen:
            return "no face in view"
        largest = max(seen, key=lambda each: each.face.box.area)
        others = [each for each in seen if each is not largest]
        if any(each.face.box.area > _RIVAL_SHARE * largest.face.box.area for each in others):
            return "more than one face in view"
        if largest.fault is not None:
            return largest.fault.value
        numbers = largest.numbers
        if numbers is None:
            return Fault.TURNED.value
        step = self._step
        yaw, pitch = self._turn(largest.face)
        if step is None or not step[0].shows(yaw, pitch):
            return _hint(step[0].message if step is not None else "")
        if self._faces and float(_middle(self._faces) @ numbers) < _LIKE_FIRST:
            return "that looks like somebody else"
        if is_same_place(self._faces[-1] if self._faces else None, numbers):
            return "move a little"
        self._faces.append(numbers)
        if len(self._faces) <= STEPS[0].looks and largest.face.shape is not None:
            self._level.append(largest.face.shape.pitch)
        return ""

    def _turn(self, face: Face) -> tuple[float, float]:
        """Yaw, and how far the head is bent beyond the first looks; 0 where it is not enough.

        Cameras look from above or below: level is how somebody sits before theirs.
        """
        if face.shape is None:
            return 0.0, 0.0
        level = float(np.median(self._level)) if self._level else face.shape.pitch
        bent = face.shape.pitch - level
        return face.shape.yaw, bent if abs(bent) > NOD else 0.0


def _middle(faces: Sequence[FloatArray]) -> FloatArray:
    mean = np.mean(faces, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _hint(message: str) -> str:
    return f"not yet: {message[:1].lower()}{message[1:]}"
