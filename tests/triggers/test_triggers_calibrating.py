from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.core.observation import NONE_POSE, Hand, Observation, PoseReading
from vcam.settings.schema import GestureThresholds, TriggerDefaults, TriggerSettings
from vcam.triggers.calibrating import (
    LEAST_ENTER,
    MOST_ENTER,
    POSE_S,
    TAKES,
    TALK_S,
    Recording,
    Step,
    find_thresholds,
    plan,
    step_at,
)
from vcam.triggers.engine import TriggerEngine

CARD = {"v_sign": 0.8, "thumb_up": 0.8}
RATE_HZ = 15


def seen(at: float, gesture: str, score: float) -> tuple[Observation, list[PoseReading]]:
    """A still hand of good size that shows `gesture` so well."""
    points = np.zeros((21, 2), np.float32)
    points[:, 0] = 600 + 6 * np.arange(21)
    points[:, 1] = 300 + 9 * np.arange(21)
    hand = Hand(1, points, np.zeros(21, "f4"), np.zeros((21, 3), "f4"), "right", 1.0)
    reading = PoseReading(1, {gesture: score, NONE_POSE: 1 - score})
    return Observation(round(at * RATE_HZ), at, (1280, 720), (hand,)), [reading]


def hold(gesture: str, score: float, at: float = 0.0, seconds: float = 2.0):
    looks = range(round(seconds * RATE_HZ))
    return [seen(at + number / RATE_HZ, gesture, score) for number in looks]


def recording(talk=(), **takes: list[float]) -> Recording:
    """A recording of holds in the talk, and of takes of each gesture with these scores."""
    made = Recording()
    at = 0.0
    for gesture, score in talk:
        for observation, readings in hold(gesture, score, at):
            made.add(Step("talk", TALK_S), observation, readings)
        at += 10
    for gesture, scores in takes.items():
        for number, score in enumerate(scores, start=1):
            step = Step("pose", POSE_S, gesture, number)
            for observation, readings in hold(gesture, score, at):
                made.add(step, observation, readings)
            at += 10
    return made


def found(made: Recording, *gestures: str, settings: TriggerSettings | None = None, card=CARD):
    return {
        finding.gesture: finding
        for finding in find_thresholds(made, gestures, settings or TriggerSettings(), card)
    }


def test_plan_talks_then_shows_each_pose_in_turn():
    steps = plan(["v_sign", "metal"])
    assert [step.phase for step in steps] == ["talk"] + ["pause", "pose"] * 6
    shown = [(step.gesture, step.take) for step in steps if step.phase == "pose"]
    assert shown == [(g, take) for take in (1, 2, 3) for g in ("v_sign", "metal")]


def test_steps_follow_each_other_without_gaps():
    steps = plan(["v_sign"])
    total_s = sum(step.seconds for step in steps)
    assert step_at(steps, 0.0) == (steps[0], TALK_S, total_s)
    assert step_at(steps, TALK_S - 0.1)[0] is steps[0]
    assert step_at(steps, TALK_S)[0] is steps[1]
    assert step_at(steps, total_s - 0.01)[0] is steps[-1]
    assert step_at(steps, total_s) == (None, 0.0, 0.0)


def test_what_fits_stays_as_the_card_has_it():
    finding = found(recording(v_sign=[0.95, 0.96, 0.97]), "v_sign")["v_sign"]
    assert finding.verdict == "found"
    assert finding.enter == 0.8
    assert finding.seen == 3
    assert finding.talk is None


def test_talk_that_would_have_started_raises_it():
    finding = found(recording([("v_sign", 0.86)], v_sign=[0.97, 0.97, 0.98]), "v_sign")["v_sign"]
    assert finding.verdict == "found"
    assert finding.enter is not None
    assert 0.86 < finding.enter <= 0.9
    assert finding.talk == pytest.approx(0.86)


