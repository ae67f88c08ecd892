"""What the observer looks at and when."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcam.core.frame import Frame
from vcam.core.observation import Attention

from .observer_scene import RATES, Scene


def test_hands_and_faces_are_looked_at_together(scene: Scene) -> None:
    scene.show_hand()
    scene.show_face()
    scene.play(0, 1)
    together = []
    for step in range(30):
        before = len(scene.networks.hands.regions), scene.networks.meshes.calls
        scene.play(1 + step / 30, 1 / 30)
        together.append(
            (len(scene.networks.hands.regions) > before[0])
            == (scene.networks.meshes.calls > before[1])
        )
    assert all(together)


@pytest.mark.parametrize("fps", [12, 15, 25, 30, 60])
def test_the_rates_hold_whatever_the_frame_rate(scene: Scene, fps: float) -> None:
    scene.show_hand()
    scene.show_face()
    scene.play(0, 4, fps)
    hand_looks = len(scene.networks.hands.regions)
    assert hand_looks == pytest.approx(48, rel=0.1)
    assert scene.networks.meshes.calls == pytest.approx(48, rel=0.15)
    scene.hide_hand()
    before = scene.networks.palms.calls
    scene.play(4, 4, fps)
    assert scene.networks.palms.calls - before == pytest.approx(24, rel=0.2)


def test_hands_are_followed_in_every_frame_while_a_gesture_is_about_to_start(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    scene.observer.attention = Attention.STARTING
    before = len(scene.networks.hands.regions)
    scene.play(1, 0.5)
    assert len(scene.networks.hands.regions) - before == 15


@pytest.mark.parametrize(
    ("attention", "looks_a_second"), [(Attention.WATCHING, 4), (Attention.DRAWING, 12)]
)
def test_faces_are_followed_closely_only_where_something_is_drawn(
    scene: Scene, attention: Attention, looks_a_second: float
) -> None:
    scene.show_face()
    scene.observer.attention = attention
    scene.play(0, 1)
    before = scene.networks.meshes.calls
    scene.play(1, 4)
    assert (scene.networks.meshes.calls - before) / 4 == pytest.approx(looks_a_second, abs=1)


def test_a_hand_is_noticed_within_200_ms_even_on_a_picture_that_was_still(scene: Scene) -> None:
    scene.moving = False
    scene.play(0, 3.05)
    scene.show_hand()
    scene.moving = True
    seen = [bool(observation.hands) for observation in scene.play(3.05, 0.2)]
    assert seen[-1]


def test_a_still_picture_is_searched_once_a_second(scene: Scene) -> None:
    scene.moving = False
    scene.play(0, 5)
    assert 4 <= scene.networks.palms.calls <= 6


def test_a_second_hand_is_looked_for_less_often(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 4)
    assert scene.networks.palms.calls == pytest.approx(8, abs=2)


def test_a_lost_hand_is_looked_for_at_once(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    scene.hide_hand()
    scene.networks.palms.palms = [scene.fakes.palm_at(300, 200)]
    scene.networks.hands.hands = [scene.fakes.reading_at(300, 200)]
    looks = len(scene.networks.hands.regions)
    scene.networks.hands.spoil = lambda call: call == looks + 1
    numbers = [[hand.track_id for hand in seen.hands] for seen in scene.play(1, 0.2)]
    assert all(numbers)
    assert numbers[-1] == [1]


def test_due_tells_when_something_would_be_done(scene: Scene) -> None:
    scene.show_hand()
    assert scene.observer.due(5.0)
    scene.play(5.0, 0.5)
    looked = []
    for step in range(15, 75):
        at = 5 + step / 30
        before = len(scene.networks.hands.regions), scene.networks.palms.calls
        before += (len(scene.networks.faces.parts),)
        due = scene.observer.due(at)
        scene.observer.observe(scene.frame(at))
        after = len(scene.networks.hands.regions), scene.networks.palms.calls
        after += (len(scene.networks.faces.parts),)
        assert due == (before != after)
        looked.append(due)
    assert 0.3 < np.mean(looked) < 0.6


def test_an_old_frame_changes_nothing_and_says_so(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    calls = len(scene.networks.hands.regions)
    for at in (0.5, 0.95, 0.5, 29 / 30):
        assert not scene.observer.due(at)
        observation = scene.observer.observe(scene.frame(at))
        assert [hand.track_id for hand in observation.hands] == [1]
        assert observation.at == at
        assert observation.frame_index == scene.index
    assert len(scene.networks.hands.regions) == calls


@pytest.mark.parametrize("jump", [5.0, -5.0])
def test_a_jump_in_time_starts_afresh(scene: Scene, jump: float) -> None:
    scene.show_hand()
    scene.show_face()
    scene.play(10, 1)
    assert scene.observer.due(11 + jump)
    observation = scene.observer.observe(scene.frame(11 + jump))
    assert [hand.track_id for hand in observation.hands] == [2]
    assert [face.track_id for face in observation.faces] == [2]


def test_another_picture_size_starts_afresh(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    small = Frame(np.zeros((240, 320, 3), np.uint8), 1.02, 99)
    observation = scene.observer.observe(small)
    assert observation.size == (320, 240)
    assert [hand.track_id for hand in observation.hands] == [2]


def test_reset_forgets(scene: Scene) -> None:
    scene.show_hand()
    scene.play(0, 1)
    scene.observer.reset()
    assert scene.observer.due(1.0)
    assert [h.track_id for h in scene.observer.observe(scene.frame(1.0)).hands] == [2]


def test_without_faces_their_networks_do_not_run(fakes: SimpleNamespace) -> None:
    scene = Scene(fakes, RATES.model_copy(update={"max_faces": 0}))
    scene.show_face()
    observations = scene.play(0, 1)
    assert observations[-1].faces == ()
    assert scene.observer.observe_still(fakes.image).faces == ()
    assert scene.networks.faces.parts == []


def test_a_still_is_told_without_being_remembered(scene: Scene, fakes: SimpleNamespace) -> None:
    scene.show_hand()
    scene.show_face()
    observation = scene.observer.observe_still(fakes.image)
    assert observation.size == (640, 480)
    assert [(hand.track_id, hand.side) for hand in observation.hands] == [(1, "right")]
    assert len(observation.faces) == 1
    scene.hide_hand()
    assert scene.observer.observe_still(fakes.image).hands == ()
    assert scene.observer.observe(scene.frame(0.0)).hands == ()


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(-3, 30), min_size=1, max_size=40))
def test_no_order_of_times_breaks_anything(fakes: SimpleNamespace, times: list[float]) -> None:
    scene = Scene(fakes)
    scene.show_hand()
    scene.show_face()
    for at in times:
        scene.observer.due(at)
        observation = scene.observer.observe(scene.frame(at))
        assert observation.at == at
        assert len(observation.hands) == 1
        assert np.isfinite(observation.hands[0].points).all()


def in_coloured_light(scene: Scene) -> tuple[list[np.ndarray], np.ndarray]:
    """A face for a second: its colour in each picture hands were looked for in, and the last one.

    The list grows with what is looked at later.
    """
    scene.show_face()
    seen: list[np.ndarray] = []
    detect = scene.networks.palms.detect

    def watching(image: np.ndarray, *args: Any) -> Any:
        seen.append(image[150, 400].astype(float))
        return detect(image, *args)

    scene.networks.palms.detect = watching
    for step in range(30):
        image = np.full((480, 640, 3), (200, 140, 120), np.uint8)
        image[:200, :300] = step * 8
        scene.observer.observe(Frame(image, step / 30, step))
    return seen, image


def red_to_blue(colour: np.ndarray) -> float:
    return float(colour[2] / max(1.0, colour[0]))


def test_hands_in_coloured_light_are_looked_for_in_ordinary_light(scene: Scene) -> None:
    seen, image = in_coloured_light(scene)
    assert red_to_blue(seen[0]) == pytest.approx(0.6, abs=0.01)
    assert red_to_blue(seen[-1]) == pytest.approx(2.2, abs=0.1)
    scene.observer.reset()
    scene.observer.observe(Frame(image, 2.0, 40))
    assert red_to_blue(seen[-1]) == pytest.approx(0.6, abs=0.01)


def test_where_a_face_was_says_nothing_of_the_light_while_faces_are_not_looked_at(
    scene: Scene,
) -> None:
    scene.show_face()
    image = np.full((480, 640, 3), (118, 150, 205), np.uint8)
    for step in range(30):
        scene.observer.observe(Frame(image, step / 30, step))
    scene.observer.attention = Attention.PERSON_ONLY
    noted: list[int] = []
    scene.observer._light.note = lambda image, faces, at: noted.append(len(faces))
    scene.observer.observe(Frame(image, 1.0, 30))
    assert noted == [0]
    scene.observer.attention = Attention.DRAWING
    scene.observer.observe(Frame(image, 1.1, 31))
    assert noted == [0, 1]


def test_the_colour_of_the_light_is_left_where_the_settings_say_so(fakes: SimpleNamespace) -> None:
    scene = Scene(fakes, RATES.model_copy(update={"correct_light": False}))
    seen, image = in_coloured_light(scene)
    scene.observer.observe_still(image)
    assert {colour[2] for colour in seen} == {120.0}
