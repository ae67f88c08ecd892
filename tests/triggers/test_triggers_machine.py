"""The machine alone, fed with made-up evidence; scenes are in those of the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vcam.core.events import EventKind
from vcam.settings.schema import TriggerDefaults, TriggerSettings
from vcam.triggers.evidence import Evidence, Run
from vcam.triggers.machine import GestureMachine, Phase

THRESHOLDS = TriggerSettings(
    defaults=TriggerDefaults(dwell_ms=500, cooldown_ms=2000, release_ms=300)
).thresholds("v_sign")


def case(at, clear=True, hand=1, shows=None, since=None):
    shows = clear if shows is None else shows
    return Evidence(
        hand=hand,
        track_ids=(hand,),
        at=at,
        clear=clear,
        run=Run(at if since is None else since, 0.0, 2, 2),
        enters=clear,
        stays=clear,
        shows=shows,
        score=0.97 if shows else 0.0,
        reason="" if clear else "released",
    )


def see(machine, at, *evidence, thresholds=THRESHOLDS, not_before=0.0):
    return machine.see(at, evidence, thresholds, not_before=not_before, lost_after_s=0.5)


def held(machine, begin, count):
    """So many clear looks, 100 ms apart."""
    events = []
    for number in range(count):
        at = begin + number / 10
        events += see(machine, at, case(at, since=begin))
    return events


@pytest.fixture
def machine():
    return GestureMachine("v_sign")


def test_phases_follow_each_other(machine):
    assert machine.phase is Phase.IDLE
    held(machine, 1.0, 3)
    assert machine.phase is Phase.CANDIDATE
    assert machine.lead == ((1,), pytest.approx(0.4))
    held(machine, 1.3, 3)
    assert machine.phase is Phase.ACTIVE
    assert (machine.lead, machine.holders) == (None, (1,))
    (end,) = see(machine, 2.0, case(2.0, clear=False))
    assert (end.kind, end.reason, machine.phase) == (EventKind.END, "released", Phase.COOLDOWN)
    see(machine, 2.1)
    see(machine, 3.9)
    assert machine.phase is Phase.COOLDOWN
    see(machine, 4.0)
    assert machine.phase is Phase.IDLE


def test_a_cooldown_without_a_release_goes_on(machine):
    held(machine, 1.0, 6)
    see(machine, 2.0, case(2.0, clear=False))
    for tenth in range(21, 100):
        see(machine, tenth / 10, case(tenth / 10, clear=False, shows=tenth % 3 == 0))
    assert machine.phase is Phase.COOLDOWN
    for tenth in range(100, 105):
        see(machine, tenth / 10, case(tenth / 10, clear=False))
    assert machine.phase is Phase.IDLE


def test_a_hold_does_not_begin_before_its_time(machine):
    assert see(machine, 1.0, case(1.0), not_before=1.05) == []
    (progress,) = see(machine, 1.1, case(1.1, since=0.9), not_before=1.05)
    assert progress.candidate_at == 1.05


def test_losing_one_of_two_holders_changes_nothing(machine):
    held(machine, 1.0, 6)
    see(machine, 1.6, case(1.6), case(1.6, hand=2))
    assert machine.holders == (1, 2)
    assert machine.lose(1.7, {1}, "hand lost") == []
    (end,) = machine.lose(1.8, {2}, "hand lost")
    assert end.reason == "hand lost"


def test_losing_strangers_changes_nothing(machine):
    held(machine, 1.0, 3)
    assert machine.lose(1.3, {7}, "hand lost") == []
    assert machine.phase is Phase.CANDIDATE


def test_an_event_is_never_told_before_the_one_before_it(machine):
    held(machine, 1.0, 3)
    (cancelled,) = machine.lose(9.0, {1}, "no picture")
    events = held(machine, 1.4, 6)
    assert cancelled.at == 9.0
    assert {event.at for event in events} == {9.0}


def test_the_way_through_the_uncertain_does_not_count_as_held(machine):
    for at, enters in ((1.0, True), (1.1, True), (1.2, False), (1.3, True), (1.4, True)):
        see(machine, at, case(at, since=1.0)._replace(enters=enters, clear=enters))
    assert machine.lead == ((1,), pytest.approx(0.2 / 0.5))


def test_a_hand_that_takes_the_lead_starts_only_when_it_is_seen_clear_again(machine):
    for tenth in range(10, 18):
        at = tenth / 10
        waits = case(at)._replace(enters=tenth in (10, 13), clear=tenth in (10, 13))
        see(machine, at, waits, *([case(at, hand=2)] if tenth > 10 else []))
    assert machine.lead is not None
    assert machine.lead[0] == (1,)
    events = see(machine, 1.8, case(1.8, clear=False))
    assert [event.kind for event in events] == [EventKind.CANCELLED, EventKind.PROGRESS]
    (start,) = see(machine, 1.9, case(1.9, hand=2))
    assert (start.kind, start.track_ids, start.candidate_at) == (EventKind.START, (2,), 1.1)


def test_a_hand_joins_only_when_it_is_clear(machine):
    held(machine, 1.0, 6)
    see(machine, 1.6, case(1.6), case(1.6, hand=2, clear=False, shows=True))
    assert machine.holders == (1,)


def test_a_release_is_counted_from_the_told_end_even_if_a_tick_told_it_ahead(machine):
    quick = replace(THRESHOLDS, cooldown_ms=0)
    held(machine, 1.0, 6)
    machine.lose(2.2, {1}, "no picture")
    for at in (1.8, 2.0, 2.2, 2.4):
        see(machine, at, thresholds=quick)
    assert machine.phase is Phase.COOLDOWN
    see(machine, 2.51, thresholds=quick)
    assert machine.phase is Phase.IDLE


def test_switched_off_it_says_nothing_and_gives_up(machine):
    off = replace(THRESHOLDS, enabled=False)
    held(machine, 1.0, 3)
    (cancelled,) = see(machine, 1.3, case(1.3), thresholds=off)
    assert cancelled.reason == "switched off"
    assert see(machine, 1.4, case(1.4), thresholds=off) == []


def test_thresholds_are_the_gestures_own_over_defaults_raised_to_the_floors():
    settings = TriggerSettings.model_validate(
        {
            "defaults": {"dwell_ms": 650, "cooldown_ms": 1500},
            "gestures": {"thumb_up": {"dwell_ms": 400}, "v_sign": {"enter": 0.5}},
        }
    )
    assert settings.thresholds("metal").dwell_ms == 650
    assert settings.thresholds("fist").dwell_ms == 700
    thumb = settings.thresholds("thumb_up")
    assert (thumb.dwell_ms, thumb.margin, thumb.cooldown_ms) == (400, 0.35, 1500)
    v_sign = settings.thresholds("v_sign")
    assert (v_sign.enter, v_sign.leave) == (0.5, 0.5)
