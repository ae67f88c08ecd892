from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from vcam.pipeline.demand import Demand

looks = st.lists(st.tuples(st.floats(0, 10), st.booleans()), max_size=40)


@given(looks, st.integers(500, 10_000))
def test_wanted_while_watched_and_for_a_while_after(looks, release_after_ms):
    demand = Demand("on_demand", release_after_ms)
    assert not demand.wanted, "nobody has come yet"
    at, last = 0.0, None
    for step_s, watched in looks:
        at += step_s
        last = at if watched else last
        expected = last is not None and at - last < release_after_ms / 1000
        assert demand.update(at, watched) is expected
        assert demand.wanted is expected


@given(looks)
def test_always_means_always(looks):
    demand = Demand("always", 500)
    assert demand.wanted
    at = 0.0
    for step_s, watched in looks:
        at += step_s
        assert demand.update(at, watched)


def test_from_always_to_on_demand_it_is_released_after_the_usual_time():
    demand = Demand("always", 4000)
    demand.update(10.0, watched=False)
    demand.apply("on_demand", 4000)
    assert demand.update(13.9, watched=False)
    assert not demand.update(14.0, watched=False)


def test_shorter_release_holds_at_once():
    demand = Demand("on_demand", 60_000)
    demand.update(10.0, watched=True)
    demand.apply("on_demand", 500)
    assert not demand.update(11.0, watched=False)


def test_insisted_on_it_is_wanted_whoever_watches():
    demand = Demand("on_demand", 1000)
    assert not demand.update(0.0, watched=False)
    demand.insist(True)
    assert demand.update(1.0, watched=False)
    demand.insist(False)
    assert demand.update(1.5, watched=False)
    assert not demand.update(2.5, watched=False)
