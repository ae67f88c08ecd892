from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from vcam.control.commands import (
    Calibrate,
    Forget,
    ForgetPose,
    MarkWrong,
    React,
    RenamePose,
    SortSamples,
    SwitchGesture,
    Teach,
    TrainTaught,
    UseTaught,
)
from vcam.core.errors import VcamError
from vcam.core.litert import Network
from vcam.daemon import recognition
from vcam.daemon.judge import PictureJudge
from vcam.daemon.recognition import HandRecognizer
from vcam.poses.classifier import PoseClassifier
from vcam.poses.features import hand_features

from .drawn_hands import drawn_hand, look_of, show
from .fake_pipeline import start_of
from .teaching_kit import ids, samples_of, take, teaching

CLAW = "teaching: {poses: {claw: {effect: party/bunting}}}"


@pytest.fixture(scope="module")
def head():
    return PoseClassifier.load()


def train(desk):
    """Learns, and lets it go live."""
    desk.daemon.run(TrainTaught())
    desk.work()
    desk.daemon.run(UseTaught(on=True))
    desk.work()


def test_a_pose_goes_from_the_camera_to_its_effect_and_survives_a_restart(
    make_desk, tmp_path, head
):
    desk = make_desk(CLAW)
    desk.daemon.run(Teach(pose="claw", samples=14, countdown_s=1))
    assert desk.pipeline.rehearsing
    assert (teaching(desk).phase, teaching(desk).countdown_s) == ("countdown", 1)
    show(desk, "claw", 0.9)
    assert teaching(desk).left == 14
    show(desk, "claw", 6, seed=50)
    desk.work()
    assert not desk.pipeline.rehearsing
    assert (teaching(desk).phase, len(samples_of(desk, "claw"))) == ("idle", 14)
    picture = Image.open(io.BytesIO(desk.daemon.taught.sample(ids(desk, "claw")[0])))
    assert picture.size == (96, 96)
    assert not any(each.taught for each in desk.daemon.state().gestures)

    desk.daemon.run(TrainTaught())
    assert teaching(desk).phase == "training"
    desk.work()
    judged = teaching(desk)
    assert (judged.phase, judged.confirmed, judged.classes) == ("judged", False, ("claw", "none"))
    assert judged.poses[0].figures.support == 14
    assert sum(map(sum, judged.confusion)) > 14
    assert "one take" in judged.message
    assert not judged.poses[0].live
    assert not desk.personal.taught.gestures

    desk.daemon.run(UseTaught(on=True))
    desk.work()
    state = desk.daemon.state()
    assert state.teaching.confirmed
    assert state.teaching.poses[0].live
    assert state.teaching.poses[0].answer == "party/bunting"
    gesture = next(each for each in state.gestures if each.name == "claw")
    assert gesture.taught
    assert gesture.on
    assert gesture.answered
    assert gesture.enter >= 0.75
    lent = desk.pipeline.lent["teaching"]
    assert lent.effects == (("claw", "party", "bunting"),)
    assert lent.gestures == ("claw",)
    assert desk.pipeline.card["claw"] == gesture.enter

    again = make_desk(CLAW)
    again.teaching.start()
    again.work()
    assert again.personal.taught.gestures == ("claw",)
    description = head.describe(drawn_hand("claw", 51))
    fresh, old = again.personal.taught, desk.personal.taught
    assert fresh.with_taught(description, description.reading).taught == pytest.approx(
        old.with_taught(description, description.reading).taught
    )


def test_a_taught_pose_is_told_apart_and_takes_nothing_from_the_others(make_desk, head):
    desk = make_desk()
    take(desk, "claw", "claw")
    take(desk, "claw", "claw", seed=30)
    take(desk, "pinky", "pinky_only", seed=60)
    train(desk)
    scores = {}
    for shape in ("claw", "pinky_only", "v_sign", "thumb_up", "metal"):
        hands = [drawn_hand(shape, seed) for seed in range(200, 212)]
        described = [head.describe(hand) for hand in hands]
        read = [desk.personal.taught.with_taught(each, each.reading) for each in described]
        assert [each.scores for each in read] == [each.reading.scores for each in described]
        scores[shape] = {
            pose: float(np.median([each.taught[pose] for each in read]))
            for pose in ("claw", "pinky", "none")
        }
    assert scores["claw"]["claw"] > 0.7
    assert scores["pinky_only"]["pinky"] > 0.7
    for shape in ("v_sign", "thumb_up", "metal"):
        assert scores[shape]["none"] > 0.7


