"""Profiles: named sets of settings, chosen by hand or by the program that reads the camera."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from vcam.core.document import shown_key
from vcam.core.errors import SettingsError
from vcam.settings.schema import GestureThresholds, ProfileSettings, Settings

_TRUNCATED_AT = 15
"""Linux cuts the name of a process to so many bytes (TASK_COMM_LEN in sched.h, less the 0)."""


def with_profile(settings: Settings, name: str | None) -> Settings:
    """The settings as they are while a profile is in force; None for none.

    What the profile leaves out stays as it is. Thresholds of a gesture are merged one by one.

    Raises:
        SettingsError: there is no profile of that name.
    """
    if name is None:
        return settings
    profile = settings.profiles.get(name)
    if profile is None:
        raise _unknown(name, list(settings.profiles))
    effects: dict[str, object] = {}
    if profile.progress_ring is not None:
        effects["progress_ring"] = profile.progress_ring
    if profile.show is not None:
        effects["show"] = profile.show
    if profile.background is not None:
        background = settings.effects.background
        effects["background"] = background.model_copy(update={"kind": profile.background})
    reactions: dict[str, object] = {}
    if profile.reactions is not None:
        reactions["enabled"] = profile.reactions
    if profile.packs is not None:
        reactions["packs"] = profile.packs
    gestures = _merged(settings.triggers.gestures, profile)
    return settings.model_copy(
        update={
            "reactions": settings.reactions.model_copy(update=reactions),
            "effects": settings.effects.model_copy(update=effects),
            "triggers": settings.triggers.model_copy(update={"gestures": gestures}),
        }
    )


def profile_for(settings: Settings, programs: Sequence[str]) -> str | None:
    """The first profile, in the order of the file, that one of these programs brings with it.

    Args:
        settings: with the profiles.
        programs: names of the programs that read the camera.
    """
    for name, profile in settings.profiles.items():
        if any(_brings(app, program) for app in profile.apps for program in programs):
            return name
    return None


def _brings(app: str, program: str) -> bool:
    """Whether `app` is the start of a word in the program's name.

    A word starts after anything that is no letter or digit, and at a capital after a small letter:
    `view` is found in `ZoomWebView` and `web-view`, but `team` is not found in `steam`.
    """
    wanted, lowered = app.casefold(), program.casefold()
    if len(program.encode()) >= _TRUNCATED_AT and wanted.startswith(lowered):
        return True
    if len(lowered) != len(program):
        # Folding changed the length (ß), so places in the two no longer correspond.
        return lowered.startswith(wanted)
    place = lowered.find(wanted)
    while place >= 0:
        if place == 0 or not program[place].isalnum() or _word_starts(program, place):
            return True
        place = lowered.find(wanted, place + 1)
    return False


def _word_starts(text: str, place: int) -> bool:
    before, here = text[place - 1], text[place]
    return not before.isalnum() or (here.isupper() and not before.isupper())


def _merged(
    own: dict[str, GestureThresholds], profile: ProfileSettings
) -> dict[str, GestureThresholds]:
    merged = dict(own)
    for gesture, thresholds in profile.gestures.items():
        base = own.get(gesture, GestureThresholds())
        merged[gesture] = base.model_copy(update=thresholds.model_dump(exclude_none=True))
    return merged


def _unknown(name: str, known: Sequence[str]) -> SettingsError:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        fix = f"did you mean {shown_key(near[0])}?"
    elif known:
        fix = "there is: " + ", ".join(map(shown_key, known))
    else:
        fix = "the settings have none; see docs/configuration.md"
    return SettingsError(f"there is no profile {shown_key(name)}", fix)
