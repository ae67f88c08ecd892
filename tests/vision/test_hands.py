from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from vcam.core.geometry import Box
from vcam.vision.hands import HandFinder, hand_size, is_palm_of, same_hand
from vcam.vision.landmarks import HandReading


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
