from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from vcam.synthetic.clip_script import (
    DURATION_S,
    LABELLED,
    TRACKS,
    hand_at,
    head_at,
    spans,
)
from vcam.synthetic.poses import SHAPES

TIMES = np.arange(0, DURATION_S, 1 / 30)


def visible(t: float) -> list[str]:
    return [side for side in TRACKS if hand_at(side, t) is not None]


@pytest.mark.parametrize("gesture", LABELLED)
def test_each_gesture_is_held_twice_long_enough_and_apart(gesture: str) -> None:
    held = [span for span in spans() if span.gesture == gesture]
    assert len(held) >= 2
    assert all(1.6 <= span.end_s - span.start_s <= 2.0 for span in held)
    assert all(after.start_s - before.end_s >= 2.5 for before, after in pairwise(held))


def test_each_gesture_is_shown_by_both_hands() -> None:
    shown = {(side, key.shape) for side, track in TRACKS.items() for key in track if key.label}
    assert shown == {(side, gesture) for side in TRACKS for gesture in LABELLED}


def test_keys_are_in_order_and_cover_the_clip() -> None:
    for track in TRACKS.values():
        times = [key.time_s for key in track]
        assert times == sorted(set(times))
        assert times[0] == 0
        assert times[-1] == DURATION_S
        assert {key.shape for key in track} <= set(SHAPES)


def test_a_labelled_key_holds_one_pose() -> None:
    for track in TRACKS.values():
        for key, after in pairwise(track):
            assert not key.label or after.shape == key.shape


def test_only_one_hand_is_up_while_a_gesture_is_held() -> None:
    for span in spans():
        middle = (span.start_s + span.end_s) / 2
        assert len(visible(middle)) == 1


def test_nobody_raises_a_hand_for_three_seconds_somewhere() -> None:
    longest = run = 0.0
    for t in TIMES:
        run = 0.0 if visible(float(t)) else run + 1 / 30
        longest = max(longest, run)
    assert 2.9 < longest < 5


def test_the_trap_is_a_v_sign_too_short_to_count() -> None:
    flashes = [
        (before.time_s, after.time_s)
        for track in TRACKS.values()
        for before, key, last, after in zip(track, track[1:], track[2:], track[3:], strict=False)
        if key.shape == last.shape == "v_sign"
        and last.time_s - key.time_s < 0.1
        and not key.label
        and not last.label
    ]
    assert len(flashes) == 1
    start_s, end_s = flashes[0]
    assert end_s - start_s < 0.4
    assert all(span.end_s < start_s or span.start_s > end_s for span in spans())


def test_the_clip_loops() -> None:
    assert visible(0.0) == visible(DURATION_S - 1e-6) == []
    first, last = head_at(0.0), head_at(DURATION_S - 1e-9)
    assert first.roll_deg == pytest.approx(last.roll_deg, abs=1e-4)
    assert first.scale == pytest.approx(last.scale, abs=1e-6)
    assert first.shift == pytest.approx(last.shift, abs=1e-4)


def test_the_head_tilts_both_ways_and_comes_nearer() -> None:
    heads = [head_at(float(t)) for t in TIMES]
    rolls = [head.roll_deg for head in heads]
    assert -16 <= min(rolls) < -8
    assert 8 < max(rolls) <= 12
    assert max(h.scale for h in heads) / min(h.scale for h in heads) > 1.12
    assert min(head.eyes_open for head in heads) < 0.1


def test_nothing_jumps_between_frames() -> None:
    for side in TRACKS:
        states = [hand_at(side, float(t)) for t in TIMES]
        for before, after in pairwise(states):
            if before is not None and after is not None:
                assert np.linalg.norm(after.wrist - before.wrist) < 5
                assert np.abs(after.angles.flexion - before.angles.flexion).max() < 60
