from __future__ import annotations

import time

import numpy as np
import pytest

from training.app.look import Looker
from training.app.page import HEADER, MOST_TRIED, try_picture
from vcam.core.errors import ModelError
from vcam.core.geometry import Box
from vcam.core.observation import Face, Observation
from vcam.recognizers.card import InputSize, ModelCard

BRIGHT = np.full((80, 120, 3), 200, np.uint8)
NOON = time.struct_time((2026, 11, 21, 12, 0, 5, 5, 325, 0))


class Brightness:
    """A model that tells light from dark."""

    def __init__(self, region="frame", error=None):
        self.card = ModelCard(
            name="light",
            title="Light",
            classes=("dark", "light"),
            input=InputSize(width=32, height=32),
            region=region,
            thresholds={"light": 0.7},
            model_sha256="0" * 64,
        )
        self.seen = []
        self._error = error

    def scores(self, image):
        if self._error:
            raise self._error
        self.seen.append(image)
        light = float(image.mean()) / 255
        return {"dark": 1 - light, "light": light}


def no_observer():
    raise AssertionError("a model of the whole picture needs no faces")


def face_at(x, size):
    box = Box(x, 10, size, size)
    return Face(1, box, np.zeros((2, 2)), np.zeros(2), np.zeros(2), 0.9)


def observing(*faces):
    return lambda: lambda image: Observation(0, 0.0, (120, 80), (), faces)


def test_the_best_class_comes_first_and_counts_from_its_threshold():
    looked = Looker(Brightness(), no_observer).look(BRIGHT)
    assert list(looked.scores) == ["light", "dark"]
    assert looked.counts
    assert looked.message == "light, 78%"
    doubtful = Looker(Brightness(), no_observer).look(np.full((8, 8, 3), 150, np.uint8))
    assert not doubtful.counts
    assert doubtful.message == "Not sure: light, 59%, and it counts from 70%"


def test_colours_reach_the_model_in_its_own_order():
    model = Brightness()
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 255
    looked = Looker(model, no_observer).look(red)
    np.testing.assert_array_equal(model.seen[0][0, 0], [0, 0, 255])
    np.testing.assert_array_equal(looked.seen[0, 0], [255, 0, 0])


def test_a_model_of_faces_sees_the_largest_face_alone():
    model = Brightness("face")
    looker = Looker(model, observing(face_at(5, 20), face_at(60, 40)))
    looked = looker.look(BRIGHT)
    assert looked.message.endswith("the largest of 2 faces")
    assert looked.seen.shape[:2] == (64, 64)  # 40 px and 0.3 of it to each side


def test_without_a_face_nothing_is_claimed():
    looked = Looker(Brightness("face"), observing()).look(BRIGHT)
    assert looked.best == ""
    assert looked.message == "There is no face in this picture"


def test_what_was_tried_is_listed_newest_first_and_bounded():
    looker = Looker(Brightness(), no_observer)
    tried = []
    for _ in range(MOST_TRIED + 3):
        scores, _, _, tried = try_picture(looker, BRIGHT, tried, lambda: NOON)
    assert len(tried) == MOST_TRIED
    assert tried[0] == ("12:00:05", "light", "78%", "yes")
    assert len(tried[0]) == len(HEADER)
    assert scores == pytest.approx({"light": 200 / 255, "dark": 55 / 255})


def test_a_picture_that_was_taken_away_changes_nothing():
    looker = Looker(Brightness(), no_observer)
    assert try_picture(looker, None, [("a", "b", "c", "d")])[3] == [("a", "b", "c", "d")]


def test_what_goes_wrong_is_told_in_one_line():
    looker = Looker(Brightness(error=ModelError("no probabilities", "train anew")), no_observer)
    scores, seen, message, tried = try_picture(looker, BRIGHT, [])
    assert (scores, seen, tried) == (None, None, [])
    assert "no probabilities" in message
