"""Settings of what goes out."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from vcam.settings.schema.section import Section


class VirtualCameraSettings(Section):
    """The device that other programs see: v4l2loopback on Linux, OBS or Unity Capture elsewhere."""

    model_config = ConfigDict(json_schema_extra={"applies": "device"})

    enabled: bool = Field(True, description="Publish a virtual camera")
    backend: Literal["auto", "v4l2loopback", "obs", "unitycapture"] = Field(
        "auto", description="Driver to publish through; auto takes the platform's own"
    )
    device: str = Field(
        "auto", description="Device path or name; auto takes the first free one that is not OBS's"
    )
    create: bool = Field(
        True,
        description="Make a v4l2loopback device where there is none and the module allows it",
    )
    label: str = Field(
        "vcam", min_length=1, max_length=31, description="Name of a device that vcam makes"
    )
    mirror: bool = Field(False, description="Flip what goes out here left to right")


class PipeWireSettings(Section):
    """A camera in PipeWire (Linux): no kernel module; Chromium and Firefox see it."""

    model_config = ConfigDict(json_schema_extra={"applies": "device"})

    enabled: bool = Field(True, description="Publish a PipeWire camera where PipeWire runs")
    name: str = Field(
        "vcam", min_length=1, max_length=64, description="Name that programs list it under"
    )
    icon: str = Field(
        "camera-web", max_length=64, description="Name of its icon in the desktop's icon theme"
    )
    mirror: bool = Field(False, description="Flip what goes out here left to right")


class PreviewSettings(Section):
    """The live picture on vcam's own page."""

    mirror: bool = Field(False, description="Flip what the page shows left to right")


class PauseSettings(Section):
    """What others see while vcam is paused."""

    picture: Literal["card", "blur", "image"] = Field(
        "card", description="A card with the text, the last picture blurred, or your own image"
    )
    text: str = Field("Back soon", max_length=200, description="Text of the card")
    image: str | None = Field(None, description="Picture file for `picture: image`")


class SnapshotSettings(Section):
    """Pictures that are saved on request."""

    folder: str | None = Field(
        None, description="Where to save; null takes vcam in the user's Pictures folder"
    )
    format: Literal["png", "jpg"] = Field("png", description="File format")


class OutputSettings(Section):
    """What goes out."""

    width: int = Field(
        1280,
        ge=160,
        le=7680,
        description="Width of the picture, pixels",
        multiple_of=2,
        json_schema_extra={"applies": "device"},
    )
    height: int = Field(
        720,
        ge=120,
        le=4320,
        description="Height of the picture, pixels",
        multiple_of=2,
        json_schema_extra={"applies": "device"},
    )
    fps: float = Field(
        30,
        ge=1,
        le=120,
        description="Frames per second that go out",
        json_schema_extra={"applies": "device"},
    )
    fit: Literal["letterbox", "crop"] = Field(
        "crop", description="How a camera picture of another shape is made to fit"
    )
    virtual_camera: VirtualCameraSettings = Field(
        default_factory=lambda: VirtualCameraSettings(),
        description="The device that other programs see",
    )
    pipewire: PipeWireSettings = Field(
        default_factory=lambda: PipeWireSettings(),
        description="A camera in PipeWire (Linux): no kernel module; Chromium and Firefox see it",
    )
    preview: PreviewSettings = Field(
        default_factory=lambda: PreviewSettings(),
        description="The live picture on vcam's own page",
    )
    pause: PauseSettings = Field(
        default_factory=lambda: PauseSettings(),
        description="What others see while vcam is paused",
    )
    snapshot: SnapshotSettings = Field(
        default_factory=lambda: SnapshotSettings(),
        description="Pictures that are saved on request",
    )
    record_to: str | None = Field(
        None,
        description="Also record to this file (.mp4 or .avi); nothing is overwritten",
        json_schema_extra={"applies": "device"},
    )
