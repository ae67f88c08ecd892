"""The bundled clip through the real networks: what vcam exists for."""

from __future__ import annotations

import pytest

from vcam.capture.demo import demo_clip
from vcam.core.errors import VcamError
from vcam.lab.clips import find_clips
from vcam.lab.playing import PlayPlan, play_all, watched_gestures
from vcam.lab.scoring import read_labels
from vcam.poses.classifier import PoseClassifier
from vcam.settings.schema import Settings
from vcam.vision.weights import is_complete


@pytest.fixture(scope="module")
def result():
    try:
        demo_clip()
        PoseClassifier.load()
    except VcamError as error:
        pytest.skip(str(error))
    if not is_complete():
        pytest.skip("the weights are not here: vcam weights pull")
    settings = Settings()
    plan = PlayPlan(settings, watched_gestures(settings))
    result = next(play_all(find_clips(["demo"]), plan)).result
    return result


def test_each_gesture_starts_once_each_time_it_is_shown(result):
    assert result.error == ""
    assert result.score is not None
    assert result.score.misses == ()
    assert result.score.repeats == ()
    assert len(result.score.hits) == len(read_labels(demo_clip()))


def test_nothing_starts_elsewhere(result):
    assert result.score.false_starts == ()


def test_vision_keeps_to_its_rate(result):
    assert 0 < result.vision_frames < result.frames
