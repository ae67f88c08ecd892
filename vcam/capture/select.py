"""From what a person writes to the source that is meant."""

from __future__ import annotations

import os
import re
from pathlib import Path

from vcam.capture.camera import CameraSource
from vcam.capture.demo import demo_clip, two_hands_clip
from vcam.capture.stills import StillsSource
from vcam.capture.video import VideoSource
from vcam.core.clock import Clock
from vcam.core.contracts import Source
from vcam.core.errors import SourceError
from vcam.settings.schema import CameraSettings

DEMO = "demo"

TWO_HANDS = "demo-two-hands"
"""The short clip of somebody with both hands up."""

CLIP_SUFFIX = re.compile(r"\.(avi|m4v|mkv|mov|mp4|mpe?g|ts|webm|wmv)", re.IGNORECASE)


def create_source(
    spec: str | None, settings: CameraSettings, clock: Clock, *, loop: bool = False
) -> Source:
    """The source that `spec` means; it is not opened yet.

    Args:
        spec: None for the physical camera of the settings, `demo` or `demo-two-hands` for a
            bundled clip, a video file, a folder of pictures, or a camera's number, path or name.
            Files win over names.
        settings: of the camera; `mirror` and the rest apply to cameras alone.
        clock: paces clips and stamps frames.
        loop: whether a video file starts over at its end; the demo and stills always do.

    Raises:
        SourceError: `spec` is a path and nothing is there.
    """
    if spec is None:
        return CameraSource(settings, clock)
    if not spec.strip():
        raise SourceError("no source is named", f"name a camera, a clip, a folder, or {DEMO}")
    if spec == DEMO:
        return VideoSource(demo_clip(), paced=True, loop=True, clock=clock, name="demo clip")
    if spec == TWO_HANDS:
        name = "demo clip of two hands"
        return VideoSource(two_hands_clip(), paced=True, loop=True, clock=clock, name=name)
    try:
        path = Path(spec).expanduser()
        if path.is_dir():
            return StillsSource(path, clock)
        if path.is_file():
            return VideoSource(path, paced=True, loop=loop, clock=clock)
        if not path.exists():
            _refuse_missing_file(spec, path)
    except (OSError, ValueError, RuntimeError) as error:
        # No permission, a name that is too long or holds a zero byte, ~ of an unknown user.
        reason = getattr(error, "strerror", None) or error
        raise SourceError(f"{spec} cannot be looked at ({reason})", "check the path") from None
    return CameraSource(settings.model_copy(update={"device": spec}), clock)


def _refuse_missing_file(spec: str, path: Path) -> None:
    """Tells a mistyped path from a camera's name; device nodes may yet be plugged in."""
    if CLIP_SUFFIX.fullmatch(path.suffix):
        raise SourceError(
            f"there is no file {spec}",
            f"taken for a video file because of its ending {path.suffix}",
        )
    is_path = os.sep in spec or "/" in spec or spec.startswith(("~", "."))
    if is_path and not spec.startswith("/dev/"):
        raise SourceError(
            f"there is no file, folder or device {spec}",
            "taken for a path; cameras are named by number, /dev/video0, or a part of their name",
        )
