"""The state as it is told to tray, page, API and command line."""

from __future__ import annotations

import os
from collections.abc import Sequence

from vcam import __version__
from vcam.capture.devices import CameraFinder
from vcam.control.state import (
    CalibrationState,
    CameraChoice,
    CameraState,
    Figures,
    KeptState,
    LiveEffectState,
    OutputState,
    PictureState,
    SettingsState,
    State,
    Watcher,
)
from vcam.daemon.abilities import Abilities
from vcam.daemon.governor import InForce
from vcam.daemon.packs import PackLibrary
from vcam.daemon.selfies import Selfies
from vcam.outputs.worker import OutputStatus
from vcam.pipeline import Pipeline, SourceState
from vcam.settings.store import SettingsStore


def told_state(
    version: int,
    pipeline: Pipeline,
    in_force: InForce,
    library: PackLibrary,
    store: SettingsStore,
    figures: Figures,
    page: str | None,
    notices: Sequence[str],
    calibration: CalibrationState | None,
    kept: KeptState,
    selfies: Selfies,
    pictures: tuple[PictureState, ...],
    abilities: Abilities,
) -> State:
    """How things are now.

    Args:
        version: of the state.
        pipeline: asked for what it does.
        in_force: the settings.
        library: the packs.
        store: the settings file.
        figures: how the daemon does.
        page: address of the page; None while it is off.
        notices: lines that the user should see.
        calibration: the one that goes on, or the last one.
        kept: everything that is kept on this machine.
        selfies: asked for the one that goes on.
        pictures: the newest files of this run.
        abilities: asked for taught poses, image models and people.
    """
    outputs = pipeline.outputs()
    return State(
        version=version,
        vcam=__version__,
        pid=os.getpid(),
        mode=pipeline.mode.value,
        camera=_camera(pipeline.source_state()),
        outputs=tuple(_output(status) for status in outputs),
        watchers=watchers(outputs),
        recognition=pipeline.recognition_problem(),
        reactions=in_force.settings.reactions.enabled,
        packs=library.states(),
        gestures=in_force.gestures,
        profile=in_force.profile,
        profile_by=in_force.profile_by,
        profiles=tuple(in_force.loaded.settings.profiles),
        live=tuple(
            LiveEffectState(pack=each.pack, effect=each.effect, gesture=each.gesture)
            for each in pipeline.live()
        ),
        settings=SettingsState(
            path=str(store.path),
            exists=store.exists,
            problem=store.problem,
            warning=store.warning,
            revision=in_force.revision,
        ),
        figures=figures,
        page=page,
        notices=(
            *notices,
            *filter(None, [selfies.problem]),
            *abilities.recognisers.problems,
            *abilities.teaching.problems,
        ),
        calibration=calibration,
        kept=kept,
        selfie=selfies.state,
        selfie_problem=selfies.last_problem,
        pictures=pictures,
        teaching=abilities.teaching.state,
        recognisers=abilities.recognisers.states,
        people=abilities.people.state,
    )


def camera_choices() -> tuple[CameraChoice, ...]:
    """The cameras of this machine that could be read; none is opened for it."""
    return tuple(
        CameraChoice(device=str(camera.device), name=camera.name, problem=camera.problem)
        for camera in CameraFinder().choices()
        if not camera.is_loopback
    )


def watchers(outputs: Sequence[OutputStatus]) -> tuple[Watcher, ...]:
    """The programs that read our outputs, as far as they are known."""
    return tuple(
        Watcher(program=reader.program, pid=reader.pid, output=status.name)
        for status in outputs
        if status.audience is not None
        for reader in status.audience.readers
    )


def unseen(outputs: Sequence[OutputStatus], cameras: Sequence[str]) -> str:
    """Why no program can choose our camera; empty while one can, or none is wanted.

    Args:
        outputs: how all outputs do.
        cameras: names of those that programs can choose as a camera.
    """
    wanted = [status for status in outputs if status.name in cameras]
    if not wanted or any(status.state != "failed" for status in wanted):
        return ""
    causes = "; ".join(status.error for status in wanted)
    return f"No other program can choose vcam as its camera: {causes}"


def _camera(source: SourceState) -> CameraState:
    told = source.video_format
    return CameraState(
        phase=source.phase.value,
        name=source.name,
        message=source.message,
        width=told.width if told else 0,
        height=told.height if told else 0,
        fps=round(told.fps, 2) if told else 0,
    )


def _output(status: OutputStatus) -> OutputState:
    return OutputState(
        name=status.name, phase=status.state, error=status.error, readers=_readers(status)
    )


def _readers(status: OutputStatus) -> int | None:
    audience = status.audience
    if audience is None or audience.streaming is None:
        return None
    # Somebody reads, but who cannot be told: that is one at least.
    return max(1, len(audience.readers)) if audience.streaming else 0
