from __future__ import annotations

from dataclasses import replace

import numpy as np

from training.poses.select import (
    judged_clips,
    judged_sets,
    summary,
    trained_hands,
)
from training.poses.sets import CLIP_SETS, DELIBERATE, PICTURE_SETS
from training.poses.table import LandmarkTable
from vcam.poses.vocabulary import POSES


def test_every_label_names_known_poses() -> None:
    for each in PICTURE_SETS:
        for poses in each.labels.values():
            assert poses
            assert set(poses) <= set(POSES)
        assert set(each.judged_as.values()) <= set(POSES)


def test_the_held_out_sets_are_not_trained_on(small_table: LandmarkTable) -> None:
    for part in ("train", "validation", "test"):
        _, counts = trained_hands(small_table, part)  # type: ignore[arg-type]
        assert "room_two_people" not in counts


def test_parts_share_no_picture(small_table: LandmarkTable) -> None:
    parts = [trained_hands(small_table, part)[0] for part in ("train", "validation")]
    test = next(each for each in judged_sets(small_table) if "test part" in each.name)
    seen: list[set[bytes]] = [
        {screen.tobytes() for screen in hands.screen} for hands in (*parts, test.hands)
    ]
    assert all(seen)
    assert sum(map(len, seen)) == len(set.union(*seen))
    # 20 pictures of each of 4 poses: 65 % train, 20 % test, 15 % validation.
    assert [len(seen[1]), len(seen[2])] == [12, 16]


def test_worsened_copies_weigh_less_and_are_not_counted(small_table: LandmarkTable) -> None:
    hands, counts = trained_hands(small_table, "train")
    assert counts["hagrid_crops"] == 13 * 4
    assert sorted(set(hands.weight[: 14 * 4].tolist())) == [0.5, 1.0]


def test_clips_for_training_make_no_sign(small_table: LandmarkTable) -> None:
    hands, counts = trained_hands(small_table, "train")
    assert counts["negative"] == 3
    clip = hands.allowed[-3:]
    assert not clip[:, [POSES.index(pose) for pose in sorted(DELIBERATE)]].any()
    judged = judged_clips(small_table)
    assert [len(each.expected) for each in judged] == [3]


def test_no_clip_is_for_both() -> None:
    for each in CLIP_SETS:
        assert {each.role(stem) for stem in each.trained_on} <= {"train"}
        assert each.role("some other clip") == "held_out"


def test_judged_pictures_keep_all_hands_and_their_expected_pose(
    small_table: LandmarkTable,
) -> None:
    judged = next(each for each in judged_sets(small_table) if each.name == "room_two_people")
    expected = [POSES[index] for index in judged.expected]
    assert sorted(expected) == ["metal"] * 5 + ["v_sign"] * 5
    assert np.bincount(judged.picture, minlength=10).tolist() in (
        [2, 2, 2, 2, 0] * 2,
        [2, 2, 2, 2, 0, 2, 2, 2, 2, 0],
    )


def test_summary_counts_sure_and_loose_labels(small_table: LandmarkTable) -> None:
    hands, _ = trained_hands(small_table, "train")
    counts = summary(hands)
    assert counts["v_sign"] == 14
    assert counts["loose"] == 3


def test_dark_and_coarse_copies_are_judged_apart(small_table: LandmarkTable) -> None:
    variants = small_table.variants.copy()
    kept = np.flatnonzero(small_table.sets == "room_two_people")
    variants[kept[:4]] = (1, 3, 2, 5)
    names = {
        each.name: len(each.expected)
        for each in judged_sets(replace(small_table, variants=variants))
        if each.name.startswith("room_two_people")
    }
    assert names == {
        "room_two_people": 6,
        "room_two_people, worsened (dark)": 2,
        "room_two_people, worsened (coarse)": 1,
    }
