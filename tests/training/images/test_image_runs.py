"""Whole runs by the command line: what they leave, and what is done with it afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from training.__main__ import main
from training.errors import TrainingError
from training.images import fitting, resuming
from training.images.export import Changes
from training.images.lite import lite_forms
from training.images.predict import Predictor
from training.quiet import tensorflow
from vcam.core.errors import ModelError
from vcam.core.litert import Network
from vcam.recognizers.card import load_card

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

runpy.run_path(str(Path(__file__).with_name("tiny_backbone.py")))["register"]()

HOW = ["--size", "32", "--weights", "none", "--batch", "8", "--no-augmentation"]


def _draw(folder: Path, counts: dict[str, int], seed: int = 0) -> Path:
    """Noise that is dark, or light."""
    rng = np.random.default_rng(seed)
    for label, count in counts.items():
        (folder / label).mkdir(parents=True)
        for number in range(count):
            low, high = (0, 100) if label == "dark" else (155, 256)
            shown = rng.integers(low, high, (40, 36, 3)).astype(np.uint8)
            Pillow.fromarray(shown).save(folder / label / f"{number:02d}.png")
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("images")


@pytest.fixture(scope="module")
def pictures(place: Path) -> Path:
    return _draw(place / "day", {"dark": 20, "light": 20})


@pytest.fixture(scope="module")
def broken_off(place: Path, pictures: Path) -> list[str]:
    """What came of a training that Ctrl-C ended in its third epoch: status and errors, by turns."""
    told = ["images", "train", str(pictures), "--backbone", "tiny", "--epochs", "4"]
    named = ["--runs", str(place / "runs"), "--region", "face", "--title", "Day or night"]
    given = [*told, *HOW, *named, "--data-licence", "ours", "--licence", "MIT"]
    true_epoch = fitting._epoch

    def interrupted(*args: Any) -> Any:
        if args[2] == "from scratch 3/4":
            raise KeyboardInterrupt
        return true_epoch(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_epoch", interrupted)
        happened = [_told(given)]
    happened.append(_told(given))
    extra = pictures / "dark" / "99.png"
    extra.write_bytes((pictures / "dark" / "01.png").read_bytes())
    happened.append(_told(["images", "train", "--resume", str(place / "runs" / "day")]))
    extra.unlink()
    return happened


def _told(arguments: list[str]) -> str:
    with contextlib.redirect_stderr(io.StringIO()) as errors:
        status = main(arguments)
    return f"{status} {errors.getvalue().strip()}"


@pytest.fixture(scope="module")
def run(place: Path, broken_off: list[str]) -> Path:
    """One training from scratch, interrupted and gone on with, which all tests below look at."""
    asked: list[str] = []
    true_epoch = fitting._epoch

    def noted(*args: Any) -> Any:
        asked.append(args[2])
        return true_epoch(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "_epoch", noted)
        assert main(["images", "train", "--resume", str(place / "runs" / "day")]) == 0
    assert asked == ["from scratch 3/4", "from scratch 4/4"]
    return place / "runs" / "day"


def test_ctrl_c_leaves_a_run_that_goes_on(broken_off: list[str], run: Path) -> None:
    stopped, again, other = broken_off
    assert stopped == "130 stopped"
    assert again.startswith("1 error: ")
    assert f"holds a run that broke off: go on with --resume {run}" in again
    assert "the pictures are not those that" in other
    assert not (run / "checkpoint.npz").exists()
    assert f"{run} is finished" in _told(["images", "train", "--resume", str(run)])


def test_a_run_says_everything(run: Path) -> None:
    names = {each.name for each in run.iterdir()}
    assert names == {
        *("settings.json", "figures.json", "report.md", "day.keras", "serving"),
        *("day.tflite", "day.json", "day.md", "day-int8.tflite", "day-int8.json", "day-int8.md"),
        *("curves.csv", "curves.png", "confusion.csv", "confusion.png", "roc.png"),
        *("reliability.png", "classes.csv", "predictions.csv", "hits.jpg", "augmented.jpg"),
        *("split.csv", "near_duplicates.csv"),
    }
    assert not run.with_name("day.unfinished").exists()
    settings = json.loads((run / "settings.json").read_text())
    assert settings["recipe"]["backbone"] == "tiny"
    assert settings["environment"]["tools"]["tensorflow"]
    figures = json.loads((run / "figures.json").read_text())
    assert figures["test"]["accuracy"] == 1
    assert figures["test"]["count"] == 6
    assert figures["epochs"] == 4
    assert len((run / "curves.csv").read_text().splitlines()) == 5
    report = (run / "report.md").read_text()
    assert "- train: 14 dark, 14 light" in report
    assert "people" in report


def test_both_lite_forms_read_as_the_network_does(run: Path) -> None:
    network = tensorflow().keras.models.load_model(run / "day.keras")
    shown = np.random.default_rng(1).integers(0, 256, (1, 32, 32, 3)).astype(np.float32)
    wanted = np.asarray(network(shown))[0]
    exact = Network((run / "day.tflite").read_bytes(), "float")
    int8 = Network((run / "day-int8.tflite").read_bytes(), "int8")
    assert exact.run(shown)[0][0] == pytest.approx(wanted, abs=1e-5)
    assert int8.run(shown)[0][0] == pytest.approx(wanted, abs=0.06)
    assert exact._input.dtype == np.float32
    # One step of the input is one step of the picture.
    assert (int8._input.dtype, int8._input.scale, int8._input.zero_point) == (np.uint8, 1.0, 0)
    assert int8._outputs[0].dtype == np.uint8


def test_the_card_is_the_cameras(run: Path) -> None:
    card = load_card(run / "day.json")
    assert card.classes == ("dark", "light")
    assert (card.input.width, card.region, card.title) == (32, "face", "Day or night")
    assert card.data[0].model_dump() == {"name": "day", "licence": "ours", "pictures": 28}
    assert card.figures["accuracy"] == 1
    assert card.figures["cpu_ms"] > 0
    assert set(card.thresholds) == {"dark", "light"}
    assert card.model_sha256 != load_card(run / "day-int8.json").model_sha256
    assert "- Licence: MIT" in (run / "day.md").read_text()


def test_the_saved_model_has_a_named_signature(run: Path) -> None:
    tf = tensorflow()
    served = tf.saved_model.load(str(run / "serving" / "day" / "1"))
    signature = served.signatures["serving_default"]
    told = signature(picture=tf.fill((3, 32, 32, 3), 250.0))
    assert list(told) == ["probabilities"]
    assert (told["probabilities"].numpy().argmax(axis=1) == 1).all()


def test_export_gives_the_camera_what_it_takes(run: Path, tmp_path: Path) -> None:
    told = ["images", "export", str(run), "--to", str(tmp_path), "--name", "night", "--int8"]
    assert main([*told, "--region", "hand"]) == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["night.json", "night.tflite"]
    assert load_card(tmp_path / "night.json").region == "hand"
    dark = np.zeros((50, 60, 3), np.uint8)
    read = Predictor.load(tmp_path / "night.tflite").read(dark)
    assert read.read == "dark"
    assert sum(read.scores.values()) == pytest.approx(1, abs=1e-5)
    (tmp_path / "night.tflite").write_bytes((run / "day.tflite").read_bytes())
    with pytest.raises(ModelError, match="model_sha256 differs"):
        Predictor.load(tmp_path / "night.tflite")
    with pytest.raises(TrainingError, match="camera would refuse"):
        Changes(name="Not A Name").of(load_card(run / "day.json"))
    for version in ("1", "2"):
        assert main(["images", "export", str(run), "--to", str(tmp_path), "--serving"]) == 0
        assert (tmp_path / "day" / version / "saved_model.pb").is_file()


def test_predicts_and_judges_other_pictures(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = _draw(tmp_path / "other", {"dark": 4, "light": 3}, seed=9)
    assert main(["images", "predict", str(run), str(other), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["class"] for line in lines] == ["dark"] * 4 + ["light"] * 3
    assert set(lines[0]["scores"]) == {"dark", "light"}
    runs = ["--runs", str(tmp_path), "--name", "judged"]
    assert main(["images", "evaluate", str(run), str(other), *runs]) == 0
    figures = json.loads((tmp_path / "judged" / "figures.json").read_text())
    assert (figures["count"], figures["accuracy"]) == (7, 1)
    (other / "dark").rename(other / "dusk")
    assert main(["images", "evaluate", str(run), str(other)]) == 1
    assert "classes that day does not know: dusk" in capsys.readouterr().err


def test_a_full_disk_is_one_line_and_leaves_the_earlier_run(
    run: Path,
    pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = {each.name: each.stat().st_mtime_ns for each in run.iterdir()}

    def full(file: Any, **_: object) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fitting, "_epoch", lambda *_: (0.5, 0.5))
    monkeypatch.setattr(resuming.np, "savez", full)
    told = ["images", "train", str(pictures), "--backbone", "tiny", "--epochs", "1", *HOW]
    assert main([*told, "--runs", str(run.parent)]) == 1
    error = capsys.readouterr().err.strip()
    assert error.startswith("error: cannot write ")
    assert "No space left on device: free some space there" in error
    assert "\n" not in error
    assert {each.name: each.stat().st_mtime_ns for each in run.iterdir()} == before
    assert not run.with_name("day.unfinished").exists()


def test_compares_and_does_not_train_twice(
    place: Path, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Untrained they are compared as well as trained, and in half of the time.
    monkeypatch.setattr(fitting, "_epoch", lambda *_: (0.5, 0.5))
    told = ["images", "compare", str(pictures), "--backbones", "tiny,small", "--epochs", "1"]
    given = [*told, *HOW, "--name", "both", "--runs", str(place)]
    assert main(given) == 0
    folder = place / "both-comparison"
    rows = json.loads((folder / "comparison.json").read_text())["rows"]
    assert [row["backbone"] for row in rows] == ["tiny", "small"]
    assert all(row["parameters"] > 200 and row["CPU ms"] > 0 for row in rows)
    names = {each.name for each in folder.iterdir()}
    assert names == {
        "tiny",
        "small",
        *(f"comparison.{end}" for end in ("json", "csv", "md", "png")),
    }
    assert load_card(folder / "small" / "both-small.json").classes == ("dark", "light")
    (folder / "comparison.md").unlink()

    def never(*_: Any) -> Any:
        raise AssertionError("trained again")

    monkeypatch.setattr(fitting, "_epoch", never)
    assert main(given) == 0
    assert "| tiny | none |" in (folder / "comparison.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train"], "nothing to train on"),
        (["train", "DATA", "--name", "Ä B"], "camera would refuse this model: name"),
        (["train", "DATA", "--shares", "1,2"], "--shares 1,2: give three"),
        (["train", "nowhere"], "there is no nowhere"),
        (["train", "--resume", "nowhere"], "no run nowhere that broke off"),
        (["compare", "DATA", "--backbones", "tiny"], "cannot be compared"),
        (["export", "nowhere", "--to", "x"], "nowhere is no run"),
        (["predict", "DATA", "x.png"], "no finished run"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    arguments: list[str],
    message: str,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [str(pictures) if each == "DATA" else each for each in arguments]
    assert main(["images", *given]) == 1
    error = capsys.readouterr().err.strip()
    assert message in error
    assert "\n" not in error
    assert not list(tmp_path.iterdir())


def test_googlenets_int8_form_reads_as_its_float_one(pictures: Path) -> None:
    """It alone has layers that LiteRT cannot compute with 8 bits."""
    from training.images.folders import read_folders
    from training.images.googlenet import local_response_normalization
    from training.images.splits import split

    keras = tensorflow().keras
    keras.utils.set_random_seed(4)
    picture = keras.Input((32, 32, 3))
    x = keras.layers.Conv2D(16, 5, strides=4, activation="relu")(picture)
    x = keras.layers.GlobalAveragePooling2D()(local_response_normalization(x))
    network = keras.Model(picture, keras.layers.Dense(2, activation="softmax")(x))
    samples = split(read_folders(pictures))
    shown = np.full((1, 32, 32, 3), 90, np.float32)
    exact, int8 = (Network(form, "tiny").run(shown)[0] for form in lite_forms(network, samples))
    assert int8 == pytest.approx(exact, abs=0.08)
