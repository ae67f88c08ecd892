"""The real networks, on the demo clip and on pictures without anybody."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from vcam.capture.demo import demo_clip, demo_labels
from vcam.core.errors import SourceError
from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Observer

pytestmark = pytest.mark.usefixtures("weights")


@dataclass(frozen=True)
class Span:
    gesture: str
    start_s: float
    end_s: float


def spans() -> list[Span]:
    with demo_labels().open(newline="") as stream:
        return [
            Span(row["gesture"], float(row["start_s"]), float(row["end_s"]))
            for row in csv.DictReader(stream)
        ]


def frames(start_s: float, end_s: float) -> Iterator[Frame]:
    clip = cv2.VideoCapture(str(demo_clip()))
    try:
        fps = clip.get(cv2.CAP_PROP_FPS)
        first = round(start_s * fps)
        clip.set(cv2.CAP_PROP_POS_FRAMES, first)
        for index in range(first, round(end_s * fps)):
            found, image = clip.read()
            if not found:
                return
            yield Frame(np.asarray(image, np.uint8), index / fps, index)
    finally:
        clip.release()


@pytest.fixture(scope="module")
def observer() -> Observer:
    return Observer.load(VisionSettings())


@pytest.fixture(scope="module")
def held() -> list[Span]:
    """The spans of the demo clip; skips where the checkout has no clip."""
    try:
        return spans()
    except SourceError as error:
        pytest.skip(str(error))


def test_every_pose_of_the_demo_is_seen_with_the_face(observer: Observer, held: list[Span]) -> None:
    for span in held:
        middle = (span.start_s + span.end_s) / 2
        seen = observer.observe_still(next(frames(middle, middle + 1)).image)
        assert len(seen.hands) >= 1, span
        assert len(seen.faces) == 1, span
        for hand in seen.hands:
            assert hand.presence > 0.5
            assert hand.points.dtype == hand.depth.dtype == hand.world.dtype == np.float32
            assert hand.points.shape == (21, 2)
            assert hand.world.shape == (21, 3)
            assert 0.03 < np.linalg.norm(hand.world[9] - hand.world[0]) < 0.15  # metres
        left, right = seen.faces[0].eyes
        assert left[0] < right[0]
        assert seen.faces[0].nose[1] > max(left[1], right[1])
        assert seen.faces[0].mouth[1] > seen.faces[0].nose[1]


def test_a_pose_that_is_held_is_one_hand_all_the_time(observer: Observer, held: list[Span]) -> None:
    span = held[0]
    observer.reset()
    seen: list[Observation] = [
        observer.observe(frame) for frame in frames(span.start_s, span.start_s + 1.5)
    ]
    assert {tuple(hand.track_id for hand in look.hands) for look in seen[6:]} == {
        (seen[-1].hands[0].track_id,)
    }
    assert len({look.faces[0].track_id for look in seen}) == 1


def test_a_mirrored_picture_swaps_the_sides(observer: Observer, held: list[Span]) -> None:
    span = held[0]
    image = next(frames(span.start_s + 0.5, span.end_s)).image
    sides = [hand.side for hand in observer.observe_still(image).hands]
    mirrored = [
        hand.side for hand in observer.observe_still(np.ascontiguousarray(image[:, ::-1])).hands
    ]
    assert len(sides) == 1
    assert mirrored == ["left" if sides[0] == "right" else "right"]


@pytest.mark.parametrize("model", ["full", "lite"])
def test_nobody_is_seen_where_nobody_is(model: str) -> None:
    observer = Observer.load(VisionSettings(hand_model=model))
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3))
    for image in (np.zeros((480, 640, 3)), np.full((720, 1280, 3), 128), noise):
        seen = observer.observe_still(image.astype(np.uint8))
        assert seen.hands == ()
        assert seen.faces == ()


def test_pictures_of_any_size_can_be_looked_at(observer: Observer) -> None:
    for size in ((1, 1), (3, 500), (500, 3), (33, 17)):
        assert observer.observe_still(np.zeros((*size, 3), np.uint8)).size == size[::-1]
