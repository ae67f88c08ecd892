from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.vision.hands import HandFinder, hand_size, is_palm_of, is_sure, same_hand
from vcam.vision.landmarks import HandReading
from vcam.vision.parts import tiles, zooms


def finder(palms: Any, reader: Any) -> HandFinder:
    return HandFinder(palms, reader, 0.5, 0.5)


def xs(found: list[HandReading]) -> list[int]:
    return [round(float(hand.points[9, 0])) for hand in found]


def test_a_hand_is_read_twice_the_second_time_where_its_landmarks_are(
    fakes: SimpleNamespace,
) -> None:
    reader = fakes.Reader(fakes.reading_at(200, 200))
    (found,) = finder(fakes.Palms(fakes.palm_at(206, 196)), reader).find(fakes.image, 2)
    assert found.side == "right"
    first, second = reader.regions
    assert first.x != second.x


def test_what_looks_like_a_hand_once_only_is_none(fakes: SimpleNamespace) -> None:
    for call in (1, 2):
        reader = fakes.Reader(fakes.reading_at(200, 200))
        reader.spoil = lambda number, call=call: number == call
        assert finder(fakes.Palms(fakes.palm_at(200, 200)), reader).find(fakes.image, 2) == []


def test_two_palms_on_one_hand_are_one_hand(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms(
        fakes.palm_at(200, 200), fakes.palm_at(215, 205, 0.8), fakes.palm_at(450, 200, 0.7)
    )
    reader = fakes.Reader(fakes.reading_at(200, 200), fakes.reading_at(450, 200))
    assert xs(finder(palms, reader).find(fakes.image, 2)) == [200, 450]


def test_the_surest_hands_are_taken_and_no_more_than_asked(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms(
        fakes.palm_at(100, 200), fakes.palm_at(300, 200, 0.8), fakes.palm_at(500, 200, 0.7)
    )
    reader = fakes.Reader(*(fakes.reading_at(x, 200) for x in (100, 300, 500)))
    assert xs(finder(palms, reader).find(fakes.image, 2)) == [100, 300]
    assert xs(finder(palms, reader).find(fakes.image, 1)) == [100]


def test_a_phantom_palm_does_not_take_a_hands_place(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms(fakes.palm_at(100, 200, 0.95), fakes.palm_at(300, 200, 0.8))
    assert xs(finder(palms, fakes.Reader(fakes.reading_at(300, 200))).find(fakes.image, 1)) == [300]


def test_known_hands_are_not_read_again(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms(fakes.palm_at(200, 200), fakes.palm_at(450, 200))
    reader = fakes.Reader(fakes.reading_at(200, 200), fakes.reading_at(450, 200))
    assert xs(finder(palms, reader).find(fakes.image, 2, [fakes.hand_at(203, 198)])) == [450]
    assert len(reader.regions) == 2


def test_weak_palms_are_dropped(fakes: SimpleNamespace) -> None:
    reader = fakes.Reader(fakes.reading_at(200, 200))
    assert finder(fakes.Palms(fakes.palm_at(200, 200, 0.45)), reader).find(fakes.image, 2) == []
    assert reader.regions == []


def test_clasped_hands_stay_two(fakes: SimpleNamespace) -> None:
    one, other = fakes.hand_at(200, 200), fakes.hand_at(232, 200)
    assert Box.around(one).iou(Box.around(other)) > 0.3
    assert not same_hand(one, other)
    assert same_hand(one, one + 8)


def test_a_palm_belongs_to_its_hand_alone(fakes: SimpleNamespace) -> None:
    assert is_palm_of(fakes.palm_at(200, 200), fakes.hand_at(208, 195))
    assert not is_palm_of(fakes.palm_at(200, 200), fakes.hand_at(260, 200))


def test_a_hand_without_extent_has_a_size() -> None:
    assert hand_size(np.zeros((21, 2), np.float32)) == 1.0


def test_a_single_picture_is_looked_at_in_halves_if_need_be(fakes: SimpleNamespace) -> None:
    palms, reader = fakes.Palms(fakes.palm_at(200, 200)), fakes.Reader(fakes.reading_at(200, 200))
    assert xs(finder(palms, reader).find_anywhere(fakes.image, 2)) == [200]
    assert palms.parts == [None]
    palms.only_in_parts = True
    assert xs(finder(palms, reader).find_anywhere(fakes.image, 2)) == [200]
    assert len(palms.parts) == 4
    assert xs(finder(palms, reader).find_anywhere(fakes.image, 1)) == [200]
    assert len(palms.parts) == 6


def test_a_hand_that_both_halves_lack_is_looked_for_enlarged(fakes: SimpleNamespace) -> None:
    weak = fakes.palm_at(200, 200, 0.4)
    palms, reader = fakes.Palms(weak), fakes.Reader(fakes.reading_at(200, 200, presence=0.85))
    assert xs(finder(palms, reader).find_anywhere(fakes.image, 2, faces=[])) == [200]
    assert palms.parts[:3] == [None, *tiles(640, 480)]
    assert palms.parts[3] == zooms(640, 480)[0]


def test_nothing_is_enlarged_unasked(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms()
    assert finder(palms, fakes.Reader()).find_anywhere(fakes.image, 2, [], enlarge=False) == []
    assert palms.parts == [None, *tiles(640, 480)]


@pytest.mark.parametrize(
    ("presence", "face", "found"),
    [
        (0.75, Box(400, 100, 80, 80), 0),
        (0.85, Box(400, 100, 80, 80), 1),
        (0.85, Box(160, 150, 80, 100), 0),
        (0.96, Box(160, 150, 80, 100), 1),
        (0.85, None, 0),
        (0.96, None, 1),
    ],
)
def test_an_ear_or_a_mouth_is_no_hand_because_it_was_enlarged(
    fakes: SimpleNamespace, presence: float, face: Box | None, found: int
) -> None:
    palms = fakes.Palms(fakes.palm_at(200, 200, 0.4))
    reader = fakes.Reader(fakes.reading_at(200, 200, presence))
    faces = None if face is None else [face]
    assert len(finder(palms, reader).find_anywhere(fakes.image, 2, faces)) == found
    assert len(palms.parts) == (3 + len(zooms(640, 480)))


@given(st.floats(-200, 840), st.floats(-200, 680), st.floats(0, 1), st.floats(0, 1))
def test_what_is_sure_stays_so_with_more_presence_and_fewer_faces(
    x: float, y: float, low: float, high: float
) -> None:
    low, high = sorted((low, high))
    points = np.full((21, 2), (x, y), np.float32)
    reading, surer = (
        HandReading(points, np.zeros(21, np.float32), np.zeros((21, 3), np.float32), presence, 0.5)
        for presence in (low, high)
    )
    face = Box(300, 200, 80, 100)
    for faces in (None, [face], []):
        assert is_sure(surer, faces) >= is_sure(reading, faces)
    assert is_sure(reading, []) >= is_sure(reading, [face]) >= is_sure(reading, None)
