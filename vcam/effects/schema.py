"""What may stand in a pack.yaml: every key with its type, default, bounds and one line of help."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from vcam.effects.anchor import AnchorName
from vcam.effects.animation import Entrance, Exit, Idle

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,47}$")]
Line = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Milliseconds = Annotated[int, Field(ge=0, le=60_000)]
Number = Annotated[float, Field(allow_inf_nan=False, ge=-100, le=100)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
PicturePath = Annotated[str, Field(min_length=1, max_length=200)]
Size = Annotated[float, Field(gt=0, le=20)]


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


class StickerSpec(Part):
    """A picture, still or animated, that holds on to something."""

    kind: Literal["sticker"] = Field(description="sticker")
    picture: PicturePath = Field(description="PNG, APNG, GIF or WebP file in the pack's folder")
    anchor: AnchorName = Field(description="face.eyes, face.top, hand or screen")
    size: Size = Field(1.0, description="Width of the picture, in units of the anchor")
    offset: tuple[Number, Number] = Field(
        (0.0, 0.0), description="Shift to the right and downwards, in units of the anchor"
    )
    pivot: tuple[Number, Number] = Field(
        (0.5, 0.5), description="Point of the picture that sits there, as shares of its size"
    )
    side: Literal["auto", "fixed"] = Field(
        "auto",
        description="hand only: auto goes to whichever side covers neither face nor hand",
    )
    rotate: bool = Field(True, description="Turn with the head")
    opacity: Share = Field(1.0, description="1 covers, less lets through")
    blend: Literal["normal", "add"] = Field("normal", description="add: shines like light")
    repeat: bool = Field(True, description="Start an animated picture over when it ends")
    enter: EnterSpec = Field(default_factory=lambda: EnterSpec(), description="How it comes")
    loop: LoopSpec = Field(default_factory=lambda: LoopSpec(), description="While it stays")
    leave: LeaveSpec = Field(default_factory=lambda: LeaveSpec(), description="How it goes")


class Range(Part):
    """From the least to the most; chance decides in between."""

    least: float = Field(allow_inf_nan=False, ge=-3600, le=3600)
    most: float = Field(allow_inf_nan=False, ge=-3600, le=3600)

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


def _range(least: float, most: float) -> Range:
    return Range(least=least, most=most)


class ParticlesSpec(Part):
    """Many small pieces in flight: confetti, balloons, sparks."""

    kind: Literal["particles"] = Field(description="particles")
    anchor: AnchorName = Field("screen", description="What they start from")
    start: Literal["top", "bottom", "corners", "point"] = Field(
        "bottom", description="screen only: which edge they start from; point: its middle"
    )
    offset: tuple[Number, Number] = Field(
        (0.0, 0.0), description="Shift of the start to the right and downwards, in units"
    )
    spread: Number = Field(0.0, ge=0, description="Radius round the start they start within, units")
    pictures: tuple[PicturePath, ...] = Field((), max_length=16, description="Looks to choose from")
    paper: tuple[Colour, ...] = Field(
        (), max_length=16, description="Instead of pictures: slips of paper of these colours"
    )
    count: int = Field(60, ge=1, le=300, description="How many")
    over_ms: Milliseconds = Field(800, description="They start spread over this time")
    repeat: bool = Field(False, description="Each starts anew when it is gone, while it stays")
    life_s: Range = Field(
        default_factory=lambda: _range(1.8, 3.0), description="How long each lives, seconds"
    )
    size: Range = Field(
        default_factory=lambda: _range(0.02, 0.04), description="Width of each, units"
    )
    speed: Range = Field(
        default_factory=lambda: _range(0.2, 0.5), description="Speed at the start, units a second"
    )
    direction_deg: Number = Field(
        90.0, ge=-360, le=360, description="Way they start off: 90 is up, 0 to the right, -90 down"
    )
    fan_deg: Number = Field(20.0, ge=0, le=360, description="Width of the fan round that way")
    gravity: Number = Field(0.0, description="Units a second squared; above 0 falls")
    drag: Number = Field(0.0, ge=0, description="Air: share of the speed lost, per second")
    sway: Number = Field(0.0, ge=0, description="How far they swing to the sides, units")
    sway_hz: Number = Field(0.6, ge=0, description="How often they swing")
    spin_deg: Range = Field(
        default_factory=lambda: _range(0, 0), description="Turning, degrees a second"
    )
    grow: tuple[Number, Number] = Field(
        (1.0, 1.0), description="Factor on the size at the start and at the end of the life"
    )
    fade: Share = Field(0.2, description="Share of the life over which they vanish in the end")
    blend: Literal["normal", "add"] = Field("normal", description="add: shines like light")
    leave: LeaveSpec = Field(default_factory=lambda: LeaveSpec(), description="How they go")

    @model_validator(mode="after")
    def _has_one_look(self) -> ParticlesSpec:
        if bool(self.pictures) == bool(self.paper):
            raise ValueError("give either pictures or paper")
        return self


EffectSpec = Annotated[StickerSpec | ParticlesSpec, Field(discriminator="kind")]


class RuleSpec(Part):
    """When this gesture starts, play that effect."""

    gesture: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,48}$")] = Field(
        description="Name of a gesture, such as v_sign"
    )
    effect: Name = Field(description="Name of an effect of this pack")
    mode: Literal["hold", "once"] = Field(
        "hold", description="hold: while the gesture lasts; once: for min_ms, whatever follows"
    )
    min_ms: Milliseconds = Field(1500, description="It stays at least so long")
    linger_ms: Milliseconds = Field(600, description="hold: so much longer after the gesture")


class PackSpec(Part):
    """A whole pack.yaml."""

    format: Literal[1] = Field(1, description="Version of this format")
    name: Name = Field(description="The name of the pack's folder")
    title: Line = Field(description="What people call it")
    author: Line = Field(description="Who drew it")
    licence: Line = Field(description="Terms for the pictures, such as MIT or CC-BY-4.0")
    effects: dict[Name, EffectSpec] = Field(
        min_length=1, max_length=64, description="Effects by name"
    )
    reactions: tuple[RuleSpec, ...] = Field(
        (), max_length=128, description="Which gesture plays which effect"
    )
