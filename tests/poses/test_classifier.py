from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vcam.core.errors import ModelError
from vcam.core.observation import NONE_POSE, Hand, Observation
from vcam.poses.classifier import APPEARANCE_FILE, PoseClassifier, shipped_model
from vcam.poses.features import FEATURE_COUNT, FEATURE_VERSION
from vcam.poses.vocabulary import POSES, SELFIE_POSES
from vcam.synthetic.joints import random_joints


def drawn(pose: str, seed: int, max_view_deg: float = 20.0, track_id: int = 1) -> Hand:
    joints = random_joints(pose, np.random.default_rng(seed), max_view_deg)
    return Hand(
        track_id,
        joints.points.astype(np.float32),
        joints.depth.astype(np.float32),
        joints.world.astype(np.float32),
        joints.side,
        1.0,
    )


def seen(*hands: Hand) -> Observation:
    return Observation(0, 0.0, (1280, 720), hands)


@pytest.fixture(scope="module")
def classifier() -> PoseClassifier:
    return PoseClassifier.load()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped model and card, to be spoilt."""
    model = shipped_model()
    for file in (model, model.with_suffix(".json"), model.with_name(APPEARANCE_FILE)):
        shutil.copy(file, tmp_path)
    return tmp_path / shipped_model().name


def edit(model: Path, **changes: Any) -> None:
    card = model.with_suffix(".json")
    content = json.loads(card.read_text(encoding="utf-8"))
    card.write_text(json.dumps({**content, **changes}), encoding="utf-8")


@pytest.mark.parametrize("pose", [pose for pose in POSES if pose != NONE_POSE])
def test_drawn_hands_are_read_as_their_pose(classifier: PoseClassifier, pose: str) -> None:
    readings = [classifier.read_hand(drawn(pose, seed)) for seed in range(40)]
    right = sum(reading.best[0] == pose for reading in readings)
    assert right >= 34


@pytest.mark.parametrize("shape", ["crossed_fingers", "hooked_v", "thumb_sideways", "claw", "grip"])
def test_drawn_near_misses_start_nothing(classifier: PoseClassifier, shape: str) -> None:
    started = 0
    for seed in range(40):
        pose, score = classifier.read_hand(drawn(shape, seed)).best
        started += pose in SELFIE_POSES and score >= classifier.card.thresholds[pose]
    assert started <= 2


def test_scores_are_a_distribution_over_the_vocabulary(classifier: PoseClassifier) -> None:
    (reading,) = classifier.read(seen(drawn("metal", 4)))
    assert tuple(reading.scores) == POSES == classifier.card.classes
    assert sum(reading.scores.values()) == pytest.approx(1, abs=1e-4)


def test_every_hand_is_read_in_order(classifier: PoseClassifier) -> None:
    readings = classifier.read(seen(drawn("fist", 1, track_id=7), drawn("palm", 2, track_id=3)))
    assert [reading.track_id for reading in readings] == [7, 3]
    assert [reading.best[0] for reading in readings] == ["fist", "palm"]
    assert classifier.read(seen()) == ()


def test_both_hands_read_alike(classifier: PoseClassifier) -> None:
    hand = drawn("v_sign", 5)
    mirrored = Hand(
        2,
        (hand.points * [-1, 1] + [1280, 0]).astype(np.float32),
        hand.depth,
        (hand.world * [-1, 1, 1]).astype(np.float32),
        "left" if hand.side == "right" else "right",
        1.0,
    )
    one, other = classifier.read(seen(hand, mirrored))
    assert other.scores["v_sign"] == pytest.approx(one.scores["v_sign"], abs=1e-3)


def moved(hand: Hand, scale: float, by: tuple[float, float]) -> Hand:
    points = (hand.points * scale + np.array(by)).astype(np.float32)
    return replace(hand, points=points, depth=(hand.depth * scale).astype(np.float32))


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(((one - other) ** 2).mean())


def test_an_embedding_knows_neither_place_nor_size_nor_side(classifier: PoseClassifier) -> None:
    hand = drawn("thumb_up", 3)
    embedding = classifier.embed(hand)
    assert embedding.shape == (classifier.card.embedding_size,)
    assert embedding.dtype == np.float32
    far = classifier.embed(moved(hand, 0.3, (40, 90)))
    mirrored = Hand(
        2,
        (hand.points * [-1, 1] + [1280, 0]).astype(np.float32),
        hand.depth,
        (hand.world * [-1, 1, 1]).astype(np.float32),
        "left" if hand.side == "right" else "right",
        1.0,
    )
    assert apart(embedding, far) < 1e-3
    assert apart(embedding, classifier.embed(mirrored)) < 1e-3


def test_hands_of_one_pose_lie_together(classifier: PoseClassifier) -> None:
    poses = ("v_sign", "thumb_up", "metal", "palm", "fist")
    placed = {pose: [classifier.embed(drawn(pose, seed)) for seed in range(12)] for pose in poses}
    alike = [apart(all_[0], each) for all_ in placed.values() for each in all_[1:]]
    unlike = [
        apart(placed[one][0], each)
        for one in poses
        for other in poses
        if other != one
        for each in placed[other]
    ]
    assert np.median(alike) < 0.35 * np.median(unlike)


def test_noise_that_is_no_hand_is_not_a_sign(classifier: PoseClassifier) -> None:
    rng = np.random.default_rng(8)
    started = 0
    for _ in range(100):
        hand = Hand(
            1,
            rng.normal(400, 60, (21, 2)).astype(np.float32),
            rng.normal(0, 60, 21).astype(np.float32),
            rng.normal(0, 0.05, (21, 3)).astype(np.float32),
            "right",
            1.0,
        )
        pose, score = classifier.read_hand(hand).best
        started += pose in SELFIE_POSES and score >= classifier.card.thresholds[pose]
    assert started == 0


def test_a_far_hand_is_not_known(copied: Path) -> None:
    edit(copied, distance_limits={pose: 0.0 for pose in POSES if pose != NONE_POSE})
    strict = PoseClassifier.load(copied)
    reading = strict.read_hand(drawn("palm", 2))
    assert not reading.known
    assert reading.best == (NONE_POSE, 1.0)


def test_the_card_tells_licences_and_held_out_people(classifier: PoseClassifier) -> None:
    assert all(each.licence and each.source for each in classifier.card.trained_on)
    assert classifier.card.held_out
    assert not {each.name for each in classifier.card.trained_on} & set(classifier.card.held_out)


def test_a_missing_model_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nothing\.tflite") as caught:
        PoseClassifier.load(tmp_path / "nothing.tflite")
    assert caught.value.fix
    assert "\n" not in str(caught.value)


def test_a_missing_card_names_the_file(copied: Path) -> None:
    copied.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match=r"card .*poses\.json"):
        PoseClassifier.load(copied)


def test_a_changed_model_is_refused(copied: Path) -> None:
    copied.write_bytes(copied.read_bytes() + b"x")
    with pytest.raises(ModelError, match="not the one its card describes"):
        PoseClassifier.load(copied)


def test_a_file_that_is_no_network_is_refused(copied: Path) -> None:
    copied.write_bytes(b"no network")
    edit(copied, model_sha256=hashlib.sha256(b"no network").hexdigest())
    with pytest.raises(ModelError, match="cannot load the network"):
        PoseClassifier.load(copied)


def test_a_model_for_other_features_is_refused(copied: Path) -> None:
    edit(copied, feature_version=FEATURE_VERSION + 1)
    with pytest.raises(ModelError, match="features") as caught:
        PoseClassifier.load(copied)
    assert "train" in caught.value.fix


def test_a_card_with_other_classes_is_refused(copied: Path) -> None:
    edit(copied, classes=["v_sign", NONE_POSE], appearance=None)
    with pytest.raises(ModelError, match="does not fit its card"):
        PoseClassifier.load(copied)


def test_a_card_with_another_embedding_is_refused(copied: Path) -> None:
    edit(copied, embedding_size=7)
    with pytest.raises(ModelError, match="does not fit its card"):
        PoseClassifier.load(copied)


def test_description_agrees_with_reading_embedding_and_limits(classifier: PoseClassifier) -> None:
    hand = drawn("v_sign", 5)
    first = classifier.describe(hand)
    classifier.describe(drawn("fist", 1))
    # What a later run gives must not be written over it.
    assert np.array_equal(first.embedding, classifier.embed(hand))
    assert dict(first.reading.scores) == dict(classifier.read_hand(hand).scores)
    assert first.shape.shape == (126,)
    assert first.distances["v_sign"] < classifier.card.distance_limits["v_sign"]
    assert first.distances["fist"] > classifier.card.distance_limits["fist"]


def check_of(bias: float, least: float = 0.0, features: int = FEATURE_COUNT) -> dict[str, Any]:
    return {"v_sign": {"weights": [0.0] * features, "bias": bias, "least": least}}


def test_a_hand_that_fails_a_poses_check_is_none(copied: Path) -> None:
    hand, fist = drawn("v_sign", 3), drawn("fist", 3)
    edit(copied, checks=check_of(1.0))
    passed = PoseClassifier.load(copied).read_hand(hand)
    assert passed.best[0] == "v_sign"
    edit(copied, checks=check_of(1.0, 2.0))
    strict = PoseClassifier.load(copied)
    failed = strict.read_hand(hand)
    assert failed.best[0] == NONE_POSE
    assert failed.scores["v_sign"] == 0
    assert failed.scores[NONE_POSE] == pytest.approx(
        passed.scores[NONE_POSE] + passed.scores["v_sign"]
    )
    assert strict.read_hand(fist).best[0] == "fist"


def test_a_check_of_other_features_is_refused(copied: Path) -> None:
    edit(copied, checks=check_of(0.0, features=FEATURE_COUNT - 1))
    with pytest.raises(ModelError, match="checks"):
        PoseClassifier.load(copied)


def test_the_shipped_head_checks_the_fingers_of_a_v(classifier: PoseClassifier) -> None:
    assert set(classifier.card.checks) == {"v_sign"}


def test_the_picture_decides_where_landmarks_leave_it_open(classifier: PoseClassifier) -> None:
    thumb = drawn("thumb_up", 3)
    alone = classifier.read_hand(thumb)
    assert alone.best[0] == "thumb_up"
    shaka = np.full(len(POSES), 1e-5, np.float32)
    shaka[POSES.index("shaka")] = 0.999
    both = classifier.read_hand(replace(thumb, appearance=np.log(shaka)))
    assert both.scores["thumb_up"] < classifier.card.thresholds["thumb_up"]
    assert sum(both.scores.values()) == pytest.approx(1, abs=1e-4)
    fist = drawn("fist", 3)
    assert classifier.read_hand(replace(fist, appearance=np.log(shaka))) == classifier.read_hand(
        fist
    )


@pytest.mark.parametrize("spoilt", ["missing", "changed"])
def test_the_network_for_pictures_must_be_the_one_on_the_card(copied: Path, spoilt: str) -> None:
    beside = copied.with_name(APPEARANCE_FILE)
    if spoilt == "missing":
        beside.unlink()
    else:
        beside.write_bytes(beside.read_bytes()[:-1] + b"x")
    with pytest.raises(ModelError) as caught:
        PoseClassifier.load(copied)
    assert APPEARANCE_FILE in str(caught.value)
    assert PoseClassifier.load(copied, pictures=False).appearance is None
