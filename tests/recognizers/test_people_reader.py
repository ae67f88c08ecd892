from __future__ import annotations

import numpy as np
import pytest

from vcam.core.frame import Frame
from vcam.core.observation import Observation
from vcam.recognizers.people_gallery import Gallery
from vcam.recognizers.people_gates import Fault
from vcam.recognizers.people_reader import Likenesses, PeopleReader
from vcam.settings.schema import PeopleSettings

from .people_kit import face, near, numbers, person, texture


class Room:
    """Faces in view by track, and a model that gives whatever they are."""

    def __init__(self):
        self.in_view = {}
        self.bad = set()
        self.told = []
        self.warp = self

    def load(self):
        return self, lambda image, face: face.track_id, Likenesses(0.5, 0.3)

    def straighten(self, image, mesh):
        self.looking_at = mesh
        return texture(light=5, spread=2) if mesh in self.bad else texture(blur=0.8)

    def embed(self, made):
        return self.in_view[self.looking_at]

    def note(self, seen, at):
        self.told.append((seen, at))


@pytest.fixture
def room():
    return Room()


@pytest.fixture
def look(room):
    times = iter(range(1000))

    def look(reader, *tracks):
        at = float(next(times))
        frame = Frame(np.zeros((36, 64, 3), np.uint8), at, int(at))
        observation = Observation(0, at, (64, 36), faces=tuple(face(track) for track in tracks))
        return {each.track_id: dict(each.scores) for each in reader.read(frame, observation)}

    return look


def made(room, gallery, **settings):
    return PeopleReader(PeopleSettings(enabled=True, **settings), gallery, room.load, room.note)


def test_people_are_named_by_their_track_once_most_looks_agree(room, look):
    reader = made(room, Gallery([person("Siti", 1), person("Budi", 2)]), votes=3)
    room.in_view = {1: near(numbers(1), 0.9), 2: -numbers(1) - numbers(2)}
    assert look(reader, 1, 2) == {}
    assert look(reader, 1, 2) == {1: {"Siti": 1.0, "anybody": 1.0}, 2: {"unknown": 1.0}}
    assert set(reader.classes) == {"Siti", "Budi", "anybody", "unknown"}
    assert [each.name for each in room.told[-1][0]] == ["Siti", "unknown"]


def test_bad_looks_change_nothing_and_say_why(room, look):
    reader = made(room, Gallery([person("Siti", 1)]), votes=1)
    room.in_view = {1: near(numbers(1), 0.9)}
    look(reader, 1)
    room.bad = {1}
    assert look(reader, 1) == {1: {"Siti": 1.0, "anybody": 1.0}}
    seen = room.told[-1][0][0]
    assert (seen.numbers, seen.fault) == (None, Fault.DARK)


def test_settings_thresholds_go_before_the_measured_ones(room, look):
    gallery = Gallery([person("Siti", 1)])
    room.in_view = {1: near(numbers(1), 0.7)}
    assert look(made(room, gallery, votes=1), 1)[1].get("Siti") == 1.0
    assert look(made(room, gallery, votes=1, sure=0.99), 1) == {}
    assert look(made(room, gallery, votes=1, sure=0.99, unknown=0.98), 1) == {1: {"unknown": 1.0}}


def test_forgetting_somebody_takes_the_name_from_the_face_at_once(room, look):
    settings = PeopleSettings(enabled=True, votes=1)
    gallery = Gallery([person("Siti", 1)])
    reader = PeopleReader(settings, gallery, room.load, room.note)
    room.in_view = {1: near(numbers(1), 0.9)}
    look(reader, 1)
    reader.apply(settings, gallery.without("Siti"), enrolling=False)
    assert "Siti" not in str(look(reader, 1))
    assert room.told[-1][0][0].name != "Siti"


def test_nobody_is_told_of_while_people_are_off(room, look):
    gallery = Gallery([person("Siti", 1)])
    reader = PeopleReader(PeopleSettings(votes=1), gallery, room.load, room.note)
    room.in_view = {1: near(numbers(1), 0.9)}
    assert look(reader, 1) == {}
    assert not reader.always


def test_runs_only_while_something_needs_it(room):
    gallery = Gallery([person("Siti", 1)])
    assert made(room, gallery).always
    assert not made(room, Gallery()).always
    assert not made(room, gallery, name_tag=False).always
    assert made(room, gallery, name_tag=False, attendance=True).always
    off = PeopleReader(PeopleSettings(), Gallery(), room.load, room.note)
    off.apply(PeopleSettings(), Gallery(), enrolling=True)
    assert off.always
    assert off.rate_hz == 5.0
