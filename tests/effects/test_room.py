"""The room behind the person: whose background, which edge, and what passes behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vcam.core.events import LiveEffect
from vcam.core.observation import Observation
from vcam.effects import compositor as module
from vcam.effects.compositor import Compositor
from vcam.effects.outline import Outline
from vcam.effects.pack import load_pack
from vcam.settings.schema import BackgroundSettings, EffectSettings

Make = Callable[..., Path]

BROUGHT = "{kind: background, style: colour, colour: '#0000ff', enter_ms: 1000}"
BEHIND = "{kind: sticker, picture: a.png, anchor: screen, layer: behind, size: 0.01}"
SHOWN = LiveEffect(1, "mine", "it", "v_sign", 0.0, None, (), 0)
GREEN = EffectSettings(background=BackgroundSettings(kind="colour", colour="#00ff00"))


def seen(share: float = 1.0) -> Observation:
    """A person in the left half."""
    mask = np.zeros((144, 256), np.float32)
    mask[:, :128] = share
    return replace(Observation(1, 1.0, (320, 180), (), ()), mask=mask, mask_at=1.0)


def drawn(
    compositor: Compositor, observation: Observation | None, at: float, shown: LiveEffect = SHOWN
) -> np.ndarray:
    canvas = np.full((180, 320, 3), 200, np.uint8)
    compositor.draw(canvas, [shown], observation, at, frame_at=1.0)
    return canvas


def test_an_effects_background_waits_for_the_mask(make_pack: Make) -> None:
    compositor = Compositor([load_pack(make_pack(BROUGHT))])
    assert (drawn(compositor, None, 3.0) == 200).all()
    picture = drawn(compositor, seen(), 3.0)
    assert (picture[:, :120] == 200).all()
    assert (picture[:, 200:] == (255, 0, 0)).all()


def test_the_users_background_does_not_wait(make_pack: Make) -> None:
    compositor = Compositor([load_pack(make_pack(BROUGHT))])
    compositor.apply(GREEN)
    assert not (drawn(compositor, None, 0.5) == 200).all(axis=2).any()


def test_an_effects_background_comes_over_what_is_there(make_pack: Make) -> None:
    compositor = Compositor([load_pack(make_pack(BROUGHT))])
    half = drawn(compositor, seen(), 0.5)[0, 300].astype(int)
    assert 200 < half[0] < 255
    assert 0 < half[1] < 200
    compositor.apply(GREEN)
    blue, green, red = drawn(compositor, seen(), 0.5)[0, 300].astype(int)
    assert blue > 50
    assert green > 50
    assert red == 0


@pytest.mark.parametrize("share", [0.35, 0.5, 0.65])
def test_what_passes_behind_leaves_the_edge_as_it_was(
    make_pack: Make, monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    soft = np.full((180, 320), round(255 * share), np.uint8)
    monkeypatch.setattr(module.PersonMask, "outline", lambda *args: Outline(soft))
    plain, behind = Compositor(), Compositor([load_pack(make_pack(BEHIND))])
    plain.apply(GREEN)
    behind.apply(GREEN)
    far = np.s_[:60, :100]
    expected = drawn(plain, seen(), 3.0)[far]
    assert np.array_equal(drawn(behind, seen(), 3.0)[far], expected)
    assert abs(int(expected[0, 0, 0]) - 200 * share) <= 2
