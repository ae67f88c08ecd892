"""A camera source over a machine that is faked."""

from __future__ import annotations

from vcam.capture.camera import CameraSource
from vcam.core.clock import MonotonicClock
from vcam.settings.schema import CameraSettings

from .fake_cameras import FakeMachine

SMALL = {"width": 160, "height": 120}


def camera(machine: FakeMachine, stalled_after_s: float = 10.0, **settings: object) -> CameraSource:
    """Patient unless told otherwise: a busy test machine must not look like a silent camera."""
    return CameraSource(
        CameraSettings(**(SMALL | settings)),
        MonotonicClock(),
        finder=machine.finder,
        stalled_after_s=stalled_after_s,
    )
