from __future__ import annotations

import math

import numpy as np
import pytest

from vcam.core.geometry import Box
from vcam.effects.anchor import AnchorPose
from vcam.effects.animation import Motion
from vcam.effects.placing import beside_hand, choose_side, moved_inside, on_anchor, on_screen
from vcam.effects.pose2d import Pose2D
from vcam.effects.schema import StickerSpec
from vcam.effects.sprite import Sprite

SPRITE = Sprite([np.full((50, 100, 4), 255, np.uint8)], [0.1])
REST = Motion()


def spec(anchor: str = "hand", **more: object) -> StickerSpec:
    return StickerSpec.model_validate(
        {"kind": "sticker", "picture": "a.png", "anchor": anchor, **more}
    )


def test_on_a_face_size_offset_and_turn_follow_the_head() -> None:
    anchor = AnchorPose(1, 300, 200, 80, roll=0.5)
    pose = on_anchor(spec("face.eyes", size=2.5, offset=(0, 1)), SPRITE, anchor, REST)
    assert (pose.width, pose.height, pose.angle) == pytest.approx((200, 100, 0.5))
    assert (pose.x, pose.y) == pytest.approx((300 - 80 * math.sin(0.5), 200 + 80 * math.cos(0.5)))


def test_a_sticker_that_does_not_turn_stays_upright_but_where_it_belongs() -> None:
    anchor = AnchorPose(1, 300, 200, 80, roll=0.5)
    turning = on_anchor(spec("face.top", offset=(0, 1)), SPRITE, anchor, REST)
    upright = on_anchor(spec("face.top", offset=(0, 1), rotate=False), SPRITE, anchor, REST)
    assert upright.angle == 0
    assert (upright.x, upright.y) == (turning.x, turning.y)


def test_what_lies_on_something_turned_aside_gets_narrower() -> None:
    anchor = AnchorPose(1, 300, 200, 80, squash=0.8)
    pose = on_anchor(spec("face.eyes"), SPRITE, anchor, REST)
    assert (pose.width, pose.height) == pytest.approx((64, 40))


def test_screen_offsets_are_shares_of_the_picture() -> None:
    pose = on_screen(spec("screen", size=0.5, offset=(0.25, -0.5)), SPRITE, (640, 480), REST)
    assert (pose.x, pose.y, pose.width) == pytest.approx((480, 0, 320))


def test_animation_moves_scales_turns_and_fades() -> None:
    anchor = AnchorPose(1, 300, 200, 100, visibility=0.5)
    motion = Motion(0.0, -0.5, 2.0, 0.1, 0.5)
    pose = beside_hand(spec(opacity=0.8), SPRITE, anchor, (0.0, 0.0), motion)
    assert (pose.x, pose.y) == (300, 175)
    assert (pose.width, pose.angle, pose.opacity) == pytest.approx((200, 0.1, 0.2))


def hand(x: float, y: float) -> AnchorPose:
    return AnchorPose(7, x, y, 60, bounds=Box(x - 30, y - 80, 60, 130))


def side(x: float, y: float, *faces: AnchorPose) -> tuple[float, float]:
    wanted = spec(size=2.0, offset=(1.6, -1.5))
    return choose_side(wanted, SPRITE, hand(x, y), faces, (640, 480))


def test_the_side_that_the_pack_wants_wins_where_there_is_room() -> None:
    assert side(200, 300) == (1.6, -1.5)


def test_at_the_right_edge_it_goes_left() -> None:
    assert side(610, 300) == (-1.6, -1.5)


def test_it_keeps_off_a_face() -> None:
    face = AnchorPose(1, 310, 210, 60)
    right, down = side(200, 300, face)
    box = Box(200 + right * 60 - 60, 300 + down * 60 - 30, 120, 60)
    assert box.overlap(Box(310 - 72, 210 - 96, 144, 216)) == 0


def test_at_the_top_it_goes_beside_the_hand() -> None:
    _, down = side(320, 85)
    assert 85 + down * 60 - 30 >= -6


def test_a_sticker_that_would_stick_out_is_moved_in() -> None:
    out = Pose2D(10, 470, 100, 50)
    inside = moved_inside(out, out, (640, 480))
    assert (inside.x, inside.y) == (50, 455)
    same = Pose2D(300, 200, 100, 50)
    assert moved_inside(same, same, (640, 480)) is same


def test_one_that_comes_from_outside_ends_where_it_stays() -> None:
    resting = Pose2D(10, 200, 100, 50)
    above = moved_inside(Pose2D(10, -30, 100, 50), resting, (640, 480))
    assert (above.x, above.y) == (50, -30)


def test_one_that_is_too_large_is_left_where_it_is() -> None:
    large = Pose2D(10, 200, 900, 50)
    assert moved_inside(large, large, (640, 480)).x == 10
