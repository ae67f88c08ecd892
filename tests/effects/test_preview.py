from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.core.errors import PackError
from vcam.effects.pack import Pack, load_pack, shipped_pack_folder
from vcam.effects.preview import (
    animation,
    companions,
    effect_preview,
    gesture_preview,
    scene_of,
)
from vcam.effects.preview_scenes import ASSETS, FRAMES, SCENE_OF, SIZE, pack_numbers, scene
from vcam.poses.vocabulary import GESTURES

MAX_ASSETS_BYTES = 800_000


@pytest.fixture(scope="module")
def reactions() -> Pack:
    return load_pack(shipped_pack_folder() / "reactions")


@pytest.mark.parametrize("name", sorted({"face", *SCENE_OF.values()}))
def test_scenes_hold_a_person_a_face_and_the_hands_that_they_are_named_for(name: str) -> None:
    views = scene(name)
    assert len(views) == 2 * FRAMES - 2
    hands = 0 if name == "face" else 2 if name.startswith("two_") else 1
    for picture, seen in views:
        assert picture.shape == (SIZE[1], SIZE[0], 3)
        assert picture.dtype == np.uint8
        assert len(seen.hands) == hands
        assert len(seen.faces) == 1
        assert seen.mask is not None
        assert seen.mask.dtype == np.float32
        assert 0.1 < float(seen.mask.mean()) < 0.6
        left, right = seen.faces[0].eyes
        assert 5 < right[0] - left[0] < 40


def test_scenes_are_of_gestures_and_small() -> None:
    assert set(SCENE_OF) <= set(GESTURES)
    assert sum(path.stat().st_size for path in ASSETS.iterdir()) < MAX_ASSETS_BYTES


def test_what_is_kept_of_a_scene_is_what_was_seen() -> None:
    views = scene("two_v_signs")[:FRAMES]
    with np.load(ASSETS / "scenes.npz") as kept:
        for key, numbers in pack_numbers("two_v_signs", [seen for _, seen in views]).items():
            assert np.abs(numbers - kept[key]).max() < 0.02, key


def test_a_preview_moves_goes_round_and_is_made_once(reactions: Pack) -> None:
    data = effect_preview(reactions, "balloons-near")
    assert effect_preview(reactions, "balloons-near") is data
    with Pillow.open(io.BytesIO(data)) as picture:
        assert picture.format == "WEBP"
        assert picture.size == SIZE
        assert getattr(picture, "n_frames", 1) > FRAMES
        assert picture.info["loop"] == 0
    assert len(data) < 250_000


def test_a_preview_that_takes_too_long_is_shorter(reactions: Pack) -> None:
    ticks = iter(range(1000))
    data = animation(reactions, ["hearts"], scene("face"), 10, lambda: float(next(ticks)))
    with Pillow.open(io.BytesIO(data)) as picture:
        assert 1 <= getattr(picture, "n_frames", 1) < FRAMES


def test_light_comes_with_its_dark(reactions: Pack) -> None:
    assert companions(reactions, "fireworks") == ("dusk",)
    assert companions(reactions, "dusk") == ()
    assert companions(reactions, "balloons") == ()


def test_an_effect_is_shown_with_the_gesture_that_plays_it(reactions: Pack) -> None:
    assert scene_of(reactions, "lightning") == "metal"
    assert scene_of(reactions, "fireworks") == "two_thumbs_up"
    assert scene_of(reactions, "hearts-from-hands") == "two_palms"
    faces = load_pack(shipped_pack_folder() / "faces")
    assert scene_of(faces, "thought") == "face"


def test_unknown_names_are_told(reactions: Pack) -> None:
    with pytest.raises(PackError, match="no effect 'ballons'"):
        effect_preview(reactions, "ballons")
    with pytest.raises(PackError, match="does not answer 'shaka'"):
        gesture_preview(reactions, "shaka")


def test_a_gesture_without_a_scene_of_its_own_is_shown_on_the_face(
    reactions: Pack, tmp_path: Path
) -> None:
    assert scene_of(reactions, "rain") == "face"
