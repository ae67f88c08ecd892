from __future__ import annotations

import numpy as np
import pytest

from vcam.core.events import EventKind, GestureEvent, ReactionRule
from vcam.core.frame import Frame
from vcam.effects.pack import load_pack, shipped_pack_folder
from vcam.pipeline.changes import MIN_MS, Answers, Changes
from vcam.pipeline.painting import PicturePainter
from vcam.pipeline.veil import veiled
from vcam.reactions.stage import Stage
from vcam.settings.schema import OutputSettings, ReactionSettings, Settings
from vcam.testing import NothingToDraw

BADGES = load_pack(shipped_pack_folder() / "badges")
PEACE = Answers((("m:yes", "badges", "peace"),), (BADGES,))


def knowing():
    """Changes that have been told which packs are on: none."""
    changes = Changes(Settings())
    changes.to(Settings(), ())
    return changes


def test_answers_that_come_before_the_packs_switch_nothing_off():
    changes = Changes(Settings())
    early = changes.answer("models", PEACE)
    assert (early.packs, early.rules, early.gestures) == (None, None, None)
    change = changes.to(Settings(), (load_pack(shipped_pack_folder() / "party"),))
    assert [pack.name for pack in change.packs] == ["party", "badges"]
    assert "m:yes" in {rule.gesture for rule in change.rules}


def test_an_effect_of_a_pack_that_is_off_answers():
    changes = knowing()
    change = changes.answer("models", PEACE)
    assert change.packs == (BADGES,)
    (rule,) = change.rules
    # As its pack says it for its own gesture.
    assert rule == ReactionRule("m:yes", "badges", "peace", "hold", 1800, 500, 260)
    assert change.gestures == ()
    assert changes.answer("models", PEACE).rules is None
    assert changes.answer("models", Answers()).packs == ()


def test_two_who_answer_do_not_take_each_others_place():
    changes = knowing()
    changes.answer("models", PEACE)
    change = changes.answer("taught", Answers((("wow", "badges", "rock"),), (BADGES,)))
    assert [rule.gesture for rule in change.rules] == ["m:yes", "wow"]


def test_a_pack_that_is_on_is_drawn_once_and_its_own_rules_stay():
    changes = knowing()
    changes.answer("models", PEACE)
    change = changes.to(Settings(), (BADGES,))
    assert change.packs is None
    assert len(change.rules) == len(BADGES.rules) + 1
    assert "v_sign" in change.gestures


def test_nothing_answers_while_reactions_are_off():
    changes = knowing()
    changes.answer("models", PEACE)
    off = Settings(reactions=ReactionSettings(enabled=False))
    change = changes.to(off, (BADGES,))
    assert (change.packs, change.rules) == ((), ())


def test_what_is_in_no_pack_any_more_is_left_out():
    changes = knowing()
    gone = (("m:yes", "badges", "nothing"), ("m:yes", "away", "peace"), *PEACE.effects * 2)
    change = changes.answer("models", Answers(gone, (BADGES,)))
    assert [rule.effect for rule in change.rules] == ["peace"]


def test_an_effect_that_no_gesture_plays_has_usual_times(tmp_path):
    bare = load_pack(shipped_pack_folder() / "badges")
    bare = type(bare)(bare.name, bare.title, bare.licence, bare.author, bare.effects, ())
    change = knowing().answer("models", Answers(PEACE.effects, (bare,)))
    assert change.rules[0].min_ms == MIN_MS


def test_an_effect_answers_a_class_and_goes_with_it():
    stage = Stage(knowing().answer("models", PEACE).rules)
    stage.handle([GestureEvent(EventKind.START, "m:yes", 1.0, (), 0.0, 1.0, 0.9)])
    assert [each.effect for each in stage.live(2.0)] == ["peace"]
    assert stage.newest(2.0) == "m:yes"
    stage.handle([GestureEvent(EventKind.END, "m:yes", 5.0, (), 0.0, 1.0, 0.1)])
    assert stage.live(9.0) == ()
    assert stage.newest(9.0) is None


def test_a_veiled_picture_keeps_neither_edges_nor_faces():
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (360, 640, 3), np.uint8)
    hidden = veiled(noise)
    assert (hidden.shape, hidden.dtype) == (noise.shape, noise.dtype)
    assert hidden.flags.c_contiguous
    # Of every detail finer than a 24th of the width nothing is left.
    assert np.abs(np.diff(hidden.astype(int), axis=1)).max() <= 2
    half = np.zeros((360, 640, 3), np.uint8)
    half[:, 320:] = 255
    assert veiled(half)[180, 40].max() < 10
    assert veiled(half)[180, 600].min() > 245


class Failing(NothingToDraw):
    def mask_hz(self, live):
        raise ZeroDivisionError("cannot draw")


@pytest.mark.parametrize("drawer", [NothingToDraw, Failing])
def test_the_veil_lies_over_everything_that_goes_out_also_when_drawing_fails(drawer):
    rng = np.random.default_rng(2)
    frame = Frame(rng.integers(0, 256, (240, 320, 3), np.uint8), 1.0, 0)
    outputs = OutputSettings(width=320, height=240)
    painter = PicturePainter(outputs, "picture", Stage(), drawer(), lambda: None)
    assert np.array_equal(painter.paint(frame, 1.0)[0], frame.image)
    painter.veil(True)
    for picture in painter.paint(frame, 1.0):
        assert np.array_equal(picture, veiled(frame.image))
    painter.veil(False)
    assert np.array_equal(painter.paint(frame, 1.0)[0], frame.image)
