from __future__ import annotations

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.errors import SettingsError, VcamError
from vcam.settings.loader import InvalidSettings, load_settings
from vcam.settings.schema import Settings
from vcam.settings.store import SettingsStore

from .store_kit import TEXT

pytestmark = pytest.mark.usefixtures("own_config_folder")


def test_change_is_in_the_file_and_in_force(file):
    store = SettingsStore(file)
    loaded = store.change({"triggers.gestures.v_sign.enter": 0.7, "camera.mirror": True})
    assert file.read_text() == (
        TEXT.replace("0.8", "0.7").replace("lamp\n", "lamp\n  mirror: true\n")
    )
    assert loaded is store.loaded
    assert loaded.settings == load_settings(file).settings
    assert loaded.settings.triggers.gestures["v_sign"].enter == 0.7
    assert (store.warning, store.problem, store.exists) == ("", "", True)


def test_unset_takes_empty_sections_along_and_keeps_comments(file):
    store = SettingsStore(file)
    store.change(unset=["triggers.gestures.v_sign.enter", "camera.height"])
    assert file.read_text() == "# mine\ncamera:\n  fps: 15  # lamp\n# calmer\n"
    assert store.loaded.settings.triggers == Settings().triggers


def test_own_write_needs_no_second_reload(file):
    store = SettingsStore(file)
    store.change({"camera.fps": 20})
    assert store.reload() is store.loaded


def test_nothing_is_written_when_nothing_changes(file):
    store = SettingsStore(file)
    before = file.stat().st_ino, file.stat().st_mtime_ns
    store.change({"camera.fps": 15.0}, unset=["log_level"])
    assert (file.stat().st_ino, file.stat().st_mtime_ns) == before


def test_newest_text_is_edited(file):
    store = SettingsStore(file)
    file.write_text(TEXT.replace("# mine", "# edited since"))
    store.change({"camera.fps": 20})
    assert file.read_text().startswith("# edited since\ncamera:\n  fps: 20  # lamp\n")


def test_reload_takes_what_was_saved(file):
    store = SettingsStore(file)
    file.write_text("camera: {fps: 24}\n")
    assert store.reload().settings.camera.fps == 24


def test_invalid_save_changes_nothing_and_is_told_until_mended(file):
    store = SettingsStore(file)
    before = store.loaded
    file.write_text("camera:\n  fsp: 24\n")
    with pytest.raises(InvalidSettings, match=r"line 2: camera\.fsp is not a setting; did you"):
        store.reload()
    assert store.loaded is before
    assert "line 2" in store.problem
    with pytest.raises(InvalidSettings, match="line 2"):
        store.change({"camera.fps": 30})
    assert file.read_text() == "camera:\n  fsp: 24\n"
    file.write_text(TEXT)
    assert store.reload().settings == before.settings
    assert store.problem == ""


def test_vanished_file_keeps_the_settings_in_force_and_comes_back_with_a_change(file):
    store = SettingsStore(file)
    file.unlink()
    with pytest.raises(SettingsError, match="has gone; what it said stays in force"):
        store.reload()
    assert store.loaded.settings.camera.fps == 15
    assert not store.exists
    assert "has gone" in store.problem
    store.change({"camera.fps": 20})
    assert file.read_text() == TEXT.replace("15", "20")
    assert store.exists
    assert store.problem == ""


