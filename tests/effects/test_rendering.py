from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vcam.core.observation import Face, Observation
from vcam.effects.pack import load_pack
from vcam.effects.rendering import render_effect
from vcam.settings.schema import EffectSettings

FLYING = "{kind: particles, paper: ['#ff0000'], count: 40, over_ms: 200, start: point}"


def views(count: int) -> list[tuple[np.ndarray, None]]:
    return [(np.full((120, 160, 3), 60, np.uint8), None)] * count


def test_the_same_seed_gives_the_same_pictures(make_pack: Callable[..., Path]) -> None:
    pack = load_pack(make_pack(FLYING))
    first, again, other = (
        np.array(list(render_effect(pack, "it", views(10), seed=seed))) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert (views(1)[0][0] == 60).all(), "the pictures that go in are not drawn on"


@pytest.mark.parametrize("fps", [15, 60])
def test_a_moment_looks_the_same_at_every_rate(make_pack: Callable[..., Path], fps: int) -> None:
    pack = load_pack(make_pack(FLYING))
    usual = list(render_effect(pack, "it", views(31), fps=30))[30]
    assert (usual != 60).any()
    assert np.array_equal(usual, list(render_effect(pack, "it", views(fps + 1), fps=fps))[fps])


def test_effects_leave_in_the_end(make_pack: Callable[..., Path]) -> None:
    pack = load_pack(make_pack())
    pictures = list(render_effect(pack, "it", views(30), lasts_s=0.5))
    assert (pictures[14] != 60).any()
    assert (pictures[28] == 60).all()


def test_anchors_follow_the_picture_to_its_size(
    make_pack: Callable[..., Path], make_face: Callable[..., Face]
) -> None:
    pack = load_pack(make_pack("{kind: sticker, picture: a.png, anchor: face.eyes}"))
    seen = Observation(0, 0.0, (160, 120), (), (make_face(40, 30, 20),))
    view = (np.full((120, 160, 3), 60, np.uint8), seen)
    picture = list(render_effect(pack, "it", [view] * 30, size=(320, 240)))[-1]
    assert picture.shape == (240, 320, 3)
    assert picture[60, 80].tolist() == [0, 0, 255]


def test_reduced_motion_stands_still(make_pack: Callable[..., Path]) -> None:
    pack = load_pack(make_pack(FLYING))
    still = EffectSettings(reduced_motion=True)
    pictures = list(render_effect(pack, "it", views(40), settings=still))
    assert (pictures[20] != 60).any()
    assert np.array_equal(pictures[20], pictures[39])
    moving = list(render_effect(pack, "it", views(40)))
    assert not np.array_equal(moving[20], moving[39])
