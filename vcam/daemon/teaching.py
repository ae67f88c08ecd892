"""Teaching poses from the camera."""

from __future__ import annotations

from vcam.control.commands import (
    ForgetPose,
    Outcome,
    RenamePose,
    SortSamples,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.control.state import TeachingState
from vcam.core.errors import VcamError

TeachingOrder = Teach | SortSamples | TrainTaught | UseTaught | RenamePose | ForgetPose


class Teaching:
    """Takes samples of poses, learns them, and lets them go live. Any thread."""

    @property
    def state(self) -> TeachingState:
        """As the state tells of it."""
        return TeachingState()

    def carry_out(self, order: TeachingOrder) -> Outcome:
        """What came of an order.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        raise VcamError("Poses cannot be taught", "nothing helps now")
