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
from vcam.control.contracts import PoseForm
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

    def sample(self, sample: int) -> bytes:
        """A small JPEG of what a sample was taken from.

        Raises:
            VcamError: there is none.
        """
        raise VcamError(f"There is no picture of sample {sample}", "take samples anew")

    def export(self, form: PoseForm) -> bytes:
        """All taught poses as one file.

        Raises:
            VcamError: nothing was taught.
        """
        raise VcamError("There is no taught pose", "teach one: vcam poses teach NAME")

    def install(self, content: bytes) -> tuple[str, ...]:
        """Takes the poses of an exported file in.

        Raises:
            VcamError: the file is not fit.
        """
        raise VcamError("Poses cannot be taught", "nothing helps now")
