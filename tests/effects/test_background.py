from __future__ import annotations

import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.core.clock import MonotonicClock
from vcam.effects import background as module
from vcam.effects import own_picture, own_video
from vcam.effects.background import Backdrop
from vcam.effects.matting import Matte
from vcam.effects.outline import Outline
from vcam.effects.own_picture import UnusableFile, read_picture
from vcam.effects.room_blur import RoomBlur
from vcam.settings.schema.showing import BackgroundSettings

SIZE = (64, 48)
COLOUR = (0x5C, 0x6F, 0x1F)
"""The default colour, BGR."""


def canvas(value: int = 100) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


def person() -> np.ndarray:
    alpha = np.zeros((48, 64), np.uint8)
    alpha[:, 20:40] = 255
    return alpha


def until(met: Callable[[], bool], within_s: float = 20) -> None:
    give_up_at = time.monotonic() + within_s
    while not met():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


def drawn(backdrop: Backdrop, alpha: np.ndarray | None) -> np.ndarray:
    picture = canvas()
    room = backdrop.room(picture, alpha)
    if room is not None:
        Matte().lay(picture, room, None if alpha is None else Outline(alpha))
    return picture


def test_none_changes_nothing() -> None:
    backdrop = Backdrop(BackgroundSettings())
    assert (drawn(backdrop, person()) == 100).all()
    assert (drawn(backdrop, None) == 100).all()


def test_a_colour_hides_the_room_alone() -> None:
    backdrop = Backdrop(BackgroundSettings(kind="colour", colour="#010203"))
    picture = drawn(backdrop, person())
    assert (picture[:, 20:40] == 100).all()
    assert (picture[:, :20] == (3, 2, 1)).all()
    assert (picture[:, 40:] == (3, 2, 1)).all()


@pytest.mark.parametrize("kind", ["colour", "gradient", "picture", "video"])
def test_without_a_mask_everything_is_hidden(kind: str) -> None:
    backdrop = Backdrop(BackgroundSettings(kind=kind))
    assert not (drawn(backdrop, None) == 100).all(axis=2).any()
    backdrop.close()


def test_without_a_mask_everything_is_blurred() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (360, 640, 3), np.uint8)
    before = float(noise.std())
    room = Backdrop(BackgroundSettings(kind="blur", strength=1)).room(noise, None)
    assert room is not None
    assert room.std() < 0.1 * before


def test_a_gradient_goes_from_one_colour_to_the_other() -> None:
    settings = BackgroundSettings(kind="gradient", colour="#ffffff", colour_below="#000000")
    picture = drawn(Backdrop(settings), None)
    assert picture[0].min() >= 254
    assert picture[-1].max() <= 1
    assert (np.diff(picture.mean(axis=(1, 2))) < 0).all()


def test_other_settings_hold_at_once() -> None:
    backdrop = Backdrop(BackgroundSettings(kind="colour", colour="#000000"))
    drawn(backdrop, None)
    backdrop.apply(BackgroundSettings(kind="colour", colour="#ffffff"))
    assert (drawn(backdrop, None) == 255).all()
    backdrop.apply(BackgroundSettings())
    assert (drawn(backdrop, None) == 100).all()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_the_persons_colours_do_not_bleed_into_the_blurred_room(strength: float) -> None:
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[:] = (10, 200, 30)
    picture[100:, 200:400] = (0, 0, 255)
    alpha = np.zeros((360, 640), np.uint8)
    alpha[95:, 195:405] = 255
    room = RoomBlur().make(picture, alpha, strength)
    assert np.abs(room[alpha == 0].astype(int) - (10, 200, 30)).max() <= 2


def test_strength_blurs_more() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (180, 320, 3), np.uint8)
    left = [float(RoomBlur().make(noise, None, each).std()) for each in (0.0, 0.5, 1.0)]
    assert left[0] > 1.5 * left[1] > 2 * left[2]


