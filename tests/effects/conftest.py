"""Packs, faces and hands made to measure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.core.events import LiveEffect
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation

MakePack = Callable[..., Path]
MakeScene = Callable[..., Observation]


@pytest.fixture
def make_pack(tmp_path: Path) -> MakePack:
    """Writes a pack with one red 40x20 picture; `effect` is the body of effect `it`."""

    def make(effect: str = "", reactions: str = "", name: str = "mine", **files: bytes) -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        Pillow.new("RGBA", (40, 20), (255, 0, 0, 255)).save(folder / "a.png")
        for file, data in files.items():
            (folder / file.replace("_", ".")).write_bytes(data)
        body = effect or "{kind: sticker, picture: a.png, anchor: screen}"
        (folder / "pack.yaml").write_text(
            f"name: {name}\ntitle: Mine\nauthor: me\nlicence: MIT\neffects:\n  it: {body}\n"
            f"reactions: [{reactions}]\n",
            encoding="utf-8",
        )
        return folder

    return make


@pytest.fixture
def make_face() -> Callable[..., Face]:
    """A face by the middle of its eyes, their distance and its roll in radians."""

    def make(
        x: float = 320, y: float = 240, unit: float = 80, roll: float = 0.0, track_id: int = 1
    ) -> Face:
        along = np.array([np.cos(roll), np.sin(roll)])
        down = np.array([-np.sin(roll), np.cos(roll)])
        middle = np.array([x, y])
        eyes = np.array([middle - along * unit / 2, middle + along * unit / 2], np.float32)
        mouth = (middle + down * unit * 1.05).astype(np.float32)
        nose = (middle + down * unit * 0.6).astype(np.float32)
        box = Box(x - unit, y - unit, 2 * unit, 2.5 * unit)
        return Face(track_id, box, eyes, nose, mouth, 0.9)

    return make


@pytest.fixture
def make_hand() -> Callable[..., Hand]:
    """A raised hand by the middle of its palm and the palm's length."""

    def make(x: float = 200, y: float = 300, palm: float = 90, track_id: int = 7) -> Hand:
        points = np.tile(np.array([x, y], np.float32), (21, 1))
        points[0] = (x, y + 0.62 * palm)
        points[5] = (x - 0.35 * palm, y - 0.31 * palm)
        points[9] = (x, y - 0.38 * palm)
        points[17] = (x + 0.35 * palm, y - 0.31 * palm)
        points[12] = (x, y - 1.3 * palm)
        return Hand(
            track_id,
            points,
            np.zeros(21, np.float32),
            np.zeros((21, 3), np.float32),
            "right",
            0.95,
        )

    return make


@pytest.fixture
def make_scene() -> MakeScene:
    """An observation of 640x480 pixels; its frame index follows from the time."""

    def make(
        at: float = 1.0, faces: tuple[Face, ...] = (), hands: tuple[Hand, ...] = ()
    ) -> Observation:
        return Observation(round(at * 1000), at, (640, 480), hands, faces)

    return make


@pytest.fixture
def show() -> Callable[..., LiveEffect]:
    """A live effect `it` of pack `mine`, started at 0."""

    def make(
        effect: str = "it",
        pack: str = "mine",
        started_at: float = 0.0,
        leaving_at: float | None = None,
        track_ids: tuple[int, ...] = (7,),
        key: int = 1,
    ) -> LiveEffect:
        return LiveEffect(key, pack, effect, "v_sign", started_at, leaving_at, track_ids, 5)

    return make
