"""Carries commands out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
from vcam.core.errors import VcamError
from vcam.daemon.abilities import Abilities
from vcam.daemon.governor import Governor
from vcam.daemon.naming import unknown
from vcam.daemon.packs import PackLibrary
from vcam.daemon.renaming import moved_settings
from vcam.daemon.repair import Repair
from vcam.daemon.selfies import Selfies
from vcam.daemon.snapshots import Snapshots
from vcam.pipeline import Pipeline
from vcam.pipeline.mode import Mode
from vcam.settings.schema import ProfileSettings

_RESUME_FIRST = "resume first: vcam resume"


class Orders:
    """Carries commands out, one way for all who give them. Any thread.

    Args:
        pipeline: works.
        governor: holds the settings.
        library: holds the packs.
        repair: holds the starts, and learns from them.
        snapshots: saves pictures.
        selfies: takes selfies.
        abilities: teach poses, and enrol people.
        stop: ends the daemon, soon.
        on_change: told when the state has changed by something that nobody else tells of.
        now: local time of day.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        governor: Governor,
        library: PackLibrary,
        repair: Repair,
        snapshots: Snapshots,
        selfies: Selfies,
        abilities: Abilities,
        stop: Callable[[], None],
        on_change: Callable[[], None],
        now: Callable[[], datetime] = datetime.now,
    ) -> None:
        self._pipeline = pipeline
        self._governor = governor
        self._library = library
        self._repair = repair
        self._snapshots = snapshots
        self._selfies = selfies
        self._abilities = abilities
        self._stop = stop
        self._on_change = on_change
        self._now = now

    def carry_out(self, command: Command) -> Outcome:
        """What came of it.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        match command:
            case Pause():
                return self._set_mode(Mode.PAUSED, "Paused")
            case Resume():
                return self._set_mode(Mode.LIVE, "Live")
            case Freeze():
                return self._set_mode(Mode.FROZEN, "Frozen")
            case Stop():
                self._stop()
                return Outcome(message="vcam ends")
            case SwitchPack(name=name, on=on):
                return self._switch_pack(name, on)
            case SwitchReactions(on=on):
                return self._switch_reactions(on)
            case SwitchGesture(name=name, on=on):
                return self._switch_gesture(name, on)
            case React(gesture=gesture):
                return self._react(gesture)
            case Play(pack=pack, effect=effect):
                return self._play(pack, effect)
            case TakeSnapshot():
                return self._take_snapshot()
            case TakeSelfie(take=take, countdown_s=countdown_s, looks=looks, cancel=cancel):
                return self._selfies.order(take, countdown_s, looks, cancel=cancel)
            case ChooseProfile(name=name):
                self._governor.choose(name)
                return self._told_profile(name)
            case ChangeSettings(set=changes, unset=unset):
                applied = self._governor.change(changes, unset)
                return _told_settings(applied)
            case Reload():
                return _told_settings(self._governor.reload(packs_too=True))
            case MarkWrong(start=start, wrong=wrong):
                return self._repair.mark_wrong(start, wrong)
            case Undo():
                return self._undo()
            case Calibrate(cancel=cancel, gestures=gestures):
                return self._repair.calibrate(cancel, gestures)
            case Forget(what=what):
                return self._repair.forget(what)
            case RenamePose(pose=pose, to=to):
                outcome = self._abilities.teaching.carry_out(command)
                new, gone = moved_settings(self._governor.in_force.settings, pose, to)
                if new:
                    self._governor.change(new, gone)
                return outcome
            case Teach() | SortSamples() | TrainTaught() | UseTaught() | ForgetPose():
                return self._abilities.teaching.carry_out(command)
            case ForgetPerson(name=name):
                return self._repair.forget_person(name)
            case Enrol():
                return self._abilities.people.carry_out(command)

    def _set_mode(self, mode: Mode, message: str) -> Outcome:
        self._pipeline.set_mode(mode)
        return Outcome(message=message)

    def _profile_with(self, member: str) -> tuple[str, ProfileSettings] | None:
        """The profile in force, if it says something of its own about this."""
        in_force = self._governor.in_force
        if in_force.profile is None:
            return None
        profile = in_force.loaded.settings.profiles[in_force.profile]
        return (in_force.profile, profile) if getattr(profile, member) is not None else None

    def _switch_pack(self, name: str, on: bool) -> Outcome:
        pack = self._library.state(name)
        if on and pack.problem and not pack.on:
            raise VcamError(f"The pack {name} cannot be used", pack.problem)
        packs = self._governor.in_force.settings.reactions.packs
        if (name in packs) != on:
            changed = [*packs, name] if on else [other for other in packs if other != name]
            own = self._profile_with("packs")
            key = f"profiles.{own[0]}.packs" if own else "reactions.packs"
            self._governor.change({key: changed})
        return Outcome(message=f"{pack.title} is {_on_off(on)}")

    def _switch_reactions(self, on: bool) -> Outcome:
        if self._governor.in_force.settings.reactions.enabled != on:
            own = self._profile_with("reactions")
            key = f"profiles.{own[0]}.reactions" if own else "reactions.enabled"
            self._governor.change({key: on})
        return Outcome(message=f"Reactions are {_on_off(on)}")

    def _switch_gesture(self, name: str, on: bool) -> Outcome:
        self._refuse_unknown(name)
        if self._is_on(name) != on:
            own = self._profile_with("gestures")
            key = f"triggers.gestures.{name}.enabled"
            if own and name in own[1].gestures and own[1].gestures[name].enabled is not None:
                key = f"profiles.{own[0]}.gestures.{name}.enabled"
            self._governor.change({key: on})
        return Outcome(message=f"{name} is {_on_off(on)}")

    def _is_on(self, gesture: str) -> bool:
        return self._governor.in_force.settings.triggers.thresholds(gesture).enabled

    def _react(self, gesture: str) -> Outcome:
        self._refuse_unless_drawing()
        self._refuse_unknown(gesture)
        if not self._pipeline.by_hand.react(gesture):
            answers = [
                pack.name
                for pack in self._library.states()
                if any(gesture in effect.gestures for effect in pack.effects)
            ]
            fix = f"switch one on: vcam pack on {answers[0]}" if answers else "no pack has one"
            raise VcamError(f"No pack that is on answers {gesture}", fix)
        return Outcome(message=f"{gesture} is answered")

    def _refuse_unknown(self, gesture: str) -> None:
        known = [each.name for each in self._governor.in_force.gestures]
        if gesture not in known:
            raise unknown("gesture", gesture, known)

    def _play(self, pack: str, effect: str) -> Outcome:
        self._refuse_unless_drawing()
        known = self._library.state(pack)
        effects = [each.name for each in known.effects]
        if not known.on:
            raise VcamError(f"The pack {pack} is off", f"switch it on: vcam pack on {pack}")
        if effect not in effects:
            raise unknown("effect", effect, effects, f"in {pack}")
        self._pipeline.by_hand.play(pack, effect)
        return Outcome(message=f"{effect} of {known.title} plays")

    def _undo(self) -> Outcome:
        called_by = self._pipeline.by_hand.undo()
        if called_by is None:
            raise VcamError("There is nothing to take back", "no effect is shown now")
        return Outcome(message="Taken back", data={"gesture": called_by})

    def _refuse_unless_drawing(self) -> None:
        if self._pipeline.mode is not Mode.LIVE:
            raise VcamError(f"vcam is {self._pipeline.mode.value}", _RESUME_FIRST)
        if not self._governor.in_force.settings.reactions.enabled:
            raise VcamError("Reactions are off", "switch them on first")

    def _take_snapshot(self) -> Outcome:
        if self._pipeline.mode is Mode.PAUSED:
            raise VcamError("vcam is paused, so there is no picture to save", _RESUME_FIRST)
        image = self._pipeline.picture()
        if image is None:
            raise VcamError(
                "There is no picture to save now",
                "open the page or a program that shows the camera, and try again",
            )
        settings = self._governor.in_force.settings.outputs.snapshot
        path = self._snapshots.take(image, settings, self._now())
        self._on_change()
        return Outcome(message=f"Saved {path}", data={"file": str(path), "name": path.name})

    def _told_profile(self, asked: str | None) -> Outcome:
        in_force = self._governor.in_force
        if in_force.profile is None:
            return Outcome(message="No profile")
        why = "" if asked else f", for {in_force.profile_by}"
        return Outcome(message=f"Profile {in_force.profile}{why}")


def _on_off(on: bool) -> str:
    return "on" if on else "off"


def _told_settings(applied: tuple[str, ...]) -> Outcome:
    count = len(applied)
    message = f"{count} setting{'' if count == 1 else 's'} changed" if count else "Nothing changed"
    return Outcome(message=message, data={"applied": list(applied)})
