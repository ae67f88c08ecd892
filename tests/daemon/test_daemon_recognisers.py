from __future__ import annotations

import shutil

import pytest

from vcam.core.errors import ModelError, VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.observation import Observation
from vcam.daemon.kept import kept_state
from vcam.daemon.model_files import install_model, models_folder, remove_model
from vcam.pipeline.carried import ReaderStatus
from vcam.pipeline.mode import Mode
from vcam.testing import plain_image
from vcam.testing.tiny_models import tiny_model, write_tiny_model

RULES = """
recognisers:
  rules:
    - {when: {recogniser: light, class: bright}, do: effect, effect: badges/peace}
    - {when: {recogniser: light, class: bright, hold_ms: 3000}, do: pause}
    - {when: {recogniser: light, class: dark}, do: blur}
    - {when: {recogniser: light, class: dark}, do: log}
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """The user's folders."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(
        "platformdirs.user_data_path", lambda name, appauthor=False: tmp_path / "data" / name
    )
    return tmp_path / "data" / "vcam" / "models"


def recognisers(desk):
    desk.daemon._abilities.recognisers.look()
    return desk.daemon._abilities.recognisers


def start(gesture):
    return GestureEvent(EventKind.START, gesture, 101.0, (), 100.0, 1.0, 0.97)


def test_rules_come_to_gestures_effects_pauses_and_veils(make_desk, home):
    write_tiny_model(home)
    desk = make_desk(RULES)
    assert recognisers(desk).problems == ()
    thread = desk.pipeline.recognisers
    rules, veils, cpu_share = thread.followed
    assert [rule.gesture for rule in rules] == [
        "light:bright",
        "light:bright:3000ms",
        "light:dark",
    ]
    assert veils == {"light:dark"}
    assert cpu_share == 0.10
    answers = desk.pipeline.lent["recognisers"]
    assert answers.effects == (("light:bright", "badges", "peace"),)
    # Its pack is off, and is lent.
    assert [pack.name for pack in answers.packs] == ["badges"]
    (reader,) = thread.carried["models"]
    assert (reader.name, reader.rate_hz) == ("light", 2)


def test_pausing_tells_why_until_somebody_resumes(make_desk, home):
    write_tiny_model(home)
    desk = make_desk(RULES)
    recognisers(desk)
    desk.pipeline.recognisers.on_event(start("light:bright"))
    assert desk.pipeline.mode is Mode.LIVE
    desk.pipeline.recognisers.on_event(start("light:bright:3000ms"))
    assert desk.pipeline.mode is Mode.PAUSED
    (notice,) = desk.daemon.state().notices
    assert "Paused, because light:bright" in notice
    desk.pipeline.set_mode(Mode.LIVE)
    assert desk.daemon.state().notices == ()


def test_what_starts_is_in_the_history_and_no_hand_is_learnt(make_desk, home):
    write_tiny_model(home)
    desk = make_desk(RULES)
    recognisers(desk)
    desk.daemon.note_event(start("light:dark"))
    (told,) = desk.daemon.history()
    assert (told.gesture, told.held_ms, told.score) == ("light:dark", 1000, 0.97)
    assert desk.personal.learnt.hands() == ()


def test_the_state_tells_of_each_model(make_desk, home):
    write_tiny_model(home)
    write_tiny_model(home, "quiet", off_by_default=True, region="face")
    write_tiny_model(home, "wrong", classes=("a", "none"[:2], "c"))
    desk = make_desk(RULES)
    recognisers(desk)
    scores = {"bright": 0.9, "dark": 0.1}
    desk.pipeline.recognisers.told = (ReaderStatus("light", True, scores, 1.96, 3.21),)
    light, quiet, wrong = desk.daemon.state().recognisers
    assert (light.on, light.running, light.rate_hz, light.ms) == (True, True, 1.96, 3.2)
    assert [(each.name, each.score) for each in light.classes] == [("bright", 0.9), ("dark", 0.1)]
    assert light.not_for == "anything else"
    assert (quiet.on, quiet.region, quiet.problem) == (False, "face", "")
    assert not wrong.on
    assert "tells 2 classes apart" in wrong.problem


def test_scores_are_made_while_somebody_asks_for_meters(desk):
    desk.daemon.state()
    assert desk.pipeline.recognisers.asked == 0
    desk.daemon.meters()
    assert desk.pipeline.recognisers.asked == 1


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("{when: {recogniser: ligth, class: dark}, do: log}", "did you mean light?"),
        ("{when: {recogniser: light, class: drak}, do: log}", "did you mean dark?"),
        (
            "{when: {recogniser: light, class: dark}, do: effect, effect: badges/paece}",
            "did you mean peace?",
        ),
        (
            "{when: {recogniser: light, class: dark}, do: effect, effect: badgse/peace}",
            "did you mean badges?",
        ),
        ("{when: {recogniser: quiet, class: dark}, do: log}", "recognisers.models.quiet.enabled"),
        ("{when: {recogniser: broken, class: dark}, do: log}", "has no card broken.json"),
        ("{when: {recogniser: people, class: anna}, do: log}", "people.enabled"),
    ],
)
def test_a_rule_about_what_there_is_not_is_told_and_the_others_hold(make_desk, home, rule, told):
    write_tiny_model(home)
    write_tiny_model(home, "quiet", off_by_default=True)
    write_tiny_model(home, "broken").with_suffix(".json").unlink()
    good = "{when: {recogniser: light, class: bright}, do: blur}"
    desk = make_desk(f"recognisers: {{rules: [{rule}, {good}]}}")
    recognisers(desk)
    (problem,) = desk.daemon.state().notices
    assert told in problem
    assert "light:bright" in desk.pipeline.recognisers.followed[1]


