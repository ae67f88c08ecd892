"""Taught poses, image models and people, as the daemon tells of them."""

from __future__ import annotations

from typing import Literal

from vcam.control.state.told import Told

TeachingPhase = Literal["idle", "countdown", "taking", "training", "judged", "failed"]
EnrolmentPhase = Literal["looking", "done", "failed", "cancelled"]


class SampleState(Told):
    """One sample of a taught pose.

    Attributes:
        id: counts up; never used again.
        picture: whether a thumbnail can be asked for; thumbnails live in memory alone.
    """

    id: int
    picture: bool = False


class PoseFigures(Told):
    """How well a taught pose is told apart, on samples that it was not learnt from.

    Attributes:
        precision: 0..1; None if it was never said.
        recall: 0..1.
        support: how many samples that rests on.
        look_alikes: poses of vcam's own or taught ones that it is mistaken for, worst first, each
            with the share of samples.
    """

    precision: float | None
    recall: float
    support: int
    look_alikes: tuple[tuple[str, float], ...] = ()


class TaughtPoseState(Told):
    """A taught pose.

    Attributes:
        name: its gesture.
        samples: what it is learnt from; empty for one that came ready-made.
        live: whether it is recognised now.
        ready_made: whether it came with vcam or with an imported model without samples.
        figures: of the last training; None before one.
        answer: what it plays, `pack/effect`; empty for nothing.
    """

    name: str
    samples: tuple[SampleState, ...] = ()
    live: bool = False
    ready_made: bool = False
    figures: PoseFigures | None = None
    answer: str = ""


class TeachingState(Told):
    """Teaching as it goes on.

    Attributes:
        phase: `judged` once a training is done and waits for `UseTaught`.
        pose: what is sampled now; empty otherwise.
        left: samples still to take.
        countdown_s: seconds until the first.
        message: what to do now, or what went wrong; one line.
        poses: all taught poses.
        classes: rows and columns of `confusion`.
        confusion: of the last training, on samples that it was not learnt from; rows are truth.
        trained_in_s: how long that training took.
        confirmed: whether what was trained last is live.
    """

    phase: TeachingPhase = "idle"
    pose: str = ""
    left: int = 0
    countdown_s: float = 0
    message: str = ""
    poses: tuple[TaughtPoseState, ...] = ()
    classes: tuple[str, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    trained_in_s: float = 0
    confirmed: bool = True


class ClassScore(Told):
    """A class of an image model, and its smoothed score now, 0..1."""

    name: str
    score: float


class RecogniserState(Told):
    """An image model in the models folder.

    Attributes:
        name: its file's.
        title: what people call it.
        on: whether it may run.
        running: whether something asks for it now.
        region: what of the picture it looks at.
        classes: with the scores of now; of 0 while it does not run.
        rate_hz: how often it looks in fact.
        ms: what one look costs, CPU milliseconds; 0 before the first.
        problem: why it cannot be used; empty otherwise.
        not_for: what its card says it is not for.
    """

    name: str
    title: str
    on: bool
    running: bool = False
    region: Literal["frame", "face", "hand"] = "frame"
    classes: tuple[ClassScore, ...] = ()
    rate_hz: float = 0
    ms: float = 0
    problem: str = ""
    not_for: str = ""


class PersonState(Told):
    """An enrolled person.

    Attributes:
        name: as enrolled.
        faces: how many faces are kept of them.
        since: time of day of the enrolment.
        present: whether they are seen now.
    """

    name: str
    faces: int
    since: float
    present: bool = False


class EnrolmentState(Told):
    """An enrolment that goes on, or the last one of this run.

    Attributes:
        name: who.
        phase: `looking` until enough was seen.
        message: what to do now ("turn your head to the left"), or why it failed.
        taken: good looks so far.
        wanted: how many are needed.
        problem: why the present look is no good (blur, size, light, pose); empty if it is.
    """

    name: str
    phase: EnrolmentPhase
    message: str = ""
    taken: int = 0
    wanted: int = 0
    problem: str = ""


class AttendanceLine(Told):
    """One person on one day.

    Attributes:
        name: who.
        day: `YYYY-MM-DD`, local time.
        first: time of day first seen.
        last: time of day last seen.
        minutes: seen in all.
    """

    name: str
    day: str
    first: float
    last: float
    minutes: float


class PeopleState(Told):
    """People who can be recognised.

    Attributes:
        on: whether they are looked for.
        people: all who are enrolled.
        enrolment: the one that goes on, or the last one.
        attendance: the newest lines, the newest first.
        problem: why nobody can be recognised; empty otherwise.
    """

    on: bool = False
    people: tuple[PersonState, ...] = ()
    enrolment: EnrolmentState | None = None
    attendance: tuple[AttendanceLine, ...] = ()
    problem: str = ""


class RecognisedClass(Told):
    """What an image model, or people, makes of an uploaded picture; classes highest first."""

    recogniser: str
    classes: tuple[ClassScore, ...]
