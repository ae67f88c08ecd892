"""Settings of the camera and of vision."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from vcam.settings.schema.section import Section, Share


class CameraSettings(Section):
    """The physical camera."""

    model_config = ConfigDict(json_schema_extra={"applies": "camera"})

    device: str | int = Field(
        "auto",
        description="Camera to read: auto (the first that works), a number, a part of its name, "
        "or a path such as /dev/video0",
    )
    width: int = Field(1280, ge=160, le=7680, description="Width to ask the camera for, pixels")
    height: int = Field(720, ge=120, le=4320, description="Height to ask the camera for, pixels")
    fps: float = Field(30, ge=1, le=240, description="Frames per second to ask the camera for")
    format: Literal["mjpg", "yuyv", "any"] = Field(
        "mjpg", description="Pixel format to ask for; mjpg is the one that reaches full rate on USB"
    )
    mirror: bool = Field(False, description="Flip the picture left to right as it comes in")
    when: Literal["on_demand", "always"] = Field(
        "on_demand",
        description="on_demand closes the camera, and its light goes off, while no program reads "
        "the virtual camera and nobody looks at the page; always keeps it open",
        json_schema_extra={"applies": "at once"},
    )
    release_after_ms: int = Field(
        4000,
        ge=500,
        le=600_000,
        description="on_demand only: how long after the last reader has left the camera is closed",
        json_schema_extra={"applies": "at once"},
    )


class VisionSettings(Section):
    """Finding hands and faces."""

    model_config = ConfigDict(json_schema_extra={"applies": "recognition"})

    max_hands: int = Field(2, ge=1, le=4, description="How many hands are followed at once")
    hand_model: Literal["full", "lite"] = Field(
        "full", description="Hand landmark network: full is steadier, lite takes half the time"
    )
    hand_rate_hz: float = Field(
        10, ge=2, le=60, description="How often hands are followed while one is in view"
    )
    search_rate_hz: float = Field(5, ge=1, le=30, description="How often a new hand is looked for")
    zoom_rate_hz: float = Field(
        3,
        ge=0,
        le=10,
        description="How often, at most, a part of the picture is looked at enlarged for a hand, "
        "while everybody in view is far away and no hand is seen; 0 for never",
    )
    face_rate_hz: float = Field(10, ge=1, le=60, description="How often faces are followed")
    min_palm_score: Share = Field(0.4, description="Palm detections below this score are dropped")
    min_presence: Share = Field(0.5, description="A hand's track ends below this presence")
    max_faces: int = Field(4, ge=0, le=8, description="How many faces are followed; 0 for none")
    correct_light: bool = Field(
        True,
        description="In the light of a screen or of coloured lamps, take its colour out of what is "
        "looked at, by the skin of a face; the picture that goes out keeps it",
    )
