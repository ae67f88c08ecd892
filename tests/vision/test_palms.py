from __future__ import annotations

import struct
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.errors import WeightsError
from vcam.core.geometry import Box
from vcam.vision import palms
from vcam.vision.palms import PalmDetector, hand_region, input_size


@pytest.mark.parametrize(
    ("picture", "network"),
    [
        ((480, 480), (192, 192)),
        ((1280, 720), (192, 128)),
        ((1920, 1080), (192, 128)),
        ((640, 480), (192, 160)),
        ((480, 640), (160, 192)),
        ((720, 1280), (128, 192)),
        ((2000, 10), (192, 32)),
    ],
)
def test_the_network_is_no_larger_than_the_picture_needs(
    picture: tuple[int, int], network: tuple[int, int]
) -> None:
    assert input_size(*picture) == network


@given(st.integers(1, 4000), st.integers(1, 4000))
def test_every_picture_fits(width: int, height: int) -> None:
    across, down = input_size(width, height)
    assert max(across, down) == 192
    assert across % 32 == down % 32 == 0
    scale = 192 / max(width, height)
    assert across >= round(width * scale)
    assert down >= round(height * scale)


class EmptyNetwork:
    def __init__(self, width: int, height: int) -> None:
        self.input_shape = (1, height, width, 3)

    def run(self, x: np.ndarray) -> list[np.ndarray]:
        _, height, width, _ = self.input_shape
        cells = height // 8 * (width // 8) * 2 + height // 16 * (width // 16) * 6
        return [np.zeros((1, cells, 18), np.float32), np.full((1, cells, 1), -9, np.float32)]


def test_each_size_has_its_own_network_made_once() -> None:
    made: list[tuple[int, int]] = []

    def make(width: int, height: int) -> EmptyNetwork:
        made.append((width, height))
        return EmptyNetwork(width, height)

    detector = PalmDetector(make)  # type: ignore[arg-type]
    wide = np.zeros((72, 128, 3), np.uint8)
    for _ in range(3):
        assert detector.detect(wide, 0.5) == []
        assert detector.detect(wide, 0.5, Box(0, 0, 72, 50)) == []
    assert made == [(192, 128), (192, 192)]


def test_the_sizes_in_the_file_are_rewritten(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[bytes, tuple[int, ...]]] = []
    monkeypatch.setattr(
        palms, "Network", lambda content, name, input_shape: made.append((content, input_shape))
    )
    content = b"a" + struct.pack("<IIii", 4, 8, 12, 12) + b"b" + struct.pack("<IIii", 4, 8, 24, 24)
    palms._resized(content, 192, 128)
    wide = b"a" + struct.pack("<IIii", 4, 8, 8, 12) + b"b" + struct.pack("<IIii", 4, 8, 16, 24)
    assert made == [(wide, (1, 128, 192, 3))]


def test_a_file_of_another_make_is_refused() -> None:
    with pytest.raises(WeightsError, match="size"):
        palms._resized(b"something else", 192, 128)


def test_the_hand_lies_beyond_the_palm(fakes: SimpleNamespace) -> None:
    region = hand_region(fakes.palm_at(200, 200))
    assert region.angle == pytest.approx(0, abs=1e-6)
    assert region.y < 200 + 20
    assert region.size == pytest.approx(156)
