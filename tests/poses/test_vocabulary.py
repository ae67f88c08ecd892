from __future__ import annotations

from vcam.core.gestures import MOVEMENTS, PAIRS
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import (
    GESTURE_LABELS,
    GESTURES,
    LABELS,
    POSES,
    SELFIE_POSES,
    label,
)


def test_every_pose_has_both_labels() -> None:
    assert tuple(LABELS) == POSES
    assert all(text.en and text.id for text in LABELS.values())


def test_none_is_a_pose_and_the_selfie_poses_are_real_ones() -> None:
    assert NONE_POSE in POSES
    assert set(SELFIE_POSES) <= set(POSES) - {NONE_POSE}


def test_labels_of_the_selfie_poses() -> None:
    assert [label(pose) for pose in SELFIE_POSES] == ["V", "Thumb up", "Metal"]
    assert [label(pose, "id") for pose in SELFIE_POSES] == ["V", "Jempol", "Metal"]


def test_an_unknown_pose_is_made_readable() -> None:
    assert label("my_pose", "id") == "My pose"


def test_two_handed_gestures_and_movements_are_gestures_with_labels_but_no_poses() -> None:
    assert tuple(GESTURE_LABELS) == (*PAIRS, *MOVEMENTS)
    assert (*POSES[:-1], *GESTURE_LABELS) == GESTURES
    assert all(text.en and text.id for text in GESTURE_LABELS.values())
    assert label("two_thumbs_up") == "Two thumbs up"
    assert label("two_thumbs_up", "id") == "Dua jempol"


def test_a_pair_is_made_of_a_pose_or_stands_for_itself() -> None:
    assert {pose for pose in PAIRS.values() if pose} <= set(POSES)
