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
from vcam.settings.schema.personal import PersonalSettings
from vcam.settings.schema.recognising import (
    ModelSettings,
    PeopleSettings,
    RecogniserRule,
    RecogniserSettings,
    RuleCondition,
    TaughtPoseSettings,
    TeachingSettings,
)
from vcam.settings.schema.section import Section, Share
from vcam.settings.schema.seeing import CameraSettings, VisionSettings
from vcam.settings.schema.showing import (
    BackgroundSettings,
    EffectSettings,
    ReactionSettings,
    SelfieSettings,
)
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
    "BackgroundSettings",
    "CameraSettings",
    "ControlSettings",
    "EffectSettings",
    "GestureThresholds",
    "GuardSettings",
    "ModelSettings",
    "OutputSettings",
    "PageSettings",
    "PauseSettings",
    "PeopleSettings",
    "PersonalSettings",
    "PipeWireSettings",
    "PreviewSettings",
    "ProfileSettings",
    "ReactionSettings",
    "RecogniserRule",
    "RecogniserSettings",
    "RuleCondition",
    "SelfieSettings",
    "Settings",
    "Share",
    "SnapshotSettings",
    "TaughtPoseSettings",
    "TeachingSettings",
    "Thresholds",
    "TraySettings",
    "TriggerDefaults",
    "TriggerSettings",
    "VirtualCameraSettings",
    "VisionSettings",
]


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
    teaching: TeachingSettings = Field(
        default_factory=lambda: TeachingSettings(), description="Poses that you have taught"
    )
    recognisers: RecogniserSettings = Field(
        default_factory=lambda: RecogniserSettings(),
        description="Image models that look at the picture beside the hands",
    )
    people: PeopleSettings = Field(
        default_factory=lambda: PeopleSettings(),
        description="Recognising people who have enrolled",
    )
    selfie: SelfieSettings = Field(
        default_factory=lambda: SelfieSettings(),
        description="Selfies by pose, click, command or hotkey",
    )
    outputs: OutputSettings = Field(
        default_factory=lambda: OutputSettings(), description="What goes out"
    )
    personal: PersonalSettings = Field(
        default_factory=lambda: PersonalSettings(),
        description="What vcam has learnt of you, all of it kept on this machine",
    )
    control: ControlSettings = Field(
        default_factory=lambda: ControlSettings(), description="Steering vcam while it runs"
    )
    profiles: dict[str, ProfileSettings] = Field(
        default_factory=lambda: {"work": ProfileSettings(reactions=False)},
        description="Named sets of settings, chosen by hand or by the program that reads the "
        "camera; work, without effects, is there from the start",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level of the messages that are shown"
    )
