"""A whole pack.yaml."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vcam.effects.schema.background import BackgroundSpec
from vcam.effects.schema.light import DimSpec, FlashSpec, LasersSpec, LightningSpec
from vcam.effects.schema.particles import ParticlesSpec
from vcam.effects.schema.parts import Line, Milliseconds, Name, Part, PicturePath
from vcam.effects.schema.sticker import StickerSpec, TextSpec

EffectSpec = Annotated[
    StickerSpec
    | ParticlesSpec
    | LasersSpec
    | LightningSpec
    | DimSpec
    | TextSpec
    | BackgroundSpec
    | FlashSpec,
    Field(discriminator="kind"),
]

KINDS = ("sticker", "particles", "lasers", "lightning", "dim", "text", "background", "flash")


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
    title_id: Line | None = Field(None, description="The same in Indonesian")
    author: Line = Field(description="Who drew it")
    licence: Line = Field(description="Terms for the pictures, such as MIT or CC-BY-4.0")
    homepage: Annotated[str, Field(pattern=r"^https?://\S{1,200}$")] | None = Field(
        None, description="Where more of it is to be found, http or https"
    )
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,31}$")] | None = Field(
        None, description='Version of the pack, in quotes, such as "1.2"'
    )
    thumbnail: PicturePath | None = Field(
        None, description="Picture that stands for the pack; none: its first picture"
    )
    effects: dict[Name, EffectSpec] = Field(
        min_length=1, max_length=64, description="Effects by name"
    )
    reactions: tuple[RuleSpec, ...] = Field(
        (), max_length=128, description="Which gesture plays which effect"
    )