def test_a_picture_covers_the_background_and_the_colour_stands_in_until_then(
    tmp_path: Path,
) -> None:
    # Red above, blue below, and so wide that its sides are cut off.
    pixels = np.zeros((40, 200, 3), np.uint8)
    pixels[:20, :, 0] = 255
    pixels[20:, :, 2] = 255
    pixels[:, :50] = pixels[:, 150:] = 255
    Pillow.fromarray(pixels).save(tmp_path / "wide.png")
    changed = threading.Event()
    backdrop = Backdrop(
        BackgroundSettings(kind="picture", file=str(tmp_path / "wide.png")), changed.set
    )
    first = drawn(backdrop, person())
    assert (first[:, 20:40] == 100).all()
    assert not (first[:, :20] == 100).all(axis=2).any()
    assert changed.wait(20)
    picture = drawn(backdrop, person())
    assert (picture[5, 0] == (0, 0, 255)).all()
    assert (picture[40, 60] == (255, 0, 0)).all()
    assert backdrop.problem == ""


def test_a_turned_photograph_is_turned_upright(tmp_path: Path) -> None:
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, :40] = 255
    exif = Pillow.Exif()
    exif[0x0112] = 6  # to be turned clockwise: its left comes to be above
    Pillow.fromarray(pixels).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    picture = read_picture(str(tmp_path / "turned.jpg"), (40, 80))
    assert picture[:30].min() > 200
    assert picture[50:].max() < 50


def test_what_shows_through_is_white(tmp_path: Path) -> None:
    Pillow.new("RGBA", (64, 48), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert (read_picture(str(tmp_path / "clear.png"), SIZE) == 255).all()


def bomb(path: Path) -> None:
    """A PNG of a few hundred bytes whose header says 60,000 by 60,000 pixels."""
    Pillow.new("L", (8, 8)).save(path, "PNG")
    data = bytearray(path.read_bytes())
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    data[29:33] = zlib.crc32(bytes(data[12:29])).to_bytes(4, "big")
    path.write_bytes(bytes(data))


def cut_off(path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    Pillow.fromarray(noise).save(path, "PNG")
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (bomb, "million pixels"),
        (cut_off, "damaged"),
        (lambda path: path.write_bytes(b""), "damaged"),
        (lambda path: path.write_text("<svg/>"), "damaged"),
        (lambda path: path.mkdir(), "there is no file"),
        (lambda path: None, "there is no file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_and_the_room_stays_hidden(
    tmp_path: Path, make: Callable[[Path], object], told: str
) -> None:
    make(tmp_path / "it.png")
    backdrop = Backdrop(BackgroundSettings(kind="picture", file=str(tmp_path / "it.png")))
    drawn(backdrop, person())
    until(lambda: backdrop.problem != "")
    assert told in backdrop.problem
    assert "it.png" in backdrop.problem
    picture = drawn(backdrop, person())
    assert (picture[:, 20:40] == 100).all()
    assert (picture[:, :20] == COLOUR).all()
    backdrop.apply(BackgroundSettings(kind="colour"))
    assert backdrop.problem == ""


def test_no_file_at_all_is_told() -> None:
    with pytest.raises(UnusableFile, match=r"effects\.background\.file"):
        read_picture(None, SIZE)


def test_a_file_that_is_far_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_picture, "MAX_PICTURE_BYTES", 100)
    (tmp_path / "large.png").write_bytes(bytes(101))
    with pytest.raises(UnusableFile, match="larger than"):
        read_picture(str(tmp_path / "large.png"), SIZE)


def test_a_background_that_cannot_be_drawn_hides_the_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*args: object) -> None:
        raise ValueError("broken")

    changes = []
    backdrop = Backdrop(BackgroundSettings(kind="blur"), lambda: changes.append(1))
    with monkeypatch.context() as broken:
        broken.setattr(module.RoomBlur, "make", fail)
        for _ in range(2):
            picture = drawn(backdrop, person())
            assert (picture[:, 20:40] == 100).all()
            assert (picture[:, :20] == COLOUR).all()
            assert (picture[:, 40:] == COLOUR).all()
        assert (drawn(backdrop, None) == COLOUR).all()
    assert "broken" in backdrop.problem
    assert len(changes) == 1
    assert (drawn(backdrop, person())[:, 20:40] == 100).all()
    assert backdrop.problem == ""


