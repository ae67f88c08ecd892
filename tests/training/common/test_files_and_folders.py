from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from training.common.environment import Environment, set_seeds, tool_versions, usable_cores
from training.common.files import files_in, markdown_table, write_csv, write_json, writing
from training.common.folder import run_folder, unfinished
from training.errors import TrainingError

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def test_a_file_that_breaks_off_leaves_the_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    with writing(path) as partial:
        assert partial.suffix == ".bin"
        partial.write_bytes(b"whole")

    def breaks_off() -> None:
        with writing(path) as partial:
            partial.write_bytes(b"ha")
            raise OSError(28, "No space left on device")

    with pytest.raises(TrainingError, match=r"cannot write .*model\.bin: No space left"):
        breaks_off()
    assert path.read_bytes() == b"whole"
    assert [file.name for file in tmp_path.iterdir()] == ["model.bin"]


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"cannot write"):
        write_json(tmp_path / "file" / "below.json", {})


def test_tables(tmp_path: Path) -> None:
    write_csv(tmp_path / "t.csv", ["a", "b"], [[1, "x,y"]])
    assert (tmp_path / "t.csv").read_text().splitlines() == ["a,b", '1,"x,y"']
    assert markdown_table(["a", "b"], [[1, None]]).splitlines()[-1] == "| 1 | - |"
    for name in ("b.PNG", "a.jpg", "notes.txt"):
        (tmp_path / name).touch()
    assert [file.name for file in files_in(tmp_path)] == ["a.jpg", "b.PNG"]
    assert files_in(tmp_path / "nowhere") == []


def test_a_run_takes_its_name_when_it_is_done(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "mine"
    with run_folder(folder, {"seed": 3}) as place:
        assert not folder.exists()
        (place / "model").write_text("1")
    settings = json.loads((folder / "settings.json").read_text())
    assert settings["seed"] == 3
    assert settings["environment"]["wall_s"] >= 0
    with run_folder(folder, {"seed": 4}) as place:
        (place / "other").write_text("2")
        assert (folder / "model").exists()
    assert {file.name for file in folder.iterdir()} == {"settings.json", "other"}
    assert not unfinished(folder).exists()


def _interrupted(folder: Path, keep: bool) -> None:
    with run_folder(folder, {}, keep_unfinished=keep) as place:
        (place / "checkpoint").write_text("1")
        raise KeyboardInterrupt


def test_a_run_that_breaks_off_leaves_the_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with run_folder(folder, {}) as place:
        (place / "model").write_text("1")
    with pytest.raises(KeyboardInterrupt):
        _interrupted(folder, keep=False)
    assert (folder / "model").read_text() == "1"
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_a_run_that_can_resume_finds_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    with pytest.raises(KeyboardInterrupt):
        _interrupted(folder, keep=True)
    with run_folder(folder, {}, keep_unfinished=True) as place:
        assert (place / "checkpoint").read_text() == "1"


def test_a_run_that_never_began_leaves_nothing(tmp_path: Path) -> None:
    with (
        pytest.raises(TrainingError, match="no weights"),
        run_folder(tmp_path / "mine", {}, keep_unfinished=True),
    ):
        raise TrainingError("no weights", "bring some")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "me.jpg").touch()
    with (
        pytest.raises(TrainingError, match="holds no run"),
        run_folder(tmp_path / "photos", {}),
    ):
        pass
    assert (tmp_path / "photos" / "me.jpg").exists()


def test_the_record_names_versions_and_no_machine() -> None:
    record = Environment.begin().record()
    assert record["tools"] == tool_versions()
    assert "numpy" in tool_versions()
    assert record["cores"] == usable_cores()
    assert set(record) == {
        "started_at",
        "wall_s",
        "cpu_s",
        "cores",
        "system",
        "machine",
        "tools",
    }


def test_seeds_repeat() -> None:
    set_seeds(5)
    first = np.random.random(3)
    set_seeds(5)
    assert (np.random.random(3) == first).all()
