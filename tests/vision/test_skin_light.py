from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.observation import Face
from vcam.vision.skin_light import SkinLight, still_light

SKIN = (118, 150, 205)
BLUE_LIGHT = (1.3, 1.0, 0.6)
LIGHTS = [BLUE_LIGHT, (0.3, 0.5, 1.2), (0.75, 1.2, 0.7), (1.2, 0.6, 1.1)]


def face(x: float = 320, y: float = 200) -> Face:
    return Face(
        track_id=1,
        box=Box(x - 60, y - 60, 120, 120),
        eyes=np.array([[x - 25, y - 15], [x + 25, y - 15]], np.float32),
        nose=np.array([x, y + 5], np.float32),
        mouth=np.array([x, y + 30], np.float32),
        presence=1.0,
    )


def picture(
    light: tuple[float, ...] = (1, 1, 1), skin: tuple[int, ...] = SKIN, room: int = 90
) -> Image:
    image = np.full((480, 640, 3), room, np.float64)
    image[140:260, 260:380] = skin
    return np.clip(np.round(image * light), 0, 255).astype(np.uint8)


def looked(image: Image, faces: tuple[Face, ...], at: float = 0.0) -> SkinLight:
    light = SkinLight()
    light.note(image, faces, at)
    light.note(image, faces, at + 0.3)
    return light


def test_in_ordinary_light_the_very_same_picture_is_used() -> None:
    image = picture()
    light = looked(image, (face(),))
    assert not light.is_coloured
    assert light.corrected(image) is image


@pytest.mark.parametrize("skin", [(70, 95, 150), (160, 185, 225), (40, 55, 90)])
def test_dark_and_pale_skin_are_no_coloured_light(skin: tuple[int, ...]) -> None:
    assert not looked(picture(skin=skin), (face(),)).is_coloured


@pytest.mark.parametrize("colour", LIGHTS)
def test_skin_in_coloured_light_gets_its_colour_back(colour: tuple[float, ...]) -> None:
    image = picture(colour)
    before = image.copy()
    light = looked(image, (face(),))
    assert light.is_coloured
    blue, green, red = light.corrected(image)[200, 320].tolist()
    assert red / blue == pytest.approx(2.2, rel=0.06)
    assert red / green == pytest.approx(1.5, rel=0.06)
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("colour", LIGHTS)
def test_it_stays_as_bright_as_it_was(colour: tuple[float, ...]) -> None:
    image = picture(colour)
    light = looked(image, (face(),))
    luma = np.array([0.114, 0.587, 0.299])
    spot = np.s_[200, 320]
    assert light.corrected(image)[spot] @ luma == pytest.approx(image[spot] @ luma, rel=0.03)


def test_a_blue_wall_behind_ordinary_skin_changes_nothing() -> None:
    image = picture()
    image[:, :200] = image[:, 420:] = (200, 120, 60)
    assert not looked(image, (face(),)).is_coloured


def test_with_nobody_in_view_only_an_extreme_cast_of_the_whole_picture_counts() -> None:
    assert not looked(picture((1.1, 1.0, 0.85)), ()).is_coloured
    assert looked(picture((1.5, 0.8, 0.4)), ()).is_coloured


def test_a_face_that_is_lost_for_a_moment_keeps_its_light() -> None:
    image = picture(BLUE_LIGHT)
    light = looked(image, (face(),))
    gains = light.corrected(image)
    for at in (0.5, 1.0, 2.5):
        light.note(image, (), at)
    np.testing.assert_array_equal(light.corrected(image), gains)
    light.note(picture(), (), 3.5)
    assert not light.is_coloured


def test_who_looks_away_keeps_their_light_while_the_room_looks_the_same() -> None:
    image = picture(BLUE_LIGHT, room=128)
    image[:, :, :] = np.where(image == image[0, 0], (120, 128, 116), image)
    light = looked(image, (face(),))
    assert light.is_coloured
    for second in range(1, 60):
        light.note(image, (), float(second))
        assert light.is_coloured
    light.note(image, (), 61.0)
    assert not light.is_coloured


