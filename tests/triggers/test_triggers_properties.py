"""What must hold whatever comes in: any rate, gap, jitter, order, number of hands, rubbish."""

from __future__ import annotations

import itertools
import math
import random
from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind, GestureEvent
from vcam.settings.schema import (
    GestureThresholds,
    GuardSettings,
    TriggerDefaults,
    TriggerSettings,
)

DWELL_S, COOLDOWN_S, RELEASE_S, LOST_S, WARM_UP_S = 0.5, 0.6, 0.3, 0.5, 0.5
ENTER, LEAVE = 0.9, 0.6

SETTINGS = TriggerSettings(
    defaults=TriggerDefaults(dwell_ms=500, cooldown_ms=600, release_ms=300),
    gestures={"thumb_up": GestureThresholds(dwell_ms=500, enter=ENTER, margin=0.25)},
    guards=GuardSettings(warm_up_ms=500),
    lost_after_ms=500,
)
"""All gestures alike, with a short cooldown, so that short inputs reach every state."""

EPSILON = 1e-5


@dataclass(frozen=True)
class Look:
    """One observation: seconds since the last, and (track, place, gesture, score, known)s."""

    step_s: float
    hands: tuple[tuple[int, int, str, float, bool], ...]


@dataclass(frozen=True)
class Tick:
    ahead_s: float


@dataclass(frozen=True)
class Restart:
    step_s: float


odd_steps = st.sampled_from([-1.0, -0.05, 0.0, 1e-9, 0.3, 0.51, 0.7, 3.0, math.nan])
plain_steps = st.sampled_from([1 / 30, 1 / 15, 1 / 10, 0.13, 0.2])
clear_scores = st.sampled_from([0.9, 0.97, 1.0])
any_scores = st.one_of(clear_scores, st.sampled_from([0.0, 0.59, 0.61, 0.89, math.nan, math.inf]))
hand_specs = st.tuples(
    st.integers(1, 3),
    st.sampled_from([300, 500, 900]),
    st.sampled_from(["v_sign", "thumb_up"]),
    any_scores,
    st.sampled_from([True, True, True, False]),
)


@st.composite
def stretches(draw):
    """A while of about the same thing, so that holds come about at all, or single oddities."""
    kind = draw(st.sampled_from(["hold", "hold", "away", "odd"]))
    if kind == "odd":
        return draw(
            st.lists(
                st.one_of(
                    st.builds(
                        Look,
                        st.one_of(odd_steps, plain_steps),
                        st.lists(hand_specs, max_size=3).map(tuple),
                    ),
                    st.builds(Tick, st.floats(0, 1)),
                    st.builds(Restart, st.floats(-2, 2)),
                ),
                max_size=4,
            )
        )
    step_s = draw(plain_steps)
    count = int(draw(st.floats(0.1, 1.6)) / step_s)
    hand = draw(hand_specs)
    score = draw(clear_scores) if kind == "hold" else 0.1
    return [Look(step_s, ((*hand[:3], score, True),))] * count


histories = st.lists(stretches(), max_size=7).map(
    lambda parts: [item for part in parts for item in part]
)


@dataclass
class Log:
    """What happened between two restarts, as the tests see it.

    Attributes:
        restarted_at: seconds.
        starts: events, each with the time of the observation that caused it.
        ends: gestures and times; what the restart itself ended is the first of them.
        clear: times of the readings that met every threshold, by gesture.
    """

    restarted_at: float
    starts: list[tuple[GestureEvent, float]] = field(default_factory=list)
    ends: list[tuple[str, float]] = field(default_factory=list)
    clear: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


