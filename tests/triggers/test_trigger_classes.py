from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.core.gestures import is_of_class
from vcam.triggers.classes import BLIND_S, COOLDOWN_S, LEAVE_SHARE, ClassTriggers, class_rules

LIMITS = {"yes": 0.6}


def play(triggers, scores, every_s=0.5, start_s=10.0):
    """The kinds and times of what comes of these scores, one a look."""
    events = []
    for number, score in enumerate(scores):
        at = start_s + number * every_s
        events += triggers.see(at, {"yes": score, "no": 1 - score}, LIMITS, {})
    return [(event.kind, event.at) for event in events]


def watching(hold_ms=1000, smoothing_ms=0.0):
    triggers = ClassTriggers(smoothing_ms)
    triggers.watch(class_rules([("m", "yes", hold_ms, "")]), 0.0)
    return triggers


def test_a_class_starts_when_it_was_held_and_ends_when_it_is_gone():
    told = play(watching(), [0, 1, 1, 1, 1, 0])
    assert told == [(EventKind.START, 11.5), (EventKind.END, 12.5)]


def test_a_class_that_is_not_held_long_enough_never_starts():
    assert play(watching(), [1, 1, 0, 1, 1, 0, 1, 1, 0]) == []


def test_an_event_tells_since_when_and_by_which_hand():
    triggers = watching()
    for at in (1.0, 1.5):
        assert not triggers.see(at, {"yes": 0.9}, LIMITS, {"yes": (7,)})
    (event,) = triggers.see(2.0, {"yes": 0.9}, LIMITS, {"yes": (7,)})
    assert (event.gesture, event.candidate_at, event.track_ids) == ("m:yes", 1.0, (7,))
    assert event.score == pytest.approx(0.9)
    assert is_of_class(event.gesture)
    assert not is_of_class("two_v_signs")


def test_a_score_that_plays_round_the_threshold_does_not_flicker():
    wobbling = [0.61, 0.61, 0.61, 0.59, 0.61, 0.55, 0.61, 0.6 * LEAVE_SHARE + 0.01]
    assert [kind for kind, _ in play(watching(), wobbling)] == [EventKind.START]


def test_after_an_end_the_same_class_rests():
    one = [1, 1, 1, 0]
    told = play(watching(), one + [1] * 8)
    starts = [at for kind, at in told if kind is EventKind.START]
    ended = next(at for kind, at in told if kind is EventKind.END)
    assert len(starts) == 2
    assert starts[1] >= ended + COOLDOWN_S + 1.0


def test_scores_are_averaged():
    triggers = watching(smoothing_ms=1000)
    for number, score in enumerate([0, 0, 0, 0.9]):
        triggers.see(number * 0.5, {"yes": score}, LIMITS, {})
    # Three looks lie within the last second.
    assert triggers.scores["yes"] == pytest.approx(0.3)


def test_a_class_that_is_missing_counts_as_0():
    triggers = watching(smoothing_ms=1000)
    triggers.see(0.0, {"yes": 1.0}, LIMITS, {})
    triggers.see(0.5, {}, LIMITS, {})
    assert triggers.scores["yes"] == pytest.approx(0.5)


def test_a_gap_without_looks_ends_what_goes_on_and_loses_what_was_held():
    triggers = watching()
    play(triggers, [1, 1, 1])
    later = 11.0 + BLIND_S + 0.1
    (event,) = triggers.see(later, {"yes": 1.0}, LIMITS, {})
    assert event.kind is EventKind.END
    assert not triggers.active


def test_a_clip_that_begins_again_begins_afresh():
    triggers = watching()
    play(triggers, [1, 1, 1], start_s=100.0)
    told = play(triggers, [1, 1, 1], start_s=0.0)
    assert told == [(EventKind.END, 0.0), (EventKind.START, 1.0)]


def test_looks_out_of_order_are_ignored():
    triggers = watching()
    play(triggers, [1, 1])
    assert triggers.see(10.2, {"yes": 0.0}, LIMITS, {}) == []
    assert triggers.scores["yes"] == 1.0


def test_a_rule_that_goes_ends_and_one_that_stays_is_not_touched():
    triggers = ClassTriggers(0.0)
    both = class_rules([("m", "yes", 500, ""), ("m", "no", 500, "")])
    triggers.watch(both, 0.0)
    for at in (1.0, 2.0):
        triggers.see(at, {"yes": 1.0, "no": 1.0}, LIMITS | {"no": 0.6}, {})
    assert set(triggers.active) == {"m:yes", "m:no"}
    (event,) = triggers.watch(both[:1], 3.0)
    assert (event.gesture, event.kind) == ("m:no", EventKind.END)
    assert triggers.active == ("m:yes",)


def test_a_rule_that_does_something_else_starts_anew():
    triggers = watching(hold_ms=500)
    assert len(play(triggers, [1, 1])) == 1
    (event,) = triggers.watch(class_rules([("m", "yes", 500, "pause")]), 10.6)
    assert event.kind is EventKind.END
    assert play(triggers, [1, 1], start_s=11.0) == [(EventKind.START, 11.5)]


def test_one_class_held_for_different_times_has_different_names():
    rules = class_rules([("m", "yes", 5000, ""), ("m", "yes", 1000, ""), ("m", "yes", 1000, "")])
    assert [rule.gesture for rule in rules] == ["m:yes:5000ms", "m:yes"]


@given(
    st.lists(st.floats(0, 1), max_size=60),
    st.integers(0, 3000),
    st.sampled_from([0.0, 500.0, 2000.0]),
)
def test_starts_and_ends_alternate_and_holds_are_kept(scores, hold_ms, smoothing_ms):
    triggers = ClassTriggers(smoothing_ms)
    triggers.watch(class_rules([("m", "yes", hold_ms, "")]), 0.0)
    events = []
    for number, score in enumerate(scores):
        events += triggers.see(number * 0.25, {"yes": score}, LIMITS, {})
        assert all(0 <= each <= 1 for each in triggers.scores.values())
    events += triggers.lose(len(scores) * 0.25, "over")
    kinds = [event.kind for event in events]
    assert kinds == [EventKind.START, EventKind.END] * (len(kinds) // 2)
    for event in events:
        if event.kind is EventKind.START:
            assert (event.at - event.candidate_at) * 1000 >= hold_ms
    for (_, end), start in itertools.pairwise(zip(events[::2], events[1::2], strict=True)):
        assert start[0].at >= end.at + COOLDOWN_S
