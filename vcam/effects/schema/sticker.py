"""`kind: sticker` and `kind: text`: pictures, drawn by somebody or made of words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from vcam.effects.schema.parts import Colour, Part, PicturePath, PlacedPart


class ClipsSpec(Part):
    """Animated pictures for the parts of a sticker's life."""

    enter: PicturePath | None = Field(None, description="Played once as it comes")
    loop: PicturePath | None = Field(
        None, description="Played over and over while it stays; without it, `picture`"
    )
    leave: PicturePath | None = Field(None, description="Played once as it goes")


class StickerSpec(PlacedPart):
    """A picture, still or animated, that holds on to something."""

    kind: Literal["sticker"] = Field(description="sticker")
    picture: PicturePath | None = Field(
        None, description="PNG, APNG, GIF or WebP file in the pack's folder"
    )
    pictures: tuple[PicturePath, ...] = Field(
        (), max_length=16, description="Instead of `picture`: chance chooses one for each showing"
    )
    clips: ClipsSpec | None = Field(
        None, description="Animated pictures for coming, staying and going"
    )
    repeat: bool = Field(True, description="Start an animated picture over when it ends")

    @model_validator(mode="after")
    def _has_one_look(self) -> StickerSpec:
        given = [self.picture is not None, bool(self.pictures), self.has_loop]
        if sum(given) != 1:
            raise ValueError("give exactly one of picture, pictures and clips.loop")
        return self

    @property
    def has_loop(self) -> bool:
        """Whether a clip is what is seen while it stays."""
        return self.clips is not None and self.clips.loop is not None


class TextSpec(PlacedPart):
    """Words: a speech bubble, a name tag, a title."""

    kind: Literal["text"] = Field(description="text")
    says: Literal["speech", "name_tag", "text"] = Field(
        "speech",
        description="Whose words: the settings' `effects.speech` or `effects.name_tag`, or `text`",
    )
    rotate: bool = Field(False, description="Turn with the head")
    text: Annotated[str, Field(max_length=200)] = Field("", description="says: text: the words")
    look: Literal["bubble", "cloud", "tag", "plain"] = Field(
        "bubble",
        description="bubble with a tail; cloud of thoughts; tag with a bar of `accent`; plain: "
        "letters with an outline",
    )
    letter: float = Field(
        0.28,
        gt=0,
        le=5,
        description="Height of a line, in units of the anchor; `size` is the greatest width",
    )
    colour: Colour = Field("#1d1b26", description="Of the letters")
    fill: Colour = Field("#ffffff", description="Of the ground; plain: of the outline")
    accent: Colour = Field("#7d4dff", description="tag: of its bar")
    tail: Literal["left", "right", "none"] = Field(
        "left", description="bubble, cloud: the corner below that its tail hangs from"
    )

    @model_validator(mode="after")
    def _has_words(self) -> TextSpec:
        if (self.says == "text") != bool(self.text.strip()):
            raise ValueError("`text` belongs to `says: text`, and to it alone")
        return self
