from __future__ import annotations

from dataclasses import replace

import numpy as np

from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape, Observation
from vcam.effects.compositor import Compositor


def face(track_id, x):
    at = np.float32
    eyes = np.array([[x - 30, 150], [x + 30, 150]], at)
    chin = np.array([x, 260], at)
    shape = FaceShape(
        np.array([x, 110], at), chin, np.array([[x - 40, 200], [x + 40, 200]], at), 0.0, 0.0
    )
    nose, mouth = np.array([x, 185], at), np.array([x, 220], at)
    return Face(track_id, Box(x - 60, 100, 120, 160), eyes, nose, mouth, 1.0, shape)


def drawn(compositor, at=1.0):
    canvas = np.zeros((480, 960, 3), np.uint8)
    observation = Observation(int(at * 10), at, (960, 480), faces=(face(1, 240), face(2, 720)))
    compositor.draw(canvas, (), observation, at)
    return canvas


def test_each_face_has_its_own_name_below_it():
    compositor = Compositor()
    assert not compositor.wants(())
    assert not drawn(compositor).any()
    compositor.set_names({1: "Siti"})
    assert compositor.wants(())
    one = drawn(compositor, 1.1)
    rows, columns = np.nonzero(one.any(axis=2))
    assert rows.min() > 240
    assert columns.max() < 480
    compositor.set_names({1: "Siti", 2: "Siti Aminah"})
    both = drawn(compositor, 1.2)
    left, right = (np.nonzero(part.any(axis=2))[1] for part in (both[:, :480], both[:, 480:]))
    assert np.ptp(right) > np.ptp(left) > 0
    compositor.set_names({})
    assert not drawn(compositor, 1.3).any()


def test_tag_of_a_face_that_fills_the_picture_stays_small():
    compositor = Compositor()
    compositor.set_names({1: "Siti"})
    near = face(1, 480)
    points = {"eyes": near.eyes, "nose": near.nose, "mouth": near.mouth}
    large = {name: (each - (480, 180)) * 4 + (480, 180) for name, each in points.items()}
    shape = replace(near.shape, chin=np.array([480, 460], np.float32))
    whole = replace(near, box=Box(200, 0, 560, 480), shape=shape, **large)
    canvas = np.zeros((480, 960, 3), np.uint8)
    observation = Observation(1, 1.0, (960, 480), faces=(whole,))
    compositor.draw(canvas, (), observation, 1.0)
    rows = np.nonzero(canvas.any(axis=2))[0]
    assert 10 < np.ptp(rows) < 0.12 * 480


def test_name_that_no_font_has_and_endless_ones_harm_nothing():
    compositor = Compositor()
    compositor.set_names({1: "\U0010ffff", 2: "x" * 60})
    assert not drawn(compositor)[:, :480].any()