def test_poses_that_would_not_have_started_lower_it():
    finding = found(recording(v_sign=[0.75, 0.9, 0.72]), "v_sign")["v_sign"]
    assert finding.enter == pytest.approx(0.69)


def test_pose_that_is_not_seen_changes_nothing():
    for scores in ([], [0.4, 0.5, 0.3], [0.9, 0.3, 0.2]):
        finding = found(recording(v_sign=scores), "v_sign")["v_sign"]
        assert finding.verdict == "not seen"
        assert finding.enter is None


def test_one_take_of_three_may_fail():
    finding = found(recording(v_sign=[0.9, 0.3, 0.9]), "v_sign")["v_sign"]
    assert (finding.verdict, finding.seen, finding.enter) == ("found", 2, 0.8)


def test_pose_that_talk_looks_like_changes_nothing():
    finding = found(recording([("v_sign", 0.95)], v_sign=[0.9, 0.9, 0.9]), "v_sign")["v_sign"]
    assert (finding.verdict, finding.enter) == ("like talk", None)


def test_talk_for_less_than_the_dwell_starts_nothing():
    made = recording(v_sign=[0.9, 0.9, 0.9])
    for observation, readings in hold("v_sign", 0.97, seconds=0.3):
        made.add(Step("talk", TALK_S), observation, readings)
    assert found(made, "v_sign")["v_sign"].talk is None


def test_gestures_do_not_mix():
    made = recording([("thumb_up", 0.9)], v_sign=[0.9] * 3, thumb_up=[0.97] * 3)
    findings = found(made, "v_sign", "thumb_up")
    assert findings["v_sign"].enter == 0.8
    assert findings["v_sign"].talk is None
    assert findings["thumb_up"].talk == pytest.approx(0.9)


def test_pauses_count_for_nothing():
    made = Recording()
    for observation, readings in hold("v_sign", 0.97):
        made.add(Step("pause", 2.0, "v_sign", 1), observation, readings)
    assert made == Recording()


def test_enter_of_the_settings_is_left_out_of_account():
    strict = TriggerSettings(
        defaults=TriggerDefaults(enter=0.99),
        gestures={"v_sign": GestureThresholds(enter=0.99, enabled=False)},
    )
    finding = found(recording(v_sign=[0.9] * 3), "v_sign", settings=strict)["v_sign"]
    assert finding.enter == 0.8


def starts(looks, enter: float) -> int:
    engine = TriggerEngine(TriggerSettings(), ["v_sign"], {"v_sign": enter})
    return sum(
        event.kind is EventKind.START
        for observation, readings in looks
        for event in engine.update(observation, readings)
    )


@settings(max_examples=40)
@given(
    st.lists(st.floats(0, 1), max_size=4),
    st.lists(st.floats(0, 1), max_size=TAKES),
    st.floats(0.5, 1),
)
def test_what_is_found_keeps_talk_and_poses_apart(talk, takes, usual):
    made = recording([("v_sign", score) for score in talk], v_sign=takes)
    finding = found(made, "v_sign", card={"v_sign": usual})["v_sign"]
    if finding.enter is None:
        return
    assert LEAST_ENTER <= finding.enter <= MOST_ENTER
    assert starts(made.talk, finding.enter) == 0
    started = [starts(looks, finding.enter) for looks in made.takes.values()]
    assert sum(count > 0 for count in started) == finding.seen >= 2


def test_engine_takes_another_card_over_at_once():
    looks = hold("v_sign", 0.8, seconds=3.0)
    engine = TriggerEngine(TriggerSettings(), ["v_sign"], {"v_sign": 0.9})
    half = len(looks) // 2
    events = [event for look in looks[:half] for event in engine.update(*look)]
    assert EventKind.START not in {event.kind for event in events}
    engine.apply(TriggerSettings(), {"v_sign": 0.7})
    events = [event for look in looks[half:] for event in engine.update(*look)]
    assert EventKind.START in {event.kind for event in events}
