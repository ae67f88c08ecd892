from __future__ import annotations

import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.null import NullOutput
from vcam.testing import FakeClock, plain_image


def test_hand_overs_are_noted():
    clock = FakeClock(start_s=10)
    output = NullOutput(clock, keep=2)
    output.open(VideoFormat(64, 48, 30))
    for index in range(3):
        clock.advance(0.1)
        output.send(Frame(plain_image(), clock.now() - 0.004, index))
    assert output.frames_sent == 3
    assert [hand_over.index for hand_over in output.hand_overs] == [1, 2]
    assert output.hand_overs[-1].handed_over_at == pytest.approx(10.3)
    assert output.hand_overs[-1].latency_s == pytest.approx(0.004)


def test_wrong_size_is_refused():
    output = NullOutput()
    output.open(VideoFormat(32, 32, 30))
    with pytest.raises(OutputError, match="64x48, not 32x32"):
        output.send(Frame(plain_image(), 0.0, 0))
