"""`kind: lasers`, `lightning`, `dim` and `flash`: what is light, and what takes it away."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vcam.effects.anchor_pose import AnchorName
from vcam.effects.schema.particles import Start
from vcam.effects.schema.parts import (
    Blend,
    Colour,
    Degrees,
    EffectPart,
    Milliseconds,
    Number,
    Point,
    Share,
    Size,
)

LEAST_FLASH_EVERY_MS = 400
"""WCAG 2.3.1 allows three flashes a second; this stays below."""


class LasersSpec(EffectPart):
    """Beams of light that sweep."""

    kind: Literal["lasers"] = Field(description="lasers")
    anchor: AnchorName = Field("screen", description="What they start from")
    start: Start = Field(
        "bottom",
        description="screen only: which edge they start from; point: its middle; everywhere",
    )
    offset: Point = Field(
        (0.0, 0.0), description="Shift of the start to the right and downwards, in units"
    )
    colours: tuple[Colour, ...] = Field(
        ("#ff2f6d", "#27e08a", "#2fb7ff", "#b44dff"),
        min_length=1,
        max_length=16,
        description="Of the beams, in turn",
    )
    count: int = Field(8, ge=1, le=24, description="How many")
    width: Size = Field(0.008, description="Of the core of a beam, units")
    length: Size = Field(2.4, description="Of a beam, units")
    direction_deg: Degrees = Field(
        90.0, description="Way of the middle one: 90 is up, 0 to the right, -90 down"
    )
    fan_deg: float = Field(100.0, ge=0, le=360, description="Width of the fan that they fill")
    sweep_deg: float = Field(24.0, ge=0, le=180, description="How far each swings to either side")
    period_ms: int = Field(2600, ge=400, le=60_000, description="How long a swing takes")
    blend: Blend = Field("add", description="add and screen shine like light")
    opacity: Share = Field(0.9, description="How bright they are")
    enter_ms: Milliseconds = Field(350, description="In this time they shoot out")


class LightningSpec(EffectPart):
    """Bolts that branch, from one thing to another or out of one thing."""

    kind: Literal["lightning"] = Field(description="lightning")
    anchor: AnchorName = Field(description="What the bolts start from")
    to: Literal[AnchorName, "other_hand"] | None = Field(
        None,
        description="What they strike; other_hand: the same place of the other hand; none: they "
        "play round the anchor",
    )
    offset: Point = Field(
        (0.0, 0.0), description="Shift of the start to the right and downwards, in units"
    )
    colour: Colour = Field("#8fb4ff", description="Of the glow; the core is white")
    count: int = Field(3, ge=1, le=12, description="How many bolts")
    reach: Size = Field(1.4, description="Without `to`: how far they go, units")
    spread: Number = Field(0.0, ge=0, description="Radius round the start they start within, units")
    width: Size = Field(0.035, description="Of a bolt at its start, units")
    branches: int = Field(3, ge=0, le=6, description="Side branches of each bolt")
    wildness: Share = Field(0.22, description="How far bolts leave the straight line")
    crawl_hz: float = Field(5.0, ge=0, le=12, description="How often they take another way")
    blend: Blend = Field("add", description="add and screen shine like light")
    opacity: Share = Field(1.0, description="How bright they are")
    enter_ms: Milliseconds = Field(160, description="In this time they strike out")


class DimSpec(EffectPart):
    """The scene gets darker, so that light shows."""

    kind: Literal["dim"] = Field(description="dim")
    colour: Colour = Field("#05060f", description="What it gets darker towards")
    amount: Share = Field(0.5, description="How much; 1 leaves nothing else")
    enter_ms: Milliseconds = Field(500, description="How long that takes")


class FlashSpec(EffectPart):
    """The picture lights up once, or a few times: never more than three times a second."""

    kind: Literal["flash"] = Field(description="flash")
    colour: Colour = Field("#ffffff", description="What it lights up towards")
    peak: Share = Field(0.7, description="How much")
    ms: int = Field(320, ge=80, le=5000, description="How long one flash takes to die away")
    times: int = Field(1, ge=1, le=20, description="How often it comes")
    every_ms: int = Field(
        1200, ge=LEAST_FLASH_EVERY_MS, le=60_000, description="From one to the next"
    )
    after_ms: Milliseconds = Field(0, description="From the start to the first")
