"""Everything that a person or a program can ask of the running daemon.

Tray, web page, HTTP API and command line build these commands; the daemon carries them out. There
is no other way in. Each is also its own wire form: `{"do": "pack", "name": "party", "on": true}`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, TypeAdapter

Name = Annotated[str, Field(min_length=1, max_length=100)]


def _whole(value: Any) -> Any:
    """In JSON, 3.0 is a whole number too."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[int, BeforeValidator(_whole)]

MAX_CHANGES = 100


class Order(BaseModel):
    """What all commands share: unknown members are refused, values never change in place."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Pause(Order):
    """Close the camera and show the pause picture."""

    do: Literal["pause"] = "pause"


class Resume(Order):
    """End a pause or a freeze."""

    do: Literal["resume"] = "resume"


class Freeze(Order):
    """Hold the present picture; the camera stays on, and nothing is recognised."""

    do: Literal["freeze"] = "freeze"


class Stop(Order):
    """End the daemon."""

    do: Literal["stop"] = "stop"


class SwitchPack(Order):
    """Switch one sticker pack on or off, and remember it in the settings file."""

    do: Literal["pack"] = "pack"
    name: Name
    on: bool


class SwitchReactions(Order):
    """Switch all answers to gestures on or off, and remember it in the settings file."""

    do: Literal["reactions"] = "reactions"
    on: bool


class SwitchGesture(Order):
    """Let one gesture start, or never, and remember it in the settings file."""

    do: Literal["gesture"] = "gesture"
    name: Name
    on: bool


class React(Order):
    """Play what the packs that are on answer this gesture with, as if it had been shown."""

    do: Literal["react"] = "react"
    gesture: Name


class Play(Order):
    """Play one effect of a pack that is on."""

    do: Literal["play"] = "play"
    pack: Name
    effect: Name


class TakeSnapshot(Order):
    """Save the present picture in the user's folder."""

    do: Literal["snapshot"] = "snapshot"


class TakeSelfie(Order):
    """Begin a selfie, or give the one that goes on up; `State.selfie` tells how it goes on.

    A second one while one counts down or is being taken gives it up, as `cancel` does. What is
    None is as the settings have it (`selfie`).

    Attributes:
        take: one picture, several in a row, a strip of four, or a clip.
        countdown_s: length of the countdown, seconds; 0 for none.
        looks: with the effects that others see, without, or both.
        cancel: give up the one that goes on, and begin none.
    """

    do: Literal["selfie"] = "selfie"
    take: Literal["still", "burst", "strip", "clip"] | None = None
    countdown_s: float | None = Field(None, ge=0, le=30)
    looks: Literal["decorated", "clean", "both"] | None = None
    cancel: bool = False


class ChooseProfile(Order):
    """Apply a profile of the settings; None goes back to none (or to automatic choice)."""

    do: Literal["profile"] = "profile"
    name: Name | None


class ChangeSettings(Order):
    """Change settings in the file, keeping its comments, and apply them.

    Attributes:
        set: new values by dotted name, such as `triggers.gestures.v_sign.enter`.
        unset: dotted names that go back to their defaults.
    """

    do: Literal["settings"] = "settings"
    set: dict[Name, JsonValue] = Field(default_factory=dict, max_length=MAX_CHANGES)
    unset: tuple[Name, ...] = Field((), max_length=MAX_CHANGES, strict=False)


class Reload(Order):
    """Read the settings file and the packs again, changed or not."""

    do: Literal["reload"] = "reload"


class MarkWrong(Order):
    """Note that a start was a mistake (or, with `wrong` false, that it was none).

    While `personal.learn_from_mistakes` is true, what looks like it is held back from then on.
    """

    do: Literal["wrong"] = "wrong"
    start: Whole = Field(ge=1)
    wrong: bool = True


class Undo(Order):
    """Take back what has come last: its effects go at once, and the start counts as a mistake."""

    do: Literal["undo"] = "undo"


