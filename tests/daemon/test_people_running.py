"""People in the real pipeline: its threads, rules about them, and a picture that is tried."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest

from vcam.core.clock import MonotonicClock
from vcam.core.events import EventKind
from vcam.core.geometry import Box
from vcam.core.observation import Attention, Face, FaceShape, Observation
from vcam.daemon import people, people_vision
from vcam.daemon.packs import PackLibrary
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.recognisers import Recognisers
from vcam.outputs.group import OutputGroup
from vcam.pipeline import Pipeline
from vcam.reactions.stage import Stage
from vcam.recognizers.people_gallery import Gallery, Person
from vcam.recognizers.people_reader import Likenesses
from vcam.settings.schema import Settings
from vcam.testing import FakeCamera, FakeOutput, NothingToDraw, plain_image
from vcam.triggers.engine import TriggerEngine

PATIENCE_S = 30
"""Far beyond what anything takes, for machines that are busy with other things."""

EFFECTS = {"Siti": "badges/peace", "anybody": "badges/rock", "unknown": "badges/mantap"}

SITI, BUDI, STRANGER = np.eye(3, 256, dtype=np.float32)
ALONE = np.array([[85, 90], [125, 90]], np.float32)


def face(track: int) -> Face:
    spot = np.array([100, 110], np.float32)
    shape = FaceShape(spot, spot, ALONE, 0.0, 0.0)
    return Face(track, Box(60, 60, 80, 80), ALONE, spot, spot, 1.0, shape)


class Room:
    """Stands for vision and for the model of people: sees one face, which is whoever is there."""

    attention = Attention.WATCHING
    wants_mask_hz = 0.0
    mask_problem = ""

    def __init__(self) -> None:
        self.there = SITI
        self.warp = self

    def due(self, at):
        return True

    def recognize(self, frame):
        return Observation(frame.index, frame.captured_at, frame.size, faces=(face(1),)), ()

    def reset(self):
        pass

    def load(self):
        return self, lambda image, face: np.zeros((468, 2), np.float32), Likenesses(0.5, 0.3)

    def straighten(self, image, mesh):
        noise = np.random.default_rng(1).normal(size=(112, 96)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), 0.8)
        return np.clip(noise * 40 / noise.std() + 128, 0, 255).astype(np.uint8)

    def embed(self, texture):
        return self.there


@pytest.fixture
def room(tmp_path, monkeypatch):
    room = Room()
    monkeypatch.setattr(people, "load_people", room.load)
    monkeypatch.setattr(people_vision, "load_people", room.load)
    known = [
        Person(name, 1.7e9, np.array([each])) for name, each in (("Siti", SITI), ("Budi", BUDI))
    ]
    PeopleFiles(tmp_path).keep_gallery(Gallery(known))
    return room


def settings_of(*classes, **more):
    def rule(label):
        when = {"recogniser": "people", "class": label, "hold_ms": 100}
        return {"when": when, "do": "effect", "effect": EFFECTS[label]}

    return Settings.model_validate(
        {
            "camera": {"when": "always"},
            "outputs": {"width": 320, "height": 240, "fps": 30},
            "reactions": {"packs": []},
            "recognisers": {"rules": [rule(label) for label in classes], "cpu_share": 1.0},
            "people": {"enabled": True, "votes": 1, "rate_hz": 5, **more},
        }
    )


def test_rules_about_people_start_effects(room, tmp_path):
    clock, events = MonotonicClock(), []
    settings = settings_of(*EFFECTS, name_tag=False)
    pipeline = Pipeline(
        source=FakeCamera([plain_image(320, 240)], clock=clock.now),
        load_recognizer=lambda: room,
        engine=TriggerEngine(settings.triggers, []),
        stage=Stage(),
        compositor=NothingToDraw(),
        public=OutputGroup([FakeOutput(keep=1)], clock),
        preview=OutputGroup([], clock),
        settings=settings,
        clock=clock,
        on_event=events.append,
    )
    library = PackLibrary(settings.reactions)
    recognisers = Recognisers(pipeline, library, settings)
    persons = people.People(pipeline, settings, tmp_path)

    def wait(holds):
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, (events, pipeline.recognisers.statuses())
            time.sleep(0.02)

    def playing():
        return {each.gesture for each in pipeline.live()}

    pipeline.apply(settings, ())
    pipeline.start()
    try:
        persons.start()
        recognisers.look()
        wait(lambda: {"people:Siti", "people:anybody"} <= playing())
        assert recognisers.problems == ()
        room.there = STRANGER
        wait(lambda: "people:unknown" in playing())
        ended = {each.gesture for each in events if each.kind is EventKind.END}
        assert {"people:Siti", "people:anybody"} <= ended
    finally:
        pipeline.stop()
    started = {each.gesture for each in events if each.kind is EventKind.START}
    assert started == {"people:Siti", "people:anybody", "people:unknown"}


def test_people_are_told_in_a_picture_that_is_tried(room, tmp_path, make_desk):
    picture = np.zeros((200, 200, 3), np.uint8)
    seen = Observation(0, 0.0, (200, 200), faces=(face(1),))

    def told(**settings):
        desk = make_desk()
        persons = people.People(desk.pipeline, settings_of(**settings), tmp_path)
        return [
            (each.recogniser, [(score.name, score.score) for score in each.classes])
            for each in persons.judge(picture, seen)
        ]

    assert told() == [("people", [("Siti", 1.0), ("Budi", 0.0), ("unknown", 0.0)])]
    assert told(enabled=False) == []
    room.there = STRANGER
    assert told()[0][1][0] == ("unknown", 1.0)
    PeopleFiles(tmp_path).forget(None)
    assert told() == []
