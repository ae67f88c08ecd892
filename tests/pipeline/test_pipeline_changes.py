"""What may be changed while the pipeline runs: source, outputs, packs, recogniser."""

from __future__ import annotations

import dataclasses
import threading

import pytest

from vcam.core.contracts import Audience
from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.effects.pack import Pack
from vcam.settings.schema import (
    ReactionSettings,
)

from .pipeline_world import Blind, PacedCamera, Screen, World, soon


def test_other_source_takes_over_and_leaves_no_thread():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        threads = threading.active_count()
        other = PacedCamera(150, "other")
        world.pipeline.replace_source(other)
        assert soon(lambda: world.screen.grey == 150)
        assert not world.camera.is_open
        assert world.pipeline.source_state().name == "other"
        assert threading.active_count() == threads
    assert not other.is_open


def test_other_outputs_take_over_and_those_that_stay_are_left_alone():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        new = Screen("new")
        world.pipeline.replace_outputs([new], [world.preview])
        assert soon(lambda: new.grey == 90)
        assert soon(lambda: not world.screen.is_open)
        assert world.preview.times_opened == 1
        assert [status.name for status in world.pipeline.outputs()] == ["new", "preview"]
        assert world.pipeline.outputs()[0].audience == Audience(False)


def test_other_size_reopens_the_outputs_and_not_the_camera():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.with_outputs(width=320, height=240), [])
        assert soon(lambda: world.screen.frames and world.screen.frames[-1].size == (320, 240))
        assert soon(lambda: world.screen.grey == 90)
        assert world.screen.times_opened == 2
        assert world.camera.times_opened == 1
        assert world.pipeline.meters().size == (320, 240)


def test_settings_that_say_the_same_touch_nothing():
    with World("always") as world:
        assert soon(lambda: world.screen.grey == 90)
        world.pipeline.apply(world.settings, [])
        world.pipeline.apply(world.settings.model_copy(), [])
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 5)
        assert world.screen.times_opened == world.camera.times_opened == 1


def test_of_two_changes_at_once_the_later_one_holds(monkeypatch):
    with World("always") as world:
        first, second = world.with_outputs(width=320), world.with_outputs(width=240)
        other = threading.Thread(target=world.pipeline.apply, args=(second, []))
        changes = world.pipeline._handover._changes
        to = changes.to

        def overtaken(settings, packs):
            change = to(settings, packs)
            if settings is first:
                other.start()
                other.join(0.2)
            return change

        monkeypatch.setattr(changes, "to", overtaken)
        world.pipeline.apply(first, [])
        other.join()
        assert world.pipeline.meters().size[0] == 240
        assert soon(lambda: world.screen.frames and world.screen.frames[-1].size[0] == 240)
        sent = world.pipeline.stats().frames
        assert soon(lambda: world.pipeline.stats().frames > sent + 10)
        assert world.screen.frames[-1].size[0] == 240


PACK = Pack(
    "party",
    "Party",
    "",
    "",
    {},
    (
        ReactionRule("v_sign", "party", "hat", "hold", 0, 0, 50),
        ReactionRule("v_sign", "party", "horn", "hold", 0, 0, 50),
    ),
)


def test_gestures_are_answered_by_hand_once_their_pack_is_on():
    with World("always") as world:
        assert not world.pipeline.by_hand.react("v_sign")
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))
        assert soon(lambda: len(world.pipeline.live()) == 2)
        assert {effect.gesture for effect in world.pipeline.live()} == {"manual"}
        world.pipeline.apply(world.settings, [])
        assert soon(lambda: world.pipeline.live() == ())
        assert not world.pipeline.by_hand.react("v_sign")


def test_switched_off_reactions_answer_nothing():
    with World("always") as world:
        off = world.settings.model_copy(update={"reactions": ReactionSettings(enabled=False)})
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))
        world.pipeline.apply(off, [PACK])
        assert soon(lambda: not world.pipeline.by_hand.react("v_sign"))


def test_packs_that_contradict_themselves_are_refused_and_nothing_changes():
    with World("always") as world:
        world.pipeline.apply(world.settings, [PACK])
        twice = dataclasses.replace(PACK, rules=PACK.rules + PACK.rules)
        with pytest.raises(PackError):
            world.pipeline.apply(world.settings, [twice])
        assert soon(lambda: world.pipeline.by_hand.react("v_sign"))


def test_other_recognizer_is_loaded_while_it_runs():
    with World("always") as world:
        world.pipeline.apply(world.settings, [PACK])
        assert soon(lambda: world.pipeline.meters().observation is not None)
        loaded = threading.Event()

        def load():
            loaded.set()
            return Blind()

        world.pipeline.replace_recognizer(load)
        assert loaded.wait(20)