def film(path: Path, frames: int = 6) -> None:
    """Each picture is brighter than the one before."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (96, 48))
    for number in range(frames):
        writer.write(np.full((48, 96, 3), 40 * number, np.uint8))
    writer.release()


def test_a_video_plays_and_starts_over(tmp_path: Path) -> None:
    film(tmp_path / "film.avi")
    backdrop = Backdrop(BackgroundSettings(kind="video", file=str(tmp_path / "film.avi")))
    seen: list[int] = []

    def has_begun_again() -> bool:
        value = int(drawn(backdrop, None)[20, 20, 0])
        if value != COLOUR[0] and (not seen or seen[-1] != value):
            seen.append(value)
        return any(later < earlier for earlier, later in pairwise(seen))

    until(has_begun_again)
    assert len(seen) >= 3
    assert backdrop.problem == ""
    backdrop.close()
    until(lambda: not any(each.name == "background video" for each in threading.enumerate()))


@pytest.mark.parametrize("content", [b"", b"no video at all" * 100])
def test_a_broken_video_is_told_and_the_room_stays_hidden(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "film.mp4").write_bytes(content)
    backdrop = Backdrop(BackgroundSettings(kind="video", file=str(tmp_path / "film.mp4")))
    drawn(backdrop, None)
    until(lambda: backdrop.problem != "")
    assert "film.mp4" in backdrop.problem
    assert (drawn(backdrop, None) == COLOUR).all()


def test_a_video_rests_while_nobody_looks(tmp_path: Path) -> None:
    film(tmp_path / "film.avi")
    backdrop = Backdrop(BackgroundSettings(kind="video", file=str(tmp_path / "film.avi")))
    until(lambda: int(drawn(backdrop, None)[20, 20, 0]) not in (COLOUR[0],))
    backdrop.apply(BackgroundSettings())
    until(lambda: not any(each.name == "background video" for each in threading.enumerate()))


def test_a_film_of_one_picture_is_not_opened_again_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film(tmp_path / "still.avi", 1)
    opened: list[str] = []
    rested = threading.Event()
    real = cv2.VideoCapture

    class Wake(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            if timeout is None:
                rested.set()
            return super().wait(timeout)

    def begin(name: str, backend: int) -> cv2.VideoCapture:
        opened.append(name)
        return real(name, backend)

    monkeypatch.setattr(cv2, "VideoCapture", begin)
    # Of that module alone: threads have events of their own.
    own = SimpleNamespace(Event=Wake, Thread=threading.Thread)
    monkeypatch.setattr(own_video, "threading", own)
    video = own_video.OwnVideo(str(tmp_path / "still.avi"), SIZE, lambda: None, MonotonicClock())
    assert rested.wait(20)
    assert video.picture() is not None
    assert len(opened) == 1
    video.close()
    video._thread.join(20)
    assert not video._thread.is_alive()


def brightness(blur: RoomBlur, value: int, at: float | None = None) -> int:
    picture = np.full((360, 640, 3), value, np.uint8)
    return int(blur.make(picture, None, 0.5, at)[180, 320, 0])


def test_a_blurred_room_that_changes_little_follows_within_three_pictures() -> None:
    blur = RoomBlur()
    at = (0.0, 0.033, 0.067, 0.1, 0.133, 0.3)
    values = (100, 101, 101, 102, 102, 103)
    shown = [brightness(blur, *each) for each in zip(values, at, strict=True)]
    assert shown == [100, 100, 101, 101, 102, 103]
    assert brightness(blur, 0) == 0


def test_a_blurred_room_that_changes_much_follows_at_once_and_may_rest_after() -> None:
    blur = RoomBlur()
    values = [0, 40, 80, 120, 121, 122]
    shown = [brightness(blur, value, number / 30) for number, value in enumerate(values)]
    assert shown == [0, 40, 80, 120, 120, 121]


def test_a_blurred_room_is_made_anew_where_the_mask_comes_or_goes() -> None:
    blur = RoomBlur()
    picture = np.full((360, 640, 3), 30, np.uint8)
    picture[:, 200:440] = 220
    alpha = np.zeros((360, 640), np.uint8)
    alpha[:, 190:450] = 255
    assert blur.make(picture, alpha, 0.5, 1.0)[180, 320, 0] < 60
    assert blur.make(picture, None, 0.5, 1.033)[180, 320, 0] > 180
    assert blur.make(picture, alpha, 0.5, 1.067)[180, 320, 0] < 60
