"""Every setting: its type, default, bounds and one line of help.

The help texts feed `vcam config explain`, the JSON Schema, the web page and `config/default.yaml`.
A section's or field's `applies` tells what a change needs besides being noted: the `camera` or the
`device` opened again, `recognition` loaded again, the `page` (and the tray) started again; nothing
where it is missing. A field says it for itself, else its section does.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from vcam.settings.schema.control import (
    ControlSettings,
    PageSettings,
    ProfileSettings,
    TraySettings,
)
from vcam.settings.schema.outputs import (
    OutputSettings,
    PauseSettings,
    PipeWireSettings,
    PreviewSettings,
    SnapshotSettings,
    VirtualCameraSettings,
)
from vcam.settings.schema.section import Section, Share
from vcam.settings.schema.seeing import CameraSettings, VisionSettings
from vcam.settings.schema.triggers import (
    ENTER,
    FLOORS,
    GestureThresholds,
    GuardSettings,
    Thresholds,
    TriggerDefaults,
    TriggerSettings,
)

__all__ = [
    "ENTER",
    "FLOORS",
    "CameraSettings",
    "ControlSettings",
    "EffectSettings",
    "GestureThresholds",
    "GuardSettings",
    "OutputSettings",
    "PageSettings",
    "PauseSettings",
    "PipeWireSettings",
    "PreviewSettings",
    "ProfileSettings",
    "ReactionSettings",
    "Settings",
    "Share",
    "SnapshotSettings",
    "Thresholds",
    "TraySettings",
    "TriggerDefaults",
    "TriggerSettings",
    "VirtualCameraSettings",
    "VisionSettings",
]


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
    control: ControlSettings = Field(
        default_factory=lambda: ControlSettings(), description="Steering vcam while it runs"
    )
    profiles: dict[str, ProfileSettings] = Field(
        default_factory=dict,
        description="Named sets of settings, chosen by hand or by the program that reads the "
        "camera",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of the messages that are shown"
    )
