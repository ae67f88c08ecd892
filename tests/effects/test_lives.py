from __future__ import annotations

import numpy as np

from vcam.effects.chance import chances
from vcam.effects.lives import Lives, Thing, lives_at
from vcam.effects.schema import ParticlesSpec


def spec(**more: object) -> ParticlesSpec:
    body = {"kind": "particles", "paper": ["#ff0000", "#00ff00"], "count": 50, **more}
    return ParticlesSpec.model_validate(body)


def living(lives: Lives) -> set[tuple[float, ...]]:
    """Those that live, each with its number, age, life and all that chance gave it."""
    alive = lives.born & (lives.age < lives.life)
    columns = np.vstack([lives.number, lives.age, lives.life, lives.fate.chances])[:, alive]
    return set(map(tuple, columns.T.tolist()))


def test_births_are_spread_and_lives_end() -> None:
    pieces = spec(over_ms=1000, life_s=0.5, count=200)
    alive = [len(living(lives_at(pieces, 1, t))) for t in (-0.1, 0.0, 0.25, 0.75, 1.51)]
    assert alive[0] == 0
    assert alive[1] < 5
    assert 30 < alive[2] < 70
    assert 80 < alive[3] < 120
    assert alive[4] == 0


def test_births_are_even_and_the_same_however_many_take_part() -> None:
    pieces = spec(over_ms=1000, life_s=0.1, count=100)
    alive = [len(living(lives_at(pieces, 1, t))) for t in np.arange(0.15, 0.95, 0.05)]
    assert min(alive) >= 7
    assert max(alive) <= 13
    all_of_them = living(lives_at(pieces, 1, 0.5))
    half = living(lives_at(pieces, 1, 0.5, count=50))
    assert 3 <= len(half) < len(all_of_them)
    assert half <= all_of_them, "who leaves some out does not move the others"


def test_nothing_is_born_after_the_effect_has_begun_to_leave() -> None:
    pieces = spec(over_ms=1000, life_s=1.0, repeat=True, count=100)
    going = living(lives_at(pieces, 1, 5.0, born_until_s=4.5))
    staying = living(lives_at(pieces, 1, 5.0))
    assert going < staying
    assert going
    assert not living(lives_at(pieces, 1, 5.6, born_until_s=4.5))


def test_only_another_life_brings_another_fate_and_what_came_before_does_not_matter() -> None:
    pieces = spec(over_ms=1000, life_s=[0.2, 1.0], repeat=True, count=40)
    before = lives_at(pieces, 7, 1.9)
    for elapsed_s in (2.3, 0.4, 1.9):
        after = lives_at(pieces, 7, elapsed_s)
        same = (after.fate.chances == before.fate.chances).all(axis=0)
        assert np.array_equal(same, after.cycle == before.cycle)
        anew = chances(7, after.number, after.cycle, len(Thing))
        assert np.array_equal(after.fate.chances, anew)
