"""Settings of what is recognised besides the shipped poses: taught poses, image models, people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from vcam.settings.schema.section import Dwell, Milliseconds, Section, Share

EffectName = Annotated[str, StringConstraints(pattern=r"^[^/\s]+/[^/\s]+$")]
"""An effect of a pack: `pack/effect`."""


class TaughtPoseSettings(Section):
    """What one taught pose does; its thresholds are in triggers.gestures."""

    effect: EffectName | None = Field(
        None, description="What it plays, pack/effect; the pack need not be on; null for nothing"
    )


class TeachingSettings(Section):
    """Poses that you have taught."""

    enabled: bool = Field(True, description="False: taught poses are not recognised")
    digits: bool = Field(
        False, description="Recognise the digits 1 to 5 that vcam has been taught beforehand"
    )
    poses: dict[str, TaughtPoseSettings] = Field(
        default_factory=dict, description="What single taught poses do, by name"
    )


class ModelSettings(Section):
    """How one image model is used; null takes what the model's card says."""

    enabled: bool | None = Field(None, description="False: it never runs")
    region: Literal["frame", "face", "hand"] | None = Field(
        None, description="What of the picture it looks at"
    )
    rate_hz: float = Field(2, gt=0, le=10, description="How often it looks, at most")
    threshold: Share | None = Field(
        None, description="Smoothed score from which a class counts; null takes the card's"
    )
    smoothing_ms: Milliseconds = Field(1000, description="Over how long its scores are averaged")


class RuleCondition(Section):
    """What an image model, or people (recogniser: people), must say."""

    model_config = ConfigDict(populate_by_name=True)

    recogniser: str = Field(min_length=1, description="Name of the model, or people")
    class_: str = Field(
        alias="class",
        min_length=1,
        description="Class of the model; of people a name, or anybody, or unknown",
    )
    hold_ms: Dwell = Field(1000, description="How long it must say so")


class RecogniserRule(Section):
    """What follows when an image model says something for a while."""

    when: RuleCondition = Field(description="What it must say")
    do: Literal["effect", "pause", "blur", "log"] = Field(
        description="effect plays one while it holds; pause closes the camera; blur hides the "
        "whole picture while it holds; log notes it in the history"
    )
    effect: EffectName | None = Field(None, description="do: effect only: pack/effect")

    @model_validator(mode="after")
    def _effect_belongs_to_do(self) -> RecogniserRule:
        if (self.do == "effect") != (self.effect is not None):
            raise ValueError("give effect: pack/effect with do: effect, and with nothing else")
        return self


class RecogniserSettings(Section):
    """Image models that look at the picture beside the hands."""

    folder: str | None = Field(
        None,
        description="Where models (a .tflite file and its .json card) lie; null takes the folder "
        "that vcam models prints",
    )
    models: dict[str, ModelSettings] = Field(
        default_factory=dict, description="How single models are used, by name"
    )
    rules: tuple[RecogniserRule, ...] = Field((), description="What follows from what they say")
    cpu_share: float = Field(
        0.10,
        gt=0,
        le=1,
        description="Share of one core that all of them together may take; who is too dear looks "
        "less often",
    )


class PeopleSettings(Section):
    """Recognising people who have enrolled."""

    enabled: bool = Field(
        False,
        description="Recognise enrolled people; ask everybody in the picture before you switch it "
        "on",
    )
    rate_hz: float = Field(2, gt=0, le=10, description="How often each face is looked at")
    sure: Share | None = Field(
        None, description="Likeness from which a look counts for a person; null as measured"
    )
    unknown: Share | None = Field(
        None, description="Likeness below which a look counts for nobody; null as measured"
    )
    votes: int = Field(5, ge=1, le=30, description="Looks of which most must agree")
    name_tag: bool = Field(True, description="Draw the name below a recognised face")
    attendance: bool = Field(False, description="Note who was seen when, in a file on this machine")
    keep_days: int = Field(30, ge=1, le=3650, description="Attendance older than this is deleted")
