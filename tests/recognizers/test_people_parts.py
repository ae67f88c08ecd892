from __future__ import annotations

import json
import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.errors import ModelError
from vcam.recognizers.people_features import FEATURES, describe
from vcam.recognizers.people_gallery import (
    Gallery,
    Match,
    Person,
    UnfitName,
    checked_name,
    from_bytes,
    thinned,
    to_bytes,
)
from vcam.recognizers.people_gates import ENROLLING, RECOGNISING, Fault, fault_of
from vcam.recognizers.people_model import FaceModel, card_file, load_card, load_model
from vcam.recognizers.people_votes import UNDECIDED, VoteBox, Votes, opinion
from vcam.recognizers.people_warp import HEIGHT, WIDTH

from .people_kit import face, near, numbers, person, texture

MODEL = "b" * 64


@pytest.fixture(scope="module")
def model():
    return load_model()


@pytest.fixture(scope="module")
def mesh(model):
    """A mesh under which the texture is the picture itself."""
    corners = model.warp._corners
    weights = model.warp._weights[..., 0]
    rows, columns = (found[::9] for found in np.nonzero(weights.any(axis=-1)))
    # Least squares: which points give each pixel its own place.
    system = np.zeros((len(rows), 468), np.float32)
    for place, (row, column) in enumerate(zip(rows, columns, strict=True)):
        system[place, corners[row, column]] += weights[row, column]
    target = np.stack([columns, rows], axis=1).astype(np.float32)
    return np.linalg.lstsq(system, target, rcond=1e-4)[0].astype(np.float32)


def test_straightened_face_does_not_depend_on_place_and_size(model, mesh):
    drawn = texture(3, blur=3)
    small = cv2.cvtColor(drawn, cv2.COLOR_GRAY2BGR)
    canvas = np.zeros((400, 400, 3), np.uint8)
    canvas[50 : 50 + 2 * HEIGHT, 70 : 70 + 2 * WIDTH] = cv2.resize(
        small, (2 * WIDTH, 2 * HEIGHT), interpolation=cv2.INTER_LINEAR
    )
    first = model.embed(model.warp.straighten(small, mesh))
    second = model.embed(model.warp.straighten(canvas, mesh * 2 + (70.5, 50.5)))
    assert float(first @ second) > 0.9
    other = model.embed(texture(4, blur=3))
    assert float(first @ other) < 0.5


@pytest.mark.parametrize("shift", [(-5000, 0), (0, 9000), (-60, -60)])
def test_faces_beyond_the_picture_harm_nobody(model, mesh, shift):
    picture = np.full((120, 160, 3), 90, np.uint8)
    made = model.warp.straighten(picture, mesh * 2 + np.float32(shift))
    assert made.shape == (HEIGHT, WIDTH)
    assert np.isfinite(model.embed(made)).all()


def test_mirror_image_is_the_same_face(model):
    drawn = texture(1, blur=2)
    mirrored = np.ascontiguousarray(drawn[:, ::-1])
    assert float(model.embed(drawn) @ model.embed(mirrored)) == pytest.approx(1, abs=1e-5)


def test_features_do_not_follow_brightness_and_contrast():
    drawn = texture(2, blur=2, spread=30)
    dimmed = (drawn.astype(np.float32) * 0.6 + 20).astype(np.uint8)
    first, second = describe(drawn), describe(dimmed)
    assert first.shape == (FEATURES,)
    cosine = first @ second / np.linalg.norm(first) / np.linalg.norm(second)
    assert cosine > 0.98


def test_broken_models_are_told_in_one_line(tmp_path):
    with pytest.raises(ModelError):
        FaceModel.of(b"PK\x03\x04 no model")
    path = tmp_path / "people.npz"
    with pytest.raises(ModelError, match="cannot be read"):
        load_model(path)
    card_file(path).write_text(load_card().model_dump_json(), encoding="utf-8")
    path.write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the model of its card"):
        load_model(path)


def test_gates_name_the_fault():
    good = texture(blur=0.8)
    assert fault_of(face(), good, ENROLLING) is None
    assert fault_of(face(size=40), good, ENROLLING) is Fault.FAR
    assert fault_of(face(yaw=math.radians(60)), good, RECOGNISING) is Fault.TURNED
    assert fault_of(face(pitch=math.radians(-50)), good, RECOGNISING) is Fault.TURNED
    assert fault_of(face(), texture(light=20, spread=12), ENROLLING) is Fault.DARK
    assert fault_of(face(), texture(light=240, spread=12), ENROLLING) is Fault.BRIGHT
    assert fault_of(face(), texture(spread=4), ENROLLING) is Fault.FLAT
    assert fault_of(face(), texture(blur=9), ENROLLING) is Fault.BLURRED


