from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from vcam.control.commands import (
    ChangeSettings,
    ChooseProfile,
    Freeze,
    MarkWrong,
    Pause,
    Play,
    React,
    Reload,
    Resume,
    Stop,
    SwitchGesture,
    SwitchPack,
    SwitchReactions,
    TakeSnapshot,
)
from vcam.core.errors import SettingsError, VcamError
from vcam.pipeline.mode import Mode

from .fake_pipeline import start_of

PROFILED = """\
# mine
profiles:
  work:
    packs: []
    reactions: true
    gestures:
      metal:
        enabled: false
"""


def pack(desk, name):
    return next(each for each in desk.daemon.state().packs if each.name == name)


def gesture(desk, name):
    return next(each for each in desk.daemon.state().gestures if each.name == name)


@pytest.mark.parametrize(
    ("command", "mode"), [(Pause(), Mode.PAUSED), (Freeze(), Mode.FROZEN), (Resume(), Mode.LIVE)]
)
def test_modes(desk, command, mode):
    desk.daemon.run(command)
    assert desk.pipeline.mode is mode
    assert desk.daemon.state().mode == mode.value


def test_stop_is_passed_on(desk):
    desk.daemon.run(Stop())
    assert desk.stopped == 1


def test_pack_is_switched_and_remembered(desk):
    desk.save("# mine\nreactions:\n  packs: [selfie-glasses]  # these\n")
    desk.daemon.run(SwitchPack(name="party", on=True))
    assert desk.file.read_text() == (
        "# mine\nreactions:\n  packs: [selfie-glasses, party]  # these\n"
    )
    assert [each.name for each in desk.pipeline.packs] == ["selfie-glasses", "party"]
    assert pack(desk, "party").on
    desk.daemon.run(SwitchPack(name="selfie-glasses", on=False))
    assert [each.name for each in desk.pipeline.packs] == ["party"]
    assert not pack(desk, "selfie-glasses").on


def test_pack_that_is_as_wanted_changes_nothing(desk):
    outcome = desk.daemon.run(SwitchPack(name="selfie-glasses", on=True))
    assert outcome.message == "Selfie glasses is on"
    assert desk.file.read_text() == ""
    assert desk.pipeline.names() == []


def test_unknown_names_are_told_with_what_may_be_meant(desk):
    for command, message in (
        (SwitchPack(name="selfie-glases", on=True), "did you mean selfie-glasses"),
        (SwitchGesture(name="v_sing", on=True), "did you mean v_sign"),
        (React(gesture="thumbup"), "did you mean thumb_up"),
        (Play(pack="selfie-glasses", effect="retr"), "in selfie-glasses: did you mean retro"),
        (Play(pack="nothing", effect="retro"), "no sticker pack 'nothing'"),
        (ChooseProfile(name="wrok"), "no profile 'wrok': did you mean work"),
        (MarkWrong(start=7), "no start 7"),
    ):
        with pytest.raises(VcamError, match=message):
            desk.daemon.run(command)
    assert desk.file.read_text() == ""


def test_reactions_are_switched_and_remembered(desk):
    desk.daemon.run(SwitchReactions(on=False))
    assert "enabled: false" in desk.file.read_text()
    assert desk.pipeline.packs == ()
    assert not desk.daemon.state().reactions
    assert pack(desk, "selfie-glasses").on, "it will answer again"
    desk.daemon.run(SwitchReactions(on=True))
    assert [each.name for each in desk.pipeline.packs] == ["selfie-glasses"]


def test_gesture_is_switched_and_remembered(desk):
    desk.daemon.run(SwitchGesture(name="v_sign", on=False))
    assert not gesture(desk, "v_sign").on
    assert not desk.settings.triggers.thresholds("v_sign").enabled
    assert gesture(desk, "metal").on
    desk.daemon.run(SwitchGesture(name="v_sign", on=True))
    assert gesture(desk, "v_sign").on


def test_profile_keeps_its_own_switches(make_desk):
    desk = make_desk(PROFILED)
    desk.daemon.run(ChooseProfile(name="work"))
    assert desk.pipeline.packs == ()
    desk.daemon.run(SwitchPack(name="party", on=True))
    desk.daemon.run(SwitchReactions(on=False))
    desk.daemon.run(SwitchGesture(name="metal", on=True))
    desk.daemon.run(SwitchGesture(name="v_sign", on=False))
    loaded = desk.store.loaded.settings
    work = loaded.profiles["work"]
    assert work.packs == ("party",)
    assert work.reactions is False
    assert work.gestures["metal"].enabled is True
    assert loaded.reactions.packs == ("selfie-glasses",)
    assert loaded.reactions.enabled
    assert loaded.triggers.gestures["v_sign"].enabled is False, "the profile says nothing of it"
    assert desk.file.read_text().startswith("# mine\n")


