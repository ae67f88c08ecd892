"""Teaching without a camera: samples are taken at once, and training says what a test expects."""

from __future__ import annotations

import json
from collections.abc import Callable

import cv2

from vcam.control.commands import (
    ForgetPose,
    RenamePose,
    SortSamples,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.control.contracts import PoseForm
from vcam.control.state import PoseFigures, SampleState, TaughtPoseState, TeachingState
from vcam.core.errors import VcamError
from vcam.testing.stages import plain_image

TeachingOrder = Teach | SortSamples | TrainTaught | UseTaught | RenamePose | ForgetPose

LEAST_SAMPLES = 10


class FakeTaught:
    """Carries the orders of teaching out on the state alone, and gives files.

    A countdown is begun and goes no further until `finish_taking`.

    Attributes:
        at_once: samples are taken as soon as they are asked for; else by `take`.

    Args:
        state: what the daemon tells now.
        tell: takes what it is to tell from now on.
    """

    def __init__(
        self, state: Callable[[], TeachingState], tell: Callable[[TeachingState], None]
    ) -> None:
        self._state = state
        self._tell = tell
        self._last_id = 0
        self.at_once = True

    def sample(self, sample: int) -> bytes:
        """A plain JPEG.

        Raises:
            VcamError: there is no such sample, or no picture of it.
        """
        known = {each.id: each for pose in self._state().poses for each in pose.samples}
        if sample not in known or not known[sample].picture:
            raise VcamError(f"There is no picture of sample {sample}", "take samples anew")
        return bytes(cv2.imencode(".jpg", plain_image(96, 96, 40 + sample % 200))[1].tobytes())

    def export(self, form: PoseForm) -> bytes:
        """A file that `install` takes, or some bytes.

        Raises:
            VcamError: nothing was taught.
        """
        samples = {pose.name: len(pose.samples) for pose in self._state().poses}
        if not samples:
            raise VcamError("There is no taught pose", "teach one: vcam poses teach NAME")
        return b"TFL3 of tflite" if form == "tflite" else json.dumps(samples).encode()

    def install(self, content: bytes) -> tuple[str, ...]:
        """Takes in what `export` gave: samples without pictures, live at once.

        Raises:
            VcamError: it gave something else.
        """
        try:
            counts = {str(name): int(count) for name, count in json.loads(content).items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            raise VcamError("This is no file of taught poses", "export one") from None
        new = tuple(
            TaughtPoseState(name=name, live=True, samples=self._new(count, picture=False))
            for name, count in counts.items()
        )
        kept = (pose for pose in self._state().poses if pose.name not in counts)
        self._change(poses=(*kept, *new))
        return tuple(counts)

    def carry_out(self, order: TeachingOrder) -> None:
        """Carries an order out.

        Raises:
            VcamError: it names what does not exist, or cannot be done now.
        """
        state = self._state()
        match order:
            case Teach(cancel=True):
                self._change(phase="idle", pose="", left=0, countdown_s=0, message="")
            case Teach(pose=pose, samples=samples, countdown_s=countdown_s):
                self._change(
                    phase="countdown" if countdown_s else "taking",
                    pose=pose,
                    left=samples,
                    countdown_s=countdown_s,
                    message="Hold the pose",
                )
                if self.at_once and not countdown_s:
                    self.finish_taking()
            case SortSamples(samples=samples, pose=to):
                moved = [
                    each for pose in state.poses for each in pose.samples if each.id in samples
                ]
                self._replace(
                    {
                        pose.name: (
                            *(each for each in pose.samples if each.id not in samples),
                            *(moved if pose.name == to else ()),
                        )
                        for pose in state.poses
                    }
                )
            case TrainTaught():
                self._train()
            case UseTaught(on=on):
                if state.phase != "judged":
                    raise VcamError("Nothing waits to go live", "train first: vcam poses train")
                live = tuple(
                    pose.model_copy(update={"live": pose.figures is not None} if on else {})
                    for pose in state.poses
                )
                self._change(phase="idle", confirmed=True, poses=live, message="")
            case RenamePose(pose=pose, to=to):
                self._known(pose)
                renamed = tuple(
                    each.model_copy(update={"name": to}) if each.name == pose else each
                    for each in state.poses
                )
                self._change(poses=renamed)
            case ForgetPose(pose=pose):
                if pose is not None:
                    self._known(pose)
                rest = (each for each in state.poses if pose is not None and each.name != pose)
                self._change(poses=tuple(rest))

    def finish_taking(self) -> None:
        """Takes all samples that are still to be taken."""
        self.take(self._state().left)

    def take(self, count: int) -> None:
        """Takes so many of the samples that are still to be taken."""
        state = self._state()
        left = state.left - count
        new = self._new(count, picture=True)
        samples = {pose.name: pose.samples for pose in state.poses}
        samples[state.pose] = (*samples.get(state.pose, ()), *new)
        if left > 0:
            self._change(phase="taking", left=left, countdown_s=0)
        else:
            self._change(phase="idle", pose="", left=0, countdown_s=0, message="")
        self._replace(samples)

    def _new(self, count: int, picture: bool) -> tuple[SampleState, ...]:
        first = self._last_id + 1
        self._last_id += count
        return tuple(SampleState(id=first + each, picture=picture) for each in range(count))

    def _train(self) -> None:
        """Learns the poses with samples enough; the others are left out."""
        all_poses = self._state().poses
        poses = tuple(pose for pose in all_poses if len(pose.samples) >= LEAST_SAMPLES)
        if not poses:
            raise VcamError("There are too few samples", f"take {LEAST_SAMPLES} of each pose")
        figures = tuple(
            pose.model_copy(
                update={
                    "figures": PoseFigures(
                        precision=1, recall=0.96, support=len(pose.samples), look_alikes=()
                    )
                }
            )
            for pose in poses
        )
        left_out = tuple(pose for pose in all_poses if pose not in poses)
        names = tuple(pose.name for pose in poses)
        size = len(names) + 1
        confusion = tuple(
            tuple(len(poses[row].samples) if row == column else 0 for column in range(size))
            for row in range(len(names))
        )
        self._change(
            phase="judged",
            poses=(*figures, *left_out),
            classes=(*names, "none"),
            confusion=(*confusion, (0,) * size),
            trained_in_s=0.8,
            confirmed=False,
            message="",
        )

    def _known(self, pose: str) -> None:
        if pose not in {each.name for each in self._state().poses}:
            raise VcamError(f"There is no taught pose {pose!r}", "see: vcam poses list")

    def _replace(self, samples: dict[str, tuple[SampleState, ...]]) -> None:
        known = {pose.name: pose for pose in self._state().poses}
        self._change(
            poses=tuple(
                known.get(name, TaughtPoseState(name=name)).model_copy(update={"samples": each})
                for name, each in samples.items()
            )
        )

    def _change(self, **members: object) -> None:
        self._tell(self._state().model_copy(update=members))