def run(kit, history):
    """Plays a history; returns the player, and a log for each stretch between restarts."""
    player = kit.Player(SETTINGS)
    newest = 0.0
    player.restart(newest)
    logs = [Log(newest)]
    for item in history:
        said: list[GestureEvent] = []
        if isinstance(item, Tick):
            said = player.tick(newest + item.ahead_s)
            assert all(e.kind in (EventKind.END, EventKind.CANCELLED) for e in said)
        elif isinstance(item, Restart):
            newest += item.step_s
            said = player.restart(newest)
            kit.assert_well_formed(player.events)
            assert player.engine.progress() == ()
            assert player.engine.holders() == {}
            ended = [(e.gesture, newest) for e in said if e.kind is EventKind.END]
            player.events.clear()
            logs.append(Log(newest, ends=ended))
            continue
        else:
            at = newest + item.step_s
            hands = {spec[0]: spec for spec in item.hands}.values()
            said = player.see_all(
                at,
                [
                    (kit.hand(track, x=place), kit.scores(gesture, score), known)
                    for track, place, gesture, score, known in hands
                ],
            )
            if not at > newest:
                assert said == [], "an observation out of order said something"
                continue
            newest = at
            for _, _, gesture, score, known in hands:
                if known and ENTER <= score <= 1:
                    logs[-1].clear[gesture].append(at)
        logs[-1].starts += [(e, newest) for e in said if e.kind is EventKind.START]
        logs[-1].ends += [(e.gesture, e.at) for e in said if e.kind is EventKind.END]
    return player, logs


def assert_held_for_the_dwell(log):
    """Before each start there were clear readings for at least the dwell, without a long gap."""
    for start, seen_at in log.starts:
        clear = [at for at in log.clear[start.gesture] if at <= seen_at]
        assert clear[-1] == seen_at, "started on a reading that was not clear"
        since = clear[-1]
        for later, earlier in itertools.pairwise(reversed(clear)):
            if later - earlier > LOST_S + EPSILON:
                break
            since = earlier
        assert seen_at - since >= DWELL_S - EPSILON
        assert seen_at - start.candidate_at >= DWELL_S - EPSILON
        assert start.candidate_at >= log.restarted_at + WARM_UP_S - EPSILON


def assert_rested_between_starts(log):
    """Between two starts of a gesture it ended once, and rested."""
    for gesture in ("v_sign", "thumb_up"):
        starts = [event for event, _ in log.starts if event.gesture == gesture]
        ends = [at for name, at in log.ends if name == gesture]
        for earlier, later in itertools.pairwise(starts):
            between = [at for at in ends if earlier.at <= at <= later.candidate_at]
            assert len(between) == 1
        for start in starts:
            before = [at for at in ends if at <= start.at]
            if before:
                assert start.candidate_at >= before[-1] + max(COOLDOWN_S, RELEASE_S) - EPSILON


@settings(max_examples=100, deadline=None)
@given(histories)
def test_whatever_comes_in_nothing_starts_early_or_twice(kit, history):
    player, logs = run(kit, history)
    kit.assert_well_formed(player.events)
    for log in logs:
        assert_held_for_the_dwell(log)
        assert_rested_between_starts(log)
    player.tick(1e6)
    assert player.engine.progress() == ()
    assert player.engine.holders() == {}
    kit.assert_well_formed(player.events)
    open_gestures = set()
    for event in player.events:
        open_gestures.discard(event.gesture)
        if event.kind in (EventKind.PROGRESS, EventKind.START):
            open_gestures.add(event.gesture)
    assert open_gestures == set(), "what begins must be over when nothing is seen any longer"


def sampled(duration_s, hz, phase, jitter, seed):
    """Times at about `hz`: a phase of 0..1 intervals, jitter of 0..1 half intervals."""
    noise = random.Random(seed)
    count = int(duration_s * hz)
    for number in range(count):
        yield (number + phase + jitter * noise.uniform(-0.5, 0.5)) / hz + 0.2


def warmed_up(kit):
    """A player that has seen an idle hand up to 0 s."""
    player = kit.Player(SETTINGS)
    player.restart(-1.0)
    player.hold(-0.5, 0.0, score=0.0)
    return player


@settings(max_examples=40, deadline=None)
@given(
    hz=st.floats(10, 60),
    phase=st.floats(0, 1),
    jitter=st.floats(0, 0.4),
    seed=st.integers(0, 99),
    extra_s=st.floats(0.2, 1.0),
)
def test_a_pose_held_for_dwell_and_200_ms_starts(kit, hz, phase, jitter, seed, extra_s):
    player = warmed_up(kit)
    # An interval and a half at either end may pass unseen with so much jitter.
    interval_s = (1 + jitter) / hz
    held_s = DWELL_S + max(extra_s, 2 * interval_s)
    times = list(sampled(4.0, hz, phase, jitter, seed))
    player.play(times, lambda t: kit.scores("v_sign", 0.97 if 2.0 <= t < 2.0 + held_s else 0.02))
    (start,) = player.starts
    first_clear = min(t for t in times if t >= 2.0)
    assert first_clear + DWELL_S - EPSILON <= start <= first_clear + DWELL_S + interval_s + EPSILON


