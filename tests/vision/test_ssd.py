from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.ssd import Detector, decode, make_anchors, suppress


def test_anchors_are_those_of_the_palm_detector() -> None:
    anchors = make_anchors(192, 192, ((8, 2), (16, 6)))
    assert anchors.shape == (2016, 2)
    assert anchors[0].tolist() == anchors[1].tolist() == [4, 4]
    assert anchors[2].tolist() == [12, 4]
    assert anchors[1151].tolist() == [188, 188]
    assert anchors[1152].tolist() == anchors[1157].tolist() == [8, 8]


def test_anchors_are_those_of_the_face_detector() -> None:
    assert make_anchors(128, 128, ((8, 2), (16, 6))).shape == (896, 2)


def logit(score: float) -> float:
    return float(np.log(score / (1 - score)))


def test_decoding_gives_corners_and_keypoints_best_first() -> None:
    anchors = np.array([[10, 20], [30, 40], [50, 60]], np.float32)
    values = np.array([[1, 2, 8, 6, 3, -4], [0, 0, 2, 2, 0, 0], [0, 0, 4, 4, 1, 1]], np.float32)
    logits = np.array([logit(0.7), logit(0.2), logit(0.9)], np.float32)
    scores, points = decode(values, logits, anchors, 0.5)
    assert scores.tolist() == pytest.approx([0.9, 0.7])
    assert points[0].tolist() == [[48, 58], [52, 62], [51, 61]]
    assert points[1].tolist() == [[7, 19], [15, 25], [13, 16]]


def test_decoding_survives_huge_logits_and_nothing_at_all() -> None:
    anchors = np.zeros((2, 2), np.float32)
    values = np.zeros((2, 6), np.float32)
    scores, _ = decode(values, np.array([1e6, -1e6], np.float32), anchors, 0.5)
    assert scores.tolist() == [1.0]
    scores, points = decode(values, np.array([-9, -9], np.float32), anchors, 0.5)
    assert scores.shape == (0,)
    assert points.shape == (0, 3, 2)
    assert suppress(scores, points) == []


def test_overlapping_boxes_blend_by_their_scores() -> None:
    points = np.array(
        [[[0, 0], [10, 10], [5, 5]], [[0, 0], [10, 10], [8, 5]], [[50, 50], [60, 60], [55, 55]]],
        np.float32,
    )
    scores = np.array([0.9, 0.6, 0.5], np.float32)
    (first, blended), (second, alone) = suppress(scores, points)
    assert (first, second) == (pytest.approx(0.9), pytest.approx(0.5))
    assert blended[2].tolist() == pytest.approx([5 + 3 * 0.6 / 1.5, 5])
    assert alone.tolist() == points[2].tolist()


boxes = st.lists(
    st.tuples(*[st.floats(0, 100, width=32)] * 2, *[st.floats(0, 50, width=32)] * 2), max_size=20
)


@given(boxes)
def test_what_is_left_is_no_more_than_came_in_and_inside_it(raw: list[tuple[float, ...]]) -> None:
    points = np.array([[[x, y], [x + w, y + h]] for x, y, w, h in raw], np.float32)
    points = points.reshape(-1, 2, 2)
    scores = np.linspace(1, 0.5, len(raw)).astype(np.float32)
    found = suppress(scores, points)
    assert len(found) <= len(raw)
    assert [score for score, _ in found] == sorted((score for score, _ in found), reverse=True)
    for _, box in found:
        assert (box >= points.min(axis=(0, 1)) - 1e-3).all()
        assert (box <= points.max(axis=(0, 1)) + 1e-3).all()


class OneBox:
    """A network that always finds one box, at the middle of its input."""

    input_shape = (1, 32, 32, 3)

    def __init__(self) -> None:
        self.seen = np.zeros(0)

    def run(self, x: np.ndarray) -> list[np.ndarray]:
        self.seen = x
        values = np.zeros((1, 22, 6), np.float32)
        logits = np.full((1, 22, 1), -9, np.float32)
        logits[0, 0] = 9  # its anchor is at (4, 4)
        values[0, 0] = [12, 12, 8, 4, 12, 12]
        return [values, logits]


def test_detections_are_placed_in_the_frame() -> None:
    network = OneBox()
    detector = Detector(network, ((8, 1), (16, 1), (32, 2)), (-1.0, 1.0))  # type: ignore[arg-type]
    image = np.full((90, 160, 3), 255, np.uint8)
    (found,) = detector.detect(image, 0.5)
    assert found.box == pytest.approx(Box(60, 35, 40, 20), abs=1)
    assert found.keypoints.tolist() == [pytest.approx([80, 45], abs=1)]
    assert network.seen.shape == (32, 32, 3)
    assert network.seen[16, 16, 0] == pytest.approx(1)
    assert network.seen[0, 0, 0] == pytest.approx(-1)


def test_a_part_of_the_picture_is_placed_in_the_whole() -> None:
    detector = Detector(OneBox(), ((8, 1), (16, 1), (32, 2)), (0.0, 1.0))  # type: ignore[arg-type]
    image = np.zeros((90, 160, 3), np.uint8)
    (found,) = detector.detect(image, 0.5, Box(70, 0, 90, 90))
    assert found.keypoints.tolist() == [pytest.approx([115, 45], abs=1)]
