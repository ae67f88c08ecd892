from __future__ import annotations

import logging

import pytest

from vcam.control.commands import ChangeSettings, ChooseProfile, Reload
from vcam.core.errors import SettingsError
from vcam.outputs.worker import OutputStatus

PROFILES = """\
profiles:
  work:
    apps: [zoom, teams]
    reactions: false
  play:
    apps: [obs]
    packs: [party]
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("triggers: {defaults: {dwell_ms: 600}}", ["apply"]),
        ("effects: {progress_ring: off}", ["apply"]),
        ("camera: {when: always}", ["apply"]),
        ("outputs: {preview: {mirror: true}}", ["apply"]),
        ("camera: {width: 640}", ["apply", "source"]),
        ("vision: {max_hands: 1}", ["apply", "recognizer"]),
        ("outputs: {fps: 25}", ["apply", "outputs"]),
        ("outputs: {virtual_camera: {mirror: true}}", ["apply", "outputs"]),
        ("control: {page: {port: 9000}}", ["apply"]),
    ],
)
def test_only_what_a_change_needs_is_started_again(desk, text, told):
    desk.save(text)
    assert desk.pipeline.names() == told


def test_source_of_the_run_stays(make_desk):
    desk = make_desk(keeps_source=True)
    desk.save("camera: {width: 640, when: always}")
    assert desk.pipeline.names() == ["apply"]


def test_same_file_again_touches_nothing(desk):
    desk.save("# a comment\n")
    desk.save("# another\noutputs: {fps: 30}\n")
    assert desk.pipeline.names() == []
    assert desk.controls == []


def test_revision_tells_that_settings_are_to_be_read_again(make_desk):
    desk = make_desk(PROFILES)

    def rises() -> bool:
        nonlocal known
        before, known = known, desk.daemon.state().settings.revision
        assert known >= before
        return known > before

    known = desk.daemon.state().settings.revision
    desk.daemon.run(ChangeSettings(set={"outputs.fps": 25}))
    assert rises()
    desk.daemon.run(ChooseProfile(name="work"))
    assert rises()
    desk.daemon.file_changed()
    desk.daemon.pipeline_changed()
    assert not rises()
    text = desk.store.path.read_text()
    desk.save("# every line moves\n" + text)
    assert rises()
    desk.save(text + "camera: {fps: fast}\n")
    assert not rises()


def test_page_and_tray_are_told(desk):
    desk.save("control: {page: {port: 9000}, tray: {enabled: false}}")
    assert [(each.page.port, each.tray.enabled) for each in desk.controls] == [(9000, False)]
    desk.save("control: {language: id}")
    assert desk.controls[-1].language == "id"


def test_log_level_follows(make_desk):
    desk = make_desk()
    desk.save("log_level: error")
    assert not logging.getLogger("vcam.capture").isEnabledFor(logging.WARNING)


def test_outputs_that_stay_the_same_are_the_same_objects(make_desk):
    desk = make_desk("outputs: {pipewire: {enabled: false}}")
    before = desk.rack.outputs(desk.store.loaded.settings.outputs)
    desk.save("outputs: {pipewire: {enabled: false}, record_to: clip.mp4}")
    _, public, preview = desk.pipeline.told[-1]
    assert public[0] is before[0]
    assert len(public) == 2
    assert preview == (desk.preview,)
    desk.save("outputs: {pipewire: {enabled: false}, virtual_camera: {label: other}}")
    _, public, _ = desk.pipeline.told[-1]
    assert len(public) == 1
    assert public[0] is not before[0]


def test_recording_that_cannot_be_is_told_and_the_rest_applied(desk):
    desk.save("outputs: {record_to: clip.mkv, fps: 25}")
    assert desk.pipeline.names() == ["apply"]
    assert "clip.mkv cannot be recorded to" in desk.daemon.state().notices[0]
    desk.save("outputs: {fps: 25}")
    assert desk.daemon.state().notices == ()


def test_invalid_save_changes_nothing_and_is_told_once(desk, caplog):
    desk.save("outputs: {fps: 25}")
    desk.pipeline.names()
    changes = desk.changes
    desk.save("outputs: {fps: 20}\ncamera:\n  fsp: 30\n")
    desk.daemon.file_changed()
    with pytest.raises(SettingsError, match="fsp"):
        desk.daemon.run(Reload())
    problem = desk.daemon.state().settings.problem
    assert "line 3" in problem
    assert "did you mean camera.fps" in problem
    assert desk.pipeline.names() == []
    assert desk.settings.outputs.fps == 25
    assert desk.changes > changes
    assert caplog.text.count("did you mean camera.fps") == 1
    desk.save("outputs: {fps: 20}\n")
    assert desk.daemon.state().settings.problem == ""
    assert desk.settings.outputs.fps == 20


def test_change_while_the_file_is_wrong_is_refused(desk):
    desk.save("outputs: {fps: none}\n")
    with pytest.raises(SettingsError):
        desk.daemon.run(ChangeSettings(set={"outputs.fps": 25}))
    assert desk.file.read_text() == "outputs: {fps: none}\n"


def test_file_that_cannot_be_written_is_told(desk, monkeypatch):
    from vcam.settings import store
    from vcam.settings.writing import Unwritable

    def refuse(*args: object) -> bool:
        raise Unwritable("read-only", "save elsewhere")

    monkeypatch.setattr(store, "write_file", refuse)
    desk.daemon.run(ChangeSettings(set={"outputs.fps": 25}))
    assert desk.settings.outputs.fps == 25
    assert "cannot be saved" in desk.daemon.state().settings.warning


def test_profile_by_hand(make_desk):
    desk = make_desk(PROFILES)
    assert desk.daemon.run(ChooseProfile(name="play")).message == "Profile play"
    state = desk.daemon.state()
    assert (state.profile, state.profile_by, state.profiles) == ("play", "user", ("work", "play"))
    assert [pack.name for pack in desk.pipeline.packs] == ["party"]
    assert desk.daemon.run(ChooseProfile(name=None)).message == "No profile"
    assert [pack.name for pack in desk.pipeline.packs] == ["selfie-glasses"]
    assert desk.file.read_text() == PROFILES


def test_profile_comes_and_goes_with_its_program(make_desk):
    desk = make_desk(PROFILES)
    desk.pipeline.watched_by("cheese", "zoom")
    desk.daemon.attend()
    state = desk.daemon.state()
    assert (state.profile, state.profile_by, state.reactions) == ("work", "zoom", False)
    assert [watcher.program for watcher in state.watchers] == ["cheese", "zoom"]
    desk.pipeline.watched_by("cheese")
    desk.daemon.attend()
    assert desk.daemon.state().profile is None
    assert desk.daemon.state().reactions


def test_own_choice_wins_until_it_is_taken_back(make_desk):
    desk = make_desk(PROFILES)
    desk.daemon.run(ChooseProfile(name="play"))
    desk.pipeline.watched_by("zoom")
    desk.daemon.attend()
    assert desk.daemon.state().profile == "play"
    message = desk.daemon.run(ChooseProfile(name=None)).message
    assert message == "Profile work, for zoom"
    assert desk.daemon.state().profile_by == "zoom"


def test_profile_that_is_deleted_ends(make_desk):
    desk = make_desk(PROFILES)
    desk.daemon.run(ChooseProfile(name="play"))
    desk.save("")
    assert desk.daemon.state().profile is None
    assert [pack.name for pack in desk.pipeline.packs] == ["selfie-glasses"]


def test_readers_alone_change_no_settings(make_desk):
    desk = make_desk(PROFILES)
    desk.pipeline.watched_by("cheese")
    desk.daemon.attend()
    assert desk.pipeline.names() == []


def test_reload_that_a_signal_asked_for(desk):
    desk.file.write_text("outputs: {fps: 20}\n")
    desk.daemon.ask_reload()
    desk.daemon.attend()
    assert desk.settings.outputs.fps == 20
    desk.pipeline.names()
    desk.daemon.attend()
    assert desk.pipeline.names() == []


def test_no_camera_at_all_is_told_once(make_desk, caplog):
    desk = make_desk("outputs: {pipewire: {enabled: false}}")
    name = desk.rack.cameras[0]
    desk.pipeline.statuses = (OutputStatus(name, "failed", "no device: load the module"),)
    desk.daemon.attend()
    desk.daemon.attend()
    assert "no device: load the module" in desk.daemon.state().notices[0]
    assert caplog.text.count("No other program can choose vcam") == 1
    desk.pipeline.statuses = (OutputStatus(name, "open"),)
    desk.daemon.attend()
    assert desk.daemon.state().notices == ()


def test_one_camera_of_two_is_enough(make_desk):
    desk = make_desk()
    first, *others = desk.rack.cameras
    desk.pipeline.statuses = (
        OutputStatus(first, "open"),
        *(OutputStatus(name, "failed", "not here") for name in others),
    )
    desk.daemon.attend()
    assert desk.daemon.state().notices == ()
