from __future__ import annotations

import json
import re

import cv2
import numpy as np
import pytest

from vcam.core.errors import VcamError
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation, PoseReading
from vcam.daemon.deciding import decide
from vcam.lab.images import ImagesRun, find_pictures, summary_text
from vcam.lab.images_page import ImagesPage
from vcam.lab.stills import PictureError, read_image
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import TriggerSettings
from vcam.testing import plain_image


def hand_at(x: float, y: float, size: float, track_id: int = 1) -> Hand:
    corners = np.linspace(0, size, 21, dtype=np.float32)
    points = np.stack([x + corners, y + corners], axis=1)
    return Hand(
        track_id, points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "right", 0.98765
    )


def reading(track_id: int = 1, known: bool = True, **scores: float) -> PoseReading:
    return PoseReading(track_id, scores, known)


def seen(*hands: Hand, faces: tuple[Face, ...] = ()) -> Observation:
    return Observation(0, 0.0, (640, 480), hands, faces)


SETTINGS = TriggerSettings()


def test_clear_pose_would_trigger():
    decision = decide(seen(hand_at(0, 0, 90)), [reading(v_sign=0.97, none=0.03)], SETTINGS)
    assert (decision.pose, decision.score) == ("v_sign", 0.97)


def test_score_below_enter_does_not():
    decision = decide(seen(hand_at(0, 0, 90)), [reading(v_sign=0.89, none=0.11)], SETTINGS)
    assert (decision.pose, decision.score) == ("none", 0.89)


def test_each_gesture_has_its_own_threshold():
    settings = TriggerSettings.model_validate({"gestures": {"v_sign": {"enter": 0.5}}})
    scores = reading(v_sign=0.7, none=0.3)
    assert decide(seen(hand_at(0, 0, 90)), [scores], settings).pose == "v_sign"
    assert decide(seen(hand_at(0, 0, 90)), [scores], SETTINGS).pose == "none"


def test_small_lead_does_not_trigger():
    settings = TriggerSettings.model_validate({"defaults": {"enter": 0.5}})
    scores = reading(v_sign=0.55, none=0.45)
    assert decide(seen(hand_at(0, 0, 90)), [scores], settings).pose == "none"


def test_gesture_that_is_switched_off_does_not_trigger():
    settings = TriggerSettings.model_validate({"gestures": {"v_sign": {"enabled": False}}})
    scores = reading(v_sign=0.97, none=0.03)
    assert decide(seen(hand_at(0, 0, 90)), [scores], settings).pose == "none"


def test_hand_unlike_all_others_does_not_trigger():
    scores = reading(known=False, v_sign=0.99, none=0.01)
    assert decide(seen(hand_at(0, 0, 90)), [scores], SETTINGS).pose == "none"


def test_tiny_hand_and_hand_over_a_face_do_not_trigger():
    scores = [reading(v_sign=0.97, none=0.03)]
    assert decide(seen(hand_at(0, 0, 15)), scores, SETTINGS).pose == "none"
    zeros = np.zeros(2, np.float32)
    face = Face(1, Box(0, 0, 200, 200), np.zeros((2, 2), np.float32), zeros, zeros, 1.0)
    assert decide(seen(hand_at(50, 50, 90), faces=(face,)), scores, SETTINGS).pose == "none"


def test_clearest_hand_wins():
    hands = seen(hand_at(0, 0, 90, 1), hand_at(300, 0, 90, 2))
    readings = [reading(1, v_sign=0.92, none=0.08), reading(2, metal=0.99, none=0.01)]
    assert decide(hands, readings, SETTINGS).pose == "metal"


def test_no_hand_no_score():
    assert decide(seen(), [], SETTINGS).score == 0.0


class FakeReader:
    """Bright pictures show V, dark ones nothing, and those between a hand without a pose."""

    def read(self, image):
        grey = int(image[0, 0, 0])
        if grey < 50:
            return seen(), ()
        score = 0.97 if grey > 200 else 0.1
        return seen(hand_at(10, 20, 90)), [reading(v_sign=score, none=1 - score)]


def write(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), plain_image(64, 48, value))


def test_pictures_are_found_with_their_class(tmp_path):
    write(tmp_path / "v_sign" / "b.png", 250)
    write(tmp_path / "v_sign" / "more" / "a.JPG", 250)
    write(tmp_path / "none" / "c.png", 0)
    write(tmp_path / ".hidden" / "d.png", 0)
    write(tmp_path / "none" / ".e.png", 0)
    (tmp_path / "none" / "notes.txt").write_text("x")
    found = [(each.label, each.path.name) for each in find_pictures(tmp_path)]
    assert found == [("none", "c.png"), ("v_sign", "b.png"), ("v_sign", "a.JPG")]


def test_one_class_folder_alone(tmp_path):
    write(tmp_path / "metal" / "a.png", 0)
    (picture,) = find_pictures(tmp_path / "metal")
    assert picture.label == "metal"


def test_folder_without_pictures(tmp_path):
    with pytest.raises(VcamError, match="holds no pictures"):
        find_pictures(tmp_path)
    with pytest.raises(VcamError, match="there is no folder"):
        find_pictures(tmp_path / "gone")


