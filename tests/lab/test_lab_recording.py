from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from vcam.core.errors import SourceError, VcamError
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation, PoseReading
from vcam.daemon.thresholds import card_thresholds
from vcam.lab.clips import find_clips
from vcam.lab.curve import threshold_curve
from vcam.lab.playing import PlayPlan, play_all
from vcam.lab.recording import (
    RecordedRecognizer,
    RecordedSource,
    Recording,
    load_recordings,
    save_recordings,
)
from vcam.lab.replay_run import Keeping, run
from vcam.lab.scoring import Span
from vcam.settings.schema import Settings, TriggerSettings

GESTURES = ("v_sign", "metal")


def hand(score: float, track_id: int = 4) -> Hand:
    """A hand whose first depth tells the fake head its score."""
    corners = np.linspace(0, 90, 21, dtype=np.float32)
    points = np.stack([corners + 100, corners + 100], axis=1)
    depth = np.full(21, score, np.float32)
    return Hand(track_id, points, depth, np.ones((21, 3), np.float32), "left", 0.75)


def face() -> Face:
    eyes = np.array([[1, 2], [3, 4]], np.float32)
    marks = np.array([5, 6], np.float32), np.array([7, 8], np.float32)
    return Face(9, Box(300, 20, 40, 50), eyes, *marks, 0.9)


class FakeHead:
    """Reads V with the score that stands in the hand's depth."""

    def __init__(self) -> None:
        self.runs = 0

    def read(self, observation):
        self.runs += 1
        return tuple(
            PoseReading(each.track_id, {"v_sign": float(each.depth[0]), "none": 0.02})
            for each in observation.hands
        )


def recording(scores, spans=(), hz=15.0) -> Recording:
    looks = [
        Observation(2 * k, k / hz, (640, 480), () if score is None else (hand(score),), (face(),))
        for k, score in enumerate(scores)
    ]
    return Recording("a.mp4", "room", len(scores) / hz, 2 * len(scores), list(spans), looks)


HELD = [None] * 15 + [0.93] * 30 + [0.0] * 15


