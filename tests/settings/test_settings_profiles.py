from __future__ import annotations

import pytest

from vcam.core.errors import SettingsError
from vcam.settings.loader import InvalidSettings, settings_from_text
from vcam.settings.profiles import profile_for, with_profile
from vcam.settings.schema import ProfileSettings, Settings

OWN = settings_from_text(
    """\
reactions: {packs: [party], pack_folders: [mine]}
triggers: {gestures: {v_sign: {enter: 0.8, dwell_ms: 600}, metal: {enabled: false}}}
profiles:
  work: {reactions: false, apps: [zoom, Teams]}
  calm:
    packs: []
    progress_ring: off
    gestures: {v_sign: {dwell_ms: 900}, thumb_up: {enabled: false}}
    apps: [firefox, zoom]
  empty:
"""
).settings


def test_no_profile_changes_nothing():
    assert with_profile(OWN, None) is OWN
    assert with_profile(OWN, "empty") == OWN


def test_reactions_off():
    changed = with_profile(OWN, "work")
    assert not changed.reactions.enabled
    assert changed.reactions.packs == ("party",)
    assert changed.triggers == OWN.triggers
    assert OWN.reactions.enabled


def test_packs_thresholds_and_ring_are_merged():
    changed = with_profile(OWN, "calm")
    assert changed.reactions.enabled
    assert changed.reactions.packs == ()
    assert changed.reactions.pack_folders == ("mine",)
    assert changed.effects.progress_ring == "off"
    gestures = changed.triggers.gestures
    assert (gestures["v_sign"].enter, gestures["v_sign"].dwell_ms) == (0.8, 900)
    assert gestures["metal"].enabled is False
    assert gestures["thumb_up"].enabled is False


def test_unknown_profile():
    with pytest.raises(SettingsError, match="no profile wrok: did you mean work"):
        with_profile(OWN, "wrok")
    with pytest.raises(SettingsError, match="there is: work, calm, empty"):
        with_profile(OWN, "zzz")
    with pytest.raises(SettingsError, match="the settings have none"):
        with_profile(Settings(profiles={}), "work")


def test_work_is_there_from_the_start_and_draws_nothing():
    assert Settings().reactions.enabled
    assert not with_profile(Settings(), "work").reactions.enabled


def test_show_and_background_are_taken_from_the_profile():
    profile = ProfileSettings(show="wild", background="blur")
    changed = with_profile(Settings(profiles={"loud": profile}), "loud")
    assert changed.effects.show == "wild"
    assert changed.effects.background.kind == "blur"
    assert Settings().effects.show == "normal"
    assert changed.effects.background.colour == Settings().effects.background.colour


@pytest.mark.parametrize(
    ("app", "program", "found"),
    [
        ("zoom", "zoom", True),
        ("zoom", "zoom.real", True),
        ("zoom", "ZoomWebviewHost", True),
        ("Zoom", "ZOOM", True),
        ("zoom", "us.zoom.xos", True),
        ("zoom", "/opt/zoom/run", True),
        ("view", "ZoomWebView", True),
        ("webview", "ZoomWebviewHost", True),
        ("zoom", "gozoomer", False),
        ("team", "steam", False),
        ("teams", "ms-teams", True),
        ("chrom", "chromium", True),
        ("google-chrome-stable", "google-chrome-s", True),
        ("google-chrome-stable", "google", False),
        ("2", "obs2", False),
        ("straße", "STRASSE", True),
        ("x", "", False),
    ],
)
def test_program_brings_its_profile(app, program, found):
    settings = Settings.model_validate({"profiles": {"p": {"apps": [app]}}})
    assert profile_for(settings, ["other", program]) == ("p" if found else None)


def test_first_profile_of_the_file_wins():
    assert profile_for(OWN, ["firefox", "zoom"]) == "work"
    assert profile_for(OWN, ["firefox-esr"]) == "calm"
    assert profile_for(OWN, []) is None


@pytest.mark.parametrize("app", ["''", "' '"])
def test_empty_program_is_refused(app):
    with pytest.raises(InvalidSettings, match=r"profiles\.p\.apps\.0 is .* must be text of 1 to"):
        settings_from_text(f"profiles: {{p: {{apps: [{app}]}}}}\n")
