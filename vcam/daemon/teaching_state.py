"""Teaching in the words of the control side."""

from __future__ import annotations

from vcam.control.state import PoseFigures, SampleState, TaughtPoseState, TeachingState
from vcam.core.observation import NONE_POSE
from vcam.daemon.learning import Learnt
from vcam.daemon.sampling import Sampler
from vcam.daemon.taught import TaughtPoses
from vcam.settings.schema import TeachingSettings


def told_teaching(
    taught: TaughtPoses,
    sampler: Sampler,
    judged: Learnt | None,
    settings: TeachingSettings,
    *,
    trains: bool,
    waits: bool,
    failed: str,
) -> TeachingState:
    """What tray, page, API and command line are told.

    Args:
        taught: the samples, and what is live.
        sampler: the take that goes on.
        judged: what the last training came to; None before one.
        settings: in force.
        trains: whether a training goes on.
        waits: whether what it came to waits for the user.
        failed: why the last one failed; empty if it did not.
    """
    take = sampler.state
    phase, message = take.phase, take.message
    if trains:
        phase, message = "training", "Learning"
    elif failed:
        phase, message = "failed", failed
    elif waits and judged is not None and not sampler.runs:
        phase, message = "judged", "; ".join(judged.remarks)
    return TeachingState(
        phase=phase,
        pose=take.pose,
        left=take.left,
        countdown_s=take.countdown_s,
        message=message,
        poses=_poses(taught, sampler, judged, settings),
        classes=(*judged.model.poses, NONE_POSE) if judged is not None else (),
        confusion=judged.confusion if judged is not None else (),
        trained_in_s=round(judged.elapsed_s, 2) if judged is not None else 0.0,
        confirmed=not waits,
    )


def _poses(
    taught: TaughtPoses, sampler: Sampler, judged: Learnt | None, settings: TeachingSettings
) -> tuple[TaughtPoseState, ...]:
    live = taught.gestures
    own = taught.samples.poses
    names = dict.fromkeys((*own, *live))
    return tuple(
        TaughtPoseState(
            name=name,
            samples=tuple(
                SampleState(id=each.id, picture=each.id in sampler.thumbnails)
                for each in own.get(name, ())
            ),
            live=name in live,
            ready_made=name not in own,
            figures=_figures(judged, name),
            answer=(settings.poses[name].effect or "") if name in settings.poses else "",
        )
        for name in names
    )


def _figures(judged: Learnt | None, name: str) -> PoseFigures | None:
    figures = judged.figures.get(name) if judged is not None else None
    if figures is None:
        return None
    return PoseFigures(
        precision=figures.precision,
        recall=figures.recall,
        support=figures.support,
        look_alikes=figures.look_alikes,
    )
