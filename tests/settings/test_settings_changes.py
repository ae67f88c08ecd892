from __future__ import annotations

import pytest

from vcam.core.errors import SettingsError
from vcam.settings.changes import applies, changed_keys, needed
from vcam.settings.fields import find_field
from vcam.settings.loader import settings_from_text
from vcam.settings.schema import Settings


def keys(old: str, new: str) -> tuple[str, ...]:
    return changed_keys(settings_from_text(old).settings, settings_from_text(new).settings)


def test_nothing_differs():
    assert changed_keys(Settings(), Settings()) == ()
    assert keys("camera: {fps: 30}", "camera: {fps: 30.0}") == ()


def test_leaves_that_differ_in_the_order_of_the_schema():
    new = "log_level: debug\nreactions: {packs: []}\ncamera: {fps: 15}\n"
    assert keys("", new) == ("camera.fps", "reactions.packs", "log_level")


def test_gestures_and_profiles_that_come_go_and_change():
    old = "triggers: {gestures: {a: {enter: 0.5}, b: {enter: 0.5}}}\n"
    new = "triggers: {gestures: {b: {enter: 0.6}, c: {dwell_ms: 200}}}\nprofiles: {calm: {}}\n"
    assert keys(old, new) == (
        "triggers.gestures.a.enter",
        "triggers.gestures.b.enter",
        "triggers.gestures.c.dwell_ms",
        "profiles.work.reactions",
        "profiles.calm",
    )
    new = "profiles: {work: {reactions: false, gestures: {a: {enter: 0.5}}}}\n"
    assert keys("", new) == ("profiles.work.gestures.a.enter",)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("camera.fps", "camera"),
        ("camera.when", "at once"),
        ("vision.max_faces", "recognition"),
        ("triggers.gestures.v_sign.enter", "at once"),
        ("reactions.packs", "at once"),
        ("outputs.width", "device"),
        ("outputs.fit", "at once"),
        ("outputs.pipewire.name", "device"),
        ("control.tray.enabled", "page"),
        ("control.language", "at once"),
        ("profiles.work", "at once"),
    ],
)
def test_what_a_change_needs(key, expected):
    assert applies(key) == expected


def test_unknown_setting():
    with pytest.raises(SettingsError, match="not a setting"):
        applies("camera.nose")


def test_needs_of_several_the_costliest_first():
    several = ["camera.fps", "reactions.packs", "outputs.width", "control.page.port"]
    assert needed(several) == ("device", "camera", "page")
    assert needed(["reactions.packs"]) == ("at once",)
    assert needed([]) == ()


@pytest.mark.parametrize(
    ("key", "kind", "low", "high"),
    [
        ("camera.device", "text", None, None),
        ("camera.width", "whole", 160, 7680),
        ("camera.fps", "number", 1, 240),
        ("camera.mirror", "switch", None, None),
        ("camera.format", "choice", None, None),
        ("reactions.packs", "list", None, None),
        ("triggers.defaults.enter", "number", 0, 1),
        ("profiles.*.reactions", "switch", None, None),
        ("profiles.*.packs", "list", None, None),
        ("profiles.*.progress_ring", "choice", None, None),
        ("camera", "other", None, None),
    ],
)
def test_how_a_field_is_edited(key, kind, low, high):
    field = find_field(key.split("."))
    assert field is not None
    assert (field.kind, field.low, field.high) == (kind, low, high)