@settings(max_examples=25, deadline=None)
@given(hz=st.floats(5, 60), jitter=st.floats(0, 0.2), seed=st.integers(0, 99))
def test_readings_that_span_the_dwell_start_at_any_rate(kit, hz, jitter, seed):
    player = warmed_up(kit)
    times = list(sampled(2.0, hz, 0.5, jitter, seed))
    player.play(times, lambda t: kit.scores("v_sign", 0.97))
    (start,) = player.starts
    assert start == min(t for t in times if t >= times[0] + DWELL_S - 1e-6)


plateaus = st.tuples(
    st.one_of(st.floats(0.05, DWELL_S - 0.15), st.floats(DWELL_S + 0.25, 2.0)),
    st.floats(COOLDOWN_S + 0.5, 2.5),
    st.sampled_from(["v_sign", "thumb_up"]),
)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(plateaus, min_size=1, max_size=3),
    st.lists(st.floats(0, 1), min_size=3, max_size=3),
    st.integers(0, 99),
)
def test_starts_do_not_depend_on_the_frame_rate(kit, parts, phases, seed):
    schedule, at = [], 1.0
    for held_s, pause_s, gesture in parts:
        schedule.append((at, at + held_s, gesture))
        at += held_s + pause_s

    def signal(t):
        for begin, end, gesture in schedule:
            if begin <= t < end:
                return kit.scores(gesture, 0.97)
        return kit.scores("v_sign", 0.02)

    told = {}
    for hz, phase in zip((15, 30, 60), phases, strict=True):
        player = warmed_up(kit)
        player.play(sampled(at, hz, phase, 0.2, seed), signal)
        told[hz] = [(e.gesture, e.at) for e in player.events if e.kind is EventKind.START]
        assert [gesture for gesture, _ in told[hz]] == [
            gesture for begin, end, gesture in schedule if end - begin > DWELL_S
        ]
    for hz in (15, 30):
        for (_, slow), (_, fast) in zip(told[hz], told[60], strict=True):
            assert abs(slow - fast) <= 2 * (1.2 / hz) + EPSILON


@settings(max_examples=20, deadline=None)
@given(hz=st.floats(10, 60), seed=st.integers(0, 10_000), share=st.floats(0, 0.35))
def test_noise_alone_never_starts(kit, hz, seed, share):
    """Readings that are clear by chance, at most one in three, without regard to each other.

    At 5 Hz a dwell is three or four readings, which chance alone makes clear once in a long while.
    """
    noise = random.Random(seed)
    player = kit.Player(SETTINGS)
    for number in range(300):
        clear = noise.random() < share
        score = noise.uniform(0.9, 1.0) if clear else noise.uniform(0.0, 0.89)
        gesture = noise.choice(kit.GESTURES)
        player.see(number / hz, kit.scores(gesture, score))
    assert player.starts == []
    kit.assert_well_formed(player.events)


@settings(max_examples=25, deadline=None)
@given(
    hz=st.floats(5, 60),
    pauses=st.lists(st.integers(1, 4), min_size=5, max_size=40),
    low=st.floats(0, LEAVE - 0.01),
)
def test_clear_readings_that_never_follow_each_other_never_start(kit, hz, pauses, low):
    player = kit.Player(SETTINGS)
    scores = [value for pause in pauses for value in (0.99, *[low] * pause)]
    for number, score in enumerate(scores):
        player.see(1.0 + number / hz, kit.scores("v_sign", score))
    assert player.starts == []


@settings(max_examples=25, deadline=None)
@given(hz=st.floats(5, 60), every=st.integers(5, 20), odd=st.sampled_from([0.0, 0.5, math.nan]))
def test_a_pose_that_is_held_on_is_one_start_whatever_single_readings_say(kit, hz, every, odd):
    player = warmed_up(kit)
    for number in range(int(5 * hz)):
        score = odd if number % every == every - 1 else 0.97
        player.see(0.2 + number / hz, kit.scores("v_sign", score))
    assert len(player.starts) == 1
    assert player.of(EventKind.CANCELLED) == []
    assert player.of(EventKind.END) == []