def test_reacting_and_playing(desk):
    desk.daemon.run(React(gesture="v_sign"))
    desk.daemon.run(Play(pack="selfie-glasses", effect="retro"))
    assert desk.pipeline.told == [("react", "v_sign"), ("play", "selfie-glasses", "retro")]


def test_what_cannot_be_seen_is_not_played(desk):
    with pytest.raises(VcamError, match="pack party is off: switch it on"):
        desk.daemon.run(Play(pack="party", effect="hat"))
    with pytest.raises(VcamError, match="No pack that is on answers shaka"):
        desk.daemon.run(React(gesture="shaka"))
    desk.daemon.run(Pause())
    with pytest.raises(VcamError, match="paused: resume first"):
        desk.daemon.run(React(gesture="v_sign"))
    desk.daemon.run(Resume())
    desk.daemon.run(SwitchReactions(on=False))
    with pytest.raises(VcamError, match="Reactions are off"):
        desk.daemon.run(Play(pack="selfie-glasses", effect="retro"))
    assert "play" not in desk.pipeline.names()


def test_pack_that_would_answer_is_named(make_desk):
    desk = make_desk("reactions: {packs: [party]}\n")
    desk.daemon.run(SwitchPack(name="party", on=False))
    with pytest.raises(VcamError, match="answers metal: switch one on: vcam pack on badges"):
        desk.daemon.run(React(gesture="metal"))


def test_snapshot_is_saved_where_the_settings_say(make_desk, tmp_path):
    desk = make_desk(f"outputs: {{snapshot: {{folder: {tmp_path / 'shots'}, format: jpg}}}}\n")
    desk.pipeline.image = np.full((36, 64, 3), 200, np.uint8)
    outcome = desk.daemon.run(TakeSnapshot())
    path = Path(outcome.data["file"])
    assert path.parent == tmp_path / "shots"
    assert cv2.imread(str(path)).mean() == pytest.approx(200, abs=2)
    assert desk.daemon.snapshot(outcome.data["name"]) == path


def test_names_that_were_not_taken_are_no_snapshots(make_desk, tmp_path):
    desk = make_desk(f"outputs: {{snapshot: {{folder: {tmp_path}}}}}\n")
    (tmp_path / "vcam-other.png").touch()
    for name in ("vcam-other.png", "../config.yaml", "config.yaml", ""):
        with pytest.raises(VcamError, match="no snapshot"):
            desk.daemon.snapshot(name)
    taken = desk.daemon.run(TakeSnapshot()).data
    Path(taken["file"]).unlink()
    with pytest.raises(VcamError, match="has gone"):
        desk.daemon.snapshot(taken["name"])


def test_no_picture_no_snapshot(desk):
    desk.pipeline.image = None
    with pytest.raises(VcamError, match="no picture to save"):
        desk.daemon.run(TakeSnapshot())
    desk.daemon.run(Pause())
    with pytest.raises(VcamError, match="paused"):
        desk.daemon.run(TakeSnapshot())


def test_settings_are_changed_and_unset(desk):
    change = ChangeSettings(set={"triggers.gestures.v_sign.enter": 0.7, "outputs.fps": 25})
    outcome = desk.daemon.run(change)
    assert outcome.data == {"applied": ["triggers.gestures.v_sign.enter", "outputs.fps"]}
    assert gesture(desk, "v_sign").enter == 0.7
    outcome = desk.daemon.run(ChangeSettings(unset=["outputs.fps"]))
    assert outcome.data == {"applied": ["outputs.fps"]}
    assert outcome.message == "1 setting changed"
    assert desk.settings.outputs.fps == 30


def test_wrong_change_is_refused_whole(desk):
    with pytest.raises(SettingsError, match="fps"):
        desk.daemon.run(ChangeSettings(set={"outputs.fps": "fast", "log_level": "error"}))
    assert desk.file.read_text() == ""
    assert desk.pipeline.names() == []


def test_reload_reads_the_file_and_the_packs(desk):
    desk.file.write_text("outputs: {fps: 20}\n")
    outcome = desk.daemon.run(Reload())
    assert outcome.data == {"applied": ["outputs.fps"]}
    before = desk.pipeline.packs
    desk.daemon.run(Reload())
    assert desk.pipeline.packs[0] is not before[0]


def test_starts_are_remembered_and_marked(desk):
    desk.daemon.note_event(start_of("v_sign"))
    desk.daemon.note_event(start_of("metal"))
    newest, first = desk.daemon.history()
    assert (first.id, first.gesture, first.held_ms, first.score) == (1, "v_sign", 500, 0.97)
    assert first.effects == ("selfie-glasses/retro",)
    assert newest.effects == ("selfie-glasses/blaze",)
    before = desk.changes
    desk.daemon.run(MarkWrong(start=1))
    assert [each.wrong for each in desk.daemon.history()] == [False, True]
    assert desk.changes > before
    desk.daemon.run(MarkWrong(start=1, wrong=False))
    assert not any(each.wrong for each in desk.daemon.history())
