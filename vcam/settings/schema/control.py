"""Settings of the page, the tray and the profiles."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints

from vcam.settings.schema.section import Section
from vcam.settings.schema.triggers import GestureThresholds


class PageSettings(Section):
    """The web page and the HTTP API, for this machine alone; the client commands need them."""

    model_config = ConfigDict(json_schema_extra={"applies": "page"})

    enabled: bool = Field(True, description="Serve the page and the API")
    host: Literal["127.0.0.1", "::1"] = Field(
        "127.0.0.1", description="Address to serve on; only this machine can reach it"
    )
    port: int = Field(
        8765,
        ge=0,
        le=65535,
        description="Port to serve on; 0 takes a free one; one that is taken makes room for the "
        "next free one",
    )


class TraySettings(Section):
    """The icon in the tray."""

    model_config = ConfigDict(json_schema_extra={"applies": "page"})

    enabled: bool = Field(True, description="Show an icon in the tray where the desktop has one")


class ControlSettings(Section):
    """Steering vcam while it runs."""

    language: Literal["auto", "en", "id"] = Field(
        "auto", description="Language of the page and the tray; auto asks the browser or system"
    )
    page: PageSettings = Field(
        default_factory=lambda: PageSettings(),
        description="The web page and the HTTP API, for this machine alone",
    )
    tray: TraySettings = Field(
        default_factory=lambda: TraySettings(), description="The icon in the tray"
    )


ProgramName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class ProfileSettings(Section):
    """Settings that hold while a profile is chosen, or while one of its programs reads the camera.

    What is left out or null is as it is without the profile.
    """

    apps: tuple[ProgramName, ...] = Field(
        (),
        description="Programs that bring this profile with them when they open the camera, by "
        "name or the start of a word in it, such as zoom",
    )
    reactions: bool | None = Field(None, description="False: nothing is drawn")
    packs: tuple[str, ...] | None = Field(None, description="Sticker packs that are on")
    gestures: dict[str, GestureThresholds] = Field(
        default_factory=dict, description="Thresholds of single gestures, by name"
    )
    progress_ring: Literal["picture", "preview", "off"] | None = Field(
        None, description="Where the ring that shows a hold's progress is drawn"
    )
    background: Literal["none", "blur", "colour", "gradient", "picture", "video"] | None = Field(
        None, description="Kind of background"
    )
    show: Literal["subtle", "normal", "wild"] | None = Field(
        None, description="How much of a show effects make"
    )
