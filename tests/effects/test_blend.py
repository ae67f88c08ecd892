from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.frame import Image
from vcam.effects import blend as module
from vcam.effects.blend import Blender
from vcam.effects.matting import Shade
from vcam.effects.outline import Outline
from vcam.effects.pose2d import Pose2D
from vcam.effects.schema import Blend
from vcam.effects.sprite import Sprite, premultiplied


def disc(side: int = 41, colour: tuple[int, int, int] = (255, 255, 255)) -> Sprite:
    rows, columns = np.mgrid[:side, :side] - (side - 1) / 2
    alpha = np.clip(side / 2 - 2 - np.hypot(rows, columns) + 0.5, 0, 1) * 255
    rgba = np.dstack([np.full((side, side, 3), colour), alpha]).astype(np.uint8)
    return Sprite([premultiplied(rgba)], [0.1])


def centroid(canvas: Image) -> tuple[float, float]:
    weight = canvas[..., 0].astype(float)
    rows, columns = np.mgrid[: canvas.shape[0], : canvas.shape[1]] + 0.5
    return (weight * columns).sum() / weight.sum(), (weight * rows).sum() / weight.sum()


def drawn(sprite: Sprite, pose: Pose2D, size: tuple[int, int] = (200, 160)) -> Image:
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    Blender().draw(canvas, sprite, 0, pose)
    return canvas


def test_blending_is_exact_to_one_step_of_eight_bits() -> None:
    rng = np.random.default_rng(3)
    rgba = rng.integers(0, 256, (64, 80, 4), np.uint8)
    target = rng.integers(0, 256, (64, 80, 3), np.uint8)
    patch = premultiplied(rgba)
    alpha = rgba[..., 3:] / 255
    for opacity in (1.0, 0.6, 0.0):
        got = target.copy()
        Blender().blend(got, patch.copy(), opacity)
        expected = rgba[..., 2::-1] * alpha * opacity + target * (1 - alpha * opacity)
        assert np.abs(got - expected).max() <= 1.5, opacity


def test_nothing_changes_where_the_sprite_is_transparent_and_all_where_it_covers() -> None:
    target = np.full((10, 20, 3), 77, np.uint8)
    patch = np.zeros((10, 20, 4), np.uint8)
    patch[:, 10:] = (1, 2, 3, 255)
    Blender().blend(target, patch)
    assert (target[:, :10] == 77).all()
    assert (target[:, 10:] == (1, 2, 3)).all()


def test_a_slow_move_is_drawn_between_the_pixels() -> None:
    xs = np.arange(60, 64, 0.125)
    found = [centroid(drawn(disc(), Pose2D(x, 70.3, 37.0, 37.0)))[0] for x in xs]
    assert (np.diff(found) > 0).all()
    assert np.abs(np.array(found) - xs).max() < 0.06


@pytest.mark.parametrize("width", [9.0, 24.0, 41.0, 90.0])
def test_the_middle_stays_put_at_every_size(width: float) -> None:
    x, y = centroid(drawn(disc(), Pose2D(100.4, 80.2, width, width)))
    assert (x, y) == pytest.approx((100.4, 80.2), abs=0.08)


def test_area_follows_the_size_across_the_kept_levels() -> None:
    for width in (20.0, 28.9, 29.1, 40.0):
        area = drawn(disc(), Pose2D(100, 80, width, width))[..., 0].sum() / 255
        radius = width * (41 / 2 - 2) / 41
        assert area == pytest.approx(math.pi * radius**2, rel=0.04)


def test_minifying_fine_stripes_gives_grey_not_aliases() -> None:
    rgba = np.full((256, 256, 4), 255, np.uint8)
    rgba[:, ::2, :3] = 0
    canvas = drawn(Sprite([premultiplied(rgba)], [0.1]), Pose2D(100, 80, 60.0, 60.0))
    inner = canvas[60:100, 80:120]
    assert inner.min() > 100
    assert inner.max() < 155


def test_a_turn_is_clockwise_and_about_the_pivot() -> None:
    rgba = np.zeros((20, 40, 4), np.uint8)
    rgba[:, 30:] = 255
    sprite = Sprite([premultiplied(rgba)], [0.1])
    pose = Pose2D(100, 80, 40, 20, angle=math.pi / 2, pivot=(0.5, 0.5))
    assert centroid(drawn(sprite, pose)) == pytest.approx((100, 95), abs=0.1)
    pose = Pose2D(100, 80, 40, 20, angle=math.pi / 2, pivot=(0.0, 0.5))
    assert centroid(drawn(sprite, pose)) == pytest.approx((100, 115), abs=0.1)