def test_what_was_kept_is_read_again(tmp_path):
    path = tmp_path / "seen.npz"
    plain = Recording("b.mp4", "other", 1.0, 30, None, [])
    save_recordings(path, [recording(HELD, [Span("v_sign", 1, 3)]), plain])
    first, second = load_recordings(path)
    assert (first.clip, first.group, first.frames) == ("a.mp4", "room", 120)
    assert first.spans == [Span("v_sign", 1.0, 3.0)]
    assert second.spans is None
    assert second.looks == []
    look = first.looks[20]
    assert (look.frame_index, look.size) == (40, (640, 480))
    assert look.at == pytest.approx(20 / 15)
    (seen,), (shown,) = look.hands, look.faces
    assert (seen.track_id, seen.side, seen.presence) == (4, "left", 0.75)
    assert np.array_equal(seen.points, hand(0.93).points)
    assert shown.box == face().box
    assert np.array_equal(shown.eyes, face().eyes)
    assert np.array_equal(shown.mouth, face().mouth)
    assert first.looks[0].hands == ()


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04"])
def test_file_that_is_no_recording(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(VcamError, match="is no recording"):
        load_recordings(path)


def test_recording_of_another_version(tmp_path):
    path = tmp_path / "x.npz"
    np.savez(path, about=np.array(json.dumps({"version": 99, "clips": []})))
    with pytest.raises(VcamError, match="version 99"):
        load_recordings(path)


def test_missing_folder_is_told(tmp_path):
    with pytest.raises(VcamError, match="cannot write"):
        save_recordings(tmp_path / "gone" / "x.npz", [])


def test_curve_counts_holds_and_false_starts_for_each_threshold():
    head = FakeHead()
    records = [
        recording(HELD, [Span("v_sign", 1, 3)]),
        recording([None] * 15 + [0.8] * 30 + [None] * 15),
    ]
    curve = threshold_curve(records, TriggerSettings(), GESTURES, (0.7, 0.9, 0.97), head)
    assert [point["enter"] for point in curve] == [0.7, 0.9, 0.97, None]
    assert [point["hits_1s"] for point in curve[:3]] == [1, 1, 0]
    assert [point["false_starts"] for point in curve[:3]] == [1, 0, 0]
    assert curve[0]["gestures"]["v_sign"]["false_starts"] == 1
    assert curve[0]["gestures"]["metal"]["false_starts"] == 0
    # The head is run once on each look, however many thresholds are tried.
    assert head.runs == 120


def test_curve_leaves_out_what_has_no_labels():
    record = recording(HELD)
    record.spans = None
    (point, _) = threshold_curve([record], TriggerSettings(), GESTURES, (0.7,), FakeHead())
    assert point["false_per_hour"] is None


def test_source_of_a_recording_is_closed_until_opened():
    source = RecordedSource(recording(HELD))
    with pytest.raises(SourceError, match="not open"):
        source.read()
    source.open()
    assert source.read().index == 0
    source.close()
    with pytest.raises(SourceError):
        source.read()


@pytest.fixture
def fake_head(monkeypatch):
    head = FakeHead()
    monkeypatch.setattr("vcam.lab.playing.PoseClassifier.load", lambda: head)
    monkeypatch.setattr("vcam.lab.curve.PoseClassifier.load", lambda: head)
    return head


def test_recording_is_a_clip_again(tmp_path, fake_head):
    path = tmp_path / "seen.npz"
    save_recordings(path, [recording(HELD, [Span("v_sign", 1, 3)])])
    clips = find_clips([str(path)])
    (played,) = play_all(clips, PlayPlan(Settings(), GESTURES, record=True))
    assert [event.gesture for event in played.result.events] == ["v_sign"]
    assert len(played.result.score.hits) == 1
    assert played.result.frames == 120
    assert played.result.duration_s == pytest.approx(4.0)
    assert played.result.hand_s == pytest.approx(3.0, abs=0.1)
    assert played.result.group == "room"
    assert len(played.recording.looks) == 60


def test_run_writes_what_is_asked_for(tmp_path, fake_head):
    path = tmp_path / "seen.npz"
    spans = [Span("v_sign", 1, 3), Span("metal", 3.2, 3.9)]
    save_recordings(path, [recording(HELD, spans)])
    keeping = Keeping(
        True, tmp_path / "page.html", tmp_path / "figures.json", tmp_path / "again.npz"
    )
    results = list(run(find_clips([str(path)]), PlayPlan(Settings(), GESTURES), keeping))
    assert len(results) == 1
    found = json.loads((tmp_path / "figures.json").read_text())
    assert found["total"]["hits"] == 1
    assert found["watched"] == list(GESTURES)
    assert len(found["curve"]) > 3
    assert len(load_recordings(tmp_path / "again.npz")[0].looks) == 60
    page = (tmp_path / "page.html").read_text()
    assert "missed" in page
    # A curve for each gesture: what is found against what is false, over the thresholds.
    roc = page[page.index("ROC over enter") :].partition("</figure>")[0]
    assert all(f">{name}</span>" in roc for name in GESTURES)
    assert roc.count("<circle") > 3


def test_recognizer_gives_each_look_once_it_was_told_of_it():
    head = FakeHead()
    recognizer = RecordedRecognizer(head)
    record = recording(HELD)
    recognizer.take(record)
    source = RecordedSource(record)
    source.open()
    observation, readings = recognizer.recognize(source.read())
    assert observation is record.looks[0]
    assert readings == ()
    assert recognizer.mask_problem == ""


def test_what_the_pictures_of_hands_said_is_kept(tmp_path):
    said = np.log(np.array([0.7, 0.3], np.float32))
    asked = replace(hand(0.5, 1), appearance=said)
    look = Observation(0, 0.0, (640, 480), (asked, hand(0.5, 2)))
    save_recordings(tmp_path / "seen.npz", [Recording("c", duration_s=1, frames=1, looks=[look])])
    (kept,) = load_recordings(tmp_path / "seen.npz")
    first, second = kept.looks[0].hands
    np.testing.assert_array_equal(first.appearance, said)
    assert second.appearance is None


def older(path, records):
    """A file as it was written before pictures of hands were read."""
    save_recordings(path, records)
    with np.load(path) as stored:
        kept = {name: stored[name] for name in stored.files if name != "appearance"}
    about = json.loads(str(kept["about"]))
    for each in about["clips"]:
        del each["landmarks_only"]
    np.savez(path, **(kept | {"about": np.array(json.dumps(about))}))


def test_older_recordings_have_no_pictures_and_say_so_once(tmp_path, caplog):
    older(tmp_path / "seen.npz", [recording([0.9]), recording([0.9])])
    recordings = load_recordings(tmp_path / "seen.npz")
    assert recordings[0].looks[0].hands[0].appearance is None
    assert [each.landmarks_only for each in recordings] == [True, True]
    assert caplog.text.count("by landmarks alone") == 1
    caplog.clear()
    save_recordings(tmp_path / "new.npz", [recording([0.9])])
    assert not load_recordings(tmp_path / "new.npz")[0].landmarks_only
    assert not caplog.text


@pytest.mark.parametrize(("joint", "alone", "starts"), [(0.8, 0.95, 0), (0.95, 0.8, 1)])
def test_older_recordings_are_judged_at_the_thresholds_of_landmarks(
    tmp_path, fake_head, monkeypatch, joint, alone, starts
):
    def thresholds(*, landmarks_only=False):
        return {"v_sign": alone if landmarks_only else joint}

    monkeypatch.setattr("vcam.lab.playing.card_thresholds", thresholds)
    monkeypatch.setattr("vcam.lab.curve.card_thresholds", thresholds)
    older(tmp_path / "seen.npz", [recording([None] * 15 + [0.9] * 30, [Span("v_sign", 1, 3)])])
    keeping = Keeping(curve=True, save_readings=tmp_path / "again.npz")
    clips = find_clips([str(tmp_path / "seen.npz")])
    (result,) = run(clips, PlayPlan(Settings(), GESTURES), keeping)
    assert len(result.events) == starts
    assert keeping.found["curve"][-1]["hits_1s"] == starts
    # What is kept of it again is still of landmarks alone.
    assert load_recordings(tmp_path / "again.npz")[0].landmarks_only


def test_landmarks_alone_have_thresholds_of_their_own():
    joint, alone = card_thresholds(), card_thresholds(landmarks_only=True)
    assert joint.keys() == alone.keys()
    assert joint != alone
