from __future__ import annotations

import numpy as np
import pytest

from vcam.effects.flight import Area, Swarm, swarm_of
from vcam.effects.glow import Glow
from vcam.effects.lives import lives_at
from vcam.effects.matting import Shade
from vcam.effects.outline import Outline
from vcam.effects.schema import ParticlesSpec
from vcam.effects.streaks import draw_streaks

RAIN = ParticlesSpec.model_validate(
    {
        "kind": "particles",
        "start": "top",
        "streaks": ["#cfe2ff"],
        "count": 60,
        "direction_deg": -90,
        "speed": 1.0,
        "life_s": 3.0,
    }
)
COLOURS = np.array([(255.0, 120.0, 40.0)])


def rain() -> Swarm:
    return swarm_of(RAIN, Area(0, 0, 320, 180), lives_at(RAIN, 3, 0.9))


def shade(left: int) -> Shade:
    """A person who stands to the right of a column."""
    alpha = np.zeros((180, 320), np.uint8)
    alpha[:, left:] = 255
    return Shade(lambda: Outline(alpha), lambda: Outline(np.ascontiguousarray(alpha[::2, ::2])))


@pytest.mark.parametrize("ground", [20, 90, 149, 152, 200, 245])
def test_rain_shows_before_every_ground(ground: int) -> None:
    canvas = np.full((180, 320, 3), ground, np.uint8)
    draw_streaks(canvas, rain(), 0.1, RAIN.streaks, 1.0)
    difference = canvas.astype(int) - ground
    assert np.abs(difference).max() > 30
    assert ((difference > 0) if ground <= 150 else (difference < 0)).any()
    assert not ((difference < 0) if ground <= 150 else (difference > 0)).any()
    again = np.full((180, 320, 3), ground, np.uint8)
    draw_streaks(again, rain(), 0.1, RAIN.streaks, 0.3)
    assert 0 < np.abs(again.astype(int) - ground).max() < np.abs(difference).max()


def test_rain_and_sparks_pass_behind_the_person() -> None:
    wet, lit = np.full((2, 180, 320, 3), 60, np.uint8)
    draw_streaks(wet, rain(), 0.1, RAIN.streaks, 1.0, shade(160))
    x, y = np.array([80.0, 240.0]), np.array([90.0, 90.0])
    two = np.zeros(2, np.intp)
    ways = [(x, y), (x - 20, y - 20)]
    Glow().draw(lit, ways, np.full(2, 12.0), np.ones(2), two, COLOURS, shade(160))
    for canvas in (wet, lit):
        assert (canvas[:, :160] != 60).any()
        assert (canvas[:, 170:] == 60).all()


def test_sparks_add_light_round_them_and_draw_their_way() -> None:
    canvas = np.full((180, 320, 3), 60, np.uint8)
    spot = np.array([160.0]), np.array([90.0])
    one = np.ones(1)
    glow, kind = Glow(), np.zeros(1, np.intp)
    glow.draw(canvas, [spot], 12 * one, one, kind, COLOURS)
    assert (canvas >= 60).all()
    assert canvas[90, 160].min() > 200, "it is nearly white in the middle"
    assert canvas[90, 168, 0] > canvas[90, 168, 2], "its halo has its colour"
    assert (canvas[:60] == 60).all()
    glow.draw(canvas, [spot, (spot[0], spot[1] - 60)], 12 * one, one, kind, COLOURS)
    assert (canvas[55:70, 160, 0] > 60).all()
    assert (canvas[:40] == 60).all()
    before = canvas.copy()
    nowhere = (np.array([np.nan]), np.array([np.inf]))
    glow.draw(canvas, [nowhere, spot], 12 * one, one, kind, COLOURS)
    assert np.array_equal(canvas, before)
