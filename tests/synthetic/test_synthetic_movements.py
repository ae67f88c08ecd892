"""Hearts, swipes and waves in drawn film, as they are written and labelled."""

from __future__ import annotations

import numpy as np
import pytest

from vcam.core.gestures import HEART_HANDS, MOVEMENTS, SWIPE_LEFT, SWIPE_RIGHT, WAVE
from vcam.core.observation import Landmark
from vcam.synthetic.kinematics import MEAN_PROPORTIONS, PALM_LENGTH_CM, skeleton
from vcam.synthetic.motion import Restlessness, hand_between
from vcam.synthetic.placing import PALM_CENTRE, Extent, Frame, best_place, somewhere
from vcam.synthetic.script import SHOWABLE, write_script

STILL = Restlessness(0.0, 0.0)
FRAME = Frame((640, 360), 600.0, np.array([2.0, 1.0, -130.0]))


def script(gestures, seed=1, seconds=60.0, kind="poses"):
    rng = np.random.default_rng(seed)
    return write_script(rng, FRAME, MEAN_PROPORTIONS, kind, seconds, gestures)


def joints_of(written, side, at):
    """Joints (21, 3) of a hand in the camera frame, cm."""
    hand = hand_between(written.keys[side], at, STILL)
    joints, _ = skeleton(hand.angles, MEAN_PROPORTIONS)
    mirror = np.array([-1.0 if side == "left" else 1.0, 1.0, 1.0])
    placed = (joints - PALM_CENTRE) @ hand.rotation.T + hand.place + FRAME.head * mirror
    return placed * mirror


def columns(written, shown, landmark=None):
    times = np.linspace(shown.start_s, shown.end_s, 80)
    joints = np.array([joints_of(written, shown.side, at) for at in times])
    return joints[:, landmark].mean(axis=1)[:, 0] if landmark else joints.mean(axis=1)[:, 0]


def test_every_gesture_can_be_shown():
    assert {"v_sign", "two_metals", HEART_HANDS, *MOVEMENTS} <= set(SHOWABLE)
    for gesture in SHOWABLE:
        assert {each.gesture for each in script((gesture,), seconds=1.0).shown} == {gesture}


def test_what_was_shown_before_is_shown_as_before():
    """Film is known by its seed: figures that were published are made of it."""
    shown = script(("v_sign", "thumb_up", "two_metals"), seed=7, kind="mixed").shown
    assert [each.gesture for each in shown] == ["v_sign", "two_metals", "two_metals"]
    assert [each.start_s for each in shown] == pytest.approx([15.4028, 34.1243, 44.4444], abs=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_a_swipe_goes_from_rest_to_rest_to_the_persons_own_side(seed):
    written = script((SWIPE_LEFT, SWIPE_RIGHT), seed)
    assert {each.gesture for each in written.shown} == {SWIPE_LEFT, SWIPE_RIGHT}
    for each in written.shown:
        x = columns(written, each)
        towards = 1 if each.gesture == SWIPE_LEFT else -1  # of a picture that is not mirrored
        assert (x[-1] - x[0]) * towards >= 2 * PALM_LENGTH_CM
        assert (np.diff(x) * towards >= -1e-9).all()
        for at in (each.start_s - 0.28, each.end_s + 0.28):
            end = each.start_s if at < each.start_s else each.end_s
            rest = [hand_between(written.keys[each.side], t, STILL).place for t in (at, end)]
            assert np.linalg.norm(rest[0] - rest[1]) < 3


@pytest.mark.parametrize("seed", range(4))
def test_a_wave_swings_to_and_fro_twice_at_least(seed):
    written = script((WAVE,), seed)
    assert {each.side for each in written.shown} <= {"left", "right"}
    tips = [Landmark.INDEX_TIP, Landmark.MIDDLE_TIP, Landmark.RING_TIP, Landmark.PINKY_TIP]
    for each in written.shown:
        x = columns(written, each, tips)
        turns = np.flatnonzero(np.diff(np.sign(np.diff(x)))) + 1
        ends = x[[*turns, -1]]
        assert len(ends) >= 5
        assert np.abs(np.diff(ends)).min() > 0.6 * PALM_LENGTH_CM


@pytest.mark.parametrize("seed", range(4))
def test_the_tips_of_both_hands_meet_in_a_heart(seed):
    written = script((HEART_HANDS,), seed)
    for each in written.shown:
        at = (each.start_s + each.end_s) / 2
        right, left = (joints_of(written, side, at) for side in ("right", "left"))
        for tip in (Landmark.INDEX_TIP, Landmark.THUMB_TIP):
            assert np.linalg.norm(right[tip] - left[tip]) < 6
        assert right[Landmark.WRIST, 0] < left[Landmark.WRIST, 0] - 10
        middle = (right + left) / 2
        assert middle[Landmark.THUMB_TIP, 1] < middle[Landmark.INDEX_TIP, 1] - 3
        for hand in (right, left):
            assert hand[Landmark.INDEX_PIP, 1] > hand[Landmark.INDEX_TIP, 1]


@pytest.mark.parametrize("away_cm", [72.0, 110.0, 165.0])
def test_a_gesture_is_in_the_picture_and_off_the_face_where_there_is_room(away_cm):
    frame = Frame((640, 360), 560.0, np.array([0.0, 0.0, -away_cm]))
    small = Extent(3.0, 3.0, 3.0)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        place = best_place(
            rng,
            frame,
            small,
            lambda rng: somewhere(rng, frame, small, -40, 40),
            lambda place: (place,),
        )
        box = small.box(frame, place)
        assert min(box.x, box.y) >= 0
        assert box.x + box.width <= 640
        assert box.y + box.height <= 360
        column, row, _ = frame.seen(frame.head)
        middle = box.centre
        assert np.hypot(middle[0] - column, middle[1] - row) > 560 * 8 / away_cm
