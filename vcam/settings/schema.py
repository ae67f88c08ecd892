"""Every setting: its type, default, bounds and one line of help.

The help texts feed `vcam config explain`, the JSON Schema and `config/default.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

Milliseconds = Annotated[int, Field(ge=0, le=60_000)]
Dwell = Annotated[int, Field(ge=100, le=10_000)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A part of the settings: unknown keys are refused, values never change in place."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _booleans_are_no_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        # Python counts True as 1, so `dwell_ms: true` would become a hold of one millisecond.
        if isinstance(value, bool) and not _allows_bool(cls.model_fields[str(info.field_name)]):
            raise ValueError("a switch is no number")
        return value


def _allows_bool(field: FieldInfo) -> bool:
    return field.annotation is bool or bool in get_args(field.annotation)


class CameraSettings(Section):
    """The physical camera."""

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


class VisionSettings(Section):
    """Finding hands and faces."""

    max_hands: int = Field(2, ge=1, le=4, description="How many hands are followed at once")
    hand_model: Literal["full", "lite"] = Field(
        "full", description="Hand landmark network: full is steadier, lite takes half the time"
    )
    hand_rate_hz: float = Field(
        10, ge=2, le=60, description="How often hands are followed while one is in view"
    )
    search_rate_hz: float = Field(5, ge=1, le=30, description="How often a new hand is looked for")
    face_rate_hz: float = Field(10, ge=1, le=60, description="How often faces are followed")
    min_palm_score: Share = Field(0.4, description="Palm detections below this score are dropped")
    min_presence: Share = Field(0.5, description="A hand's track ends below this presence")
    max_faces: int = Field(4, ge=0, le=8, description="How many faces are followed; 0 for none")


class GestureThresholds(Section):
    """When a gesture starts and ends; None takes the value from `triggers.defaults`."""

    enabled: bool | None = Field(None, description="False: this gesture never starts")
    dwell_ms: Dwell | None = Field(None, description="How long the pose must be held")
    enter: Share | None = Field(None, description="Smoothed score from which the hold counts")
    leave: Share | None = Field(
        None, description="Smoothed score below which the gesture ends; never above enter"
    )
    margin: Share | None = Field(None, description="Least lead over the second-best pose")
    cooldown_ms: Milliseconds | None = Field(None, description="Rest after the gesture has ended")
    release_ms: Milliseconds | None = Field(
        None, description="How long the pose must be gone before the gesture can start again"
    )


class TriggerDefaults(Section):
    """When gestures start and end, unless a gesture says otherwise."""

    enabled: bool = Field(True, description="False: no gesture starts")
    dwell_ms: Dwell = Field(500, description="How long the pose must be held")
    enter: Share | None = Field(
        None,
        description="Smoothed score from which the hold counts; null takes each pose's own, from "
        "the card of the pose model",
    )
    leave: Share = Field(
        0.60, description="Smoothed score below which the gesture ends; never above enter"
    )
    margin: Share = Field(0.25, description="Least lead over the second-best pose")
    cooldown_ms: Milliseconds = Field(2000, description="Rest after the gesture has ended")
    release_ms: Milliseconds = Field(
        300, description="How long the pose must be gone before the gesture can start again"
    )


ENTER = 0.90
"""`enter` of a pose for which neither the settings nor the model's card give one."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What holds for one gesture in the end; see `TriggerDefaults` for the meanings."""

    enabled: bool
    dwell_ms: int
    enter: float
    leave: float
    margin: float
    cooldown_ms: int
    release_ms: int


class GuardSettings(Section):
    """What keeps a pose from counting, however clear it is."""

    min_hand_height: Share = Field(
        0.08, description="Least size of the hand (longer side), as a share of the picture's height"
    )
    max_face_overlap: Share = Field(
        0.20, description="Most of the hand's box that may lie over a face"
    )
    max_speed: float = Field(
        0.5, ge=0, le=10, description="Fastest movement of the hand, in hand widths per 100 ms"
    )
    warm_up_ms: Milliseconds = Field(
        500, description="Nothing counts this soon after the camera opens or resumes"
    )


FLOORS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        # A hand round a cup is the usual false thumb-up, so it asks for the most.
        "thumb_up": {"dwell_ms": 700, "margin": 0.35},
        "thumb_down": {"dwell_ms": 600},
        # These are what a hand does anyway while its owner talks.
        "fist": {"dwell_ms": 700},
        "palm": {"dwell_ms": 700},
        "one": {"dwell_ms": 700},
    }
)
"""Least thresholds of everyday poses: `triggers.defaults` cannot go below them for these, only a
gesture's own entry in `triggers.gestures` can."""


_NO_CARD: Mapping[str, float] = MappingProxyType({})


