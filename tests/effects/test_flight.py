from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.effects.atlas import Atlas
from vcam.effects.blend import Blender
from vcam.effects.flight import Area, Flight, Swarm, swarm_of
from vcam.effects.lives import lives_at
from vcam.effects.matting import Shade
from vcam.effects.outline import Outline
from vcam.effects.paper import draw_paper
from vcam.effects.schema import ParticlesSpec
from vcam.effects.sprite import Sprite

AREA = Area(0, 500, 640, 480)


def spec(**more: object) -> ParticlesSpec:
    body = {"kind": "particles", "paper": ["#ff0000", "#00ff00"], "count": 50, **more}
    return ParticlesSpec.model_validate(body)


def swarm(x: float, y: float, size: float, angle: float = 0.0, opacity: float = 1.0) -> Swarm:
    """One piece that hangs in the air."""
    values = (x, y, size, angle, 0.0, opacity, 0.0, 1.0)
    none = np.zeros(1)
    flight = Flight(np.array([x]), np.array([y]), none, none, none, 0.0, none, 0.0, none)
    return Swarm(*(np.array([value]) for value in values), flight)  # type: ignore[call-arg,arg-type]


def swarm_at(flight: ParticlesSpec, area: Area, seed: int, elapsed_s: float) -> Swarm:
    return swarm_of(flight, area, lives_at(flight, seed, elapsed_s))


def test_the_same_seed_gives_the_same_flight_and_another_another() -> None:
    first, again = swarm_at(spec(), AREA, 5, 1.0), swarm_at(spec(), AREA, 5, 1.0)
    other = swarm_at(spec(), AREA, 6, 1.0)
    assert np.array_equal(first.x, again.x)
    assert not np.array_equal(np.sort(first.x), np.sort(other.x))


def test_speed_is_what_the_pack_says_whatever_the_frame_rate() -> None:
    flight = spec(over_ms=0, life_s=10, speed=0.5, fan_deg=0, count=1)
    ys = [float(swarm_at(flight, AREA, 1, t).y[0]) for t in (0.0, 0.1, 0.35, 1.0)]
    assert ys == pytest.approx([500 - 240 * t for t in (0.0, 0.1, 0.35, 1.0)])


def test_gravity_and_drag_follow_their_differential_equation() -> None:
    flight = spec(over_ms=0, life_s=60, speed=2.0, fan_deg=0, gravity=1.5, drag=0.8, count=1)
    step, velocity, height = 1e-4, -2.0, 0.0
    for _ in range(20_000):
        velocity += (1.5 - 0.8 * velocity) * step
        height += velocity * step
    y = float(swarm_at(flight, AREA, 1, 2.0).y[0])
    assert (y - 500) / 480 == pytest.approx(height, abs=1e-3)


def test_repeated_pieces_start_anew_elsewhere() -> None:
    flight = spec(over_ms=0, life_s=1.0, repeat=True, count=20)
    first, second = swarm_at(flight, AREA, 1, 0.5), swarm_at(flight, AREA, 1, 1.5)
    assert len(first.x) == len(second.x) == 20
    assert not np.allclose(np.sort(first.x), np.sort(second.x))


def test_corners_throw_inwards_from_both_ends() -> None:
    flight = spec(over_ms=0, life_s=10, speed=1.0, direction_deg=60, fan_deg=0, count=40)
    corners = Area(0, 500, 640, 480, corners=True)
    start, later = swarm_at(flight, corners, 1, 0.0), swarm_at(flight, corners, 1, 0.2)
    assert set(start.x.round().tolist()) == {0.0, 640.0}
    assert set(later.x.round().tolist()) == {48.0, 592.0}


def test_paper_is_drawn_in_its_colours_only_where_it_flies() -> None:
    canvas = np.full((480, 640, 3), 50, np.uint8)
    pieces = swarm(100.0, 60.0, 20.0, angle=0.3)
    draw_paper(canvas, pieces, ("#ff0000",))
    changed = (canvas != 50).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert rows.min() > 45
    assert rows.max() < 75
    assert columns.min() > 85
    assert columns.max() < 115
    assert canvas[60, 100].tolist() == [0, 0, 255]


def test_vanishing_paper_shrinks_and_pictures_fade() -> None:
    def changed(opacity: float, share: float) -> tuple[int, int]:
        pieces = swarm(100.0, 60.0, 30.0, opacity=opacity)
        paper, picture = np.zeros((2, 120, 200, 3), np.uint8)
        draw_paper(paper, pieces, ("#ffffff",), share)
        sprite = Sprite([np.full((10, 10, 4), 255, np.uint8)], [0.1])
        Atlas().draw(picture, pieces, (sprite,), Blender(), 0.0, share)
        return int((paper > 0).sum()), int(picture.max())

    whole, half, shared = changed(1.0, 1.0), changed(0.5, 1.0), changed(1.0, 0.5)
    assert half[0] < 0.4 * whole[0]
    assert half[1] == pytest.approx(128, abs=1)
    assert shared == half
    assert changed(1.0, 0.0) == (0, 0)


def test_a_picture_kept_ready_looks_like_one_turned_anew_and_passes_behind_too() -> None:
    sprite = Sprite([np.full((40, 30, 4), 255, np.uint8)], [0.1])
    alpha = np.zeros((240, 320), np.uint8)
    alpha[:, 150:] = 255
    shade = Shade(lambda: Outline(alpha), lambda: Outline(alpha[::2, ::2]))
    atlas, anew = Atlas(), Atlas()
    for angle, opacity, person in ((0.03, 1.0, None), (0.1, 0.6, shade), (0.1, 1.0, shade)):
        kept, turned = np.full((2, 240, 320, 3), 40, np.uint8)
        pieces = swarm(140.0, 110.0, 100.0, angle, opacity)
        atlas.draw(kept, pieces, (sprite,), Blender(), 0.0, 1.0, "normal", person, 192)
        anew.draw(turned, pieces, (sprite,), Blender(), 0.0, 1.0, "normal", person, 64)
        # Opacity in steps of a 32nd, size in steps of an eighth.
        assert kept[110, 120, 0] == pytest.approx(turned[110, 120, 0], abs=4)
        assert kept[110, 120, 0] > 100
        assert ((kept > 40) ^ (turned > 40)).mean() < 0.13 * (turned > 40).mean()
        assert person is None or (kept[:, 151:] == 40).all()
    assert atlas.used_bytes > anew.used_bytes == 0


ranges = st.tuples(st.floats(-100, 100), st.floats(-100, 100)).map(sorted).map(list)


@settings(deadline=None, max_examples=60)
@given(
    st.floats(-1e3, 1e6),
    st.floats(0, 100),
    st.floats(-100, 100),
    ranges,
    st.integers(0, 2**63),
    st.booleans(),
)
def test_no_flight_raises(
    elapsed_s: float, drag: float, gravity: float, values: list[float], seed: int, repeat: bool
) -> None:
    flight = spec(
        drag=drag, gravity=gravity, size=values, speed=values, life_s=values, repeat=repeat
    )
    canvas = np.full((48, 64, 3), 50, np.uint8)
    pieces = swarm_at(flight, Area(0, 0, 64, 48), seed, elapsed_s)
    draw_paper(canvas, pieces, flight.paper)
    sprite = Sprite([np.full((10, 10, 4), 255, np.uint8)], [0.1])
    Atlas().draw(canvas, pieces, (sprite,), Blender(), elapsed_s)
    assert len(pieces.x) <= flight.count
