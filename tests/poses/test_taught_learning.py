from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.errors import ModelError
from vcam.core.observation import Hand, PoseReading
from vcam.poses.classifier import PoseClassifier
from vcam.poses.features import FEATURE_COUNT
from vcam.poses.taught.hands import HandStack, numbers_of
from vcam.poses.taught.judging import learn
from vcam.poses.taught.known import BACKGROUND, DIGITS, known_hands, load_known
from vcam.poses.taught.learner import Learner
from vcam.poses.taught.places import place
from vcam.poses.taught.regression import fit_softmax, softmax
from vcam.poses.vocabulary import POSES
from vcam.synthetic.joints import random_joints

SHAPES = ("claw", "pinky_only", "crossed_fingers")


def drawn(shape, seed, view_deg=20.0):
    joints = random_joints(shape, np.random.default_rng(seed), view_deg)
    points, depth = joints.points.astype(np.float32), joints.depth.astype(np.float32)
    return Hand(0, points, depth, joints.world.astype(np.float32), joints.side, 1.0)


def stack(shape, seeds):
    hands = [drawn(shape, seed) for seed in seeds]
    numbers = [numbers_of(hand) for hand in hands]
    return HandStack.of_numbers(numbers, [hand.side == "left" for hand in hands])


@pytest.fixture(scope="module")
def learner():
    return Learner(PoseClassifier.load().describe_features, known_hands(BACKGROUND))


@pytest.fixture(scope="module")
def judged(learner):
    samples = {shape: stack(shape, range(100 * n, 100 * n + 12)) for n, shape in enumerate(SHAPES)}
    takes = {
        "claw": [1] * 6 + [2] * 6,
        "pinky_only": [3] * 12,
        "crossed_fingers": [4] * 4 + [5] * 8,
    }
    return learn(learner, samples, takes)


def test_taught_poses_are_told_apart_on_other_hands(learner, judged):
    head = PoseClassifier.load()
    for number, shape in enumerate(SHAPES):
        scores = judged.model.scores(
            place(stack(shape, range(900, 930)), head.describe_features).places
        )
        assert (scores.argmax(axis=1) == number).mean() > 0.7, shape
        assert scores.sum(axis=1) == pytest.approx(1, abs=1e-5)
    for pose in ("v_sign", "thumb_up", "metal", "fist"):
        scores = judged.model.scores(
            place(stack(pose, range(900, 915)), head.describe_features).places
        )
        assert (scores[:, -1] > 0.5).mean() > 0.8, pose


def test_judgement_says_what_it_rests_on(judged):
    confusion = np.array(judged.confusion)
    assert confusion.shape == (4, 4)
    assert confusion[:3].sum(axis=1).tolist() == [12, 12, 12]
    for number, shape in enumerate(SHAPES):
        figures = judged.figures[shape]
        assert figures.support == 12
        assert figures.recall == pytest.approx(confusion[number, number] / 12, abs=1e-4)
        assert 0.75 <= judged.model.enter[shape] <= 0.95
    (single,) = [remark for remark in judged.remarks if "one take" in remark]
    assert "pinky_only" in single
    assert "claw" not in single


def test_what_a_pose_leaves_behind_is_none(judged):
    model = judged.model
    places = np.random.default_rng(0).normal(0, 0.3, (20, model.spots.shape[1]))
    places = np.concatenate([model.spots, places.astype(np.float32)])
    less = model.without("claw")
    assert less.poses == SHAPES[1:]
    assert less.scores(places).sum(axis=1) == pytest.approx(1, abs=1e-5)
    kept = less.scores(model.spots[model.spot_poses == 1])
    assert kept[:, 0] == pytest.approx(
        model.scores(model.spots[model.spot_poses == 1])[:, 1], abs=0.2
    )
    assert model.renamed("claw", "paw").poses == ("paw", *SHAPES[1:])
    assert model.without("nothing") is model
    far = model.scores(np.full((1, model.spots.shape[1]), 50, np.float32))
    assert far[0].tolist() == [0, 0, 0, 1]


def test_nothing_is_taken_from_the_poses_of_the_head(judged):
    head = PoseClassifier.load()
    for shape in ("v_sign", "thumb_up", "metal", "claw"):
        description = head.describe(drawn(shape, 7))
        before = description.reading
        after = replace(before, taught=judged.model.read(description))
        assert after.scores == before.scores
        assert (after.best, after.known) == (before.best, before.known)
        assert set(after.taught) == {*SHAPES, "none"}


def test_a_taught_pose_is_shown_where_the_head_sees_none():
    scores = dict.fromkeys(POSES, 0.0) | {"none": 1.0}
    assert PoseReading(1, scores, True, {"claw": 0.9, "none": 0.1}).shown == ("claw", 0.9)
    assert PoseReading(1, scores, True, {"claw": 0.2, "none": 0.8}).shown == ("none", 1.0)
    v_sign = scores | {"v_sign": 0.7, "none": 0.3}
    assert PoseReading(1, v_sign, True, {"claw": 0.9, "none": 0.1}).shown == ("v_sign", 0.7)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_views_of_a_hand_stay_near_it(seed, times):
    hands = stack("palm", [seed])
    views = hands.views(times, np.random.default_rng(seed))
    assert len(views) == times
    features = views.features()
    assert features.shape == (times, FEATURE_COUNT)
    assert np.isfinite(features).all()
    assert np.abs(views.screen - hands.screen).max() < 2.5


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(2, 5), st.sampled_from([1e-3, 1e-1]))
def test_regression_finds_the_least_loss(seed, count, penalty):
    rng = np.random.default_rng(seed)
    classes = np.arange(40) % count
    rows = rng.normal(0, 0.4, (40, 6)).astype(np.float32) + classes[:, np.newaxis] / count
    weights = rng.uniform(0.5, 2, 40).astype(np.float32)
    fitted = fit_softmax(rows, classes, weights, count, penalty, rounds=600)

    def loss(each):
        likely = softmax(rows @ each[:-1] + each[-1])[np.arange(40), classes]
        cost = -(weights * np.log(likely)).sum() / weights.sum()
        return float(cost + penalty / 2 * (each[:-1] ** 2).sum())

    least = loss(fitted)
    for _ in range(5):
        other = fitted + rng.normal(0, 0.05, fitted.shape).astype(np.float32)
        assert loss(other) >= least - 1e-4


def test_a_hand_without_size_leaves_no_numbers():
    hand = drawn("palm", 1)
    numbers = numbers_of(hand)
    assert numbers is not None
    again = HandStack.of_numbers([numbers], [hand.side == "left"])
    assert again.screen[0, :, :2] * hand.width == pytest.approx(
        hand.points - hand.points[0], abs=0.001 * hand.width
    )
    assert numbers_of(replace(hand, points=np.zeros((21, 2), np.float32))) is None
    assert numbers_of(replace(hand, depth=np.full(21, np.nan, np.float32))) is None


def test_known_hands_come_with_vcam(tmp_path):
    assert set(known_hands(BACKGROUND).names) == set(POSES)
    assert known_hands(DIGITS).names == tuple(f"digit_{number}" for number in range(1, 6))
    broken = tmp_path / "x.npz"
    for content in (b"", b"PK\x03\x04 nothing", b"x" * 100):
        broken.write_bytes(content)
        with pytest.raises(ModelError, match="known hands"):
            load_known(broken)
