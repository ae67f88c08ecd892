from __future__ import annotations

import json

import numpy as np
import pytest

from vcam.core.errors import SourceError
from vcam.core.observation import Attention, Hand, Observation, PoseReading
from vcam.lab.clips import clip_path, find_clips
from vcam.lab.playing import PlayPlan, play_all
from vcam.lab.replay import replay
from vcam.lab.replay_text import replay_text
from vcam.lab.scoring import Span
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import Settings
from vcam.testing import FakeCamera, plain_image
from vcam.triggers.engine import TriggerEngine

FPS = 30.0


def hand() -> Hand:
    corners = np.linspace(0, 90, 21, dtype=np.float32)
    points = np.stack([corners + 100, corners + 100], axis=1)
    return Hand(1, points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "right", 1.0)


class FakeRecognizer:
    """Sees V in bright pictures; looks at 15 pictures a second."""

    def __init__(self) -> None:
        self.attention = Attention.WATCHING
        self.wants_mask_hz = 0.0
        self.mask_problem = ""
        self.next_at = 0.0
        self.looks = 0
        self.resets = 0

    def due(self, at):
        return at >= self.next_at - 1e-6

    def recognize(self, frame):
        self.next_at = frame.captured_at + 1 / 15
        self.looks += 1
        score = 0.98 if frame.image[0, 0, 0] > 200 else 0.01
        reading = PoseReading(1, {"v_sign": score, "none": 1 - score})
        return Observation(frame.index, frame.captured_at, (640, 480), (hand(),)), (reading,)

    def reset(self):
        self.next_at = 0.0
        self.resets += 1


def clip_of(*parts: tuple[float, int]) -> FakeCamera:
    """A finite clip: seconds and grey value of each part."""
    images = [
        plain_image(value=value) for seconds, value in parts for _ in range(int(seconds * FPS))
    ]
    return FakeCamera(images, fps=FPS, finite=True)


def played(source: FakeCamera, spans=None, recognizer=None):
    engine = TriggerEngine(Settings().triggers, GESTURES)
    return replay(source, recognizer or FakeRecognizer(), engine, "clip.mp4", spans)


def test_shown_pose_starts_once_and_ends():
    recognizer = FakeRecognizer()
    source = clip_of((1, 0), (2, 255), (2, 0))
    result = played(source, recognizer=recognizer)
    (event,) = result.events
    assert event.gesture == "v_sign"
    assert event.candidate_s == pytest.approx(1.0, abs=0.1)
    assert 1.4 < event.start_s < 1.8
    assert 3.0 <= event.end_s < 3.6
    assert event.score > 0.9
    assert (result.frames, result.duration_s) == (150, pytest.approx(5.0))
    assert not source.is_open
    # Vision decides by the frames' own time what it looks at.
    assert result.vision_frames == recognizer.looks == 75
    assert recognizer.resets == 1


def test_pose_that_is_held_at_the_end_ends_with_the_clip():
    (event,) = played(clip_of((1, 0), (2, 255))).events
    assert event.end_s == pytest.approx(3.0)
    assert event.end_reason == "clip over"


def test_clip_in_which_nothing_happens():
    result = played(clip_of((3, 0)))
    assert result.events == []
    assert "nothing starts" in replay_text([result])


def test_line_has_the_fixed_keys():
    line = json.loads(json.dumps(played(clip_of((1, 0), (2, 255), (1, 0))).as_json()))
    assert list(line)[:4] == ["clip", "duration_s", "frames", "events"]
    assert list(line["events"][0])[:5] == ["gesture", "candidate_s", "start_s", "end_s", "score"]
    assert "labels" not in line


def test_labels_are_compared():
    spans = [Span("v_sign", 1, 3), Span("metal", 4, 5), Span("juggling", 0, 1)]
    result = played(clip_of((1, 0), (2, 255), (3, 0)), spans)
    labels = result.as_json()["labels"]
    assert [hit["gesture"] for hit in labels["hits"]] == ["v_sign"]
    assert 0.4 < labels["hits"][0]["latency_s"] < 0.8
    # Nothing is watched for that is called juggling, so it cannot be missed.
    assert [miss["gesture"] for miss in labels["misses"]] == ["metal"]
    assert labels["unwatched"] == ["juggling"]
    text = replay_text([result])
    assert "hit, 0." in text
    assert "MISSED" in text
    assert "1 of 2 answered" in text
    # A label that counts for nothing may be misspelt.
    assert "do not count: juggling (vcam knows no juggling)" in text


def test_labels_that_all_count_are_not_spoken_of():
    assert "Not watched for" not in replay_text([played(clip_of((1, 0)), [Span("metal", 0, 1)])])


def test_false_start_is_told():
    result = played(clip_of((1, 0), (2, 255), (1, 0)), [])
    assert "FALSE" in replay_text([result])
    assert "1 false or repeated" in replay_text([result])


def test_starts_an_hour_of_clips_without_labels():
    assert "1 starts in 0.1 minutes, 900.0 an hour" in replay_text(
        [played(clip_of((1, 0), (2, 255), (1, 0)))]
    )


def test_missing_and_broken_clips_are_told_and_the_rest_goes_on(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"this is no video")
    clips = [str(tmp_path / "gone.mp4"), str(broken)]
    plan = PlayPlan(Settings(), GESTURES)
    results = [
        each.result for each in play_all(find_clips(clips), plan, recognizer=FakeRecognizer())
    ]
    assert [set(result.as_json()) for result in results] == [{"clip", "error"}] * 2
    assert "there is no file" in results[0].error
    assert "gone.mp4: there is no file" in replay_text(results)


def test_source_that_fails_is_closed():
    source = FakeCamera([plain_image()], frames_until_lost=3)
    with pytest.raises(SourceError):
        played(source)
    assert not source.is_open


def test_clip_named_demo_is_the_bundled_one(tmp_path, monkeypatch):
    monkeypatch.setattr("vcam.lab.clips.demo_clip", lambda: tmp_path / "demo.mp4")
    assert clip_path("demo") == tmp_path / "demo.mp4"
    assert clip_path("other.mp4").name == "other.mp4"
