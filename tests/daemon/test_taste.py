"""How much of a show it shall be: from the settings file and the profiles to those who draw."""

from __future__ import annotations

import pytest

from vcam.control.commands import ChangeSettings, ChooseProfile

from .fake_pipeline import start_of


def test_work_profile_is_there_and_has_no_effects(make_desk):
    desk = make_desk("selfie: {gesture: three}")
    assert desk.daemon.state().profiles == ("work",)
    desk.daemon.run(ChooseProfile(name="work"))
    state = desk.daemon.state()
    assert not state.reactions
    assert not any(gesture.answered for gesture in state.gestures)
    assert not desk.settings.reactions.enabled
    desk.daemon.note_event(start_of("three"))
    assert desk.daemon.state().selfie is None
    desk.daemon.run(ChooseProfile(name=None))
    assert desk.daemon.state().reactions
    assert desk.settings.reactions.enabled


def test_program_brings_the_work_profile_with_it(make_desk):
    desk = make_desk("profiles: {work: {reactions: false, apps: [teams]}}")
    desk.pipeline.watched_by("teams-for-linux")
    desk.daemon.attend()
    assert not desk.settings.reactions.enabled
    desk.pipeline.watched_by()
    desk.daemon.attend()
    assert desk.settings.reactions.enabled


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("effects.show", "wild"),
        ("effects.reduced_motion", True),
        ("effects.behind_person", False),
        ("effects.background.kind", "blur"),
        ("triggers.one_handed", True),
        ("selfie.gesture", "three"),
    ],
)
def test_taste_reaches_the_pipeline_while_it_runs(desk, key, value):
    desk.daemon.run(ChangeSettings(set={key: value}))
    told = desk.settings
    for name in key.split("."):
        told = getattr(told, name)
    assert told == value
    assert desk.pipeline.names() == ["apply"], "and nothing is started again"


def test_profile_has_a_show_and_a_background_of_its_own(make_desk):
    desk = make_desk(
        "effects: {show: wild, background: {kind: none, strength: 0.8}}\n"
        "profiles: {calm: {show: subtle, background: blur}}\n"
    )
    desk.daemon.run(ChooseProfile(name="calm"))
    effects = desk.settings.effects
    assert (effects.show, effects.background.kind) == ("subtle", "blur")
    assert effects.background.strength == 0.8, "what the profile leaves out stays"
    desk.daemon.run(ChooseProfile(name=None))
    assert (desk.settings.effects.show, desk.settings.effects.background.kind) == ("wild", "none")
