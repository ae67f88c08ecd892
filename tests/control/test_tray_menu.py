from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.control.commands import (
    ChooseProfile,
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
from vcam.control.server.pages import LOCKED_PAGE
from vcam.control.state import (
    CameraState,
    LiveEffectState,
    Meter,
    Meters,
    OutputState,
    PackState,
    SelfieState,
    SettingsState,
    Watcher,
)
from vcam.control.tray.menu import (
    MAX_LABEL,
    PROGRESS_STEPS,
    Look,
    look_of,
    menu_of,
    pause_toggle,
    title_of,
)
from vcam.control.tray.words import WORDS, choose_language
from vcam.testing.daemon import FakeDaemon

BASE = FakeDaemon().state()
LOST = CameraState(phase="lost", name="Cam", message="another program\nuses it")
ASLEEP = CameraState(phase="asleep", name="Cam")
ZOOM = Watcher(program="zoom", pid=8, output="virtual camera")
OBS = Watcher(program="obs", pid=9, output="PipeWire")


def state(**members):
    return BASE.model_copy(update=members)


def line(key, **members):
    return next(item for item in menu_of(state(**members), "en") if item.key == key)


@pytest.mark.parametrize(
    ("members", "title", "indonesian"),
    [
        ({}, "Live", "Aktif"),
        ({"watchers": (ZOOM,)}, "Live: zoom is watching", "Aktif: dilihat zoom"),
        (
            {"watchers": (ZOOM, OBS, ZOOM)},
            "Live: obs and zoom are watching",
            "Aktif: dilihat obs dan zoom",
        ),
        ({"mode": "paused"}, "Paused", "Dijeda"),
        ({"mode": "frozen"}, "Frozen", "Dibekukan"),
        (
            {"mode": "paused", "watchers": (ZOOM,)},
            "Paused: zoom sees it",
            "Dijeda: dilihat zoom",
        ),
        (
            {"camera": LOST},
            "No camera: another program uses it",
            "Tidak ada kamera: another program uses it",
        ),
        (
            {"camera": LOST, "watchers": (ZOOM,)},
            "No camera: another program uses it",
            "Tidak ada kamera: another program uses it",
        ),
        (
            {"camera": ASLEEP},
            "Camera off: nobody is watching",
            "Kamera mati: tidak ada yang melihat",
        ),
        (
            {"outputs": (OutputState(name="PipeWire", phase="open", readers=1),)},
            "Live: somebody is watching",
            "Aktif: ada yang melihat",
        ),
        ({"outputs": (OutputState(name="preview", phase="open", readers=1),)}, "Live", "Aktif"),
    ],
)
def test_title_tells_what_is_going_on(members, title, indonesian):
    assert title_of(state(**members), "en") == title
    assert title_of(state(**members), "id") == indonesian
    assert menu_of(state(**members), "en")[0].label == title


@pytest.mark.parametrize(
    ("key", "members", "label", "command"),
    [
        ("pause", {}, "Pause", Pause()),
        ("pause", {"mode": "paused"}, "Resume", Resume()),
        ("pause", {"mode": "frozen"}, "Pause", Pause()),
        ("freeze", {}, "Freeze the picture", Freeze()),
        ("freeze", {"mode": "frozen"}, "End the freeze", Resume()),
        ("reactions", {}, "Answer gestures", SwitchReactions(on=False)),
        ("reactions", {"reactions": False}, "Answer gestures", SwitchReactions(on=True)),
        ("pack party", {}, "Party", SwitchPack(name="party", on=True)),
        (
            "pack selfie-glasses",
            {},
            "Selfie glasses",
            SwitchPack(name="selfie-glasses", on=False),
        ),
        ("snapshot", {}, "Take a snapshot", TakeSnapshot()),
        ("selfie", {}, "Take a selfie", TakeSelfie()),
        (
            "selfie",
            {"selfie": SelfieState(phase="counting", left_s=2, take="still")},
            "Cancel the selfie",
            TakeSelfie(cancel=True),
        ),
        ("quit", {}, "Quit", Stop()),
    ],
)
def test_lines_ask_for_what_they_say(key, members, label, command):
    item = line(key, **members)
    assert (item.label, item.command) == (label, command)


def test_what_is_shown_can_be_taken_back_and_nothing_else():
    idle = line("undo")
    assert (idle.kind, idle.command) == ("heading", None)
    live = (LiveEffectState(pack="party", effect="hat", gesture="thumb_up"),)
    item = line("undo", live=live)
    assert (item.kind, item.label, item.command) == ("action", idle.label, Undo())
    assert idle.label == "Undo: end what is shown"
    assert len(menu_of(BASE, "en")) == len(menu_of(state(live=live), "en"))
    indonesian = {item.label for item in menu_of(state(live=live), "id")}
    assert "Urungkan: akhiri yang tampil" in indonesian


def test_ticks_are_the_state():
    assert line("pack selfie-glasses").on
    assert not line("pack party").on
    assert line("reactions").on
    assert not line("reactions", reactions=False).on


def test_profiles_are_a_choice_of_one():
    items = line("profiles", profiles=("work", "home"), profile="work").items
    assert [(item.label, item.kind, item.on) for item in items] == [
        ("None", "radio", False),
        ("work", "radio", True),
        ("home", "radio", False),
    ]
    assert [item.command for item in items] == [
        ChooseProfile(name=None),
        ChooseProfile(name="work"),
        ChooseProfile(name="home"),
    ]


def test_no_profiles_no_line():
    assert all(item.key != "profiles" for item in menu_of(state(profiles=()), "en"))


def test_settings_problem_is_a_line_that_opens_the_page():
    problem = SettingsState(path="c", exists=True, problem="line 3: camera.fsp\nis unknown")
    item = line("problem", settings=problem)
    assert item.label == "Settings: line 3: camera.fsp is unknown"
    assert item.opens
    assert item.command is None
    assert all(item.key != "problem" for item in menu_of(BASE, "en"))


def test_notices_are_lines_that_open_the_page():
    item = line("notice 0", notices=("No program can\nchoose our camera",))
    assert (item.label, item.opens) == ("No program can choose our camera", True)


def test_recognition_that_fails_is_told_unless_reactions_are_off():
    assert "no weights" in line("recognition", recognition="no weights").label
    keys = {i.key for i in menu_of(state(recognition="off", reactions=False), "en")}
    assert "recognition" not in keys


def test_packs_that_cannot_be_used_are_left_to_the_page():
    packs = (PackState(name="torn", title="Torn", on=True, problem="no pack.yaml"),)
    assert not any(item.key.startswith("pack") for item in menu_of(state(packs=packs), "en"))


@pytest.mark.parametrize(
    ("members", "look"),
    [
        ({}, Look("live")),
        ({"watchers": (ZOOM,)}, Look("live", watched=True)),
        ({"mode": "paused"}, Look("paused")),
        ({"mode": "paused", "watchers": (ZOOM,)}, Look("paused", watched=True)),
        ({"mode": "frozen"}, Look("frozen")),
        ({"camera": LOST}, Look("lost")),
        ({"camera": ASLEEP}, Look("asleep")),
        ({"camera": LOST, "mode": "paused"}, Look("paused")),
    ],
)
def test_icon_tells_the_state(members, look):
    assert look_of(state(**members), None) == look


def metered(*meters: Meter) -> Meters:
    return Meters(at=0, gestures=meters)


def test_icon_shows_the_furthest_dwell():
    meters = metered(
        Meter(gesture="v_sign", score=0.9, progress=0.5),
        Meter(gesture="metal", score=0.9, progress=0.25),
        Meter(gesture="fist", score=0.9, progress=1.0, active=True),
    )
    assert look_of(BASE, meters) == Look("live", progress=PROGRESS_STEPS // 2)
    assert look_of(BASE, metered()) == Look("live")
    assert look_of(state(reactions=False), meters) == Look("live")
    assert look_of(state(mode="paused"), meters) == Look("paused")


@given(st.floats(allow_nan=False))
def test_any_progress_is_within_the_ring(progress):
    meters = metered(Meter(gesture="v_sign", score=1, progress=progress))
    assert 0 <= look_of(BASE, meters).progress <= PROGRESS_STEPS


@given(st.text(max_size=300), st.sampled_from(["en", "id"]))
def test_labels_stay_short_and_on_one_line(text, language):
    camera = CameraState(phase="lost", name="Cam", message=text)
    settings = SettingsState(path="c", exists=True, problem=text)
    for item in menu_of(state(camera=camera, settings=settings), language):
        assert len(item.label) <= MAX_LABEL
        assert len(item.label.splitlines()) <= 1


@given(st.lists(st.text(min_size=1, max_size=9), unique=True, max_size=4))
def test_keys_are_unique(names):
    packs = tuple(PackState(name=name, title=name, on=True) for name in names)
    items = menu_of(state(packs=packs, profiles=tuple(names)), "en")
    keys = [sub.key for item in items for sub in (item, *item.items)]
    assert len(set(keys)) == len(keys)


def test_middle_click_pauses_and_ends_whatever_holds_the_picture():
    assert pause_toggle(BASE) == Pause()
    assert pause_toggle(state(mode="paused")) == Resume()
    assert pause_toggle(state(mode="frozen")) == Resume()


def test_both_languages_say_everything_with_the_same_blanks():
    assert WORDS["en"].keys() == WORDS["id"].keys()
    for key, text in WORDS["en"].items():
        blanks = [part.partition("}")[0] for part in text.split("{")[1:]]
        told = [part.partition("}")[0] for part in WORDS["id"][key].split("{")[1:]]
        assert sorted(blanks) == sorted(told)


@pytest.mark.parametrize(
    ("wanted", "system", "language"),
    [
        ("en", "id_ID.UTF-8", "en"),
        ("id", "en_US.UTF-8", "id"),
        ("auto", "id_ID.UTF-8", "id"),
        ("auto", "id", "id"),
        ("auto", "in_ID", "id"),
        ("auto", "en_GB.UTF-8", "en"),
        ("auto", "C.UTF-8", "en"),
        ("auto", "idle", "en"),
    ],
)
def test_language(monkeypatch, wanted, system, language):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LC_MESSAGES", system)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert choose_language(wanted) == language


@pytest.mark.parametrize("language", WORDS)
def test_page_that_is_locked_names_the_line_of_the_menu(language):
    assert f"“{WORDS[language]['open']}”".encode() in LOCKED_PAGE.body
