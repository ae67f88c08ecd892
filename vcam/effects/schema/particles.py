"""`kind: particles`: many small pieces in flight, and what they burst into."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from vcam.effects.anchor_pose import AnchorName
from vcam.effects.schema.parts import (
    Colour,
    Degrees,
    EffectPart,
    Milliseconds,
    Number,
    Part,
    PicturePath,
    Point,
    Range,
    Share,
    between,
)

Start = Literal["top", "bottom", "corners", "point", "everywhere"]

MAX_PIECES = 300
MAX_SPARKS = 3000
"""Pieces times what each bursts into; far fewer are alive at a time."""


class BurstSpec(Part):
    """What a piece bursts into: points of light."""

    count: int = Field(48, ge=1, le=200, description="How many sparks each piece becomes")
    shape: Literal["ball", "ring", "heart", "star"] = Field(
        "ball", description="How they fly apart"
    )
    colours: tuple[Colour, ...] = Field(
        (), max_length=16, description="One is chosen for each burst; none: the piece's own"
    )
    life_s: Range = Field(
        default_factory=lambda: between(0.9, 1.5), description="How long each lives, seconds"
    )
    size: Range = Field(
        default_factory=lambda: between(0.006, 0.010), description="Width of each, units"
    )
    speed: Range = Field(
        default_factory=lambda: between(0.45, 0.75),
        description="Speed at the start, units a second",
    )
    gravity: Number = Field(0.12, description="Units a second squared; above 0 falls")
    drag: Number = Field(2.0, ge=0, description="Air: share of the speed lost, per second")
    fade: Share = Field(0.6, description="Share of the life over which they go out in the end")
    trail_s: Share = Field(0.2, description="They draw the way of so many seconds behind them")
    twinkle: Share = Field(0.3, description="How much they glimmer as they go out")


class ParticlesSpec(EffectPart):
    """Many small pieces in flight: confetti, balloons, hearts, rain, sparks, fireworks."""

    kind: Literal["particles"] = Field(description="particles")
    anchor: AnchorName = Field("screen", description="What they start from")
    start: Start = Field(
        "bottom",
        description="screen only: which edge they start from; point: its middle; everywhere",
    )
    offset: Point = Field(
        (0.0, 0.0), description="Shift of the start to the right and downwards, in units"
    )
    spread: Number = Field(0.0, ge=0, description="Radius round the start they start within, units")
    pictures: tuple[PicturePath, ...] = Field((), max_length=16, description="Looks to choose from")
    paper: tuple[Colour, ...] = Field(
        (), max_length=16, description="Instead of pictures: slips of paper of these colours"
    )
    glow: tuple[Colour, ...] = Field(
        (), max_length=16, description="Instead of pictures: points of light of these colours"
    )
    streaks: tuple[Colour, ...] = Field(
        (),
        max_length=16,
        description="Instead of pictures: strokes along their way, light before dark, shadow before"
        " bright: rain; no `blend`",
    )
    streak_s: Share = Field(
        0.025, description="streaks: each is as long as its way in so many seconds"
    )
    trail_s: Share = Field(
        0.0, description="glow: they draw the way of so many seconds behind them"
    )
    twinkle: Share = Field(0.0, description="glow: how much they glimmer")
    count: int = Field(60, ge=1, le=MAX_PIECES, description="How many")
    over_ms: Milliseconds = Field(800, description="They start spread over this time")
    repeat: bool = Field(False, description="Each starts anew when it is gone, while it stays")
    life_s: Range = Field(
        default_factory=lambda: between(1.8, 3.0), description="How long each lives, seconds"
    )
    size: Range = Field(
        default_factory=lambda: between(0.02, 0.04), description="Width of each, units"
    )
    depth: Share = Field(
        0.0, description="By how much the farthest are smaller, slower and fainter"
    )
    speed: Range = Field(
        default_factory=lambda: between(0.2, 0.5), description="Speed at the start, units a second"
    )
    direction_deg: Degrees = Field(
        90.0, description="Way they start off: 90 is up, 0 to the right, -90 down"
    )
    fan_deg: float = Field(20.0, ge=0, le=360, description="Width of the fan round that way")
    gravity: Number = Field(0.0, description="Units a second squared; above 0 falls")
    drag: Number = Field(0.0, ge=0, description="Air: share of the speed lost, per second")
    sway: Number = Field(0.0, ge=0, description="How far they swing to the sides, units")
    sway_hz: Number = Field(0.6, ge=0, description="How often they swing")
    spin_deg: Range = Field(
        default_factory=lambda: between(0, 0), description="Turning, degrees a second"
    )
    grow: Point = Field(
        (1.0, 1.0), description="Factor on the size at the start and at the end of the life"
    )
    fade: Share = Field(0.2, description="Share of the life over which they vanish in the end")
    burst: BurstSpec | None = Field(
        None, description="What each becomes at the end of its life: fireworks"
    )

    @model_validator(mode="after")
    def _has_one_look(self) -> ParticlesSpec:
        looks = (self.pictures, self.paper, self.glow, self.streaks)
        if sum(map(bool, looks)) != 1:
            raise ValueError("give exactly one of pictures, paper, glow and streaks")
        if self.burst is not None and self.count * self.burst.count > MAX_SPARKS:
            raise ValueError(f"count times burst.count must be at most {MAX_SPARKS}")
        return self

    @property
    def is_light(self) -> bool:
        """Whether the pieces are light, and not things that are lit."""
        return bool(self.glow or self.streaks)
