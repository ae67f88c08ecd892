from __future__ import annotations

import numpy as np
import pytest

from vcam.core.contracts import Audience, Reader, VideoFormat, WatchedOutput
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.mirrored import mirrored
from vcam.testing import FakeOutput, plain_image

FORMAT = VideoFormat(64, 48, 30)


class Watched(FakeOutput):
    def audience(self) -> Audience:
        return Audience(True, (Reader("zoom", 7),))


def picture() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 255, (48, 64, 3), np.uint8)


def test_left_and_right_are_exchanged_and_the_rest_is_kept():
    inner = FakeOutput("inner")
    output = mirrored(inner)
    output.open(FORMAT)
    image = picture()
    image.flags.writeable = False
    output.send(Frame(image, 1.5, 3))
    (sent,) = inner.frames
    assert np.array_equal(sent.image, image[:, ::-1])
    assert (sent.captured_at, sent.index) == (1.5, 3)
    assert sent.image.flags.c_contiguous
    assert output.name == "inner"


def test_picture_that_the_output_still_reads_is_not_written_over():
    class Keeps(FakeOutput):
        def send(self, frame: Frame) -> None:
            kept.append(frame.image)

    kept: list[np.ndarray] = []
    output = mirrored(Keeps())
    for value in (10, 20, 30):
        output.send(Frame(plain_image(value=value), 0.0, value))
    assert [int(image[0, 0, 0]) for image in kept] == [10, 20, 30]


def test_it_knows_its_readers_if_the_output_does():
    watched = mirrored(Watched())
    assert isinstance(watched, WatchedOutput)
    assert watched.audience().readers == (Reader("zoom", 7),)
    assert not isinstance(mirrored(FakeOutput()), WatchedOutput)


def test_failures_are_passed_on():
    output = mirrored(FakeOutput(open_failures=[OutputError("no device")]))
    with pytest.raises(OutputError, match="no device"):
        output.open(FORMAT)
    with pytest.raises(OutputError, match="not open"):
        output.send(Frame(plain_image(), 0.0, 0))
