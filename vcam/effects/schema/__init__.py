"""What may stand in a pack.yaml: every key with its type, default, bounds and one line of help."""

from vcam.effects.anchor_pose import AnchorName
from vcam.effects.schema.background import BackgroundSpec
from vcam.effects.schema.light import DimSpec, FlashSpec, LasersSpec, LightningSpec
from vcam.effects.schema.pack import KINDS, EffectSpec, PackSpec, RuleSpec
from vcam.effects.schema.particles import BurstSpec, ParticlesSpec, Start
from vcam.effects.schema.parts import (
    Blend,
    Colour,
    EffectPart,
    EnterSpec,
    Layer,
    LeaveSpec,
    LoopSpec,
    Part,
    PlacedPart,
    Point,
    Range,
    Whose,
)
from vcam.effects.schema.sticker import ClipsSpec, StickerSpec, TextSpec

__all__ = [
    "KINDS",
    "AnchorName",
    "BackgroundSpec",
    "Blend",
    "BurstSpec",
    "ClipsSpec",
    "Colour",
    "DimSpec",
    "EffectPart",
    "EffectSpec",
    "EnterSpec",
    "FlashSpec",
    "LasersSpec",
    "Layer",
    "LeaveSpec",
    "LightningSpec",
    "LoopSpec",
    "PackSpec",
    "Part",
    "ParticlesSpec",
    "PlacedPart",
    "Point",
    "Range",
    "RuleSpec",
    "Start",
    "StickerSpec",
    "TextSpec",
    "Whose",
]
