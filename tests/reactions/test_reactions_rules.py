from __future__ import annotations

import dataclasses

import pytest

from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.reactions.rules import RuleBook, find_conflicts

GLASSES = ReactionRule("v_sign", "selfie", "round", "hold", 800, 600, 300)


def rule(**changes):
    return dataclasses.replace(GLASSES, **changes)


def test_several_packs_answer_one_gesture_in_the_order_of_the_rules():
    badge = rule(pack="badges", effect="peace")
    metal = rule(gesture="metal", effect="star")
    book = RuleBook([GLASSES, badge, metal])
    assert list(book.answers("v_sign")) == [GLASSES, badge]
    assert list(book.answers("metal")) == [metal]
    assert list(book.answers("shaka")) == []
    assert book.packs == {"selfie", "badges"}
    assert book.gestures == {"v_sign", "metal"}
    assert list(book) == [GLASSES, badge, metal]


def test_an_effect_is_found_by_its_name():
    again = rule(gesture="metal")
    book = RuleBook([GLASSES, again])
    assert book.plays("selfie", "round") is GLASSES
    assert book.plays("badges", "round") is None


def test_one_effect_may_answer_several_gestures_and_one_gesture_play_several_effects():
    assert find_conflicts([GLASSES, rule(gesture="metal", linger_ms=0), rule(effect="hat")]) == []


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([rule(mode="once")], "v_sign plays it twice"),
        ([rule(gesture="metal", leave_ms=0)], "leave_ms is 300 in one rule, 0 in another"),
        ([rule(effect="hat", gesture="none")], "none is the absence of a pose"),
        ([rule(effect="hat", min_ms=-1)], "min_ms is -1"),
        ([rule(effect="hat", linger_ms=-5)], "linger_ms is -5"),
        ([rule(effect="hat", leave_ms=-9)], "leave_ms is -9"),
    ],
)
def test_contradictions_are_told_with_their_place(others, words):
    (problem,) = find_conflicts([GLASSES, *others])
    assert words in problem
    assert f"pack selfie, effect {others[0].effect}" in problem
    with pytest.raises(PackError, match=words):
        RuleBook([GLASSES, *others])
