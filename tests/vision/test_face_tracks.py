from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vcam.vision.face_tracks import FaceTracker

STEP_S = 1 / 12


def tracker(fakes: SimpleNamespace, *centres: tuple[float, float], most: int = 4) -> Any:
    faces = FaceTracker(fakes.Faces(*centres), fakes.Meshes(*centres), most)
    return faces


def test_a_face_has_its_box_eyes_nose_and_mouth(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    assert faces.search(fakes.image, 0.0)
    (face,) = faces.faces
    assert face.track_id == 1
    assert face.box == (160, 110, 80, 80)
    assert face.eyes.tolist() == [[185, 140], [215, 140]]
    assert face.nose.tolist() == [200, 150]
    assert face.mouth.tolist() == [200, 150]


def test_a_face_is_followed_and_keeps_its_number(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    for step in range(1, 20):
        faces._reader.centres = [(200 + 8 * step, 150)]
        assert not faces.follow(fakes.image, step * STEP_S)
    (face,) = faces.faces
    assert face.track_id == 1
    assert face.nose[0] == pytest.approx(352, abs=6)


def test_a_face_that_is_missed_for_a_moment_stays_where_it_was(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    faces._reader.centres = []
    assert faces.follow(fakes.image, 0.1)
    assert faces.follow(fakes.image, 0.28)
    assert [face.nose[0] for face in faces.faces] == [200]
    faces.follow(fakes.image, 0.35)
    assert faces.faces == ()


def test_a_missed_face_that_is_found_again_keeps_its_number(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    faces._reader.centres = []
    faces.follow(fakes.image, 0.1)
    faces._reader.centres = faces._finder.centres = [(215, 150)]
    assert faces.search(fakes.image, 0.1)
    assert [face.track_id for face in faces.faces] == [1]
    assert faces.faces[0].nose[0] > 200


def test_a_known_face_is_not_found_twice(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    faces.follow(fakes.image, 0.1)
    assert not faces.search(fakes.image, 0.1)
    assert len(faces.faces) == 1


def test_no_more_faces_than_asked_largest_first(fakes: SimpleNamespace) -> None:
    centres = [(100, 100), (300, 100), (500, 100)]
    faces = tracker(fakes, *centres, most=2)
    faces.search(fakes.image, 0.0)
    assert len(faces.faces) == 2
    assert faces.is_full


def test_every_other_search_looks_into_a_half(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes)
    for step in range(4):
        faces.search(fakes.image, step * STEP_S)
    first, second, third, fourth = faces._finder.parts
    assert first is None
    assert third is None
    assert (second.x, second.width) == (0, 480)
    assert (fourth.x, fourth.width) == (160, 480)


def test_a_moving_face_is_told_where_it_was_seen_last(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    for step in range(1, 12):
        faces._reader.centres = [(200 + 10 * step, 150)]
        faces.follow(fakes.image, step * STEP_S)
        assert faces.faces[0].nose[0] == 200 + 10 * step


def test_a_face_has_a_shape(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    shape = faces.faces[0].shape
    assert shape is not None
    assert shape.forehead.shape == shape.chin.shape == (2,)
    assert shape.cheeks.shape == (2, 2)


def test_a_single_picture_is_looked_at_whole_and_in_halves(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150), (450, 150))
    found = faces.find(fakes.image)
    assert [face.track_id for face in found] == [1, 2]
    assert len(faces._finder.parts) == 3
    assert faces.faces == ()


def test_what_the_second_network_denies_is_no_face(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces._reader.centres = []
    assert not faces.search(fakes.image, 0.0)
    assert faces.find(fakes.image) == ()


def test_reset_forgets_the_faces_but_not_the_numbers(fakes: SimpleNamespace) -> None:
    faces = tracker(fakes, (200, 150))
    faces.search(fakes.image, 0.0)
    faces.reset()
    assert faces.faces == ()
    faces.search(fakes.image, 0.1)
    assert [face.track_id for face in faces.faces] == [2]
