from __future__ import annotations

import numpy as np
import pytest

from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation
from vcam.testing import plain_image
from vcam.vision.stills import SMALL_PICTURE_PX, observe_picture, pad_to_square


class FakeObserver:
    """Finds a hand at the picture's middle once the picture is at least so wide."""

    def __init__(self, finds_from_px: int) -> None:
        self._finds_from_px = finds_from_px
        self.widths: list[int] = []
        self.enlarged: list[bool] = []

    def observe_still(self, image, enlarge=True):
        self.enlarged.append(enlarge)
        height, width = image.shape[:2]
        self.widths.append(width)
        middle = np.array((width / 2, height / 2), np.float32)
        points = np.tile(middle, (21, 1))
        hand = Hand(1, points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "left", 1.0)
        box = Box(*middle.tolist(), 4, 4)
        face = Face(1, box, np.tile(middle, (2, 1)), middle, middle, 1.0)
        hands = (hand,) if width >= self._finds_from_px else ()
        return Observation(0, 0.0, (width, height), hands, (face,))


def test_square_has_the_picture_in_its_middle_and_its_border_all_round():
    image = plain_image(40, 20, 10)
    image[:, 0] = 200
    padded, offset = pad_to_square(image, 0.5)
    assert padded.shape == (80, 80, 3)
    assert offset.tolist() == [20, 30]
    assert np.array_equal(padded[30:50, 20:60], image)
    assert np.all(padded[:, :20] == 200)


def test_large_picture_is_left_as_it_is():
    observer = FakeObserver(0)
    observe_picture(observer, plain_image(SMALL_PICTURE_PX + 1, 100))
    assert observer.widths == [SMALL_PICTURE_PX + 1]
    assert observer.enlarged == [True]


@pytest.mark.parametrize(("finds_from_px", "tried"), [(0, [200]), (201, [200, 300])])
def test_small_picture_gets_room_and_the_answer_is_in_its_own_pixels(finds_from_px, tried):
    observer = FakeObserver(finds_from_px)
    observation = observe_picture(observer, plain_image(60, 100))
    assert observer.widths == tried
    assert observation.size == (60, 100)
    assert observation.hands[0].points[0].tolist() == [30, 50]
    assert observation.faces[0].box.x == 30
    assert observation.faces[0].eyes[1].tolist() == [30, 50]


def test_small_picture_without_a_hand_is_looked_at_as_it_is_too():
    observer = FakeObserver(10_000)
    observation = observe_picture(observer, plain_image(60, 100))
    assert observer.widths == [200, 300, 60]
    assert not any(observer.enlarged)
    assert observation.hands == ()
