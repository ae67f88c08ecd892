"""What several kinds of effects share: numbers within bounds, anchors, entrances and exits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from vcam.effects.anchor_pose import AnchorName
from vcam.effects.animation import Entrance, Exit, Idle

Blend = Literal["normal", "add", "screen", "multiply"]
Layer = Literal["behind", "front"]
Whose = Literal["each", "one"]

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Line = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-100, le=100)]
Degrees = Annotated[float, Field(allow_inf_nan=False, ge=-360, le=360)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
FilePath = Annotated[str, Field(min_length=1, max_length=200)]
PicturePath = FilePath
Size = Annotated[float, Field(gt=0, le=20)]
Point = tuple[Number, Number]


class Part(BaseModel):
    """A part of a pack: unknown keys are refused, values never change in place."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EnterSpec(Part):
    """How it comes."""

    style: Entrance = Field("pop", description="none, fade, pop (swells), drop (from above), rise")
    ms: Milliseconds = Field(350, description="How long that takes")


class LoopSpec(Part):
    """What it does while it stays."""

    style: Idle = Field("none", description="none, bob, wobble, pulse or spin")
    period_ms: int = Field(1600, ge=100, le=60_000, description="Length of one round")
    amount: float = Field(
        0.04, ge=0, le=180, description="bob: heights; wobble: degrees; pulse: share of the size"
    )


class LeaveSpec(Part):
    """How it goes."""

    style: Exit = Field("fade", description="none, fade, pop (shrinks), drop (falls), rise")
    ms: Milliseconds = Field(300, description="How long that takes")


class Range(Part):
    """From the least to the most; chance decides in between."""

    least: float = Field(allow_inf_nan=False, ge=-3600, le=3600)
    most: float = Field(allow_inf_nan=False, ge=-3600, le=3600)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """How it is written: a number, or a pair; as an object it is nobody's business."""
        handler(schema)
        return {
            "anyOf": [
                {"type": "number"},
                {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            ]
        }

    @model_validator(mode="before")
    @classmethod
    def _from_pair(cls, value: object) -> object:
        """Takes `[least, most]` or one number for both."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return {"least": value, "most": value}
        if isinstance(value, list) and len(value) == 2:
            return {"least": value[0], "most": value[1]}
        if isinstance(value, Range | dict):
            return value
        raise ValueError("must be a number or a pair [least, most]")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.least > self.most:
            raise ValueError("the first number must not be the larger one")
        return self


def between(least: float, most: float) -> Range:
    """A range, for defaults."""
    return Range(least=least, most=most)


class EffectPart(Part):
    """What every effect has."""

    title: Line | None = Field(None, description="What people call it")
    title_id: Line | None = Field(None, description="The same in Indonesian")
    layer: Layer = Field(
        "front", description="behind: it passes behind the person, where the mask allows it"
    )
    z: int = Field(
        0, ge=-100, le=100, description="Higher is drawn on top; of equals, what came later"
    )
    blend: Blend = Field(
        "normal", description="normal covers; add and screen shine like light; multiply darkens"
    )
    whose: Whose = Field(
        "each",
        description="each: on every face in view, on each hand that called; one: on the largest "
        "face, on the first such hand",
    )
    sound: FilePath | None = Field(
        None, description="WAV or OGG file, played as it comes where `effects.sound` is on"
    )
    leave: LeaveSpec = Field(default_factory=lambda: LeaveSpec(), description="How it goes")


class PlacedPart(EffectPart):
    """An effect that is one picture and holds on to something."""

    anchor: AnchorName = Field(description="What it holds on to, see below")
    size: Size = Field(1.0, description="Width of the picture, in units of the anchor")
    offset: Point = Field(
        (0.0, 0.0), description="Shift to the right and downwards, in units of the anchor"
    )
    pivot: Point = Field(
        (0.5, 0.5), description="Point of the picture that sits there, as shares of its size"
    )
    side: Literal["auto", "fixed"] = Field(
        "auto",
        description="hands only: auto goes to whichever side covers neither face nor hand",
    )
    rotate: bool = Field(True, description="Turn with the head")
    opacity: Share = Field(1.0, description="1 covers, less lets through")
    enter: EnterSpec = Field(default_factory=lambda: EnterSpec(), description="How it comes")
    loop: LoopSpec = Field(default_factory=lambda: LoopSpec(), description="While it stays")
