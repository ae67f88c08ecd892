"""The public outputs that the settings ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vcam.core.contracts import Output
from vcam.core.errors import OutputError
from vcam.outputs.recorder import CODECS, RecorderOutput
from vcam.settings.schema import OutputSettings, PipeWireSettings, VirtualCameraSettings


class OutputRack:
    """Makes outputs, and gives the very same ones again while their settings stay the same.

    So a program that reads one device is not disturbed when another is set up anew.

    Args:
        platform: as `sys.platform`.
    """

    def __init__(self, platform: str = sys.platform) -> None:
        self._platform = platform
        self._made: dict[str, tuple[Any, Output]] = {}
        self._cameras: tuple[str, ...] = ()

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of those that other programs can choose as a camera."""
        return self._cameras

    def outputs(self, settings: OutputSettings) -> list[Output]:
        """All that are switched on; several devices where several can be had.

        Raises:
            OutputError: the recording's name has an unknown ending. Nothing has changed.
        """
        if settings.record_to is not None:
            _check_recording(Path(settings.record_to))
        outputs = []
        if settings.virtual_camera.enabled:
            outputs.append(self._kept("device", settings.virtual_camera, _virtual_camera))
        if settings.pipewire.enabled and self._platform.startswith("linux"):
            outputs.append(self._kept("pipewire", settings.pipewire, _pipewire))
        self._cameras = tuple(output.name for output in outputs)
        if settings.record_to is not None:
            outputs.append(self._kept("recording", settings.record_to, _recorder))
        self._made = {
            kind: made
            for kind, made in self._made.items()
            if any(made[1] is output for output in outputs)
        }
        return outputs

    def _kept(self, kind: str, settings: Any, make: Callable[[Any], Output]) -> Output:
        made = self._made.get(kind)
        if made is None or made[0] != settings:
            made = self._made[kind] = (settings, make(settings))
        return made[1]


def _virtual_camera(settings: VirtualCameraSettings) -> Output:
    from vcam.outputs.virtual_camera import VirtualCameraOutput

    return VirtualCameraOutput(settings)


def _pipewire(settings: PipeWireSettings) -> Output:
    from vcam.outputs.pipewire import PipeWireOutput

    return PipeWireOutput(settings)


def _recorder(name: str) -> Output:
    return RecorderOutput(Path(name))


def _check_recording(path: Path) -> None:
    if path.suffix.lower() not in CODECS:
        # Other failures may pass and are retried while the camera runs; this one never does.
        raise OutputError(f"{path} cannot be recorded to", "let its name end in .mp4 or .avi")
