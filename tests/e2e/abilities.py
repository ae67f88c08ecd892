"""Taught poses, people and models as a page shows them, all at once."""

from __future__ import annotations

from vcam.control.commands import Teach, TrainTaught
from vcam.control.state import (
    AttendanceLine,
    ClassScore,
    EnrolmentState,
    PeopleState,
    PersonState,
    PoseFigures,
    RecogniserState,
)
from vcam.testing import FakeDaemon

MODELS = (
    RecogniserState(
        name="smoking",
        title="Smoking",
        on=True,
        running=True,
        classes=(
            ClassScore(name="smoking", score=0.83),
            ClassScore(name="not_smoking", score=0.17),
        ),
        rate_hz=2,
        ms=18.4,
        not_for="decisions about people",
    ),
    RecogniserState(
        name="eyewear",
        title="Eyewear",
        on=True,
        region="face",
        classes=(ClassScore(name="glasses", score=0), ClassScore(name="bare", score=0)),
    ),
    RecogniserState(name="old", title="", on=True, problem="old.json: input_size is missing"),
)

PEOPLE = PeopleState(
    people=(
        PersonState(name="Siti", faces=15, since=1.7e9, present=True),
        PersonState(name="Budi Santoso", faces=15, since=1.71e9),
    ),
    attendance=(
        AttendanceLine(name="Siti", day="2026-11-21", first=1.7e9, last=1.7e9 + 5400, minutes=74),
        AttendanceLine(
            name="Budi Santoso", day="2026-11-20", first=1.7e9, last=1.7e9 + 2400, minutes=31
        ),
    ),
)


def teach_three(daemon: FakeDaemon) -> None:
    """Three taught poses, judged, of which one is mistaken."""
    for name in ("digit_1", "digit_2", "phone"):
        daemon.run(Teach(pose=name, samples=12))
    daemon.run(TrainTaught())
    teaching = daemon.state().teaching
    *others, phone = teaching.poses
    figures = PoseFigures(precision=0.91, recall=0.75, support=12, look_alikes=(("palm", 0.25),))
    poses = (*others, phone.model_copy(update={"figures": figures}))
    confusion = ((12, 0, 0, 0), (0, 12, 0, 0), (0, 1, 9, 2), (0, 0, 1, 40))
    daemon.change(teaching=teaching.model_copy(update={"poses": poses, "confusion": confusion}))


def show_everything(daemon: FakeDaemon) -> None:
    """All that the panels can show, an enrolment in the middle among it."""
    teach_three(daemon)
    enrolment = EnrolmentState(
        name="Agus",
        phase="looking",
        message="Turn your head to the left",
        taken=6,
        wanted=15,
        problem="too dark",
    )
    people = PEOPLE.model_copy(update={"enrolment": enrolment, "problem": "No face was found yet"})
    daemon.change(recognisers=MODELS, people=people)