def test_settings_of_a_model_that_there_is_not_are_told(make_desk, home):
    write_tiny_model(home)
    desk = make_desk("recognisers: {models: {lihgt: {rate_hz: 5}}}")
    (problem,) = recognisers(desk).problems
    assert "recognisers.models.lihgt" in problem
    assert "did you mean light?" in problem


def test_changed_settings_apply_at_once_and_leave_what_stays_alone(make_desk, home):
    write_tiny_model(home)
    write_tiny_model(home, "other")
    desk = make_desk(RULES)
    recognisers(desk)
    light, other = desk.pipeline.recognisers.carried["models"]
    desk.save(RULES + "  models: {other: {rate_hz: 5}}\n")
    now_light, now_other = desk.pipeline.recognisers.carried["models"]
    assert now_light is light
    assert now_other is not other
    assert now_other.rate_hz == 5
    desk.save("recognisers: {models: {light: {enabled: false}}}")
    assert [each.name for each in desk.pipeline.recognisers.carried["models"]] == ["other"]
    assert desk.pipeline.recognisers.followed[0] == ()
    assert desk.pipeline.lent["recognisers"].effects == ()


def test_a_model_dropped_into_the_folder_runs_after_a_reload(make_desk, home):
    desk = make_desk(RULES)
    assert len(recognisers(desk).problems) == 4
    write_tiny_model(home)
    desk.daemon.ask_reload()
    desk.daemon.attend()
    assert desk.daemon.state().notices == ()
    assert [each.name for each in desk.pipeline.recognisers.carried["models"]] == ["light"]
    light = desk.pipeline.recognisers.carried["models"][0]
    desk.daemon.ask_reload()
    desk.daemon.attend()
    assert desk.pipeline.recognisers.carried["models"][0] is light


def test_models_judge_an_uploaded_picture(make_desk, home):
    write_tiny_model(home)
    write_tiny_model(home, "face", region="face")
    write_tiny_model(home, "quiet", off_by_default=True)
    write_tiny_model(home, "logits", model=tiny_model(softmax=False))
    told = recognisers(make_desk()).judge(plain_image(value=255), Observation(0, 0.0, (64, 48)))
    assert [each.recogniser for each in told] == ["light"]
    assert [(each.name, each.score > 0.9) for each in told[0].classes] == [
        ("bright", True),
        ("dark", False),
    ]


def test_installing_copies_model_and_card_or_neither(tmp_path, home, monkeypatch):
    source = write_tiny_model(tmp_path / "run", "best")
    shutil.copy(source, tmp_path / "run" / "renamed.tflite")
    shutil.copy(source.with_suffix(".json"), tmp_path / "run" / "renamed.json")
    assert install_model(tmp_path / "run" / "renamed.tflite", home) == "best"
    assert sorted(path.name for path in home.iterdir()) == ["best.json", "best.tflite"]
    bad = write_tiny_model(tmp_path / "run", "bad", classes=("a", "b", "c"))
    with pytest.raises(ModelError, match="names 3"):
        install_model(bad, home)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    other = write_tiny_model(tmp_path / "run", "other")
    with pytest.raises(ModelError, match="No space left"):
        install_model(other, home)
    assert sorted(path.name for path in home.iterdir()) == ["best.json", "best.tflite"]
    with pytest.raises(VcamError, match="did you mean best"):
        remove_model("bset", home)
    remove_model("best", home)
    assert list(home.iterdir()) == []


def test_names_that_no_model_can_have(make_desk, home):
    write_tiny_model(home)
    for name in ("people", "My Model"):
        shutil.copy(home / "light.tflite", home / f"{name}.tflite")
        shutil.copy(home / "light.json", home / f"{name}.json")
    states = {each.name: each.problem for each in recognisers(make_desk()).states}
    assert "is taken" in states["people"]
    assert "no name for a model" in states["My Model"]
    assert states["light"] == ""


def test_what_is_kept_tells_of_models(make_desk, home):
    write_tiny_model(home)
    desk = make_desk()
    settings = desk.store.loaded.settings
    (kept,) = (
        item
        for item in kept_state(settings, desk.file, desk.personal).items
        if item.kind == "models"
    )
    assert (kept.count, kept.path) == (1, str(models_folder(settings.recognisers)))
