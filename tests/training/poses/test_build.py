from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from training.errors import TrainingError
from training.poses import build, drawings
from training.poses.pictures import DARK, DIM
from training.poses.sets import DRAWN_PICTURES
from vcam.core.frame import Frame, Image
from vcam.core.observation import Hand, Observation


class FakeEyes:
    """Sees a V in bright pictures, and nothing in dark ones."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.resets = 0

    def observe_still(self, image: Image) -> Observation:
        size = (image.shape[1], image.shape[0])
        return Observation(0, 0.0, size, (self.hand,) if image.mean() > 80 else ())

    def observe(self, frame: Frame) -> Observation:
        return Observation(frame.index, frame.captured_at, frame.size, (self.hand,))

    def reset(self) -> None:
        self.resets += 1


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch, draw_hand: Callable[[str, int], Hand]) -> FakeEyes:
    fake = FakeEyes(draw_hand("v_sign", 1))
    monkeypatch.setattr(build, "_eyes", fake)
    return fake


def write_picture(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((300, 300, 3), value, np.uint8))


def test_pictures_and_clips_become_rows(tmp_path: Path, eyes: FakeEyes) -> None:
    for number in range(4):
        write_picture(tmp_path / "hands/rps_one_man/v_sign" / f"{number}.jpg", 200)
    (tmp_path / "hands/rps_one_man/v_sign/broken.jpg").write_bytes(b"no picture")
    (tmp_path / "hands/rps_one_man/v_sign/notes.txt").write_text("no picture either")
    write_picture(tmp_path / "hands/rps_one_man/not_listed/0.jpg", 200)
    clip = tmp_path / "clips/negative/talk.avi"
    clip.parent.mkdir(parents=True)
    writer = cv2.VideoWriter(str(clip), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for _ in range(10):
        writer.write(np.full((48, 64, 3), 120, np.uint8))
    writer.release()

    table = build.build_table(tmp_path)
    photographs = table.sets == "rps_one_man"
    assert sorted(set(table.names[photographs])) == [
        "0.jpg",
        "1.jpg",
        "2.jpg",
        "3.jpg",
        "broken.jpg",
    ]
    assert set(table.labels[photographs]) == {"v_sign"}
    variants = table.variants[photographs].tolist()
    assert variants == [0, 1, 2, 0, 3, 4, 0, 1, 5, 0, 3, 2, 0, 1, 4]
    assert table.shares[photographs][::3].tolist() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    # Dark ones and the broken one, which is the last, show nothing.
    light = [row for row, variant in enumerate(variants[:12]) if variant not in DARK]
    assert set(table.picture.tolist()) & set(range(15)) == set(light)
    moments = table.at_s[~photographs]
    assert moments.tolist() == pytest.approx([0, 0.15, 0.3, 0.45])
    assert table.labels[~photographs].tolist() == ["talk"] * 4
    assert eyes.resets == 1


def test_a_limit_and_plain_pictures_only(tmp_path: Path, eyes: FakeEyes) -> None:
    for number in range(4):
        write_picture(tmp_path / "hands/rps_one_man/fist" / f"{number}.jpg", 200)
    table = build.build_table(tmp_path, worsened=False, limit=2)
    assert table.names.tolist() == ["0.jpg", "1.jpg"]
    assert len(table) == 2


def test_shakas_are_seen_dim_as_well(tmp_path: Path, eyes: FakeEyes) -> None:
    write_picture(tmp_path / "hands/hagrid_crops/shaka/0.jpg", 200)
    write_picture(tmp_path / "hands/hagrid_crops/fist/0.jpg", 200)
    table = build.build_table(tmp_path)
    dim = np.isin(table.variants, DIM)
    assert table.labels[dim].tolist() == ["shaka"] * 3
    assert (~np.isin(build.build_table(tmp_path, worsened=False).variants, DIM)).all()


def test_a_folder_without_sets_is_refused(tmp_path: Path, eyes: FakeEyes) -> None:
    with pytest.raises(TrainingError, match="none of the sets") as caught:
        build.build_table(tmp_path)
    assert "--data" in caught.value.fix


def test_drawn_pictures_are_looked_at_where_the_hand_was_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draw_hand: Callable[[str, int], Hand]
) -> None:
    write_picture(tmp_path / "hands/rps_one_man/fist/0.jpg", 20)
    drawn = draw_hand("v_sign", 1)
    middle = drawn.points.mean(axis=0)

    def draw(shape: str, seed: int, size: tuple[int, int], **how: object) -> SimpleNamespace:
        shift = 500.0 if seed % 2 else 0.0
        return SimpleNamespace(
            image=np.full((360, 640, 3), 120, np.uint8),
            points=drawn.points + shift,
            palm_px=50.0,
            back=shape == "hooked_v",
        )

    monkeypatch.setattr(drawings, "sample", draw)
    monkeypatch.setattr(drawings, "SHAPES", {"fist": None, "hooked_v": None})
    monkeypatch.setattr(build, "_eyes", FakeEyes(drawn))
    table = build.build_table(tmp_path, drawn=4)
    of_drawings = table.sets == DRAWN_PICTURES
    assert table.labels[of_drawings].tolist() == ["fist"] * 4 + ["hooked_v"] * 10
    assert table.variants[of_drawings].tolist()[:4] == [0, 1, 0, 2]
    # Every second hand is not where it was drawn, and hooked fingers count from the front alone.
    found = table.picture[np.isin(table.picture, np.flatnonzero(of_drawings))]
    assert table.labels[found].tolist() == ["fist"] * 2
    assert np.allclose(table.points[-1].mean(axis=0), middle)
