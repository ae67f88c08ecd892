from __future__ import annotations

import os
from pathlib import Path

import pytest

from vcam.outputs.leftovers import OLD_S, remove_leftovers

NOW = 1_900_000_000.0
OURS = (
    ".vcam-2030-01-31-235959-three-clip.part.mp4",
    ".vcam-2030-01-31-235959-three-clip-clean.part-2.mp4",
    "..vcam-2030-01-31-235959-selfie-clip.part.part.mp4",
    ".vcam-2030-01-31-235959-selfie-2.part.png",
)
NOT_OURS = (
    "vcam-2030-01-31-235959-three-clip.part.mp4",
    "vcam-2030-01-31-235959-three-clip.mp4",
    ".vcam-2030-01-31-235959-three-clip.mp4",
    ".vcam-2030-01-31-235959-three-clip.part.mp4.txt",
    ".vcam-holiday.part.mp4",
    ".holiday.part.mp4",
    ".part.mp4",
)


def put(path: Path, age_s: float) -> None:
    path.write_bytes(b"half")
    os.utime(path, (NOW - age_s, NOW - age_s))


def test_only_ours_and_only_old_ones_are_removed(tmp_path: Path) -> None:
    for name in (*OURS, *NOT_OURS):
        put(tmp_path / name, OLD_S + 10)
    fresh = ".vcam-2030-01-31-235958-three-clip.part.mp4"
    put(tmp_path / fresh, OLD_S - 10)
    deeper = tmp_path / "deeper"
    deeper.mkdir()
    put(deeper / OURS[0], OLD_S + 10)
    remove_leftovers(tmp_path, NOW)
    assert set(os.listdir(tmp_path)) == {*NOT_OURS, fresh, "deeper"}
    assert os.listdir(deeper) == [OURS[0]]


def test_folders_and_links_of_such_names_stay(tmp_path: Path) -> None:
    folder, link = tmp_path / OURS[0], tmp_path / OURS[1]
    folder.mkdir()
    put(tmp_path / "film.mp4", OLD_S + 10)
    try:
        link.symlink_to(tmp_path / "film.mp4")
    except OSError:
        pytest.skip("links may not be made here")
    remove_leftovers(tmp_path, NOW + 10 * OLD_S)
    assert {folder.name, link.name, "film.mp4"} == set(os.listdir(tmp_path))


def test_a_folder_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    remove_leftovers(tmp_path / "nowhere", NOW)