def test_a_look_alike_is_named_with_what_to_do(make_desk):
    desk = make_desk()
    take(desk, "peace", "v_sign", seed=3)
    desk.daemon.run(TrainTaught())
    desk.work()
    (pose,) = teaching(desk).poses
    assert pose.figures.look_alikes[0][0] == "v_sign"
    assert "peace looks like v_sign" in teaching(desk).message
    desk.daemon.run(UseTaught(on=False))
    assert teaching(desk).confirmed
    assert not desk.personal.taught.gestures
    with pytest.raises(VcamError, match="Nothing waits"):
        desk.daemon.run(UseTaught(on=True))


def test_only_a_near_and_steady_hand_is_a_sample(desk):
    desk.daemon.run(Teach(pose="claw", samples=5))
    still = drawn_hand("claw", 1)

    def see(*hands):
        for each in hands:
            desk.daemon.note_look(look_of(*([each] if each else []), at=desk.clock.now()))
            desk.clock.advance(0.2)
        return teaching(desk).left, teaching(desk).message

    assert see(None) == (5, "Hold one hand up, so that all of it is seen")
    assert see(still) == (5, "Hold still")
    assert see(drawn_hand("claw", 1, x=250), drawn_hand("claw", 1, x=400))[0] == 5
    small = drawn_hand("claw", 1, side=40)
    assert see(small, small) == (5, "Come nearer: the hand is too small")
    assert see(still, still, still)[0] == 3
    # The larger of two hands poses.
    desk.daemon.note_look(look_of(drawn_hand("palm", 2, track_id=7, side=60, x=80), still))
    assert teaching(desk).left == 2
    desk.daemon.run(Teach(pose="claw", cancel=True))
    assert len(samples_of(desk, "claw")) == 3
    with pytest.raises(VcamError, match="too few samples"):
        desk.daemon.run(TrainTaught())


def test_a_take_without_a_hand_ends(desk):
    desk.daemon.run(Teach(pose="claw"))
    desk.work()
    assert teaching(desk).phase == "failed"
    assert "No sample for 20 s" in teaching(desk).message
    assert not desk.pipeline.rehearsing


def test_nothing_that_starts_while_one_teaches_counts(desk):
    desk.daemon.run(Teach(pose="claw"))
    desk.daemon.note_event(start_of("v_sign"))
    assert desk.daemon.history() == ()
    with pytest.raises(VcamError, match="being taken"):
        desk.daemon.run(Calibrate())
    desk.daemon.run(Teach(pose="claw", cancel=True))
    desk.daemon.note_event(start_of("v_sign"))
    assert len(desk.daemon.history()) == 1


@pytest.mark.parametrize(
    "name", ["v_sign", "V_SIGN", "none", "wave", "1", "a b", "ä", "../x", "a" * 41, "a.b"]
)
def test_names_that_cannot_be_are_refused(desk, name):
    with pytest.raises(VcamError):
        desk.daemon.run(Teach(pose=name))
    assert teaching(desk).phase == "idle"


def test_samples_are_thrown_out_given_away_renamed_and_forgotten(make_desk, tmp_path):
    desk = make_desk(CLAW + "\nselfie: {gesture: claw}\n")
    take(desk, "claw", "claw", 14)
    take(desk, "other", "fist", 10)
    first, second, *_ = ids(desk, "claw")
    desk.daemon.run(SortSamples(samples=(first,)))
    desk.daemon.run(SortSamples(samples=(second,), pose="other"))
    assert (len(ids(desk, "claw")), ids(desk, "other")[-1]) == (12, second)
    with pytest.raises(VcamError, match=f"no sample {first}"):
        desk.daemon.run(SortSamples(samples=(first,)))
    with pytest.raises(VcamError, match="no picture"):
        desk.daemon.taught.sample(first)
    train(desk)
    with pytest.raises(VcamError, match="already"):
        desk.daemon.run(RenamePose(pose="claw", to="OTHER"))
    desk.daemon.run(RenamePose(pose="claw", to="paw"))
    desk.work()
    assert desk.personal.taught.gestures == ("paw", "other")
    assert [each.name for each in teaching(desk).poses] == ["paw", "other"]
    settings = desk.store.loaded.settings
    assert settings.teaching.poses["paw"].effect == "party/bunting"
    assert settings.selfie.gesture == "paw"
    desk.daemon.run(SwitchGesture(name="paw", on=False))
    assert not next(each for each in desk.daemon.state().gestures if each.name == "paw").on
    with pytest.raises(VcamError, match="'claw'"):
        desk.daemon.run(React(gesture="claw"))
    desk.daemon.run(ForgetPose(pose="paw"))
    desk.work()
    assert desk.personal.taught.gestures == ("other",)
    assert b"paw" not in (tmp_path / "personal" / "poses.json").read_bytes()
    desk.daemon.run(ForgetPose(pose=None))
    desk.work()
    assert teaching(desk).poses == ()
    assert not (tmp_path / "personal" / "poses.json").exists()