def test_one_coloured_look_alone_changes_nothing() -> None:
    light = SkinLight()
    light.note(picture(BLUE_LIGHT), (face(),), 0.0)
    assert not light.is_coloured
    light.note(picture(BLUE_LIGHT), (face(),), 0.3)
    assert light.is_coloured


@pytest.mark.parametrize("bias", [(0, 0, 0), (1, 0, 0), (2, 0, 1)])
def test_a_camera_that_sees_no_colours_is_left_alone(bias: tuple[int, ...]) -> None:
    grey = np.full((480, 640, 3), 90, np.uint8)
    grey[140:260, 260:380] = 160
    assert not looked(grey + np.array(bias, np.uint8), (face(),)).is_coloured


def test_a_colour_that_flickers_is_not_followed_at_once() -> None:
    light = looked(picture(), (face(),))
    light.note(picture(BLUE_LIGHT), (face(),), 0.35)
    assert not light.is_coloured
    for step in range(1, 20):
        light.note(picture(BLUE_LIGHT), (face(),), 0.35 + 0.35 * step)
    assert light.is_coloured


def test_light_at_the_border_does_not_switch_back_and_forth() -> None:
    light = SkinLight()
    switches, last = 0, False
    rng = np.random.default_rng(3)
    for step in range(200):
        red_by_blue = 1.0 * np.exp(rng.normal(0, 0.05))
        skin = (round(180 / red_by_blue), 140, 180)
        light.note(picture(skin=skin), (face(),), 0.4 * step)
        switches += light.is_coloured != last
        last = light.is_coloured
    assert switches <= 2


def test_it_looks_a_few_times_a_second_at_most() -> None:
    light = looked(picture(), (face(),))
    for step in range(1, 9):
        light.note(picture((0.3, 0.5, 1.2)), (face(),), step / 30)
    assert not light.is_coloured


def test_reset_forgets_the_light() -> None:
    light = looked(picture(BLUE_LIGHT), (face(),))
    light.reset()
    assert not light.is_coloured


@pytest.mark.parametrize("skin", [(0, 0, 0), (255, 255, 255), (3, 3, 3)])
def test_skin_too_dark_or_too_bright_tells_nothing(skin: tuple[int, ...]) -> None:
    assert not looked(picture(skin=skin), (face(),)).is_coloured


@given(st.floats(-900, 1500), st.floats(-900, 1500))
def test_a_face_anywhere_even_outside_is_no_error(x: float, y: float) -> None:
    image = picture(BLUE_LIGHT)
    corrected = looked(image, (face(x, y),)).corrected(image)
    assert corrected.shape == image.shape
    assert corrected.dtype == np.uint8


@pytest.mark.parametrize("nonsense", [np.nan, np.inf])
def test_a_face_that_is_nowhere_is_no_error(nonsense: float) -> None:
    nowhere = face()
    nowhere.mouth[:] = nonsense
    assert not looked(picture(), (nowhere,)).is_coloured


def test_the_noise_of_a_covered_camera_is_no_coloured_light() -> None:
    covered = np.full((480, 640, 3), (9, 2, 1), np.uint8)
    assert not looked(covered, ()).is_coloured


def test_of_a_still_the_whole_picture_helps_to_find_the_face_that_tells_the_light() -> None:
    image = picture((1.3, 0.7, 0.3))
    asked: list[Image] = []

    def find(shown: Image) -> tuple[Face, ...]:
        asked.append(shown)
        return (face(),) if shown is not image else ()

    light, found = still_light(image, find)
    assert len(asked) == 2
    assert len(found) == 1
    blue, _, red = light.corrected(image)[200, 320].tolist()
    assert red / blue == pytest.approx(2.2, rel=0.1)


def test_of_a_still_in_ordinary_light_faces_are_looked_for_once() -> None:
    asked: list[Image] = []
    light, _ = still_light(picture(), lambda shown: asked.append(shown) or ())  # type: ignore[func-returns-value]
    assert len(asked) == 1
    assert not light.is_coloured


def test_of_a_still_faces_need_not_be_looked_for() -> None:
    light, found = still_light(picture((1.5, 0.8, 0.4)), None)
    assert light.is_coloured
    assert found == ()
