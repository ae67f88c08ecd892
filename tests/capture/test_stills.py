from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from vcam.capture.stills import StillsSource
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.frame import Frame
from vcam.testing import FakeClock

from .clips import number_of, numbered_image, read_all


def folder_of(path: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        cv2.imwrite(str(path / name), numbered_image(number))
    return path


def shown(frames: list[Frame]) -> list[int]:
    """Numbers of the pictures, each once per turn."""
    numbers = [number_of(frame.image) for frame in frames]
    return [n for place, n in enumerate(numbers) if place == 0 or numbers[place - 1] != n]


def test_pictures_are_shown_in_order_for_their_time(tmp_path):
    clock = FakeClock()
    source = StillsSource(folder_of(tmp_path, "a.png", "b.jpg", "c.bmp"), clock, 2.0, fps=5)
    told = source.open()
    assert (told.width, told.height, told.fps) == (64, 48, 5)
    frames = [source.read() for _ in range(35)]
    assert [number_of(frame.image) for frame in frames] == [0] * 10 + [1] * 10 + [2] * 10 + [0] * 5
    assert [frame.index for frame in frames] == list(range(35))
    assert np.allclose(np.diff([frame.captured_at for frame in frames]), 0.2)


def test_without_loop_it_ends(tmp_path):
    source = StillsSource(folder_of(tmp_path, "a.png", "b.png"), FakeClock(), 1.0, 4, loop=False)
    source.open()
    assert len(read_all(source)) == 8
    with pytest.raises(SourceEnded):
        source.read()


def test_unreadable_pictures_are_skipped_with_one_warning(tmp_path, caplog):
    folder_of(tmp_path, "b.png", "d.png")
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "c.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("left alone")
    source = StillsSource(tmp_path, FakeClock(), 1.0, fps=2)
    with caplog.at_level(logging.WARNING):
        source.open()
        frames = [source.read() for _ in range(12)]
    assert shown(frames) == [0, 1, 0, 1, 0, 1]
    assert [number_of(frame.image) for frame in frames[:4]] == [0, 0, 1, 1]
    assert sorted(Path(r.args[0]).name for r in caplog.records) == ["a.png", "c.jpg"]


@pytest.mark.parametrize("content", [None, b"junk"])
def test_no_readable_picture_is_an_error(tmp_path, content):
    if content:
        (tmp_path / "a.jpg").write_bytes(content)
    with pytest.raises(SourceError, match=str(tmp_path)) as caught:
        StillsSource(tmp_path, FakeClock()).open()
    assert caught.value.fix


def test_missing_folder(tmp_path):
    with pytest.raises(SourceError, match="there is no folder"):
        StillsSource(tmp_path / "gone", FakeClock()).open()


def test_other_sizes_are_letterboxed_to_the_first(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), numbered_image(3, 80, 40))
    cv2.imwrite(str(tmp_path / "b.png"), numbered_image(3, 40, 40))
    source = StillsSource(tmp_path, FakeClock(), 1.0, fps=1)
    source.open()
    source.read()
    image = source.read().image
    assert image.shape == (40, 80, 3)
    assert np.all(image[:, :20] == 0)


def test_photographs_are_scaled_down(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), np.zeros((3000, 4000, 3), np.uint8))
    told = StillsSource(tmp_path, FakeClock()).open()
    assert (told.width, told.height) == (1920, 1440)


def test_name_beyond_ascii(tmp_path):
    folder_of(tmp_path, "plain.png")
    (tmp_path / "plain.png").rename(tmp_path / "wajah-été.png")
    assert StillsSource(tmp_path, FakeClock()).open().width == 64


def test_deleted_pictures_are_an_error(tmp_path):
    source = StillsSource(folder_of(tmp_path, "a.png", "b.png"), FakeClock(), 1.0, fps=1)
    source.open()
    source.read()
    for path in tmp_path.iterdir():
        path.unlink()
    with pytest.raises(SourceError, match="gone"):
        source.read()


def test_late_reader_gets_every_picture(tmp_path):
    clock = FakeClock()
    source = StillsSource(folder_of(tmp_path, "a.png", "b.png", "c.png"), clock, 1.0, fps=2)
    source.open()
    frames = [source.read()]
    for _ in range(5):
        clock.advance(1.7)
        frames.append(source.read())
    assert shown(frames)[:3] == [0, 1, 2]


def test_interrupt(tmp_path):
    source = StillsSource(folder_of(tmp_path, "a.png"), FakeClock())
    source.open()
    source.read()
    source.interrupt()
    with pytest.raises(SourceError, match="interrupted"):
        source.read()
    source.open()
    source.read()