def test_gallery_knows_its_people_and_returns_from_its_file():
    gallery = Gallery([person("Siti", 1), person("Budi", 2)])
    assert gallery.names == ("Budi", "Siti")
    assert gallery.match(near(numbers(1), 0.8)).name == "Siti"
    assert gallery.match(-numbers(1)).likeness < 0.6
    back, model = from_bytes(to_bytes(gallery, MODEL))
    assert (back.names, model) == (gallery.names, MODEL)
    for before, after in zip(gallery.people, back.people, strict=True):
        assert (before.faces * after.faces).sum(axis=1).min() > 0.999
    assert Gallery().match(numbers(1)) == Match("", 0.0)


def test_what_changes_from_look_to_look_counts_less():
    way = np.eye(16, dtype=np.float32)[0]
    people = []
    for seed, name in enumerate(("Siti", "Budi")):
        own = numbers(seed)
        looks = np.array([own + push * way for push in (-1.5, -0.5, 0.5, 1.5)], np.float32)
        people.append(Person(name, 0.0, looks / np.linalg.norm(looks, axis=1, keepdims=True)))
    pushed = numbers(1) + 1.5 * way
    pushed /= np.linalg.norm(pushed)
    middle = people[1].faces.mean(axis=0)
    plain = float(middle @ pushed) / float(np.linalg.norm(middle))
    match = Gallery(people).match(pushed.astype(np.float32))
    assert match.name == "Budi"
    assert match.likeness > plain + 0.1


def test_gallery_of_one_look_compares_it_as_it_is():
    own = numbers(3)
    match = Gallery([Person("Siti", 0.0, own[np.newaxis])]).match(near(own, 0.6))
    assert match.likeness == pytest.approx(0.6, abs=1e-3)


def test_gallery_file_holds_no_one_who_was_taken_out():
    gallery = Gallery([person("Siti", 1), person("Budi", 2)]).without("Siti")
    assert b"Siti" not in to_bytes(gallery, MODEL)


def stored(**changes):
    whole = json.loads(to_bytes(Gallery([person("Siti", 1)]), MODEL))
    whole["people"][0] |= changes
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        stored(faces=[]),
        stored(faces=["AAAA"]),
        stored(faces=["!!!"]),
        stored(faces=["A" * 5000]),
        stored(faces=["AAAAAAAAAAAAAAAAAAAAAA=="]),
        stored(name="anybody"),
        stored(name="a\nb"),
        stored(since=-1),
        stored(extra=1),
    ],
)
def test_hostile_gallery_files_are_refused(content):
    with pytest.raises(ValueError, match=r"^(it|a face) "):
        from_bytes(content)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_gallery_reader(content):
    with pytest.raises(ValueError, match=r"^(it|a face) "):
        from_bytes(content)


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1bb", "Unknown", "ANYBODY"])
def test_names_that_nobody_can_have(name):
    with pytest.raises(UnfitName):
        checked_name(name)


def test_names_are_tidied_and_faces_thinned_evenly():
    assert checked_name("  Siti   Aminah ") == "Siti Aminah"
    faces = np.arange(200, dtype=np.float32)[:, np.newaxis]
    kept = thinned(faces, 5)[:, 0].tolist()
    assert kept == [0, 50, 100, 149, 199]


@pytest.mark.parametrize(
    ("likeness", "said"), [(0.6, "Siti"), (0.5, "Siti"), (0.49, UNDECIDED), (0.29, "unknown")]
)
def test_two_thresholds(likeness, said):
    assert opinion(Match("Siti", likeness), sure=0.5, unknown=0.3) == said


def test_empty_gallery_knows_nobody():
    assert opinion(Match("", 0.0), sure=0.0, unknown=0.0) == UNDECIDED
    assert opinion(Match("", 0.0), sure=0.5, unknown=0.3) == "unknown"


def test_most_looks_decide_and_a_few_do_not_change_that():
    votes = Votes(5)
    said = ["Siti", "Budi", "Siti", UNDECIDED, "Siti", "Budi", "Budi", "Budi"]
    decided = [votes.cast(each) for each in said]
    assert decided == ["", "", "", "", "Siti", "Siti", "Siti", "Budi"]


def test_what_was_decided_ends_when_nothing_says_so_any_more():
    votes = Votes(3)
    for said in ("Siti", "Siti", UNDECIDED, UNDECIDED):
        decided = votes.cast(said)
    assert decided == "Siti"
    assert votes.cast(UNDECIDED) == UNDECIDED


@given(st.lists(st.sampled_from(["a", "b", "unknown", UNDECIDED]), max_size=40))
def test_no_name_without_most_votes(said):
    votes, seen = Votes(5), []
    for each in said:
        before = votes.decided
        seen.append(each)
        now = votes.cast(each)
        if now not in (before, UNDECIDED):
            assert seen[-5:].count(now) >= 3


def test_forgotten_people_lose_their_votes_and_lost_faces_theirs():
    box = VoteBox(1)
    box.cast(1, "Siti", 0.0)
    box.cast(2, "unknown", 0.0)
    box.cast(3, "Budi", 9.0)
    box.forget({"Budi"})
    assert [box.decided(track) for track in (1, 2, 3)] == ["", "", "Budi"]
    box.keep([], since=5.0)
    assert box.decided(3) == "Budi"
    box.keep([], since=10.0)
    assert box.decided(3) == UNDECIDED
