"""Taught poses as files: pictures of samples, export, import."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from vcam.control.contracts import PoseForm
from vcam.core.errors import VcamError
from vcam.daemon.learning import Learnt, enough, learn_poses
from vcam.daemon.sample_pictures import Thumbnails
from vcam.daemon.taught import TaughtPoses, check_name, read_export
from vcam.poses.taught.samples import MOST_SAMPLES, Samples, to_bytes


class TaughtFiles:
    """Implements `vcam.control.contracts.Taught`. Any thread.

    Args:
        taught: the samples, and what is live.
        thumbnails: of samples.
        digits: whether the ready-made digits are recognised.
        go_live: brings what was learnt into force.
    """

    def __init__(
        self,
        taught: TaughtPoses,
        thumbnails: Thumbnails,
        digits: Callable[[], bool],
        go_live: Callable[[Learnt | None], None],
    ) -> None:
        self._taught = taught
        self._thumbnails = thumbnails
        self._digits = digits
        self._go_live = go_live

    def sample(self, sample: int) -> bytes:
        """A small JPEG of what a sample was taken from.

        Raises:
            VcamError: there is none.
        """
        jpeg = self._thumbnails.get(sample)
        if jpeg is None:
            raise VcamError(
                f"There is no picture of sample {sample}",
                "pictures of samples are in memory alone, until vcam ends",
            )
        return jpeg

    def export(self, form: PoseForm) -> bytes:
        """All taught poses as one file; see the contract.

        Raises:
            VcamError: nothing was taught, or nothing is live.
        """
        if form == "tflite":
            model = self._taught.model
            if model is None:
                raise VcamError("No taught pose is live", "train first: vcam poses train")
            # What writes networks is a large module, and hardly ever needed.
            from vcam.poses.taught.tflite import as_tflite

            return as_tflite(model)
        samples = self._taught.samples
        if not any(samples.poses.values()):
            raise VcamError("There is no taught pose", "teach one: vcam poses teach NAME")
        return to_bytes(samples, own=False)

    def install(self, content: bytes) -> tuple[str, ...]:
        """Takes the poses of an exported file in; see the contract.

        Raises:
            VcamError: the file is not fit, or cannot be kept; nothing has changed.
        """
        new = read_export(content)
        old = self._taught.samples
        taken = list(old.poses)
        for name in new.poses:
            if name not in old.poses:
                check_name(name, taken)
                taken.append(name)
            if len(old.poses.get(name, ())) + len(new.poses[name]) > MOST_SAMPLES:
                raise VcamError(
                    f"{name} would have more than {MOST_SAMPLES} samples", "forget it first"
                )
        both = merged(old, new)
        chosen = {
            pose: samples
            for pose, samples in enough(both)[0].items()
            if pose in new.poses or pose in old.live
        }
        learnt = learn_poses(chosen, digits=self._digits())
        live = learnt.samples if learnt is not None else {}

        def take(samples: Samples) -> Samples:
            if samples is not old:
                # Learning has taken a while; what was learnt has numbers of its own.
                raise VcamError("The taught poses have changed meanwhile", "take the file in again")
            return replace(both, live=live)

        self._taught.change(take)
        self._go_live(learnt)
        return tuple(new.poses)


def merged(old: Samples, new: Samples) -> Samples:
    """The samples of both; those of `new` get numbers that nobody has had."""
    shift = old.next_id
    both = old
    for pose, samples in new.poses.items():
        moved = [replace(each, id=each.id + shift, take=each.take + shift) for each in samples]
        both = both.add(pose, moved)
    return both
