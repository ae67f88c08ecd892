from __future__ import annotations

import pytest

from vcam.lab.replay import ReplayedGesture, ReplayResult
from vcam.lab.replay_text import replay_text
from vcam.lab.scoring import Span, Start, score_starts
from vcam.lab.totals import false_start_list, totals


def event(gesture: str, start_s: float, during: str = "") -> ReplayedGesture:
    return ReplayedGesture(gesture, start_s - 0.5, start_s, start_s + 1, 0.95, "released", during)


def result(clip, events, spans=None, group="room", hours=0.5) -> ReplayResult:
    starts = [Start(each.gesture, each.start_s) for each in events]
    score = None if spans is None else score_starts(starts, spans)
    return ReplayResult(
        clip, hours * 3600, 100, 50, events, score, group=group, hand_s=360, spans=spans
    )


RESULTS = [
    result(
        "a.mp4",
        [event("v_sign", 1.6), event("metal", 5.7), event("v_sign", 9.0, "quote")],
        [Span("v_sign", 1, 3), Span("metal", 5, 5.8), Span("metal", 7, 8.5)],
    ),
    result("talk.mp4", [], [], group="negative", hours=2),
    result("plain.mp4", [event("v_sign", 4)], None, group="other"),
    ReplayResult("broken.mp4", error="no video", group="room"),
]


def test_all_clips_together():
    total = totals(RESULTS)["total"]
    assert (total["shown"], total["hits"], total["recall"]) == (3, 2, pytest.approx(0.6667))
    assert total["held_1s"] | {"recall_interval": None} == {
        "shown": 2,
        "hits": 1,
        "recall": 0.5,
        "recall_interval": None,
    }
    assert total["false_starts"] == 1
    assert total["judged_hours"] == 2.5
    assert total["false_per_hour"] == 0.4
    low, high = total["false_per_hour_interval"]
    assert (low, high) == (pytest.approx(0.0101, abs=1e-4), pytest.approx(2.2287, abs=1e-4))
    assert total["unlabelled_starts"] == 1
    assert total["hours"] == 3.0
    assert total["hand_hours"] == pytest.approx(0.3)


def test_sequence_is_judged_by_its_edit_distance():
    # v metal metal was shown, v metal v was answered.
    sequence = totals(RESULTS)["total"]["sequence"]
    assert sequence == {"labels": 3, "distance": 1, "accuracy": pytest.approx(0.6667)}


def test_latency_is_told_beyond_the_dwell_too():
    found = totals(RESULTS, {"v_sign": 500, "metal": 600})
    assert found["gestures"]["v_sign"]["latency_ms"] == {"median": 600.0, "p95": 600.0}
    assert found["gestures"]["v_sign"]["beyond_dwell_ms"]["median"] == 100.0
    assert found["gestures"]["metal"]["beyond_dwell_ms"]["median"] == 100.0


def test_groups_and_gestures_are_told_apart():
    found = totals(RESULTS)
    assert (found["clips"], found["errors"]) == (3, 1)
    assert list(found["groups"]) == ["negative", "other", "room"]
    assert found["groups"]["negative"]["false_per_hour"] == 0.0
    assert found["groups"]["other"]["false_per_hour"] is None
    assert found["gestures"]["metal"]["false_starts"] == 0
    assert found["gestures"]["v_sign"]["false_starts"] == 1


def test_false_starts_are_listed_with_what_was_done():
    (listed,) = false_start_list(RESULTS)
    assert (listed["clip"], listed["gesture"], listed["during"]) == ("a.mp4", "v_sign", "quote")


def test_nothing_at_all():
    total = totals([])["total"]
    assert total["recall"] is None
    assert total["false_per_hour_interval"] is None
    assert replay_text([]) == ""


def test_text_has_a_row_for_each_group_and_gesture():
    text = replay_text(RESULTS)
    assert "2 of 3 answered" in text
    for name in ("negative", "room", "v_sign", "all"):
        assert f"\n{name}" in text
    assert "0.40 (0.01 to 2.23)" in text
