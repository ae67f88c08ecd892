from __future__ import annotations

import numpy as np
import pytest

from vcam.synthetic.kinematics import finger_chain, thumb_chain
from vcam.synthetic.negatives import NEGATIVES
from vcam.synthetic.poses import (
    POSES,
    SHAPES,
    is_bent,
    pose_angles,
    thumb_rules_to_solve,
)
from vcam.synthetic.thumb_ik import pad_position, solve_thumb, target_position
from vcam.synthetic.thumb_rules import VARIANTS, solved_thumb, variant_proportions

RULES = list(thumb_rules_to_solve())


def test_the_projects_poses_are_there() -> None:
    wanted = {"v_sign", "thumb_up", "thumb_down", "metal", "ily", "fist", "palm", "one", "three"}
    assert set(POSES) == wanted | {"four", "ok", "shaka"}
    assert not set(POSES) & set(NEGATIVES)


@pytest.mark.parametrize("name", SHAPES)
def test_fingers_said_to_be_out_are_stretched(name: str) -> None:
    bent = is_bent(pose_angles(name).flexion)
    for out, is_finger_bent in zip(SHAPES[name].extended[1:], bent, strict=True):
        assert out is None or out != is_finger_bent


@pytest.mark.parametrize(("name", "target", "flexion", "spread"), RULES, ids=[r[0] for r in RULES])
def test_solved_thumbs_reach_what_they_should_touch(name, target, flexion, spread) -> None:
    for variant in range(VARIANTS):
        person = variant_proportions(variant)
        thumb = thumb_chain(solved_thumb(name, person), person)
        fingers = [finger_chain(i, flexion[i], float(spread[i]), person) for i in range(4)]
        gap = np.linalg.norm(pad_position(thumb) - target_position(target, fingers))
        assert gap < 1.3, f"variant {variant}: the pad is {gap:.2f} cm off"


def test_the_solver_still_gives_what_is_stored() -> None:
    name, target, flexion, spread = next(rule for rule in RULES if rule[0] == "ok/0")
    person = variant_proportions(0)
    solved = thumb_chain(solve_thumb(target, flexion, spread, person), person)
    stored = thumb_chain(solved_thumb(name, person), person)
    assert np.linalg.norm(pad_position(solved) - pad_position(stored)) < 0.3


def test_an_ideal_pose_is_fixed_and_a_natural_one_varies() -> None:
    for name in SHAPES:
        for a, b in zip(pose_angles(name), pose_angles(name), strict=True):
            assert np.array_equal(a, b)
    rng = np.random.default_rng(0)
    thumbs = np.array([pose_angles("thumb_up", rng).thumb for _ in range(30)])
    assert (thumbs.std(axis=0) > 1).all()


def test_loose_fists_open_but_never_close_further() -> None:
    base = pose_angles("fist").flexion.sum()
    sums = [
        pose_angles("fist", np.random.default_rng(k), looseness=0.3).flexion.sum()
        for k in range(40)
    ]
    assert min(sums) < 0.8 * base
    assert max(sums) < 1.06 * base


def test_a_pinch_stays_closed_however_loose_the_hand() -> None:
    ideal = pose_angles("ok").flexion[0]
    loose = pose_angles("ok", np.random.default_rng(1), looseness=0.5).flexion[0]
    assert np.array_equal(ideal, loose)


def test_unknown_shapes_are_refused() -> None:
    with pytest.raises(KeyError):
        pose_angles("horns")
