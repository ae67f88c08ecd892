from __future__ import annotations

import pytest

from vcam.core.observation import PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.evidence import LONGEST_CREDIT_S, weigh
from vcam.triggers.smoothing import History, Sample

THRESHOLDS = TriggerSettings().thresholds("v_sign")


def evidence(*readings, step_s=0.033, window_ms=1000):
    """Evidence for `v_sign` after readings: a score, or a score and what blocks it."""
    history = History()
    for number, reading in enumerate(readings):
        score, blocked = reading if isinstance(reading, tuple) else (reading, "")
        scores = {"v_sign": score, "none": 1 - score}
        history.add(
            Sample.of(number * step_s, PoseReading(4, scores, score >= 0), blocked), window_ms
        )
    return weigh(7, (4,), history, "v_sign", THRESHOLDS)


def test_it_names_the_hand_its_track_and_the_time():
    case = evidence(0.95, 0.95, step_s=0.1)
    assert (case.hand, case.track_ids, case.at) == (7, (4,), 0.1)
    assert case.score == 0.95


def test_the_first_clear_reading_alone_does_not_enter():
    assert evidence(0.95).clear
    assert not evidence(0.95).enters
    assert evidence(0.95, 0.95).enters


def test_a_run_forgives_one_unclear_reading_but_not_two_in_a_row():
    forgiven = evidence(0.95, 0.95, 0.1, 0.95, 0.95)
    assert (forgiven.run.since, forgiven.run.clear, forgiven.run.readings) == (0.0, 4, 5)
    broken = evidence(0.95, 0.1, 0.1, 0.95, 0.95)
    assert broken.run.since == pytest.approx(3 * 0.033)
    assert (broken.run.clear, broken.run.readings) == (2, 2)
    assert evidence(0.1, 0.1).run.clear == 0


def test_of_gaps_in_a_run_only_a_part_is_held():
    assert evidence(0.95, 0.95, 0.95, step_s=0.1).run.held_s == pytest.approx(0.2)
    assert evidence(0.95, 0.95, step_s=0.4).run.held_s == LONGEST_CREDIT_S


def test_a_blocked_hand_shows_the_pose_but_does_not_stay():
    case = evidence(0.95, *[(0.95, "too fast")] * 4)
    assert case.shows
    assert (case.clear, case.enters, case.stays) == (False, False, False)
    assert case.reason == "too fast"


@pytest.mark.parametrize(("last", "reason"), [(0.2, "released"), (-1.0, "unknown pose")])
def test_it_says_why_a_pose_is_gone(last, reason):
    case = evidence(0.95, last, last)
    assert (case.stays, case.shows) == (False, False)
    assert case.reason == reason


def test_between_leave_and_enter_it_stays():
    case = evidence(0.95, 0.7, 0.7)
    assert case.stays
    assert not case.enters
    assert case.reason == ""
