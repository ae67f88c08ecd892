"""A desk that is taught poses: what its tests do and ask."""

from __future__ import annotations

from vcam.control.commands import (
    Teach,
)

from .drawn_hands import show


def take(desk, pose, shape, samples=12, seed=0):
    """Teaches a pose by holding a shape before the camera."""
    desk.daemon.run(Teach(pose=pose, samples=samples))
    show(desk, shape, samples / 4, seed)
    desk.work()


def teaching(desk):
    return desk.daemon.state().teaching


def ids(desk, pose):
    return [each.id for each in samples_of(desk, pose)]


def samples_of(desk, pose):
    return next(each for each in teaching(desk).poses if each.name == pose).samples
