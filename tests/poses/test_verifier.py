from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.observation import NONE_POSE, Hand, PoseReading
from vcam.poses.classifier import HandDescription, PoseClassifier
from vcam.poses.negatives import LearntHand
from vcam.poses.verifier import LEAST_REACH, PASSED_S, RELEASE_S, PoseVerifier
from vcam.synthetic.joints import random_joints

STEP_S = 1 / 15


def drawn(pose: str, seed: int) -> Hand:
    joints = random_joints(pose, np.random.default_rng(seed), 20.0)
    return Hand(
        1,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


def described(
    place: float, pose: str = "v_sign", distance: float = 2.0, track_id: int = 1
) -> HandDescription:
    """A hand whose place is one number: the distance of two is that of their numbers."""
    return HandDescription(
        PoseReading(track_id, {pose: 0.9, NONE_POSE: 0.1}),
        np.zeros(126, np.float32),
        np.full(24, place, np.float32),
        {"v_sign": distance, "thumb_up": distance},
    )


class Book:
    """Judged hands, each a place; stands for file and pose head."""

    def __init__(self, wrong: Sequence[float], right: Sequence[float] = ()) -> None:
        self.places: dict[int, float] = {}
        self.distance = 2.0
        self.hands: tuple[LearntHand, ...] = ()
        self.write(wrong, right)
        self.asked = 0
        self.verifier = PoseVerifier(self.describe, lambda: self.hands)

    def write(self, wrong: Sequence[float], right: Sequence[float] = ()) -> None:
        self.hands = (
            *(self._hand(place, wrong=True) for place in wrong),
            *(self._hand(place, wrong=False) for place in right),
        )

    def describe(self, hand: Hand) -> HandDescription:
        self.asked += 1
        return described(float(hand.world[0, 0]), distance=self.distance)

    @staticmethod
    def _hand(place: float, wrong: bool) -> LearntHand:
        world = np.full((21, 3), place, np.float32)
        return LearntHand(
            "v_sign", 1.0, wrong, False, np.zeros((21, 2), "f4"), np.zeros(21, "f4"), world
        )

    def best(self, at: float, place: float, **options) -> str:
        (reading,) = self.verifier.judge(at, [described(place, **options)])
        return reading.best[0]


def test_nothing_learnt_changes_nothing():
    hands = [described(0.3), described(0.1, track_id=2)]
    readings = Book([]).verifier.judge(0.0, hands)
    assert all(reading is hand.reading for reading, hand in zip(readings, hands, strict=True))


def test_what_looks_like_a_mistake_is_none():
    book = Book([1.0])
    (reading,) = book.verifier.judge(0.0, [described(1.1)])
    assert reading.best[0] == NONE_POSE
    assert reading.scores == {"v_sign": 0.0, NONE_POSE: pytest.approx(1.0)}
    assert sum(reading.scores.values()) == pytest.approx(1.0)


def test_other_poses_and_other_places_are_let_through():
    book = Book([1.0])
    assert book.best(0.0, 1.0, pose="thumb_up") == "thumb_up"
    assert book.best(0.0, 3.0, track_id=2) == "v_sign"


def test_what_is_learnt_later_holds_from_the_next_look_and_is_taken_back():
    book = Book([])
    assert book.best(0.0, 1.0) == "v_sign"
    book.write([1.0])
    assert book.best(1.0, 1.0) == NONE_POSE
    book.write([])
    assert book.best(2.0, 1.0) == "v_sign"


def test_only_new_hands_are_embedded():
    book = Book([1.0, 2.0])
    book.best(0.0, 1.0)
    book.hands = (*book.hands, Book._hand(5.0, wrong=False))
    book.best(0.1, 1.0)
    assert book.asked == 3


def test_reach_is_short_in_the_middle_of_the_pose():
    for distance, reached in ((0.0, False), (2.0, True)):
        book = Book([1.0])
        book.distance = distance
        # Farther than the least reach, nearer than the one of a hand that is no typical one.
        place = 1.0 + 1.2 * LEAST_REACH**0.5
        assert (book.best(0.0, place) == NONE_POSE) is reached


def test_nearer_to_a_right_start_is_let_through():
    book = Book([1.0], [1.5])
    assert book.best(0.0, 1.1) == NONE_POSE
    assert book.best(1.0, 1.4) == "v_sign"


def test_right_start_that_looks_just_like_a_mistake_is_left_out():
    book = Book([1.0], [1.01])
    assert book.best(0.0, 1.02) == NONE_POSE


def test_single_looks_decide_nothing():
    book = Book([1.0])
    places = [3.0, 3.0, 1.0, 3.0, 3.0, 1.0, 3.0]
    assert [book.best(number * STEP_S, place) for number, place in enumerate(places)] == [
        "v_sign"
    ] * len(places)


def test_pose_that_has_passed_is_not_ended_by_later_looks():
    book = Book([1.0])
    looks = round(PASSED_S / STEP_S) + 2
    assert {book.best(number * STEP_S, 3.0) for number in range(looks)} == {"v_sign"}
    after = [book.best((looks + number) * STEP_S, 1.0) for number in range(30)]
    assert set(after) == {"v_sign"}
    later = (looks + 30) * STEP_S + RELEASE_S + 0.05
    assert book.best(later, 1.0) == NONE_POSE


def test_time_that_runs_backwards_is_a_new_beginning():
    book = Book([1.0])
    for number in range(30):
        book.best(50.0 + number * STEP_S, 3.0)
    assert book.best(0.0, 1.0) == NONE_POSE


def test_reset_forgets_what_has_passed():
    book = Book([1.0])
    for number in range(30):
        book.best(number * STEP_S, 3.0)
    book.verifier.reset()
    assert book.best(30 * STEP_S, 1.0) == NONE_POSE


def test_holding_back_is_told_once_a_hold(caplog):
    book = Book([1.0])
    with caplog.at_level(logging.INFO, "vcam"):
        for number in range(10):
            book.best(number * STEP_S, 1.0)
    assert [record.getMessage() for record in caplog.records] == [
        "v_sign held back: it looks like a start that was called wrong"
    ]


def test_learnt_hand_of_a_gesture_without_a_pose_or_a_distance_does_nothing():
    book = Book([1.0])
    book.distance = float("nan")
    assert book.best(0.0, 1.0) == "v_sign"


@given(
    st.lists(st.floats(-5, 5), max_size=4),
    st.lists(st.floats(-5, 5), max_size=4),
    st.lists(st.tuples(st.floats(0, 0.4), st.floats(-5, 5)), max_size=20),
)
def test_scores_stay_a_distribution_and_other_hands_untouched(wrong, right, looks):
    book, at = Book(wrong, right), 0.0
    for step, place in looks:
        at += step
        hands = [described(place), described(place, pose="thumb_up", track_id=2)]
        first, second = book.verifier.judge(at, hands)
        assert sum(first.scores.values()) == pytest.approx(1.0)
        assert second is hands[1].reading
        if not wrong:
            assert first is hands[0].reading


def test_real_head_holds_back_the_same_hand_and_lets_others_through():
    classifier = PoseClassifier.load()
    shown = next(
        hand
        for hand in (drawn("v_sign", seed) for seed in range(20))
        if classifier.read_hand(hand).best[0] == "v_sign"
    )
    learnt = LearntHand.of(shown, "v_sign", 1.0, wrong=True)
    assert learnt is not None
    verifier = PoseVerifier(classifier.describe, lambda: (learnt,))
    (again,) = verifier.judge(0.0, [classifier.describe(shown)])
    assert again.best[0] == NONE_POSE
    others = [classifier.describe(drawn("v_sign", seed)) for seed in range(100, 140)]
    passed = [
        verifier.judge(10.0 * number, [other])[0].best == other.reading.best
        for number, other in enumerate(others, start=1)
    ]
    assert sum(passed) >= 38
