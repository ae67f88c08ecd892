"""People whom a desk sees: their numbers, and how they are enrolled."""

from __future__ import annotations

import math

import numpy as np

from vcam.control.commands import Enrol
from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape
from vcam.recognizers.people_reader import SeenFace

SIZE = 256


def numbers(seed, like=None, likeness=0.7):
    given = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    given /= np.linalg.norm(given)
    if like is not None:
        given = like * likeness + given * math.sqrt(1 - likeness**2)
        given /= np.linalg.norm(given)
    return given.astype(np.float32)


SITI = numbers(1)


def seen(name="", turn=(0, 0), look=None, fault=None, track=1, size=100):
    yaw, pitch = (math.radians(each) for each in turn)
    spot = np.zeros(2, np.float32)
    eyes = np.zeros((2, 2), np.float32)
    shape = FaceShape(spot, spot, eyes, yaw, pitch)
    face = Face(track, Box(0, 0, size, size), eyes, spot, spot, 1.0, shape)
    given = None if look is None else numbers(look, SITI)
    return SeenFace(face, name, given, fault)


def enrol(desk, look, name="Siti"):
    desk.daemon.run(Enrol(name=name, consent=True))
    turns = [(0, 0)] * 5 + [(20, 0)] * 3 + [(-20, 0)] * 3 + [(0, -15)] * 2 + [(0, 15)] * 2
    for number, turn in enumerate(turns):
        people = look(seen(turn=turn, look=number))
    return people


def files(desk):
    folder = desk.personal.learnt.file.path.parent
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}
