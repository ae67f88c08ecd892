"""The tool from table to shipped model, on a table small enough for seconds of training."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.__main__ import main
from training.poses.table import LandmarkTable
from vcam.poses.card import load_card
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES

# TensorFlow's own code warns about NumPy and Python.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("training")


@pytest.fixture(scope="module")
def table_file(workplace: Path, small_table: LandmarkTable) -> Path:
    path = workplace / "table.npz"
    small_table.save(path)
    return path


@pytest.fixture(scope="module")
def run_folder(workplace: Path, table_file: Path) -> Path:
    arguments = ["poses", "train", "--table", str(table_file), "--runs", str(workplace)]
    arguments += ["--name", "tiny", "--epochs", "3", "--epoch-size", "1500", "--synthetic", "12"]
    assert main(arguments) == 0
    return workplace / "tiny"


def test_a_run_leaves_everything_in_one_folder(run_folder: Path) -> None:
    names = {file.name for file in run_folder.iterdir()}
    assert names == {
        "settings.json",
        "curves.csv",
        "curves.png",
        "confusion.csv",
        "confusion.png",
        "classes.csv",
        "figures.csv",
        "mistakes.csv",
        "roc.png",
        "thresholds.csv",
        "thresholds.png",
        "reliability.png",
        "validation",
        "judged",
        "report.md",
        "poses.keras",
        "poses.tflite",
        "poses.json",
    }
    settings = json.loads((run_folder / "settings.json").read_text(encoding="utf-8"))
    assert settings["recipe"]["epochs"] == 3
    assert settings["environment"]["cpu_s"] > 0
    classes = (run_folder / "classes.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in classes] == ["class", *POSES, "macro", "weighted"]
    losses = (run_folder / "curves.csv").read_text(encoding="utf-8").splitlines()
    assert len(losses) == 4
    assert float(losses[3].split(",")[1]) < float(losses[1].split(",")[1])


def test_the_trained_model_runs_in_vcam(run_folder: Path) -> None:
    card = PoseClassifier.load(run_folder / "poses.tflite").card
    assert card.classes == POSES
    assert card.settings["epochs"] == 3
    assert {each.name for each in card.trained_on} == {"hagrid_crops", "negative", "drawn hands"}
    assert "room_two_people" in card.figures
    assert "room_two_people" in card.held_out


def test_export_makes_the_shipped_files(run_folder: Path, workplace: Path) -> None:
    assert main(["poses", "export", str(run_folder), "--to", str(workplace / "shipped")]) == 0
    exported = PoseClassifier.load(workplace / "shipped" / "poses.tflite")
    trained = PoseClassifier.load(run_folder / "poses.tflite")
    assert exported.card.thresholds == trained.card.thresholds


def test_evaluate_tells_every_pose_and_fills_a_folder_if_asked(
    run_folder: Path,
    table_file: Path,
    workplace: Path,
    empty_plots: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    chosen = ["--table", str(table_file), "--model", str(run_folder / "poses.tflite")]
    with caplog.at_level("INFO"):
        assert main(["poses", "evaluate", *chosen]) == 0
        assert main(["poses", "evaluate", *chosen, "--runs", str(workplace), "--name", "e"]) == 0
    assert caplog.messages[0].startswith("Read by landmarks alone, all that this model has")
    assert "| room_two_people | head |" in caplog.messages[0]
    assert "| shaka |" in caplog.messages[0]
    assert (workplace / "e" / "figures.csv").read_text(encoding="utf-8") == (
        run_folder / "figures.csv"
    ).read_text(encoding="utf-8")
    cards = [load_card(place / "poses.json") for place in (workplace / "e", run_folder)]
    assert cards[0].figures == cards[1].figures
    settings = json.loads((workplace / "e" / "settings.json").read_text(encoding="utf-8"))
    assert settings["read_by"] == "Read by landmarks alone"


def test_compare_judges_the_readers_asked_for(
    run_folder: Path, table_file: Path, workplace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = ["--table", str(table_file), "--model", str(run_folder / "poses.tflite")]
    chosen += ["--runs", str(workplace), "--readers", "rule,plain,features"]
    with caplog.at_level("INFO"):
        assert main(["poses", "compare", *chosen]) == 0
    assert any("no readers of images" in message for message in caplog.messages)
    report = (workplace / "comparison" / "report.md").read_text(encoding="utf-8")
    for reader in (
        "finger rule",
        "plain network",
        "head",
    ):
        assert f"| held out | {reader} |" in report
        assert f"| room_two_people | {reader} |" in report
    assert (workplace / "comparison" / "roc-held-out.png").is_file()
    assert (workplace / "comparison" / "equal-false.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["train", "--table", "nowhere.npz"], "nowhere.npz"),
        (["evaluate", "--table", "nowhere.npz"], "nowhere.npz"),
        (["build", "--data", "nowhere"], "none of the sets"),
        (["build"], "--photos"),
        (["build", "--photos", "nowhere"], "nowhere"),
        (["export", "nowhere"], "poses.keras"),
        (["compare", "--readers", "oracle", "--table", "table.npz"], "oracle"),
    ],
)
def test_what_cannot_go_on_says_so_in_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    small_table: LandmarkTable,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    small_table.save(Path("table.npz"))
    assert main(["poses", *arguments]) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert complaint in error
    assert error.count("\n") == 1
