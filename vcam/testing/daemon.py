"""A daemon without a camera, for the tests of tray, page, API and command line."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow

from vcam.control.commands import (
    Calibrate,
    ChangeSettings,
    ChooseProfile,
    Command,
    Enrol,
    Forget,
    ForgetPerson,
    ForgetPose,
    Freeze,
    MarkWrong,
    Outcome,
    Pause,
    Play,
    React,
    Reload,
    RenamePose,
    Resume,
    SortSamples,
    Stop,
    SwitchGesture,
    SwitchPack,
    SwitchReactions,
    TakeSelfie,
    TakeSnapshot,
    Teach,
    TrainTaught,
    Undo,
    UseTaught,
)
from vcam.control.state import (
    CalibrationPhase,
    CalibrationState,
    CameraChoice,
    Judgement,
    Meter,
    Meters,
    SettingValue,
    Start,
    State,
)
from vcam.core.errors import VcamError
from vcam.settings.fields import field_tree
from vcam.testing.daemon_state import LABELS, first_state
from vcam.testing.fake_packs import FakePacks
from vcam.testing.fake_people import FakePeople
from vcam.testing.fake_selfies import FakeSelfies
from vcam.testing.fake_taught import FakeTaught
from vcam.testing.pictures import FakePictures, a_v_sign


class FakeDaemon:
    """Carries commands out on its own state alone.

    Attributes:
        commands: all that were carried out, in order.
        starts: the history, the newest first.
        meters_now: what `meters` gives.
        refusal: raised by the next `run` instead, once.
        pictures: the preview.
        packs: installs for real, in the folder.
        selfies: takes pictures when it is told to.
        people: the attendance log of the state.
        taught: takes samples at once, and gives and takes files.

    Args:
        folder: where snapshots go; None refuses them.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.commands: list[Command] = []
        self.starts: tuple[Start, ...] = (
            Start(id=1, gesture="v_sign", at=1.7e9, held_ms=520, score=0.97),
        )
        self.meters_now = Meters(at=1.7e9, gestures=(Meter(gesture="v_sign", score=0.25),))
        self.refusal: VcamError | None = None
        self.pictures = FakePictures()
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.RLock()
        self._changed: dict[str, object] = {}
        self._state = first_state()
        self.selfies = FakeSelfies(folder, self.state, self.change)
        self.packs = FakePacks(
            folder, lambda: self._state.packs, lambda packs: self.change(packs=packs)
        )
        self.people = FakePeople(
            lambda: self._state.people, lambda people: self.change(people=people)
        )
        self.taught = FakeTaught(
            lambda: self._state.teaching, lambda teaching: self.change(teaching=teaching)
        )

    def run(self, command: Command) -> Outcome:
        """Carries `command` out.

        Raises:
            VcamError: `refusal` was set, or the command names what does not exist.
        """
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            raise refusal
        with self._lock:
            outcome = self._carry_out(command)
            self.commands.append(command)
        return outcome

    def change(self, **members: object) -> None:
        """Changes members of the state and tells the listeners."""
        with self._lock:
            version = self._state.version + 1
            self._state = self._state.model_copy(update={"version": version, **members})
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def change_settings(self, **members: object) -> None:
        """As `change`, after something of `settings()` has changed."""
        with self._lock:
            settings = self._state.settings
            counted = settings.model_copy(update={"revision": settings.revision + 1})
            self.change(settings=counted, **members)

    def state(self) -> State:
        """The state."""
        return self._state

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` after each change."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def meters(self) -> Meters:
        """`meters_now`."""
        return self.meters_now

    def history(self) -> tuple[Start, ...]:
        """`starts`."""
        return self.starts

    def settings(self) -> tuple[SettingValue, ...]:
        """All settings of the real schema, with the defaults and what commands have changed."""
        return tuple(
            SettingValue.of(
                leaf,
                leaf.key,
                self._changed.get(leaf.key, leaf.default),
                "line 3" if leaf.key in self._changed else "default",
            )
            for leaf in field_tree().leaves()
        )

    def cameras(self) -> tuple[CameraChoice, ...]:
        """Two cameras, one of them busy."""
        busy = "another program (zoom) uses it"
        return (
            CameraChoice(device="/dev/video0", name="Fake Camera"),
            CameraChoice(device="/dev/video2", name="Other Camera", problem=busy),
        )

    def thumbnail(self, pack: str) -> bytes:
        """A plain PNG.

        Raises:
            VcamError: there is no such pack.
        """
        self._known_pack(pack)
        buffer = BytesIO()
        Pillow.new("RGBA", (64, 64), (200, 80, 120, 255)).save(buffer, "PNG")
        return buffer.getvalue()

    def snapshot(self, name: str) -> Path:
        """The file of a snapshot taken before.

        Raises:
            VcamError: there is none of that name.
        """
        return self.selfies.file(name)

    def judge(self, picture: bytes) -> Judgement:
        """One V sign in whatever picture.

        Raises:
            VcamError: it is no picture.
        """
        try:
            width, height = Pillow.open(BytesIO(picture)).size
        except Exception:
            raise VcamError("This is no picture", "choose a PNG, JPEG or WebP file") from None
        return a_v_sign(width, height)

    def _carry_out(self, command: Command) -> Outcome:
        match command:
            case Pause():
                self.change(mode="paused")
            case Resume():
                self.change(mode="live")
            case Freeze():
                self.change(mode="frozen")
            case SwitchPack(name=name, on=on):
                self._known_pack(name)
                packs = self._state.packs
                changed = tuple(
                    pack.model_copy(update={"on": on}) if pack.name == name else pack
                    for pack in packs
                )
                self.change(packs=changed)
            case SwitchReactions(on=on):
                self.change(reactions=on)
            case SwitchGesture(name=name, on=on):
                if name not in LABELS:
                    raise VcamError(f"There is no gesture {name!r}", "see: vcam status")
                gestures = tuple(
                    gesture.model_copy(update={"on": on}) if gesture.name == name else gesture
                    for gesture in self._state.gestures
                )
                self.change(gestures=gestures)
            case ChooseProfile(name=name):
                if name is not None and name not in self._state.profiles:
                    raise VcamError(f"There is no profile {name!r}", "there is: work")
                self.change(profile=name, profile_by="user" if name else "")
            case ChangeSettings(set=changes, unset=unset):
                self._change_settings(dict(changes), unset)
            case MarkWrong(start=start, wrong=wrong):
                if start not in {known.id for known in self.starts}:
                    raise VcamError(f"There is no start {start}", "see the history")
                self.starts = tuple(
                    known.model_copy(update={"wrong": wrong}) if known.id == start else known
                    for known in self.starts
                )
                self.change()
            case Undo():
                if not self._state.live:
                    raise VcamError("There is nothing to take back", "no effect is shown now")
                self.change(live=())
            case Calibrate(cancel=cancel, gestures=gestures):
                self._calibrate(cancel, gestures)
            case Forget(what=what):
                if what in ("all", "history"):
                    self.starts = ()
                self.change()
            case Enrol() | ForgetPerson():
                self.people.carry_out(command)
            case TakeSnapshot():
                return self.selfies.snapshot()
            case TakeSelfie():
                return self.selfies.begin(command)
            case (
                Teach() | SortSamples() | TrainTaught() | UseTaught() | RenamePose() | ForgetPose()
            ):
                self.taught.carry_out(command)
            case React() | Play() | Reload() | Stop():
                self.change()
        return Outcome(message=f"{command.do} done")

    def _calibrate(self, cancel: bool, gestures: tuple[str, ...] | None) -> None:
        now = self._state.calibration
        if cancel and (now is None or not now.runs):
            raise VcamError("No calibration goes on", "begin one: vcam calibrate")
        names = gestures or tuple(LABELS)
        unknown = [name for name in names if name not in LABELS]
        if unknown:
            raise VcamError(f"There is no gesture {unknown[0]!r}", "see: vcam status")
        phase: CalibrationPhase = "cancelled" if cancel else "talk"
        left_s = 0 if cancel else 60
        message = "Cancelled" if cancel else "Talk as you do in a call"
        self.change(
            calibration=CalibrationState(
                phase=phase, gestures=names, left_s=left_s, total_left_s=left_s, message=message
            )
        )

    def _change_settings(self, changes: dict[str, object], unset: tuple[str, ...]) -> None:
        known = {leaf.key for leaf in field_tree().leaves()}
        for key in (*changes, *unset):
            if key not in known and not key.startswith("triggers.gestures."):
                raise VcamError(f"{key} is not a setting", "`vcam config explain` lists them all")
        self._changed |= changes
        for key in unset:
            self._changed.pop(key, None)
        self.change_settings()

    def _known_pack(self, name: str) -> None:
        if name not in {pack.name for pack in self._state.packs}:
            raise VcamError(f"There is no sticker pack {name!r}", "see: vcam status")
