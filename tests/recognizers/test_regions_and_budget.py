from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation
from vcam.recognizers.budget import SLOWEST_S, periods
from vcam.recognizers.regions import MAX_REGIONS, parts, square


def picture(width=200, height=100):
    """Each pixel tells where it is."""
    rows, columns = np.mgrid[:height, :width]
    return np.dstack([rows, columns, np.zeros_like(rows)]).astype(np.uint8)


def face(track_id, box):
    zero = np.zeros(2, np.float32)
    return Face(track_id, Box(*box), np.zeros((2, 2), np.float32), zero, zero, 1.0)


def hand(track_id, left, top, side):
    points = np.full((21, 2), (left, top), np.float32)
    points[1] += side
    nothing = np.zeros((21, 3), np.float32)
    return Hand(track_id, points, nothing[:, 0], nothing, "left", 1.0)


def seen(faces=(), hands=(), size=(200, 100)):
    return Observation(0, 0.0, size, tuple(hands), tuple(faces))


def test_the_whole_picture_needs_no_observation():
    image = picture()
    (part,) = parts(image, None, "frame", 0.3)
    assert part.track_id is None
    assert part.image is image


def test_a_face_is_cut_out_square_with_its_margin():
    (part,) = parts(picture(), seen([face(4, (80, 30, 20, 40))]), "face", 0.25)
    assert part.track_id == 4
    assert part.image.shape == (60, 60, 3)
    # 60 pixels round the middle (90, 50).
    assert part.image[0, 0, :2].tolist() == [20, 60]
    assert part.image[-1, -1, :2].tolist() == [79, 119]


def test_what_lies_beyond_the_picture_repeats_its_border():
    (part,) = parts(picture(), seen([face(1, (-20, -20, 40, 40))]), "face", 0.0)
    assert part.image.shape == (40, 40, 3)
    assert part.image[0, 0, :2].tolist() == [0, 0]
    assert part.image[-1, -1, :2].tolist() == [19, 19]


def test_an_observation_of_another_size_is_brought_to_the_pictures():
    (part,) = parts(picture(), seen([face(1, (160, 60, 40, 80))], size=(400, 200)), "face", 0.25)
    assert part.image[0, 0, :2].tolist() == [20, 60]


def test_hands_the_largest_first_and_not_too_many():
    hands = [hand(number, 10, 10, 15 + number) for number in range(6)]
    told = parts(picture(), seen(hands=hands), "hand", 0.0)
    assert [part.track_id for part in told] == [5, 4, 3, 2][:MAX_REGIONS]


def test_nothing_to_look_at():
    assert parts(picture(), None, "face", 0.3) == []
    assert parts(picture(), seen(), "hand", 0.3) == []
    tiny, away = face(1, (10, 10, 5, 5)), face(2, (500, 500, 50, 50))
    assert parts(picture(), seen([tiny, away]), "face", 0.3) == []


@given(
    st.floats(-300, 300),
    st.floats(-300, 300),
    st.floats(1, 600),
    st.floats(1, 600),
    st.floats(0, 4),
)
def test_any_box_that_reaches_into_the_picture_gives_a_square(x, y, width, height, margin):
    box = Box(x, y, width, height)
    if box.overlap(Box(0, 0, 200, 100)) <= 0:
        return
    cut = square(picture(), box, margin)
    assert cut.shape[0] == cut.shape[1] >= 1


def test_cheap_readers_look_as_often_as_they_like():
    assert periods({"a": 0.01}, {"a": 2.0}, 0.1) == {"a": 0.5}
    assert periods({}, {"new": 4.0}, 0.1) == {"new": 0.25}
    assert periods({}, {}, 0.1) == {}


def test_a_dear_reader_looks_less_often_and_a_cheap_one_does_not():
    told = periods({"dear": 0.2, "cheap": 0.01}, {"dear": 2.0, "cheap": 2.0}, 0.1)
    assert told["cheap"] == 0.5
    # 0.02 of the share goes to the cheap one, 0.08 is left.
    assert told["dear"] == pytest.approx(0.2 / 0.08)


def test_a_look_that_costs_far_too_much_still_comes_now_and_then():
    assert periods({"huge": 60.0}, {"huge": 2.0}, 0.1) == {"huge": SLOWEST_S}


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.tuples(st.floats(0, 1), st.floats(0.5, 10)), max_size=4
    ),
    st.floats(0.05, 1),
)
def test_all_together_keep_to_the_share(readers, share):
    costs = {name: cost for name, (cost, _) in readers.items()}
    rates = {name: rate for name, (_, rate) in readers.items()}
    told = periods(costs, rates, share)
    assert all(told[name] >= 1 / rates[name] - 1e-9 for name in told)
    bounded = [name for name in told if told[name] < SLOWEST_S]
    assert sum(costs[name] / told[name] for name in bounded) <= share * (1 + 1e-6)