def test_first_change_makes_the_file_and_its_folder(tmp_path):
    store = SettingsStore()
    assert store.path == tmp_path / "home" / "config.yaml"
    assert not store.exists
    assert store.reload() is store.loaded
    store.change({"effects.progress_ring": "off"})
    text = store.path.read_text()
    assert text.startswith("# vcam's settings")
    assert text.endswith("effects:\n  progress_ring: 'off'\n")
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_file_that_was_asked_for_must_be_there_unless_it_may_be_made(tmp_path):
    path = tmp_path / "gone.yaml"
    with pytest.raises(SettingsError, match="there is no settings file"):
        SettingsStore(path)
    SettingsStore(path, must_exist=False).change({"camera.fps": 20})
    assert load_settings(path).settings.camera.fps == 20


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("camera.widht", 1, r"camera\.widht is not a setting: did you mean camera\.width\?"),
        ("camera.fps", 999, r"camera\.fps is 999; it must be a number from 1 to 240"),
        ("camera.fps", float("nan"), r"camera\.fps is nan"),
        ("camera", 3, "must be a section"),
        ("camera..fps", 3, "is not a setting"),
        ("", 3, "is not a setting"),
        ("triggers.gestures.*.enter", 0.5, "in the file alone"),
        ("triggers.gestures.a.b.enter", 0.5, "a name with a dot"),
        ("triggers.gestures.v_sign.entre", 0.5, "is not a setting"),
        ("triggers.gestures.a\nb.enter", 0.5, "in the file alone"),
        ("camera.device", "\ud800", "no value for a settings file"),
        ("camera.device", object(), "no value for a settings file"),
        ("profiles.work.apps", [" "], "text of 1 to 100 characters"),
    ],
)
def test_bad_change_is_refused(file, key, value, message):
    store = SettingsStore(file)
    with pytest.raises(SettingsError, match=message):
        store.change({"camera.mirror": True, key: value})
    assert file.read_text() == TEXT
    assert not store.loaded.settings.camera.mirror


def test_same_name_cannot_be_set_and_unset(file):
    with pytest.raises(SettingsError, match="both"):
        SettingsStore(file).change({"camera.fps": 3}, ["camera.fps"])


def test_whole_section_may_be_set(file):
    store = SettingsStore(file)
    store.change({"profiles.work": {"reactions": False, "apps": ("zoom",)}})
    assert file.read_text() == TEXT + (
        "profiles:\n  work:\n    reactions: false\n    apps: [zoom]\n"
    )


def test_override_of_a_changed_setting_is_dropped(file):
    store = SettingsStore(
        file, ["camera.fps=20", "camera.width=640", "reactions={enabled: false, packs: [a]}"]
    )
    assert store.loaded.settings.camera.fps == 20
    store.change({"camera.fps": 25, "reactions.packs": ["b"]})
    loaded = store.loaded
    assert loaded.settings.camera.fps == 25
    assert loaded.origin("camera.fps") == "line 3"
    assert loaded.settings.camera.width == 640
    assert loaded.settings.reactions.packs == ("b",)
    assert not loaded.settings.reactions.enabled
    file.write_text("camera: {fps: 5, width: 800}\n")
    assert store.reload().settings.camera.fps == 5
    assert store.loaded.settings.camera.width == 640


def test_unset_drops_the_override_too(file):
    store = SettingsStore(file, ["camera.fps=20"])
    store.change(unset=["camera.fps"])
    assert store.loaded.settings.camera.fps == 30


def test_windows_file_stays_one(file):
    file.write_bytes(b"\xef\xbb\xbfcamera:\r\n  fps: 15  # lamp\r\n  mirror: true")
    SettingsStore(file).change({"camera.fps": 20, "log_level": "debug"})
    assert file.read_bytes() == (
        b"\xef\xbb\xbfcamera:\r\n  fps: 20  # lamp\r\n  mirror: true\r\nlog_level: debug"
    )


def test_permissions_and_links_stay(file, tmp_path):
    file.chmod(0o640)
    link = tmp_path / "link.yaml"
    link.symlink_to(file.name)
    SettingsStore(link).change({"camera.fps": 20})
    assert link.is_symlink()
    assert file.read_text() == TEXT.replace("15", "20")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "link.yaml"]


keys = st.sampled_from(
    ["camera.fps", "camera", "reactions.packs", "triggers.gestures.v_sign", "profiles.x.apps", "a"]
) | st.text(max_size=12)


data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(
    st.sampled_from([TEXT, "", "{}", "camera:\n", "camera: {fps: 3}"]) | st.text(max_size=60),
    st.dictionaries(keys, data, max_size=3),
    st.lists(keys, max_size=3),
)
@settings(max_examples=100, deadline=None)
def test_any_change_of_any_file_is_made_or_refused(tmp_path_factory, text, changes, unset):
    file = tmp_path_factory.getbasetemp() / "fuzzed.yaml"
    file.write_text(TEXT)
    store = SettingsStore(file)
    file.write_text(text, newline="")
    before = file.read_bytes()
    try:
        loaded = store.change(changes, unset)
    except VcamError:
        loaded = None
    if loaded is None:
        assert file.read_bytes() == before
    else:
        assert load_settings(file).settings == loaded.settings