class Calibrate(Order):
    """Begin to find personal thresholds, or give that up; `State.calibration` tells what to do.

    Attributes:
        cancel: give up the calibration that goes on; thresholds stay as they are.
        gestures: which; None takes the poses of one hand that the packs that are on answer.
    """

    do: Literal["calibrate"] = "calibrate"
    cancel: bool = False
    gestures: tuple[Name, ...] | None = Field(None, min_length=1, max_length=20, strict=False)


class Forget(Order):
    """Delete what vcam has learnt of its user, in memory and on disk.

    Attributes:
        what: starts called wrong, personal thresholds, the history, taught poses, people (their
            attendance goes with them), the attendance alone, or all of them.
    """

    do: Literal["forget"] = "forget"
    what: Literal["all", "wrong", "calibration", "history", "taught", "people", "attendance"] = (
        "all"
    )


class Teach(Order):
    """Take samples of a pose from the camera, or stop taking them; `State.teaching` tells.

    Attributes:
        pose: name of the pose; new ones come into being with their first sample.
        samples: how many are taken at most; holding a button asks for many, and cancels.
        countdown_s: wait before the first, for who is alone.
        cancel: stop; what was taken stays.
    """

    do: Literal["teach"] = "teach"
    pose: Name
    samples: Whole = Field(30, ge=1, le=300)
    countdown_s: float = Field(0, ge=0, le=30)
    cancel: bool = False


class SortSamples(Order):
    """Throw samples of taught poses out, or give them to another pose.

    Attributes:
        samples: ids, as `State.teaching` tells them.
        pose: where they go; None throws them out.
    """

    do: Literal["samples"] = "samples"
    samples: tuple[Whole, ...] = Field(min_length=1, max_length=1000, strict=False)
    pose: Name | None = None


class TrainTaught(Order):
    """Learn the taught poses from their samples; figures come before anything goes live."""

    do: Literal["train"] = "train"


class UseTaught(Order):
    """Let what was trained last go live, or throw it away."""

    do: Literal["use_taught"] = "use_taught"
    on: bool


class RenamePose(Order):
    """Give a taught pose another name."""

    do: Literal["rename_pose"] = "rename_pose"
    pose: Name
    to: Name


class ForgetPose(Order):
    """Delete a taught pose with its samples; None deletes all."""

    do: Literal["forget_pose"] = "forget_pose"
    pose: Name | None


class Enrol(Order):
    """Enrol a person before the camera, or give that up; `State.people` tells how it goes on.

    Attributes:
        name: of the person.
        consent: the person has agreed; without, it is refused.
        cancel: give up the enrolment that goes on; nothing of it is kept.
    """

    do: Literal["enrol"] = "enrol"
    name: Name
    consent: bool = False
    cancel: bool = False


class ForgetPerson(Order):
    """Delete a person: faces, and lines of the attendance log; None deletes everybody."""

    do: Literal["forget_person"] = "forget_person"
    name: Name | None


Command = Annotated[
    Pause
    | Resume
    | Freeze
    | Stop
    | SwitchPack
    | SwitchReactions
    | SwitchGesture
    | React
    | Play
    | TakeSnapshot
    | TakeSelfie
    | ChooseProfile
    | ChangeSettings
    | Reload
    | MarkWrong
    | Undo
    | Calibrate
    | Forget
    | Teach
    | SortSamples
    | TrainTaught
    | UseTaught
    | RenamePose
    | ForgetPose
    | Enrol
    | ForgetPerson,
    Field(discriminator="do"),
]

COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
"""Reads and describes any command; `validate_json` raises pydantic's `ValidationError`."""


class Outcome(BaseModel):
    """What came of a command that was carried out.

    Attributes:
        message: one line for a person, without a full stop.
        data: what a program may want: `{"file": …}` of a snapshot, `{"applied": […]}` of settings.
    """

    model_config = ConfigDict(frozen=True)

    message: str
    data: dict[str, Any] = Field(default_factory=dict)
