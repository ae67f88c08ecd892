from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vcam.core.frame import Frame
from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.daemon.recognition import HandRecognizer
from vcam.poses.classifier import HandDescription

IMAGE = np.full((360, 640, 3), 90, np.uint8)


def hand(track_id: int) -> Hand:
    points = np.random.default_rng(track_id).uniform(100, 200, (21, 2)).astype(np.float32)
    flat = np.zeros(21, np.float32)
    return Hand(track_id, points, flat, np.zeros((21, 3), np.float32), "left", 1.0)


class FakeObserver:
    """Sees the hands that it is told to; the same ones again until it is told anew."""

    def __init__(self, *hands: Hand) -> None:
        self.hands = hands

    def observe(self, frame: Frame) -> Observation:
        return Observation(frame.index, frame.captured_at, (640, 360), self.hands)

    def observe_still(self, image, enlarge: bool = True) -> Observation:
        return Observation(0, 0.0, (640, 360), self.hands)


class FakeReader:
    """Says 0.9 for the first pose of each picture, and counts the pictures."""

    class card:
        side = 32

    def __init__(self) -> None:
        self.squares: list[tuple[int, ...]] = []

    def read(self, square, turn: float):
        self.squares.append(square.shape)
        return np.log(np.array([0.9, 0.1], np.float32))


class FakeHead:
    """Landmarks say `none` with a score that stands in the track's number, in hundredths."""

    def __init__(self, reader: FakeReader | None) -> None:
        self.appearance = reader

    def describe(self, seen: Hand) -> HandDescription:
        none = seen.track_id / 100
        reading = PoseReading(seen.track_id, {"v_sign": 1 - none, NONE_POSE: none})
        nothing = np.zeros(0, np.float32)
        return HandDescription(reading, nothing, nothing, {})

    def wants_appearance(self, described: HandDescription) -> bool:
        return self.appearance is not None and described.reading.scores[NONE_POSE] < 0.9

    def with_appearance(self, described: HandDescription, appearance) -> HandDescription:
        scores = {"v_sign": float(np.exp(appearance[0])), NONE_POSE: 0.1}
        return replace(described, reading=replace(described.reading, scores=scores))


def frame(index: int) -> Frame:
    return Frame(IMAGE, index / 30, index)


def test_pictures_of_hands_that_may_show_something_are_asked() -> None:
    reader = FakeReader()
    recognizer = HandRecognizer(FakeObserver(hand(40), hand(95)), FakeHead(reader))
    observation, readings = recognizer.recognize(frame(1))
    assert reader.squares == [(32, 32, 3)]
    assert [reading.scores["v_sign"] for reading in readings] == pytest.approx([0.9, 0.05])
    asked, resting = observation.hands
    assert np.exp(asked.appearance[0]) == pytest.approx(0.9)
    assert resting.appearance is None


def test_nothing_is_asked_again_where_only_the_mask_is_new() -> None:
    reader = FakeReader()
    observer = FakeObserver(hand(40))
    recognizer = HandRecognizer(observer, FakeHead(reader))
    first, read = recognizer.recognize(frame(1))
    second, read_again = recognizer.recognize(frame(2))
    assert len(reader.squares) == 1
    assert second.hands is first.hands
    assert read_again is read
    observer.hands = (hand(40),)
    recognizer.recognize(frame(3))
    assert len(reader.squares) == 2


def test_a_hand_that_was_not_followed_since_is_not_cut_out_of_a_later_frame() -> None:
    reader = FakeReader()
    followed = hand(40)
    observer = FakeObserver(followed)
    recognizer = HandRecognizer(observer, FakeHead(reader))
    first, (read,) = recognizer.recognize(frame(1))
    # A face was looked at, or another hand was found: a new tuple of what vision saw before.
    observer.hands = (hand(30), followed)
    second, (_, read_again) = recognizer.recognize(frame(2))
    assert len(reader.squares) == 2
    assert second.hands[1] is first.hands[0]
    assert read_again is read


def test_single_pictures_are_asked_too() -> None:
    reader = FakeReader()
    recognizer = HandRecognizer(FakeObserver(hand(40)), FakeHead(reader))
    observation, (reading,) = recognizer.read(IMAGE)
    assert reading.scores["v_sign"] == pytest.approx(0.9)
    assert observation.hands[0].appearance is not None


def test_without_a_network_for_pictures_landmarks_decide() -> None:
    recognizer = HandRecognizer(FakeObserver(hand(40)), FakeHead(None))
    observation, (reading,) = recognizer.recognize(frame(1))
    assert reading.scores["v_sign"] == pytest.approx(0.6)
    assert observation.hands[0].appearance is None
