"""How the daemon is now: camera, outputs, packs, gestures, settings file, figures."""

from __future__ import annotations

from typing import Literal

from vcam.control.state.personal import CalibrationState, KeptState
from vcam.control.state.pictures import PictureState, SelfieState
from vcam.control.state.recognised import PeopleState, RecogniserState, TeachingState
from vcam.control.state.told import Told

Mode = Literal["live", "paused", "frozen"]
CameraPhase = Literal["opening", "live", "lost", "asleep", "ended"]
OutputPhase = Literal["waiting", "open", "failed", "closed"]


class CameraState(Told):
    """The camera, or the clip that takes its place.

    Attributes:
        phase: `asleep` while it is closed on purpose (paused, or nobody watches).
        name: what a person calls it.
        message: why it is lost, or why it sleeps; empty otherwise.
        width: pixels; 0 before it was first opened, as are the next two.
        height: pixels.
        fps: frames per second that it promises.
    """

    phase: CameraPhase
    name: str
    message: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0


class OutputState(Told):
    """One output.

    Attributes:
        name: what a person calls it.
        phase: whether it is open.
        error: why it failed; empty otherwise.
        readers: how many programs read it now; None where that cannot be known.
    """

    name: str
    phase: OutputPhase
    error: str = ""
    readers: int | None = None


class Watcher(Told):
    """A program that has our camera open.

    Attributes:
        program: its name, such as `zoom`.
        pid: its process; None where that is not known.
        output: name of the output that it reads.
    """

    program: str
    pid: int | None
    output: str


class EffectState(Told):
    """An effect of a pack: its name there, and the gestures that play it."""

    name: str
    gestures: tuple[str, ...] = ()


class PackState(Told):
    """A sticker pack that was found.

    Attributes:
        name: its folder's name.
        title: what people call it.
        on: whether it answers gestures.
        author: who drew it.
        licence: terms for its pictures.
        problem: why it cannot be used; empty otherwise.
        effects: what is in it.
        thumbnail: whether there is a thumbnail to ask for.
        own: whether the user has installed or made it, so that it can be removed.
    """

    name: str
    title: str
    on: bool
    author: str = ""
    licence: str = ""
    problem: str = ""
    effects: tuple[EffectState, ...] = ()
    thumbnail: bool = False
    own: bool = False


class GestureState(Told):
    """A gesture that vcam knows.

    Attributes:
        name: such as `v_sign`.
        label_en: what people call it.
        label_id: the same in Indonesian.
        on: whether it may start.
        answered: whether a pack that is on answers it, or a selfie; no other is watched for.
        enter: smoothed score from which a hold counts.
        leave: smoothed score below which it ends.
        dwell_ms: how long it must be held.
        calibrated: whether `enter` is the user's own, found by calibration.
        taught: whether the user has taught it.
    """

    name: str
    label_en: str
    label_id: str
    on: bool
    answered: bool
    enter: float
    leave: float
    dwell_ms: int
    calibrated: bool = False
    taught: bool = False


class SettingsState(Told):
    """The settings file.

    Attributes:
        path: where it is, or would be.
        exists: whether it is there.
        problem: why what it says now is not in force: line, key, what is allowed; else empty.
        warning: something in force that could not be saved; else empty.
        revision: grows whenever the value or the origin of a setting has changed, by whomever;
            each run of the daemon counts anew.
    """

    path: str
    exists: bool
    problem: str = ""
    warning: str = ""
    revision: int = 0


class Figures(Told):
    """How the daemon does, over the last seconds.

    Attributes:
        output_fps: pictures that went out in a second.
        late_frames: pictures that did not go out in time, since the start.
        latency_p50_ms: camera picture handed over until it is handed to the outputs.
        latency_p95_ms: the same, 95th percentile.
        camera_to_output_ms: from the moment the camera took a picture; None if unknown.
        vision_hz: pictures in which hands were looked for in a second.
        cpu_share: share of one core that the process uses.
        uptime_s: since the start.
    """

    output_fps: float = 0
    late_frames: int = 0
    latency_p50_ms: float = 0
    latency_p95_ms: float = 0
    camera_to_output_ms: float | None = None
    vision_hz: float = 0
    cpu_share: float = 0
    uptime_s: float = 0


class LiveEffectState(Told):
    """An effect that is drawn now."""

    pack: str
    effect: str
    gesture: str


class State(Told):
    """All that is worth knowing, but for what changes with every picture (`Meters`).

    Attributes:
        version: grows with each change.
        vcam: version of the program.
        pid: process of the daemon.
        mode: what was asked for.
        camera: the camera.
        outputs: where pictures go.
        watchers: who has our camera open.
        recognition: why hands are not recognised; empty while they are.
        reactions: whether gestures are answered.
        packs: all that were found, by name.
        gestures: all that are known.
        profile: the profile in force; None for none.
        profile_by: why that one is in force: `user`, or the program that it is bound to.
        profiles: names of all.
        live: effects that are drawn now.
        settings: the settings file.
        figures: how it does; renewed once a second while somebody asks.
        page: address of the web page; None while it is off.
        notices: lines that the user should see, such as a tray without a host.
        calibration: the calibration that goes on, or the last one of this run; None before one.
        kept: everything that is kept on this machine.
        selfie: the selfie that goes on; None while there is none.
        selfie_problem: why the last one failed, wholly or in part; empty if it did not.
        pictures: the newest 20 files of selfies and snapshots of this run, the newest first.
        teaching: taught poses, and the teaching that goes on.
        recognisers: image models in the models folder.
        people: people who can be recognised.
    """

    version: int
    vcam: str
    pid: int
    mode: Mode
    camera: CameraState
    outputs: tuple[OutputState, ...] = ()
    watchers: tuple[Watcher, ...] = ()
    recognition: str = ""
    reactions: bool = True
    packs: tuple[PackState, ...] = ()
    gestures: tuple[GestureState, ...] = ()
    profile: str | None = None
    profile_by: str = ""
    profiles: tuple[str, ...] = ()
    live: tuple[LiveEffectState, ...] = ()
    settings: SettingsState
    figures: Figures = Figures()
    page: str | None = None
    notices: tuple[str, ...] = ()
    calibration: CalibrationState | None = None
    kept: KeptState = KeptState()
    selfie: SelfieState | None = None
    selfie_problem: str = ""
    pictures: tuple[PictureState, ...] = ()
    teaching: TeachingState = TeachingState()
    recognisers: tuple[RecogniserState, ...] = ()
    people: PeopleState = PeopleState()
