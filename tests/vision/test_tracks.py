from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vcam.vision.hands import HandFinder
from vcam.vision.tracks import HandTracker

STEP_S = 1 / 12


def tracker(palms: Any, reader: Any, most: int = 2) -> HandTracker:
    return HandTracker(HandFinder(palms, reader, 0.5, 0.5), most)


def one_hand(fakes: SimpleNamespace, x: float = 200, y: float = 200) -> tuple[Any, Any]:
    return fakes.Palms(fakes.palm_at(x, y)), fakes.Reader(fakes.reading_at(x, y))


def ids(hands: HandTracker) -> list[int]:
    return [hand.track_id for hand in hands.hands]


def test_a_found_hand_is_followed_without_the_detector(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    assert hands.search(fakes.image, 0.0)
    for step in range(1, 10):
        reader.hands = [fakes.reading_at(200 + 10 * step, 200)]
        assert not hands.follow(fakes.image, step * STEP_S)
    assert palms.calls == 1
    assert ids(hands) == [1]
    assert hands.hands[0].points[9, 0] == pytest.approx(290, abs=6)


def test_a_hand_that_goes_ends_its_track_and_its_number_is_not_used_again(
    fakes: SimpleNamespace,
) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    reader.hands = []
    assert hands.follow(fakes.image, 0.1)
    assert hands.hands == ()
    reader.hands = [fakes.reading_at(200, 200)]
    hands.search(fakes.image, 2.0)
    assert ids(hands) == [2]


def test_a_hand_that_is_back_at_once_keeps_its_number(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    reader.hands = []
    hands.follow(fakes.image, 0.1)
    reader.hands = [fakes.reading_at(240, 200)]
    palms.palms = [fakes.palm_at(240, 200)]
    hands.search(fakes.image, 0.2)
    assert ids(hands) == [1]
    assert hands.hands[0].points[9, 0] == pytest.approx(240)


@pytest.mark.parametrize(("x", "right"), [(550, 0.9), (220, 0.1)])
def test_another_hand_gets_another_number(fakes: SimpleNamespace, x: float, right: float) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    reader.hands = []
    hands.follow(fakes.image, 0.1)
    reader.hands = [fakes.reading_at(x, 200, right=right)]
    palms.palms = [fakes.palm_at(x, 200)]
    hands.search(fakes.image, 0.2)
    assert ids(hands) == [2]


def test_two_tracks_on_one_hand_become_one(fakes: SimpleNamespace) -> None:
    palms = fakes.Palms(fakes.palm_at(200, 200), fakes.palm_at(450, 200))
    reader = fakes.Reader(fakes.reading_at(200, 200), fakes.reading_at(450, 200))
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    assert ids(hands) == [1, 2]
    for step in range(1, 12):  # the second hand moves onto the first one
        x = max(200, 450 - 25 * step)
        reader.hands = [fakes.reading_at(x, 200), fakes.reading_at(200, 200)][
            :: 1 if step < 8 else -1
        ]
        hands.follow(fakes.image, step * STEP_S)
    assert ids(hands) == [1]


def test_a_full_tracker_does_not_search(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader, most=1)
    hands.search(fakes.image, 0.0)
    assert hands.is_full
    assert not hands.search(fakes.image, 0.1)
    assert palms.calls == 1


def test_a_fast_hand_is_looked_for_where_it_is_going(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    for step in range(1, 6):
        reader.hands = [fakes.reading_at(200 + 60 * step, 200)]
        hands.follow(fakes.image, step * STEP_S)
    assert ids(hands) == [1]
    aside = reader.regions[2].x - 200  # of a region round a hand that was still so far
    half_a_hand = 55.5
    assert reader.regions[-1].x == pytest.approx(440 + half_a_hand + aside, abs=0.5)


def test_the_leap_is_bounded_and_a_gap_in_time_does_no_harm(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    reader.hands = [fakes.reading_at(230, 200)]
    hands.follow(fakes.image, 0.1)
    hands.follow(fakes.image, 0.9)
    assert ids(hands) == [1]
    assert reader.regions[-1].x < 230 + 100


def test_a_still_hand_keeps_still_though_its_landmarks_tremble(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    random = np.random.default_rng(3)
    hands.search(fakes.image, 0.0)
    raw, seen = [], []
    for step in range(1, 60):
        shift = random.normal(0, 1.0)
        reader.hands = [fakes.reading_at(200 + shift, 200)]
        hands.follow(fakes.image, step * STEP_S)
        raw.append(shift)
        seen.append(float(hands.hands[0].points[9, 0]) - 200)
    assert np.std(seen) < 0.7 * np.std(raw)


def test_the_side_does_not_flicker(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    sides = []
    for step in range(1, 40):
        right = 0.2 if step % 4 == 0 else 0.9
        reader.hands = [fakes.reading_at(200, 200, right=right)]
        hands.follow(fakes.image, step * STEP_S)
        sides.append(hands.hands[0].side)
    assert set(sides) == {"right"}
    for step in range(40, 60):
        reader.hands = [fakes.reading_at(200, 200, right=0.1)]
        hands.follow(fakes.image, step * STEP_S)
    assert hands.hands[0].side == "left"


def test_a_hand_that_left_the_picture_is_not_looked_for_outside(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes, 30, 200)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    for step in range(1, 12):
        reader.hands = [fakes.reading_at(30 - 40 * step, 200)]
        hands.follow(fakes.image, step * STEP_S)
    assert hands.hands == ()


def test_equal_times_do_no_harm(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 1.0)
    reader.hands = [fakes.reading_at(230, 200)]
    hands.follow(fakes.image, 1.0)
    assert ids(hands) == [1]
    assert np.isfinite(hands.hands[0].points).all()


def test_reset_forgets_the_hands_but_not_the_numbers(fakes: SimpleNamespace) -> None:
    palms, reader = one_hand(fakes)
    hands = tracker(palms, reader)
    hands.search(fakes.image, 0.0)
    hands.reset()
    assert hands.hands == ()
    hands.search(fakes.image, 0.05)
    assert ids(hands) == [2]
