"""How hands that are far, lost or near the edge are looked for."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import pytest

from vcam.core.geometry import Box
from vcam.vision import hand_search

from .observer_scene import RATES, Scene

ZOOMING = RATES.model_copy(update={"zoom_rate_hz": 2})


def test_round_a_far_person_hands_are_looked_for_every_other_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.show_face()
    monkeypatch.setattr(hand_search, "in_reach", lambda *_: Box(300, 50, 200, 200))
    scene.play(0, 2)
    parts = [part is None for part in scene.networks.palms.parts[2:]]
    assert len(parts) > 6
    assert all(one != other for one, other in pairwise(parts))


def is_zoom(part: Box | None) -> bool:
    return part is not None and part.width <= 0.6 * 480


@pytest.mark.parametrize("fps", [10, 30, 60])
def test_enlarged_looks_keep_to_their_budget(fakes: SimpleNamespace, fps: float) -> None:
    scene = Scene(fakes, ZOOMING)
    scene.show_face()
    scene.play(0, 6, fps)
    plain = scene.networks.palms.parts.count(None)
    zoomed = sum(is_zoom(part) for part in scene.networks.palms.parts)
    assert zoomed == pytest.approx(12, abs=1)
    assert plain == pytest.approx(36, rel=0.2)


def test_nothing_is_enlarged_while_nothing_moves_and_nobody_is_in_view(
    fakes: SimpleNamespace,
) -> None:
    scene = Scene(fakes, ZOOMING)
    scene.moving = False
    scene.play(0, 3)
    assert set(scene.networks.palms.parts) == {None}


def test_nothing_is_enlarged_while_a_hand_is_in_view(fakes: SimpleNamespace) -> None:
    scene = Scene(fakes, ZOOMING)
    scene.show_face()
    scene.show_hand()
    scene.play(0, 4)
    assert set(scene.networks.palms.parts) == {None}


def test_a_far_hand_is_found_enlarged_and_followed(fakes: SimpleNamespace) -> None:
    scene = Scene(fakes, ZOOMING)
    scene.show_face()
    scene.show_hand()
    scene.networks.palms.only_in_parts = True
    seen = scene.play(0, 2)
    assert [hand.track_id for hand in seen[-1].hands] == [1]
    scene.networks.palms.palms = []
    assert all(look.hands for look in scene.play(2, 1))


def test_an_ear_that_is_enlarged_is_no_hand(fakes: SimpleNamespace) -> None:
    scene = Scene(fakes, ZOOMING)
    scene.show_face(400, 150)
    scene.networks.palms.palms = [fakes.palm_at(430, 150)]
    scene.networks.hands.hands = [fakes.reading_at(430, 150, presence=0.9)]
    scene.networks.palms.only_in_parts = True
    assert not any(look.hands for look in scene.play(0, 3))
    assert len(scene.networks.hands.regions) > 0


def test_a_lost_hand_is_looked_for_where_it_was_heading(scene: Scene) -> None:
    for step in range(20):
        scene.show_hand(100 + 8 * step, 200)
        scene.play(step / 12, 1 / 12, 12)
    scene.hide_hand()
    before = len(scene.networks.palms.parts)
    scene.play(20 / 12, 0.4)
    first, second, third, *_ = scene.networks.palms.parts[before:]
    assert first is not None
    assert first.width == first.height < 480
    last = float(scene.fakes.hand_at(252, 200)[:, 0].mean())
    assert last + 4 < first.centre[0] < last + 60
    assert second is None
    assert third is not None
    assert third.centre[0] > first.centre[0]


def test_after_a_loss_hands_are_looked_for_more_often_for_a_moment(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    scene.hide_hand()
    before = scene.networks.palms.calls
    scene.play(1, 0.5)
    soon = scene.networks.palms.calls - before
    scene.play(1.5, 2)
    later = scene.networks.palms.calls - before - soon
    assert 4 <= soon <= 6
    assert later == pytest.approx(12, abs=2)


def test_a_hand_that_left_the_picture_is_not_looked_for_outside(scene: Scene) -> None:
    for step in range(12):
        scene.show_hand(500 + 12 * step, 200)
        scene.play(step / 12, 1 / 12, 12)
    scene.hide_hand()
    before = len(scene.networks.palms.parts)
    scene.play(1, 0.5)
    assert set(scene.networks.palms.parts[before:]) == {None}