class TriggerSettings(Section):
    """From pose scores to gesture events."""

    defaults: TriggerDefaults = Field(
        default_factory=lambda: TriggerDefaults(),
        description="Thresholds of every gesture that says nothing else",
    )
    gestures: dict[str, GestureThresholds] = Field(
        default_factory=dict,
        description="Thresholds of single gestures, by name; what is left out or null is as in "
        "triggers.defaults, or stricter where a pose is an everyday one (docs/triggers.md)",
    )
    guards: GuardSettings = Field(
        default_factory=lambda: GuardSettings(),
        description="What keeps a pose from counting, however clear it is",
    )
    smoothing_ms: int = Field(
        200, ge=0, le=1000, description="Window of the median over pose scores"
    )
    lost_after_ms: int = Field(
        500, ge=100, le=5000, description="A hand that is out of sight this long has gone"
    )

    def thresholds(self, gesture: str, card: Mapping[str, float] = _NO_CARD) -> Thresholds:
        """What holds for `gesture`: its own values, else the defaults, raised to `FLOORS`.

        Args:
            gesture: its name.
            card: `enter` of each pose as the pose model's card gives it, for where the settings
                say nothing.
        """
        values = self.defaults.model_dump()
        for name, floor in FLOORS.get(gesture, {}).items():
            values[name] = max(values[name], floor)
        if values["enter"] is None:
            values["enter"] = card.get(gesture, ENTER)
        own = self.gestures.get(gesture)
        if own is not None:
            values |= own.model_dump(exclude_none=True)
        # A gesture that is told a low `enter` alone must still be able to start.
        values["leave"] = min(values["leave"], values["enter"])
        return Thresholds(**values)


class ReactionSettings(Section):
    """Which packs answer."""

    enabled: bool = Field(True, description="False: poses are recognised but nothing is drawn")
    packs: tuple[str, ...] = Field(
        ("selfie-glasses",), description="Sticker packs that are on, by name; later ones on top"
    )
    pack_folders: tuple[str, ...] = Field(
        (), description="More folders to look for packs in, besides the shipped one"
    )


class EffectSettings(Section):
    """How things are drawn."""

    progress_ring: Literal["picture", "preview", "off"] = Field(
        "preview", description="Where the ring that shows a hold's progress is drawn"
    )


class VirtualCameraSettings(Section):
    """The device that other programs see."""

    enabled: bool = Field(True, description="Publish a virtual camera")
    backend: Literal["auto", "v4l2loopback", "obs", "unitycapture"] = Field(
        "auto", description="Driver to publish through; auto takes the platform's own"
    )
    device: str = Field(
        "auto", description="Device path or name; auto takes the first free one that is not OBS's"
    )


class PreviewSettings(Section):
    """The live picture in a browser, on this machine alone."""

    enabled: bool = Field(True, description="Serve a live preview page")
    host: Literal["127.0.0.1", "::1", "localhost"] = Field(
        "127.0.0.1", description="Address to serve on; only this machine can reach it"
    )
    port: int = Field(8765, ge=0, le=65535, description="Port to serve on; 0 takes a free one")


class OutputSettings(Section):
    """What goes out."""

    width: int = Field(
        1280, ge=160, le=7680, description="Width of the picture, pixels", multiple_of=2
    )
    height: int = Field(
        720, ge=120, le=4320, description="Height of the picture, pixels", multiple_of=2
    )
    fps: float = Field(30, ge=1, le=120, description="Frames per second that go out")
    fit: Literal["letterbox", "crop"] = Field(
        "crop", description="How a camera picture of another shape is made to fit"
    )
    virtual_camera: VirtualCameraSettings = Field(
        default_factory=lambda: VirtualCameraSettings(),
        description="The device that other programs see",
    )
    preview: PreviewSettings = Field(
        default_factory=lambda: PreviewSettings(),
        description="The live picture in a browser, on this machine alone",
    )
    record_to: str | None = Field(
        None, description="Also record to this file (.mp4 or .avi); nothing is overwritten"
    )


class Settings(Section):
    """All settings."""

    camera: CameraSettings = Field(
        default_factory=lambda: CameraSettings(), description="The physical camera"
    )
    vision: VisionSettings = Field(
        default_factory=lambda: VisionSettings(), description="Finding hands and faces"
    )
    triggers: TriggerSettings = Field(
        default_factory=lambda: TriggerSettings(), description="From pose scores to gesture events"
    )
    reactions: ReactionSettings = Field(
        default_factory=lambda: ReactionSettings(), description="Which packs answer"
    )
    effects: EffectSettings = Field(
        default_factory=lambda: EffectSettings(), description="How things are drawn"
    )
    outputs: OutputSettings = Field(
        default_factory=lambda: OutputSettings(), description="What goes out"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of the messages that are shown"
    )