def test_poses_go_out_and_come_in_as_a_file_without_a_picture(make_desk, tmp_path, head):
    desk = make_desk()
    take(desk, "claw", "claw")
    take(desk, "pinky", "pinky_only")
    train(desk)
    content = desk.daemon.taught.export("vcam")
    told = json.loads(content)
    assert set(told) == {"vcam", "format", "next_id", "poses"}
    assert {row[2] for rows in told["poses"].values() for row in rows} == {0}
    network = Network(desk.daemon.taught.export("tflite"), "taught")
    hand = drawn_hand("claw", 300)
    described = head.describe(hand)
    expected = desk.personal.taught.with_taught(described, described.reading).taught
    (scores,) = network.run(hand_features(hand)[np.newaxis])
    assert scores[0] == pytest.approx(list(expected.values()), abs=1e-4)
    desk.daemon.run(Forget(what="taught"))
    desk.work()
    assert desk.personal.taught.model is None
    for form in ("vcam", "tflite"):
        with pytest.raises(VcamError, match="taught pose"):
            desk.daemon.taught.export(form)
    assert desk.daemon.taught.install(content) == ("claw", "pinky")
    desk.work()
    assert desk.personal.taught.gestures == ("claw", "pinky")
    assert len(ids(desk, "claw")) == 12
    # Once more: the samples are kept beside those that are there.
    desk.daemon.taught.install(content)
    assert len(set(ids(desk, "claw"))) == 24
    with pytest.raises(VcamError, match="no usable file"):
        desk.daemon.taught.install(content[:-20])
    assert len(set(ids(desk, "claw"))) == 24


def test_digits_come_ready_made_and_can_be_taught_anew(make_desk):
    desk = make_desk("teaching: {digits: true}")
    desk.teaching.start()
    desk.work()
    digits = [f"digit_{number}" for number in range(1, 6)]
    assert list(desk.personal.taught.gestures) == digits
    assert all(pose.ready_made and pose.live for pose in teaching(desk).poses)
    with pytest.raises(VcamError, match="came with vcam"):
        desk.daemon.run(ForgetPose(pose="digit_3"))
    take(desk, "digit_3", "claw")
    train(desk)
    assert sorted(desk.personal.taught.gestures) == digits
    three = next(pose for pose in teaching(desk).poses if pose.name == "digit_3")
    assert not three.ready_made
    assert len(three.samples) == 12
    desk.save("teaching: {enabled: false, digits: true}")
    desk.work()
    assert desk.personal.taught.gestures == ()
    assert desk.pipeline.lent["teaching"].gestures == ()


def test_a_wrong_start_of_a_taught_pose_says_what_helps(make_desk):
    desk = make_desk(CLAW)
    take(desk, "claw", "claw")
    train(desk)
    desk.daemon.note_event(start_of("claw"))
    assert "take more samples of claw" in desk.daemon.run(MarkWrong(start=1)).message
    item = next(each for each in desk.daemon.state().kept.items if each.kind == "taught")
    assert (item.count, item.forget) == (12, "taught")


def test_a_live_pose_is_told_in_a_picture_that_is_tried(make_desk, head, monkeypatch):
    desk = make_desk()
    take(desk, "claw", "claw")
    seen = look_of(drawn_hand("claw", 1)).observation
    monkeypatch.setattr(recognition, "observe_picture", lambda observer, image: seen)
    recognizer = HandRecognizer(None, head, taught=desk.personal.taught)
    buffer = io.BytesIO()
    Image.new("RGB", seen.size).save(buffer, "PNG")
    settings = desk.store.loaded.settings

    def judged():
        judge = PictureJudge(lambda vision: recognizer)
        return judge.judge(buffer.getvalue(), settings, (), desk.personal.enters())

    assert "claw" not in {bar.pose for bar in judged().hands[0].scores}
    train(desk)
    (hand,) = judged().hands
    assert (judged().pose, hand.pose) == ("claw", "claw")
    assert hand.score == next(bar.score for bar in hand.scores if bar.pose == "claw") > 0.75
    assert [bar.pose for bar in hand.scores].count("none") == 1
