from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from training.errors import TrainingError
from training.poses.table import LandmarkTable, TableWriter


def test_a_table_comes_back_as_it_was_saved(small_table: LandmarkTable, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "table.npz"
    small_table.save(path)
    loaded = LandmarkTable.load(path)
    for column in fields(LandmarkTable):
        np.testing.assert_array_equal(
            getattr(loaded, column.name), getattr(small_table, column.name)
        )


def test_pictures_without_hands_are_kept() -> None:
    writer = TableWriter()
    writer.add("rps_one_man", "no_pose", "empty.jpg", ())
    table = writer.table()
    assert len(table) == 0
    assert table.names.tolist() == ["empty.jpg"]
    assert table.points.shape == (0, 21, 2)


def test_the_largest_hand_comes_first(small_table: LandmarkTable) -> None:
    for picture in np.unique(small_table.picture):
        rows = np.flatnonzero(small_table.picture == picture)
        sizes = np.ptp(small_table.points[rows], axis=1).prod(axis=1)
        assert small_table.rank[rows].tolist() == list(range(len(rows)))
        assert (np.diff(sizes) <= 0).all()


def test_a_missing_table_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"table\.npz") as caught:
        LandmarkTable.load(tmp_path / "table.npz")
    assert "build" in caught.value.fix


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 broken"])
def test_a_broken_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "table.npz"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"table\.npz"):
        LandmarkTable.load(path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.npz"
    np.savez(path, table_format=np.array(1), points=np.zeros(3))
    with pytest.raises(TrainingError, match="no landmark table"):
        LandmarkTable.load(path)
    np.savez(path, table_format=np.array(0))
    with pytest.raises(TrainingError, match="old form"):
        LandmarkTable.load(path)