def test_only_the_sprites_own_box_is_written() -> None:
    canvas = np.full((160, 200, 3), 90, np.uint8)
    Blender().draw(canvas, disc(), 0, Pose2D(100, 80, 40, 40))
    outside = np.ones(canvas.shape[:2], bool)
    outside[58:102, 78:122] = False
    assert (canvas[outside] == 90).all()
    assert (canvas[80, 100] == 255).all()


def test_a_sprite_larger_than_the_picture_fills_it() -> None:
    assert drawn(disc(), Pose2D(100, 80, 4000, 4000)).min() == 255


def test_half_outside_is_cut_not_moved() -> None:
    whole = drawn(disc(), Pose2D(100, 80, 41, 41))
    cut = drawn(disc(), Pose2D(0, 80, 41, 41))
    assert np.abs(cut[:, :20].astype(int) - whole[:, 100:120]).max() <= 1


numbers = st.floats(allow_nan=True, allow_infinity=True, width=32)


@settings(deadline=None)
@given(numbers, numbers, numbers, numbers, numbers, numbers)
def test_no_pose_raises_and_degenerate_ones_draw_nothing(
    x: float, y: float, width: float, height: float, angle: float, opacity: float
) -> None:
    canvas = np.full((48, 64, 3), 90, np.uint8)
    done = Blender().draw(canvas, disc(), 0, Pose2D(x, y, width, height, angle, opacity))
    numbers = (x, y, width, height, angle, opacity)
    if not all(map(math.isfinite, numbers)) or min(width, height) <= 0 or opacity <= 0:
        assert not done
    if not done:
        assert (canvas == 90).all()


@pytest.mark.parametrize("place", [(400.0, 300.0), (37.5, 61.25), (701.0, 455.5)])
def test_what_is_much_enlarged_looks_the_same_as_drawn_in_full(
    monkeypatch: pytest.MonkeyPatch, place: tuple[float, float]
) -> None:
    pixels = np.zeros((120, 120, 4), np.uint8)
    cv2.circle(pixels, (60, 60), 40, (40, 80, 120, 160), -1, cv2.LINE_AA)
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 6), np.uint8)
    drawn = []
    for large in (module._LARGE, 10**9):
        monkeypatch.setattr(module, "_LARGE", large)
        canvas = np.full((600, 800, 3), 90, np.uint8)
        pose = Pose2D(*place, 500, 500, 0.4, 0.8)
        Blender().draw(canvas, Sprite([pixels], [1.0]), 0, pose)
        drawn.append(canvas.astype(int))
    assert np.abs(drawn[0] - 90).max() > 20
    assert np.abs(drawn[0] - drawn[1]).max() <= 4


@pytest.mark.parametrize("mode", ["normal", "screen", "multiply"])
@pytest.mark.parametrize("angle", [0.0, 0.3])
def test_two_parts_of_a_large_picture_lie_where_they_would_and_the_gap_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, mode: Blend, angle: float
) -> None:
    pixels = np.zeros((160, 300, 4), np.uint8)
    for x in (60, 240):
        cv2.circle(pixels, (x, 80), 45, (30, 60, 120, 160), -1, cv2.LINE_AA)
    pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 2), np.uint8)
    drawn = []
    for large in (module._LARGE, 10**9):
        monkeypatch.setattr(module, "_LARGE", large)
        canvas = np.full((480, 640, 3), 90, np.uint8)
        pose = Pose2D(331.3, 243.7, 570, 304, angle, 0.9)
        Blender().draw(canvas, Sprite([pixels], [1.0]), 0, pose, mode)
        drawn.append(canvas.astype(int))
    off = np.abs(drawn[0] - drawn[1])
    assert np.abs(drawn[1] - 90).max() > 20
    assert 0 < off.max() <= 9
    assert off.mean() < 0.1
    assert (drawn[0][220:260, 310:350] == 90).all()


def test_what_the_person_hides_of_a_large_picture_is_left_alone() -> None:
    pixels = np.full((200, 300, 4), 200, np.uint8)
    alpha = np.zeros((480, 640), np.uint8)
    alpha[:, 320:] = 255
    shade = Shade(lambda: Outline(alpha), lambda: Outline(alpha[::2, ::2].copy()))
    for width in (330, 480, 1300):
        canvas = np.full((480, 640, 3), 90, np.uint8)
        pose = Pose2D(320, 240, width, width / 1.5)
        Blender().draw(canvas, Sprite([pixels], [1.0]), 0, pose, "normal", shade)
        assert (canvas[:, 324:] == 90).all()
        assert canvas[240, 300, 0] > 180
