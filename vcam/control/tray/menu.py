"""What the tray shows, as a pure function of the daemon's state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vcam.control.commands import (
    ChooseProfile,
    Command,
    Freeze,
    Pause,
    Resume,
    Stop,
    SwitchPack,
    SwitchReactions,
    TakeSelfie,
    TakeSnapshot,
    Undo,
)
from vcam.control.state import Meters, State
from vcam.control.tray.words import WORDS, Language

PROGRESS_STEPS = 12
"""So finely is the dwell told apart: more could not be seen on 22 pixels."""

MAX_LABEL = 72
"""Longest line in characters; menus that are wider than that look broken."""

OWN_PREVIEW = "preview"
"""Name of the output that only the user sees."""

Kind = Literal["action", "check", "radio", "heading", "separator", "submenu"]
Figure = Literal["live", "asleep", "paused", "frozen", "lost"]


@dataclass(frozen=True)
class Item:
    """One line of the menu.

    Attributes:
        key: which line it is, the same in every menu.
        label: its text.
        kind: how it looks; a `heading` cannot be chosen.
        on: whether it is ticked.
        command: what it asks of the daemon.
        opens: whether it opens the page instead.
        items: lines of a submenu.
    """

    key: str
    label: str = ""
    kind: Kind = "action"
    on: bool = False
    command: Command | None = None
    opens: bool = False
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Look:
    """The icon.

    Attributes:
        figure: what it tells.
        watched: whether another program sees our picture.
        progress: how far the dwell is, 0 to `PROGRESS_STEPS`.
    """

    figure: Figure
    watched: bool = False
    progress: int = 0


@dataclass(frozen=True)
class View:
    """All that the tray shows."""

    menu: tuple[Item, ...]
    title: str
    look: Look


def view_of(state: State, meters: Meters | None, language: Language) -> View:
    """What to show.

    Args:
        state: the daemon's.
        meters: the newest, if they are wanted (see `has_progress`).
        language: of all texts but those that come from the daemon.
    """
    return View(menu_of(state, language), title_of(state, language), look_of(state, meters))


def menu_of(state: State, language: Language) -> tuple[Item, ...]:
    """The menu."""
    words = WORDS[language]
    lines = [Item("title", title_of(state, language), "heading")]
    if state.recognition and state.reactions:
        why = words["no_recognition"].format(why=state.recognition)
        lines.append(Item("recognition", _short(why), "heading"))
    if state.settings.problem:
        why = words["settings_problem"].format(why=_one_line(state.settings.problem))
        lines.append(Item("problem", _short(why), opens=True))
    for number, notice in enumerate(state.notices):
        lines.append(Item(f"notice {number}", _short(_one_line(notice)), opens=True))
    lines.append(Item("line 1", kind="separator"))
    lines += _mode_items(state, words)
    # Always there, or the lines below it would move under the mouse of who has the menu open.
    kind: Kind = "action" if state.live else "heading"
    lines.append(Item("undo", words["undo"], kind, command=Undo() if state.live else None))
    lines.append(Item("snapshot", words["snapshot"], command=TakeSnapshot()))
    # The same command gives one up that goes on.
    name = "selfie" if state.selfie is None else "no_selfie"
    lines.append(Item("selfie", words[name], command=TakeSelfie(cancel=state.selfie is not None)))
    lines.append(Item("line 2", kind="separator"))
    on = state.reactions
    lines.append(Item("reactions", words["reactions"], "check", on, SwitchReactions(on=not on)))
    usable = [pack for pack in state.packs if not pack.problem]
    if usable:
        lines.append(Item("packs", words["packs"], "heading"))
    for pack in usable:
        command = SwitchPack(name=pack.name, on=not pack.on)
        lines.append(Item(f"pack {pack.name}", _short(pack.title), "check", pack.on, command))
    if state.profiles:
        lines.append(_profiles(state, words))
    lines.append(Item("line 3", kind="separator"))
    lines.append(Item("open", words["open"], opens=True))
    lines.append(Item("quit", words["quit"], command=Stop()))
    return tuple(lines)


def title_of(state: State, language: Language) -> str:
    """One line: what is going on."""
    words = WORDS[language]
    programs = sorted({watcher.program for watcher in state.watchers})
    names = _joined(programs, words["and"])
    many = "_by_many" if len(programs) > 1 else ""
    if state.mode != "live":
        what = words["paused" if state.mode == "paused" else "frozen"]
        title = words["still_watched" + many].format(what=what, programs=names) if names else what
    elif state.camera.phase == "lost":
        why = _one_line(state.camera.message)
        title = words["lost"].format(why=why) if why else words["lost_unknown"]
    elif state.camera.phase != "live":
        title = words[state.camera.phase]
    elif names:
        title = words["watched" + many].format(programs=names)
    else:
        title = words["watched_unnamed" if is_watched(state) else "live"]
    return _short(title)


def look_of(state: State, meters: Meters | None) -> Look:
    """The icon."""
    watched = is_watched(state)
    if state.mode != "live":
        return Look("paused" if state.mode == "paused" else "frozen", watched)
    if state.camera.phase == "lost":
        return Look("lost", watched)
    if state.camera.phase in ("asleep", "ended"):
        return Look("asleep", watched)
    if meters is None or not has_progress(state):
        return Look("live", watched)
    progress = max((m.progress for m in meters.gestures if not m.active), default=0.0)
    return Look("live", watched, round(min(1.0, max(0.0, progress)) * PROGRESS_STEPS))


def is_watched(state: State) -> bool:
    """Whether another program sees our picture; the page is the user's own."""
    return bool(state.watchers) or any(
        output.readers and output.name != OWN_PREVIEW for output in state.outputs
    )


def has_progress(state: State) -> bool:
    """Whether a gesture could be held now, so that it is worth asking for the meters."""
    return (
        state.mode == "live"
        and state.camera.phase == "live"
        and state.reactions
        and not state.recognition
    )


def pause_toggle(state: State) -> Command:
    """What a middle click asks for."""
    return Pause() if state.mode == "live" else Resume()


def _mode_items(state: State, words: dict[str, str]) -> list[Item]:
    pause = Item("pause", words["pause"], command=Pause())
    if state.mode == "paused":
        pause = Item("pause", words["resume"], command=Resume())
    freeze = Item("freeze", words["freeze"], command=Freeze())
    if state.mode == "frozen":
        freeze = Item("freeze", words["unfreeze"], command=Resume())
    return [pause, freeze]


def _profiles(state: State, words: dict[str, str]) -> Item:
    none = Item(
        "profile", words["no_profile"], "radio", state.profile is None, ChooseProfile(name=None)
    )
    named = [
        Item(f"profile {name}", _short(name), "radio", state.profile == name, command)
        for name in state.profiles
        for command in [ChooseProfile(name=name)]
    ]
    return Item("profiles", words["profile"], "submenu", items=(none, *named))


def _joined(names: list[str], conjunction: str) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return text if len(text) <= MAX_LABEL else text[: MAX_LABEL - 1].rstrip() + "…"