def test_lines_have_the_fixed_form(tmp_path):
    write(tmp_path / "v_sign" / "a.png", 250)
    run = ImagesRun(FakeReader(), SETTINGS)
    (result,) = run.run(find_pictures(tmp_path))
    line = json.loads(json.dumps(result.as_json()))
    assert line.pop("ms") >= 0
    assert line == {
        "file": str(tmp_path / "v_sign" / "a.png"),
        "label": "v_sign",
        "pose": "v_sign",
        "score": 0.97,
        "gesture": "v_sign",
        "hands": [
            {
                "side": "right",
                "presence": 0.9877,
                "pose": "v_sign",
                "score": 0.97,
                "scores": {"v_sign": 0.97, "none": 0.03},
                "box": [10.0, 20.0, 90.0, 90.0],
            }
        ],
        "faces": 0,
    }


def test_broken_picture_is_told_and_the_rest_goes_on(tmp_path):
    write(tmp_path / "v_sign" / "b.png", 250)
    write(tmp_path / "v_sign" / "c.png", 0)
    write(tmp_path / "thumb_up" / "d.png", 120)
    (tmp_path / "v_sign" / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "v_sign" / "empty.png").write_bytes(b"")
    run = ImagesRun(FakeReader(), SETTINGS)
    lines = [result.as_json() for result in run.run(find_pictures(tmp_path))]
    broken = [line for line in lines if "error" in line]
    assert [set(line) for line in broken] == [{"file", "label", "error"}] * 2
    summary = run.summary()
    assert (summary["pictures"], summary["errors"]) == (3, 2)
    assert summary["hand_found"] == round(2 / 3, 4)
    assert summary["classes"]["v_sign"]["precision"] == 1.0
    assert summary["classes"]["v_sign"]["recall"] == 0.5
    assert summary["confusion"] == {"thumb_up": {"none": 1}, "v_sign": {"v_sign": 1, "none": 1}}
    text = summary_text(summary)
    assert "3 pictures, a hand found in 66.7%, 2 could not be read" in text


def test_folder_that_is_no_pose_is_told(tmp_path):
    write(tmp_path / "sofa" / "a.png", 250)
    run = ImagesRun(FakeReader(), SETTINGS)
    list(run.run(find_pictures(tmp_path)))
    assert "No pose of that name: sofa" in summary_text(run.summary())


def test_truncated_picture_is_an_error(tmp_path):
    write(tmp_path / "a.png", 250)
    whole = (tmp_path / "a.png").read_bytes()
    (tmp_path / "a.png").write_bytes(whole[:30])
    with pytest.raises(PictureError, match="is no picture"):
        read_image(tmp_path / "a.png")
    with pytest.raises(PictureError, match="cannot read"):
        read_image(tmp_path / "gone.png")


def test_meaning_that_is_no_pose_is_refused():
    with pytest.raises(VcamError, match="cannot stand for sofa"):
        ImagesRun(FakeReader(), SETTINGS, meanings={"7": "sofa"})


def test_of_two_hands_the_one_whose_gesture_is_answered_counts():
    hands = (hand_at(0, 0, 100), hand_at(300, 0, 100, track_id=2))
    readings = [
        PoseReading(1, {"palm": 0.99, "none": 0.01}),
        PoseReading(2, {"v_sign": 0.95, "none": 0.05}),
    ]
    assert decide(seen(*hands), readings, SETTINGS).pose == "palm"
    assert decide(seen(*hands), readings, SETTINGS, answered=["v_sign"]).pose == "v_sign"


def test_the_run_heeds_the_card_and_what_is_answered(tmp_path):
    (tmp_path / "v_sign").mkdir()
    cv2.imwrite(str(tmp_path / "v_sign" / "a.png"), plain_image(640, 480))

    class Reader:
        def read(self, image):
            hands = (hand_at(0, 0, 100), hand_at(300, 0, 100, track_id=2))
            palm = PoseReading(1, {"palm": 0.99, "none": 0.01})
            return seen(*hands), [palm, PoseReading(2, {"v_sign": 0.8, "none": 0.2})]

    def said(**options):
        run = ImagesRun(Reader(), SETTINGS, **options)
        (result,) = run.run(find_pictures(tmp_path))
        return result.as_json()["pose"]

    assert said() == "palm"
    assert said(answered=["v_sign"]) == "palm"
    assert said(answered=["v_sign"], card={"v_sign": 0.75}) == "v_sign"


def test_report_of_pictures(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "v_sign" / f"{name}.png", 250)
    write(tmp_path / "v_sign" / "dark.png", 0)
    write(tmp_path / "none" / "<bright>.png", 250)
    run = ImagesRun(FakeReader(), SETTINGS)
    report = ImagesPage(GESTURES)
    for result in run.run(find_pictures(tmp_path)):
        report.add(result)
    text = report.html(run.summary())
    assert text.count("data:image/jpeg") == 2
    assert "&lt;bright&gt;.png" in text
    assert "0.667 (0.094 to 0.992)" in text
    # One of one other picture is read as V from 0.3 to its score on, two of three are V.
    roc = text[text.index("ROC, before guards") :].partition("</figure>")[0]
    places = set(re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', roc))
    assert len(places) == 2
    assert {across for across, _ in places} == {"54.0", "382.0"}  # none and all of the others
    classes = run.summary()["classes"]
    assert classes["v_sign"]["recall_interval"] == [0.0943, 0.9916]
