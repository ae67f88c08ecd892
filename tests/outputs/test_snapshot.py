from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest

from vcam.core.errors import OutputError
from vcam.outputs.snapshot import save_snapshot

AT = datetime(2030, 1, 31, 23, 59, 58)
IMAGE = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)


def test_png_is_exact(tmp_path):
    path = save_snapshot(IMAGE, tmp_path / "new", AT)
    assert path == tmp_path / "new" / "vcam-2030-01-31-235958.png"
    assert np.array_equal(cv2.imread(str(path)), IMAGE)
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_jpeg(tmp_path):
    image = np.full((48, 64, 3), (200, 100, 50), np.uint8)
    path = save_snapshot(image, tmp_path, AT, "jpg")
    assert path.suffix == ".jpg"
    assert np.allclose(cv2.imread(str(path)), image, atol=6)


def test_nothing_is_overwritten(tmp_path):
    names = [save_snapshot(IMAGE, tmp_path, AT).name for _ in range(3)]
    assert names == [f"vcam-2030-01-31-235958{n}.png" for n in ("", "-2", "-3")]


def test_folder_that_cannot_be_written_to(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written"):
        save_snapshot(IMAGE, tmp_path / "file", AT)


def test_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left"):
        save_snapshot(IMAGE, tmp_path, AT)
    assert os.listdir(tmp_path) == []
