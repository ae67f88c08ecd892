"""A fist soon after a start takes it back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.events import EventKind, ReactionRule
from vcam.core.observation import PoseReading
from vcam.reactions.stage import Stage
from vcam.settings.schema import TriggerDefaults, TriggerSettings
from vcam.triggers.engine import TriggerEngine

HZ = 30.0
SETTINGS = TriggerSettings(defaults=TriggerDefaults(cooldown_ms=600, dwell_ms=500))


class Person:
    """Shows poses to an engine, whose events go to a stage."""

    def __init__(self, kit, gestures=("v_sign", "thumb_up"), pose="fist", within_ms=1500):
        self.kit = kit
        self.engine = TriggerEngine(SETTINGS, gestures)
        self.engine.undo_by(pose, within_ms)
        self.engine.restart(-1.0)
        self.stage = Stage(
            [ReactionRule(name, "pack", name, "hold", 2000, 500, 300) for name in gestures]
        )
        self.events = []
        self.at = 0.0

    def show(self, pose, seconds, hz=HZ, **hand):
        for _ in range(round(seconds * hz)):
            self.at += 1 / hz
            shown = self.kit.hand(1, **hand)
            reading = PoseReading(1, self.kit.scores(pose, 0.97), True)
            self.take(self.engine.update(self.kit.observation(self.at, [shown]), [reading]))

    def take(self, events):
        self.events += events
        self.stage.handle(events)

    def of(self, kind):
        return [event.gesture for event in self.events if event.kind is kind]

    @property
    def undone(self):
        return self.of(EventKind.UNDONE)

    def live(self):
        return [effect.gesture for effect in self.stage.live(self.at) if not effect.leaving_at]


@pytest.mark.parametrize("hz", [10.0, 15.0, 30.0])
def test_fist_soon_after_a_start_takes_it_back(kit, hz):
    person = Person(kit)
    person.show("v_sign", 0.8, hz)
    assert person.live() == ["v_sign"]
    person.show("fist", 0.6, hz)
    assert person.undone == ["v_sign"]
    assert person.live() == []
    assert person.of(EventKind.END) == ["v_sign"]
    gone = person.at + 0.31
    assert not person.stage.live(gone)


def test_only_a_fist_that_is_held_counts(kit):
    person = Person(kit)
    person.show("v_sign", 0.8)
    person.show("fist", 0.2)
    person.show("thumb_up", 0.1)
    person.show("palm", 1.5)
    assert person.undone == []


def test_too_late_is_too_late(kit):
    person = Person(kit)
    person.show("v_sign", 0.6)
    person.show("palm", 1.7)
    person.show("fist", 1.0)
    assert person.undone == []


def test_fist_that_was_there_before_takes_nothing_back(kit):
    person = Person(kit)
    person.show("fist", 2.0)
    assert person.undone == []


def test_hand_that_sinks_fast_and_closes_takes_nothing_back(kit):
    person = Person(kit)
    person.show("v_sign", 0.8)
    for step in range(20):
        person.show("fist", 1 / HZ, y=300 + 40 * step)
    assert person.undone == []


def test_nothing_is_taken_back_twice_and_the_gesture_rests(kit):
    person = Person(kit)
    person.show("v_sign", 0.8)
    person.show("fist", 0.6)
    person.show("v_sign", 0.65)
    assert person.undone == ["v_sign"]
    assert person.of(EventKind.START) == ["v_sign"]
    person.show("fist", 1.0)
    person.show("v_sign", 0.8)
    assert person.of(EventKind.START) == ["v_sign", "v_sign"]


def test_fist_of_a_pack_still_works_but_not_right_after_an_undo(kit):
    person = Person(kit, ("v_sign", "fist"))
    person.show("v_sign", 0.8)
    person.show("fist", 1.5)
    assert person.of(EventKind.START) == ["v_sign"]
    person.show("palm", 2.0)
    person.show("fist", 1.5)
    assert person.of(EventKind.START) == ["v_sign", "fist"]
    assert person.undone == ["v_sign"]


def test_without_a_pose_nothing_is_watched_for(kit):
    person = Person(kit, pose=None)
    person.show("v_sign", 0.8)
    person.show("fist", 1.0)
    assert person.undone == []


def test_undo_by_other_means(kit):
    person = Person(kit)
    person.show("v_sign", 0.8)
    person.take(person.engine.undo("v_sign", person.at))
    assert person.undone == ["v_sign"]
    assert person.live() == []
    person.show("v_sign", 1.0)
    assert person.of(EventKind.START) == ["v_sign"]
    person.show("fist", 0.6)
    assert person.undone == ["v_sign"]


def test_what_was_played_by_hand_can_be_taken_back(kit):
    person = Person(kit)
    person.stage.play("pack", "v_sign", 0.0)
    person.take(person.engine.undo("manual", 0.5))
    person.at = 0.5
    assert person.live() == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["v_sign", "thumb_up", "fist", "palm", "undo"]),
            st.floats(0.05, 1.2),
        ),
        max_size=14,
    )
)
def test_undo_never_leaves_an_effect_behind(kit, acts):
    person = Person(kit)
    for pose, seconds in acts:
        if pose == "undo":
            newest = max(
                person.stage.live(person.at), key=lambda each: each.started_at, default=None
            )
            if newest is not None:
                person.take(person.engine.undo(newest.gesture, person.at))
                assert newest.gesture not in person.live()
        else:
            person.show(pose, seconds, 15.0)
    person.show("palm", 4.0, 15.0)
    assert person.stage.live(person.at) == ()
    assert person.undone.count("v_sign") <= person.of(EventKind.START).count("v_sign") + len(acts)
