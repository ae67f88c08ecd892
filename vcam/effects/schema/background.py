"""`kind: background`: another background while it is live."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from vcam.effects.schema.parts import Colour, EffectPart, FilePath, Milliseconds, Share


class BackgroundSpec(EffectPart):
    """What is behind the person while it is live; means what `effects.background` does."""

    kind: Literal["background"] = Field(description="background")
    style: Literal["blur", "colour", "gradient", "picture", "video"] = Field(
        description="blur, colour, gradient, picture or video"
    )
    strength: Share = Field(0.5, description="blur: how much; 1 leaves no shape to be made out")
    colour: Colour = Field("#1f6f5c", description="colour, gradient: #rrggbb (of its top)")
    colour_below: Colour = Field("#0e2f44", description="gradient: #rrggbb at its bottom")
    file: FilePath | None = Field(
        None, description="picture, video: the file in the pack's folder; a video starts over"
    )
    enter_ms: Milliseconds = Field(400, description="How long it takes to come")

    @model_validator(mode="after")
    def _has_its_file(self) -> BackgroundSpec:
        if (self.style in ("picture", "video")) != (self.file is not None):
            raise ValueError("`file` belongs to the styles picture and video, and to them alone")
        return self
