from __future__ import annotations

import pytest

from vcam.triggers.hands import RELINK_WIDTHS, HandRegister


def keys(register, at, hands, in_view=None):
    in_view = {hand.track_id for hand in hands} if in_view is None else in_view
    return {hand.track_id: tracked.key for tracked, hand in register.find(at, hands, in_view)}


@pytest.fixture
def register():
    return HandRegister()


def test_a_track_is_the_same_hand_wherever_it_goes(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=100)])
    assert keys(register, 0.1, [kit.hand(1, x=1200)]) == first


def test_a_new_track_where_a_hand_vanished_is_that_hand(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=600)])
    near = 600 + RELINK_WIDTHS * 100 - 1
    assert keys(register, 0.3, [kit.hand(2, x=near)]) == {2: first[1]}


def test_a_new_track_elsewhere_is_a_new_hand(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=600)])
    far = 600 + RELINK_WIDTHS * 100 + 1
    assert keys(register, 0.3, [kit.hand(2, x=far)])[2] != first[1]


def test_a_hand_that_is_still_there_is_not_given_away(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=600)])
    both = keys(register, 0.1, [kit.hand(1, x=600), kit.hand(2, x=610)])
    assert both[1] == first[1] != both[2]


def test_nor_is_one_that_is_in_view_but_was_not_read(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=600)])
    other = keys(register, 0.1, [kit.hand(2, x=610)], in_view={1, 2})
    assert other[2] != first[1]


def test_of_two_that_vanished_the_nearer_comes_back_and_each_only_once(kit, register):
    first = keys(register, 0.0, [kit.hand(1, x=500), kit.hand(2, x=620)])
    back = keys(register, 0.1, [kit.hand(3, x=590), kit.hand(4, x=600)])
    assert back[3] == first[2]
    assert back[4] == first[1]


def test_hands_not_seen_for_long_are_dropped_and_their_place_is_free(kit, register):
    first = keys(register, 0.0, [kit.hand(1)])
    keys(register, 0.4, [kit.hand(5, x=100)])
    (gone,) = register.drop_unseen_since(0.3)
    assert gone.key == first[1]
    assert keys(register, 0.5, [kit.hand(2)])[2] != first[1]
    register.clear()
    assert register.drop_unseen_since(9.0) == []
