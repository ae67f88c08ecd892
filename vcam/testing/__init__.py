"""Fakes of the contracts, faithful enough for the tests of everything around them."""

from __future__ import annotations

from vcam.testing.daemon import FakeDaemon
from vcam.testing.pictures import FakePictures
from vcam.testing.stages import FakeCamera, FakeClock, FakeOutput, NothingToDraw, plain_image

__all__ = [
    "FakeCamera",
    "FakeClock",
    "FakeDaemon",
    "FakeOutput",
    "FakePictures",
    "NothingToDraw",
    "plain_image",
]
