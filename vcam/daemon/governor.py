"""The settings in force: what the file says, with the profile that a person or program chose."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from vcam.control.state import GestureState
from vcam.core.errors import SettingsError
from vcam.daemon.naming import unknown
from vcam.daemon.packs import PackLibrary
from vcam.daemon.thresholds import answered_gestures, card_thresholds
from vcam.effects.pack import Pack
from vcam.poses.vocabulary import GESTURES, label
from vcam.settings.changes import changed_keys
from vcam.settings.loader import LoadedSettings
from vcam.settings.profiles import profile_for, with_profile
from vcam.settings.schema import PersonalSettings, Settings
from vcam.settings.store import SettingsStore

logger = logging.getLogger(__name__)

BY_USER = "user"
"""Why a profile is in force that was chosen by hand."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds now; replaced as a whole.

    Attributes:
        loaded: what the file and the command line say.
        settings: the same with the profile.
        packs: the packs that are on.
        answered: the gestures that they answer, or a selfie.
        gestures: all gestures with what holds for them.
        profile: name of the profile; None for none.
        profile_by: `BY_USER`, or the program that the profile is bound to.
        revision: grows each time that something else comes into force.
    """

    loaded: LoadedSettings
    settings: Settings
    packs: tuple[Pack, ...]
    answered: tuple[str, ...]
    gestures: tuple[GestureState, ...]
    profile: str | None = None
    profile_by: str = ""
    revision: int = field(default=0, compare=False)


class Enters(NamedTuple):
    """`enter` of each pose where the settings say nothing.

    Attributes:
        card: of all poses.
        own: those of them that the user's calibration has found.
    """

    card: Mapping[str, float]
    own: Mapping[str, float] = MappingProxyType({})


class Applying(Protocol):
    """Brings settings to those who work by them (`vcam.daemon.applying`)."""

    def apply(self, old: Settings, new: Settings, packs: Sequence[Pack], *, anew: bool) -> None:
        """Takes the way from `old` to `new`; `anew`: the packs were read again. Never raises."""
        ...


class Governor:
    """Decides what is in force, and has it applied. Any thread; one change at a time.

    Args:
        store: the settings file.
        library: the packs.
        packs: those that are on at the start.
        applying: told of each change; not of the start.
        on_change: told after each change.
        enters: `enter` of each pose where the settings say nothing, and those of them that are the
            user's own.
        taught: the poses that were taught, and are live.
    """

    def __init__(
        self,
        store: SettingsStore,
        library: PackLibrary,
        packs: tuple[Pack, ...],
        applying: Applying,
        on_change: Callable[[], None],
        enters: Callable[[PersonalSettings], Enters] = lambda settings: Enters(card_thresholds()),
        taught: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self._enters = enters
        self._taught = taught
        self._store = store
        self._library = library
        self._applying = applying
        self._on_change = on_change
        self._lock = threading.RLock()
        self._chosen: str | None = None
        self._programs: tuple[str, ...] = ()
        self._told_problem = ""
        loaded = store.loaded
        self._in_force = _in_force(
            loaded, loaded.settings, packs, enters(loaded.settings.personal), taught()
        )

    @property
    def in_force(self) -> InForce:
        """What holds now."""
        return self._in_force

    def change(self, changes: Mapping[str, Any], unset: Sequence[str] = ()) -> tuple[str, ...]:
        """Changes settings in the file and applies them.

        Args:
            changes: new values by dotted name.
            unset: dotted names that go back to their defaults.

        Returns:
            Names of the settings that are in force with another value now.

        Raises:
            SettingsError: they are refused; nothing has changed.
        """
        with self._lock:
            before = self._in_force.settings
            loaded = self._store.change(changes, unset)
            self._tell("")
            self._bring(loaded)
            return changed_keys(before, self._in_force.settings)

    def reload(self, *, packs_too: bool = False) -> tuple[str, ...]:
        """Reads the file again, and the packs if asked to.

        Returns:
            Names of the settings that are in force with another value now.

        Raises:
            SettingsError: the file cannot be used; what held before goes on to hold, and the
                state tells why.
        """
        with self._lock:
            before = self._in_force.settings
            try:
                loaded = self._store.reload()
            except SettingsError as error:
                self._tell(str(error))
                raise
            self._tell("")
            self._bring(loaded, anew=packs_too)
            return changed_keys(before, self._in_force.settings)

    def choose(self, profile: str | None) -> None:
        """Applies a profile by hand; with None, the programs that watch choose again.

        Raises:
            VcamError: there is no such profile.
        """
        with self._lock:
            profiles = self._in_force.loaded.settings.profiles
            if profile is not None and profile not in profiles:
                raise unknown("profile", profile, profiles)
            self._chosen = profile
            self._bring(self._in_force.loaded)

    def follow(self, programs: Sequence[str]) -> None:
        """Applies the profile that these programs, which watch now, bring with them."""
        with self._lock:
            if tuple(programs) != self._programs:
                self._programs = tuple(programs)
                self._bring(self._in_force.loaded)

    def refresh(self) -> None:
        """Thresholds have changed that are not in the settings, or taught poses."""
        with self._lock:
            self._bring(self._in_force.loaded)

    def _tell(self, problem: str) -> None:
        """Logs what is wrong with the file, once; the state tells it for as long as it holds."""
        if problem == self._told_problem:
            return
        self._told_problem = problem
        if problem:
            logger.error("The settings from before stay in force: %s", problem)
        else:
            logger.info("The settings file can be used again")
        self._on_change()

    def _bring(self, loaded: LoadedSettings, *, anew: bool = False) -> None:
        old = self._in_force
        profile, by = self._profile(loaded.settings)
        settings = with_profile(loaded.settings, profile)
        packs = old.packs
        if anew or settings.reactions != old.settings.reactions:
            packs = self._library.take(settings.reactions, anew=anew)
        enters = self._enters(settings.personal)
        new = _in_force(loaded, settings, packs, enters, self._taught(), profile, by)
        if new == old and not anew:
            return
        if profile != old.profile:
            logger.info(
                "Profile %s (%s)" if profile else "No profile", *filter(None, (profile, by))
            )
        # Together with what it counts: who sees it finds at least that in force.
        self._in_force = replace(new, revision=old.revision + 1)
        if anew or settings != old.settings:
            self._applying.apply(old.settings, settings, packs, anew=anew)
        self._on_change()

    def _profile(self, settings: Settings) -> tuple[str | None, str]:
        """The profile to apply, and why."""
        if self._chosen in settings.profiles:
            return self._chosen, BY_USER
        self._chosen = None
        name = profile_for(settings, self._programs)
        brings = (each for each in self._programs if profile_for(settings, [each]) == name)
        return (name, next(brings, "")) if name is not None else (None, "")


def _in_force(
    loaded: LoadedSettings,
    settings: Settings,
    packs: tuple[Pack, ...],
    enters: Enters,
    taught: tuple[str, ...],
    profile: str | None = None,
    by: str = "",
) -> InForce:
    answered = answered_gestures(packs, settings, taught)
    gestures = []
    for name in (*GESTURES, *taught):
        thresholds = settings.triggers.thresholds(name, enters.card)
        gestures.append(
            GestureState(
                name=name,
                label_en=label(name, "en"),
                label_id=label(name, "id"),
                on=thresholds.enabled,
                answered=name in answered,
                enter=round(thresholds.enter, 4),
                leave=round(thresholds.leave, 4),
                dwell_ms=thresholds.dwell_ms,
                calibrated=thresholds.enter == enters.own.get(name),
                taught=name in taught,
            )
        )
    return InForce(loaded, settings, packs, answered, tuple(gestures), profile, by)
