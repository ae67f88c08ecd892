"""What is on the stage, when, and for how long."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.errors import PackError
from vcam.core.events import EventKind, GestureEvent, ReactionRule
from vcam.reactions.stage import MAX_LIVE, Stage

GLASSES = ReactionRule("v_sign", "selfie", "round", "hold", 800, 600, 300)
STARS = ReactionRule("v_sign", "party", "stars", "once", 2000, 0, 400)
HAT = ReactionRule("metal", "party", "hat", "hold", 0, 0, 500)


def event(kind, gesture, at, tracks=(1,)):
    return GestureEvent(EventKind(kind), gesture, at, tracks, at - 0.5, 1.0, 0.97)


def start(gesture, at, tracks=(1,)):
    return event("start", gesture, at, tracks)


def end(gesture, at):
    return event("end", gesture, at)


def names(stage, now):
    return [effect.effect for effect in stage.live(now)]


def test_hold_stays_while_the_gesture_lasts_lingers_and_leaves():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0, (7,))])
    (glasses,) = stage.live(12.0)
    assert (glasses.pack, glasses.effect, glasses.gesture) == ("selfie", "round", "v_sign")
    assert (glasses.started_at, glasses.leaving_at, glasses.track_ids) == (10.0, None, (7,))
    stage.handle([end("v_sign", 13.0)])
    (leaving,) = stage.live(13.5)
    assert leaving == dataclasses.replace(glasses, leaving_at=13.6)
    assert names(stage, 13.89) == ["round"]
    assert names(stage, 13.91) == []


def test_hold_stays_for_its_least_time():
    stage = Stage([dataclasses.replace(GLASSES, min_ms=2000)])
    stage.handle([start("v_sign", 10.0), end("v_sign", 10.1)])
    assert stage.live(10.5)[0].leaving_at == 12.0


def test_once_plays_to_its_end_whatever_the_gesture_does():
    stage = Stage([STARS])
    stage.handle([start("v_sign", 10.0)])
    assert stage.live(10.5)[0].leaving_at == 12.0
    stage.handle([end("v_sign", 10.6)])
    assert stage.live(11.0)[0].leaving_at == 12.0
    assert names(stage, 12.39) == ["stars"]
    assert names(stage, 12.41) == []


def test_progress_and_cancelled_show_nothing():
    stage = Stage([GLASSES])
    stage.handle([event("progress", "v_sign", 10.0), event("cancelled", "v_sign", 10.2)])
    assert stage.live(10.3) == ()


def test_nothing_is_live_before_it_starts():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0)])
    assert stage.live(9.99) == ()
    assert len(stage.live(10.0)) == 1


def test_order_is_that_of_the_starts_and_then_of_the_rules():
    stage = Stage([STARS, GLASSES, HAT])
    stage.handle([start("metal", 10.0), start("v_sign", 10.5)])
    assert names(stage, 11.0) == ["hat", "stars", "round"]
    assert len({effect.key for effect in stage.live(11.0)}) == 3


def test_a_second_call_extends_and_does_not_stack():
    stage = Stage([GLASSES, STARS])
    stage.handle([start("v_sign", 10.0), end("v_sign", 10.2)])
    before = {effect.effect: effect for effect in stage.live(10.3)}
    stage.handle([start("v_sign", 11.0, (4,))])
    after = {effect.effect: effect for effect in stage.live(11.1)}
    assert {e.key for e in after.values()} == {e.key for e in before.values()}
    assert after["round"].leaving_at is None
    assert after["round"].started_at == 10.0
    assert after["round"].track_ids == (4,)
    assert after["stars"].leaving_at == 13.0


def test_a_call_during_the_leave_animation_brings_it_back():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0), end("v_sign", 11.0)])
    (leaving,) = stage.live(11.7)
    assert leaving.leaving_at == pytest.approx(11.6)
    stage.handle([start("v_sign", 11.7)])
    (back,) = stage.live(11.8)
    assert (back.key, back.leaving_at) == (leaving.key, None)


def test_a_call_after_it_has_gone_is_a_new_showing():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0), end("v_sign", 11.0)])
    (first,) = stage.live(11.0)
    stage.handle([start("v_sign", 15.0)])
    (second,) = stage.live(15.0)
    assert second.key != first.key
    assert second.seed != first.seed
    assert second.started_at == 15.0


def test_an_effect_that_two_gestures_hold_leaves_with_the_last():
    also = dataclasses.replace(GLASSES, gesture="metal", linger_ms=100)
    stage = Stage([GLASSES, also])
    stage.handle([start("v_sign", 10.0), start("metal", 11.0), end("v_sign", 12.0)])
    assert stage.live(20.0)[0].leaving_at is None
    stage.handle([end("metal", 21.0)])
    assert stage.live(21.0)[0].leaving_at == pytest.approx(21.1)


def test_the_end_of_another_gesture_changes_nothing():
    stage = Stage([GLASSES, HAT])
    stage.handle([start("v_sign", 10.0), end("metal", 11.0)])
    assert stage.live(12.0)[0].leaving_at is None


def test_seeds_are_the_same_for_the_same_calls_and_differ_between_stages():
    def seeds(seed):
        stage = Stage([GLASSES, STARS], seed)
        stage.handle([start("v_sign", 10.0)])
        return [effect.seed for effect in stage.live(10.0)]

    assert seeds(3) == seeds(3)
    assert len({*seeds(3), *seeds(4)}) == 4


def test_effects_of_packs_that_are_gone_leave():
    stage = Stage([GLASSES, STARS])
    stage.handle([start("v_sign", 10.0)])
    stage.live(10.4)
    stage.set_rules([STARS])
    by_name = {effect.effect: effect for effect in stage.live(10.5)}
    assert by_name["round"].leaving_at == 10.4
    assert by_name["stars"].leaving_at == 12.0
    stage.set_rules([], at=10.6)
    assert {effect.leaving_at for effect in stage.live(10.6)} == {10.4, 10.6}
    stage.handle([start("v_sign", 20.0)])
    assert stage.live(20.0) == ()


def test_a_held_effect_leaves_with_its_gesture_though_the_rule_is_gone():
    stage = Stage([GLASSES, HAT])
    stage.handle([start("metal", 10.0)])
    stage.set_rules([GLASSES, STARS])
    assert stage.live(10.1)[0].leaving_at is None, "pack party is still on"
    stage.handle([end("metal", 11.0)])
    assert stage.live(11.0)[0].leaving_at == 11.0


def test_contradicting_rules_are_refused_and_the_old_ones_stay():
    with pytest.raises(PackError):
        Stage([GLASSES, GLASSES])
    stage = Stage([GLASSES])
    with pytest.raises(PackError):
        stage.set_rules([HAT, HAT])
    stage.handle([start("v_sign", 10.0)])
    assert names(stage, 10.0) == ["round"]


def test_clear_sends_everything_off_at_once():
    stage = Stage([GLASSES, STARS])
    stage.handle([start("v_sign", 10.0)])
    stage.clear(10.2)
    assert [effect.leaving_at for effect in stage.live(10.3)] == [10.2, 10.2]
    stage.handle([end("v_sign", 10.4)])
    assert names(stage, 10.55) == ["stars"]
    assert names(stage, 10.61) == []


def test_clear_does_not_keep_what_is_leaving_already():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0), end("v_sign", 11.0)])
    stage.clear(11.8)
    assert stage.live(11.8)[0].leaving_at == pytest.approx(11.6)


def test_manual_play_comes_stays_and_leaves_by_itself():
    stage = Stage([GLASSES])
    stage.play("selfie", "round", 10.0)
    (glasses,) = stage.live(10.0)
    assert (glasses.gesture, glasses.track_ids) == ("manual", ())
    assert glasses.leaving_at == 12.5
    assert names(stage, 12.79) == ["round"]
    assert names(stage, 12.81) == []


def test_manual_play_takes_its_times_and_effects_that_no_gesture_plays():
    stage = Stage([dataclasses.replace(STARS, min_ms=4000)])
    stage.play("party", "stars", 10.0)
    stage.play("party", "balloons", 10.0, min_ms=1000, track_ids=(3,), gesture="api")
    stars, balloons = stage.live(10.0)
    assert stars.leaving_at == 14.0
    assert (balloons.leaving_at, balloons.track_ids, balloons.gesture) == (11.0, (3,), "api")


def test_manual_play_of_a_held_effect_leaves_it_to_the_gesture():
    stage = Stage([GLASSES])
    stage.handle([start("v_sign", 10.0, (5,))])
    stage.play("selfie", "round", 11.0)
    (glasses,) = stage.live(20.0)
    assert (glasses.leaving_at, glasses.track_ids) == (None, (5,))
    stage.handle([end("v_sign", 20.0)])
    assert stage.live(20.0)[0].leaving_at == pytest.approx(20.6)


def test_follow_moves_held_effects_to_the_hands_that_hold_them_now():
    stage = Stage([GLASSES, STARS, HAT])
    stage.handle([start("v_sign", 10.0, (1,)), start("metal", 10.0, (2,))])
    stage.follow({"v_sign": (9,)})
    tracks = {effect.effect: effect.track_ids for effect in stage.live(10.1)}
    assert tracks == {"round": (9,), "stars": (1,), "hat": (2,)}
    stage.follow({"v_sign": ()})
    assert stage.live(10.1)[0].track_ids == (9,)


def test_a_full_stage_loses_the_oldest_that_nobody_holds():
    held = [dataclasses.replace(HAT, effect=f"held {number}") for number in range(3)]
    stage = Stage(held)
    stage.handle([start("metal", 10.0)])
    for number in range(MAX_LIVE - 3):
        stage.play("party", f"played {number}", 11.0 + number / 100)
    stage.play("party", "one more", 12.0)
    shown = names(stage, 12.0)
    assert len(shown) == MAX_LIVE
    assert shown[:3] == ["held 0", "held 1", "held 2"]
    assert shown[-1] == "one more"
    assert "played 0" not in shown


def test_a_stage_full_of_held_effects_loses_the_oldest():
    stage = Stage([dataclasses.replace(HAT, effect=f"{n}") for n in range(MAX_LIVE + 2)])
    stage.handle([start("metal", 10.0)])
    assert names(stage, 10.0) == [str(n) for n in range(2, MAX_LIVE + 2)]


GESTURES = ["v_sign", "metal", "thumb_up"]
rules = st.builds(
    ReactionRule,
    gesture=st.sampled_from(GESTURES),
    pack=st.sampled_from(["a", "b"]),
    effect=st.sampled_from(["x", "y", "z", "w", "v"]),
    mode=st.sampled_from(["hold", "once"]),
    min_ms=st.sampled_from([0, 300, 2000]),
    linger_ms=st.sampled_from([0, 500]),
    leave_ms=st.just(300),
)
rule_sets = st.lists(rules, max_size=20, unique_by=lambda r: (r.gesture, r.pack, r.effect))
calls = st.one_of(
    st.tuples(st.sampled_from(["start", "end", "progress"]), st.sampled_from(GESTURES)),
    st.tuples(st.just("play"), st.sampled_from(["x", "q", "r"])),
    st.tuples(st.just("clear"), st.none()),
    st.tuples(st.just("rules"), rule_sets),
)


@settings(max_examples=150, deadline=None)
@given(rule_sets, st.lists(st.tuples(st.floats(0, 1), calls), max_size=25))
def test_the_stage_stays_small_orderly_and_empties_in_the_end(first_rules, story):
    stage, at, begun = Stage(first_rules), 10.0, {}
    for step_s, (what, argument) in story:
        at += step_s
        if what == "play":
            stage.play("a", argument, at)
        elif what == "clear":
            stage.clear(at)
        elif what == "rules":
            stage.set_rules(argument, at)
        else:
            stage.handle([event(what, argument, at)])
        live = stage.live(at)
        assert len(live) <= MAX_LIVE
        assert len({(effect.pack, effect.effect) for effect in live}) == len(live)
        assert [e.started_at for e in live] == sorted(e.started_at for e in live)
        for effect in live:
            assert effect.started_at <= at
            assert effect.leaving_at is None or effect.leaving_at >= effect.started_at
            assert begun.setdefault(effect.key, effect.started_at) == effect.started_at
        for moment in (at - 0.3, at + 0.1):
            assert all(effect.started_at <= moment for effect in stage.live(moment))
        if what == "clear":
            assert stage.live(at + 0.301) == ()
    stage.handle([end(gesture, at) for gesture in GESTURES])
    assert all(effect.leaving_at is not None for effect in stage.live(at))
    assert stage.live(at + 2.5 + 0.5 + 0.301) == ()
