"""Taught poses start like any other, and take nothing from those of the head."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.core.events import EventKind
from vcam.core.observation import PoseReading
from vcam.settings.schema import TriggerSettings
from vcam.triggers.engine import TriggerEngine
from vcam.triggers.smoothing import Sample

BOTH = ("v_sign", "claw")


def starts(kit, readings, **own):
    """The gestures that start when one hand is read so, 30 times a second."""
    told = TriggerSettings.model_validate({"gestures": {"claw": own}})
    engine = TriggerEngine(told, BOTH, {"claw": 0.8, "v_sign": 0.8})
    events = []
    for number, (scores, known, taught) in enumerate(readings):
        observation = kit.observation(1 + number / 30, [kit.hand()])
        events += engine.update(observation, [PoseReading(1, scores, known, taught)])
    return [event.gesture for event in events if event.kind is EventKind.START]


NONE = {"v_sign": 0.0, "none": 1.0}
V_SIGN = {"v_sign": 0.95, "none": 0.05}
CLAW = {"claw": 0.95, "none": 0.05}


def test_a_taught_pose_starts_also_on_a_hand_that_the_head_does_not_know(kit):
    assert starts(kit, [(NONE, True, CLAW)] * 60) == ["claw"]
    assert starts(kit, [(NONE, False, CLAW)] * 60) == ["claw"]
    assert starts(kit, [(NONE, True, {})] * 60) == []


def test_the_lead_is_taken_among_taught_poses_alone(kit):
    close = {"claw": 0.85, "other": 0.75, "none": 0.0}
    assert starts(kit, [(NONE, True, close)] * 60) == []
    assert starts(kit, [(V_SIGN, True, CLAW)] * 60) == ["v_sign", "claw"]
    assert starts(kit, [(V_SIGN, True, close)] * 60) == ["v_sign"]


def test_settings_of_a_taught_pose_hold(kit):
    assert starts(kit, [(NONE, True, CLAW)] * 60, enter=0.97) == []
    assert starts(kit, [(NONE, True, CLAW)] * 60, enabled=False) == []
    assert starts(kit, [(NONE, True, CLAW)] * 60, enter=0.9) == ["claw"]


shares = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(shares, shares, st.booleans(), st.floats(allow_nan=True))
def test_scores_of_the_head_are_the_same_with_and_without(v_sign, claw, known, odd):
    scores = {"v_sign": v_sign, "fist": (1 - v_sign) / 3, "none": (1 - v_sign) * 2 / 3}
    bare = Sample.of(0, PoseReading(1, scores, known))
    for taught in ({"claw": claw, "none": 1 - claw}, {"claw": odd, "none": 0.5}):
        sample = Sample.of(0, PoseReading(1, scores, known, taught))
        for pose in (*scores, "palm"):
            assert sample.score(pose) == bare.score(pose)
            assert sample.lead(pose) == bare.lead(pose)
        assert 0 <= sample.score("claw") <= 1
        assert math.isfinite(sample.lead("claw"))
