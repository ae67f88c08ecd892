from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import TrainingError
from training.people.compare import Plan, Way, compared
from training.people.faces import CROP, FaceSet, FoundFace, aligned, read_set
from training.people.projection import make_model, mean_face, warp_map, whitening, write_model
from training.people.rivals import Discriminant, Middles, Nearest, binary_patterns, by_chi_square
from training.people.splits import split
from vcam.recognizers.people_model import PeopleSource, load_model
from vcam.recognizers.people_warp import HEIGHT, WIDTH


def mesh(rng):
    """Points spread over a face, with eyes on one line."""
    points = rng.uniform(-1, 1, (468, 2)) * (40, 50)
    points[[33, 133, 362, 263]] = [[-25, -10], [-10, -10], [10, -10], [25, -10]]
    return points.astype(np.float32)


@pytest.fixture(scope="module")
def faces():
    """Noise of five people, each with a pattern of their own, in one mesh."""
    rng = np.random.default_rng(1)
    shape = mesh(rng)
    found = []
    for number in range(40):
        person = number % 5
        own = np.random.default_rng(person).normal(size=(30, 30))
        picture = cv2.resize(own + rng.normal(scale=0.4, size=(30, 30)), (160, 160))
        grey = np.clip(128 + 30 * picture, 0, 255).astype(np.uint8)
        image = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
        crop = cv2.resize(image, (CROP, CROP))
        found.append(FoundFace(f"p{person}", Path(f"{number}.png"), image, shape + 80, crop))
    return FaceSet(found, 41)


@given(st.integers(0, 50), st.integers(1, 9), st.integers(1, 3))
def test_nobody_is_asked_with_a_face_that_was_enrolled(seed, each, unknown):
    people = np.array([f"p{number % 6}" for number in range(40)])
    part = split(people, each, unknown, seed, turn=seed)
    assert not set(part.enrolled) & set(part.asked)
    assert set(people[part.enrolled]) == set(people[part.asked])
    assert not set(people[part.unknown]) & set(people[part.enrolled])
    assert len(set(people[part.unknown])) == unknown
    assert len(part.enrolled) + len(part.asked) + len(part.unknown) == 40


def test_everybody_is_left_out_once():
    people = np.array(["a", "b", "c"] * 4)
    left_out = [people[split(people, 2, 1, seed, seed).unknown][0] for seed in range(3)]
    assert sorted(left_out) == ["a", "b", "c"]


def test_map_of_the_mean_face_finds_each_point_where_it_is(faces):
    mean = mean_face(faces)
    corners, weights = warp_map(mean)
    places = (mean[corners] * weights[..., np.newaxis]).sum(axis=2)
    inside = weights.any(axis=-1)
    rows, columns = np.nonzero(inside)
    assert places[rows, columns] == pytest.approx(np.stack([columns, rows], axis=1), abs=0.01)
    assert inside.shape == (HEIGHT, WIDTH)
    assert inside.mean() > 0.6


def test_whitening_makes_all_directions_alike():
    rng = np.random.default_rng(0)
    given_ = rng.normal(size=(300, 12)).astype(np.float32) * np.linspace(1, 9, 12)
    mean, projection = whitening(given_.astype(np.float32), 6)
    spread = ((given_ - mean) @ projection).std(axis=0)
    assert spread.max() / spread.min() < 1.1
    with pytest.raises(TrainingError, match="too few"):
        whitening(given_[:5].astype(np.float32), 6)


def test_model_is_written_with_its_card_and_read_back(faces, tmp_path):
    made = make_model(faces, 16)
    path = tmp_path / "people.npz"
    source = PeopleSource(name="noise", licence="CC0", pictures=40)
    write_model(made, path, (source,), (0.5, 0.3), {"looks": 1})
    read = load_model(path)
    first = read.warp.straighten(faces.faces[0].image, faces.faces[0].mesh)
    assert read.embed(first) == pytest.approx(made.model.embed(first))
    assert read.size == 16


def test_eyes_are_level_and_in_place():
    image = np.zeros((200, 200, 3), np.uint8)
    eyes = np.array([[60, 120], [120, 80]], np.float32)
    for x, y in eyes.astype(int).tolist():
        cv2.circle(image, (x, y), 5, (255, 255, 255), -1)
    rows, columns = np.nonzero(aligned(image, eyes)[..., 0] > 128)
    assert np.ptp(rows) < 10
    assert rows.mean() == pytest.approx(50, abs=1)
    assert columns.mean() == pytest.approx(CROP / 2, abs=1)


@pytest.mark.parametrize("kind", [Middles, Discriminant])
def test_rivals_know_the_people_they_were_given(kind):
    rng = np.random.default_rng(3)
    middles = rng.normal(size=(4, 20)) * 2
    people = np.repeat(["a", "b", "c", "d"], 6)
    given_ = (np.repeat(middles, 6, axis=0) + rng.normal(size=(24, 20)) * 0.5).astype(np.float32)
    rival = kind(given_[::2], people[::2])
    likeness = rival(given_[1::2])
    assert (rival.names[likeness.argmax(axis=1)] == people[1::2]).all()


def test_table_holds_false_accepts_to_one_percent(faces, monkeypatch):
    monkeypatch.setattr("training.people.compare.PLANS", {"noise": Plan(each=4, unknown=1)})
    rng = np.random.default_rng(9)
    strangers = FaceSet(
        [
            FoundFace(
                "s",
                Path("s.png"),
                faces.faces[0].image,
                faces.faces[0].mesh,
                rng.integers(0, 255, (CROP, CROP, 3), np.uint8),
            )
            for _ in range(30)
        ],
        30,
    )
    way = Way(
        "patterns",
        binary_patterns,
        lambda given, people: Nearest(given, people, by_chi_square),
        splits=2,
        shipped=-1e9,
    )
    told = []
    row = compared({"noise": faces}, strangers, [way], told.append)[0]
    assert row["accuracy"] > 0.8
    assert row["false_accepts_left_out"] <= 0.13
    assert row["shipped_false_accepts_strangers"] == 1
    assert row["named_right"] <= row["accuracy"]
    assert len(told) == 1


def test_folder_without_pictures_is_told(tmp_path):
    with pytest.raises(TrainingError, match="no picture"):
        read_set(tmp_path, seeker=None)
