"""Settings of what is drawn: stickers, the background, selfies, and how much of it all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from vcam.settings.schema.section import Section, Share

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class BackgroundSettings(Section):
    """What is behind the person."""

    kind: Literal["none", "blur", "colour", "gradient", "picture", "video"] = Field(
        "none", description="none leaves the room as it is; the others hide it, and cost CPU"
    )
    strength: Share = Field(0.5, description="blur: how much; 1 leaves no shape to be made out")
    colour: Colour = Field("#1f6f5c", description="colour, gradient: #rrggbb (of its top)")
    colour_below: Colour = Field("#0e2f44", description="gradient: #rrggbb at its bottom")
    file: str | None = Field(None, description="picture, video: the file; a video starts over")
    quality: Literal["fast", "good"] = Field(
        "good", description="good follows hair and fingers at the edge more closely; fast is cheap"
    )
    rate_hz: float = Field(
        15, ge=2, le=30, description="How often the person is looked for; less is cheaper"
    )


class EffectSettings(Section):
    """How things are drawn."""

    progress_ring: Literal["picture", "preview", "off"] = Field(
        "preview", description="Where the ring that shows a hold's progress is drawn"
    )
    show: Literal["subtle", "normal", "wild"] = Field(
        "normal", description="How much of a show effects make: how many pieces, how large"
    )
    reduced_motion: bool = Field(
        False, description="Nothing flies, shakes or flashes: effects fade in, stand, and fade out"
    )
    behind_person: bool = Field(
        True,
        description="Effects that are made for it pass behind the person; costs CPU while they are "
        "live",
    )
    drawing_budget_ms: float = Field(
        4,
        ge=1,
        le=50,
        description="Time that drawing one effect may take for a picture, twice that for several "
        "or with a background; where it takes longer, fewer pieces fly",
    )
    sound: bool = Field(False, description="Play the sounds that packs bring, on this machine")
    name_tag: str = Field("", max_length=60, description="Text of name tags; empty draws none")
    speech: str = Field("Hello!", max_length=120, description="Text of speech bubbles")
    background: BackgroundSettings = Field(
        default_factory=lambda: BackgroundSettings(), description="What is behind the person"
    )


class ReactionSettings(Section):
    """Which packs answer."""

    enabled: bool = Field(True, description="False: poses are recognised but nothing is drawn")
    packs: tuple[str, ...] = Field(
        ("selfie-glasses",), description="Sticker packs that are on, by name; later ones on top"
    )
    pack_folders: tuple[str, ...] = Field(
        (), description="More folders to look for packs in, besides the shipped and your own one"
    )
    undo_gesture: str | None = Field(
        "fist",
        description="Pose that takes back an effect that has just come, and notes a false start; "
        "null for none",
    )
    undo_within_ms: int = Field(
        1500, ge=0, le=10_000, description="How long after an effect has come it can be taken back"
    )


class SelfieSettings(Section):
    """Selfies by pose, click, command or hotkey."""

    gesture: str | None = Field(
        None, description="Gesture that starts a selfie, such as three; null for none"
    )
    countdown_s: float = Field(
        3, ge=0, le=30, description="Length of the countdown; 0 takes it at once"
    )
    countdown_in: Literal["picture", "preview"] = Field(
        "preview", description="Where the countdown is drawn; picture shows it to everybody"
    )
    take: Literal["still", "burst", "strip", "clip"] = Field(
        "still", description="One picture, several in a row, a strip of four, or a short clip"
    )
    looks: Literal["decorated", "clean", "both"] = Field(
        "both", description="With effects as others see it, without at the camera's size, or both"
    )
    burst_count: int = Field(5, ge=2, le=20, description="burst: how many pictures")
    interval_ms: int = Field(
        600, ge=100, le=5000, description="burst and strip: time from picture to picture"
    )
    clip_s: float = Field(3, ge=1, le=10, description="clip: its length")
    clip_format: Literal["gif", "webp", "mp4"] = Field("mp4", description="clip: its file format")
    flash: bool = Field(True, description="The picture flashes white when one is taken")
