"""The network for pictures of hands: from squares to what vcam loads."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.__main__ import main
from training.poses import appearance_run, crop_rivals, mistakes
from training.poses.appearance import SIDE, inputs_of
from training.poses.appearance_report import read_three_ways
from training.poses.compare import thresholds_of
from training.poses.crop_rivals import squares_of
from training.poses.crops import Crops
from training.poses.hands import Hands
from training.poses.measured import Unseen
from training.poses.rivals import as_hand
from training.poses.table import LandmarkTable
from training.poses.views import INSIDE_SIDE, VIEW_SIDE, Pictures, Rows, Views, cut_view
from vcam.poses.appearance import appearance_input
from vcam.poses.card import load_card
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES
from vcam.vision.region import hand_square

# TensorFlow's own code warns about NumPy and Python.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


PICTURES = Pictures(Path("somewhere"))


def grey_views(table: LandmarkTable, rows: Rows, *_: object) -> Views:
    """Squares whose grey says the pose."""
    rows = np.unique(rows)
    rng = np.random.default_rng(1)
    images = rng.integers(0, 30, (len(rows), VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    for image, picture in zip(images, table.picture[rows], strict=True):
        label = str(table.labels[picture])
        image[:, : 10 + 8 * (POSES.index(label) if label in POSES else 0)] += 150
    inside = np.full((len(rows), INSIDE_SIDE, INSIDE_SIDE), 255, np.uint8)
    return Views(rows, images, inside, np.ones(len(rows), np.bool_))


def show(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(crop_rivals, "cached_views", grey_views)
    patch.setattr(mistakes, "cut_views", grey_views)


@pytest.fixture(scope="module")
def run_folder(
    tmp_path_factory: pytest.TempPathFactory, small_table: LandmarkTable, empty_plots: None
) -> Path:
    place = tmp_path_factory.mktemp("appearance")
    small_table.save(place / "table.npz")
    with pytest.MonkeyPatch.context() as patch:
        show(patch)
        # Rendering takes seconds.
        patch.setattr(
            appearance_run, "drawn_crops", lambda *_: squares(small_table)[0].take(np.arange(0))
        )
        arguments = ["poses", "appearance", "--table", str(place / "table.npz")]
        arguments += ["--runs", str(place), "--name", "tiny", "--epochs", "2", "--seed", "3"]
        assert main([*arguments, "--epoch-size", "192"]) == 0
    return place / "tiny"


def squares(table: LandmarkTable) -> list[Crops]:
    unseen = Unseen.of(table, PICTURES)
    with pytest.MonkeyPatch.context() as patch:
        show(patch)
        made = squares_of(table, [unseen.validation, *unseen.judged], PICTURES, Path())
    assert made
    return made


def test_a_run_makes_what_vcam_loads(run_folder: Path) -> None:
    classifier = PoseClassifier.load(run_folder / "poses.tflite")
    card, part = classifier.card, classifier.card.appearance
    assert classifier.appearance is not None
    assert part is not None
    assert part.side == SIDE
    assert part.settings["epochs"] == 2
    assert {each.name for each in part.trained_on} == {"hagrid_crops", "negative"}
    assert part.asked_for == ("v_sign", "thumb_up", "metal")
    # The head's own thresholds are kept for where landmarks alone are read.
    shipped = PoseClassifier.load().card
    alone = shipped.appearance.head_thresholds if shipped.appearance else shipped.thresholds
    assert dict(part.head_thresholds) == dict(alone)
    assert set(card.thresholds) == set(POSES) - {"none"}
    assert card.thresholds["fist"] == part.head_thresholds["fist"]
    assert 0.85 <= card.thresholds["thumb_up"] <= 0.98
    said = classifier.appearance.read(np.zeros((SIDE, SIDE, 3), np.uint8), 0.0)
    assert np.exp(said).sum() == pytest.approx(1, abs=1e-3)
    report = (run_folder / "report.md").read_text(encoding="utf-8")
    assert "| room_two_people | both |" in report


def test_a_run_of_both_leaves_what_a_run_of_the_head_leaves(run_folder: Path) -> None:
    decided = {"confusion.csv", "confusion.png", "classes.csv", "figures.csv"}
    decided |= {"mistakes.csv"}
    scored = {"thresholds.csv", "thresholds.png", "reliability.png"}

    def names(place: Path) -> set[str]:
        return {each.name for each in place.iterdir()}

    assert names(run_folder) >= decided | scored | {"roc.png", "curves.csv", "curves.png"}
    assert names(run_folder / "validation") >= decided
    assert names(run_folder / "judged") == scored
    # Two epochs teach nothing: alone, the pictures are wrong where both are not.
    assert names(run_folder / "pictures") == decided | scored | {"mistakes.jpg"}
    assert lines(run_folder / "pictures" / "confusion.csv") != lines(run_folder / "confusion.csv")
    written = load_card(run_folder / "poses.json").appearance
    assert written is not None
    assert written.calibration_error is not None
    (line,) = lines(run_folder / "figures.csv", "room_two_people,v_sign,")
    told = written.figures["room_two_people"]["v_sign"]
    assert f"{told.recall:.4f}" == line.split(",")[3]


def lines(file: Path, begin: str = "") -> list[str]:
    text = file.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.startswith(begin)]


def test_both_are_read_as_vcam_reads_them(run_folder: Path, small_table: LandmarkTable) -> None:
    classifier = PoseClassifier.load(run_folder / "poses.tflite")
    assert classifier.appearance is not None
    unseen = Unseen.of(small_table, PICTURES)
    seen = squares(small_table)
    readers = read_three_ways(classifier, classifier.appearance, unseen, seen)
    images, turns = seen[0].seen(SIDE)
    differ = 0
    for row in range(len(images)):
        hand = as_hand(unseen.validation.hands, row)
        angle = float(np.arctan2(turns[row, 1], turns[row, 0]))
        alone = classifier.describe(hand)
        both = classifier.with_appearance(alone, classifier.appearance.read(images[row], angle))
        for reader, expected in ((readers.landmarks, alone), (readers.both, both)):
            scores = [expected.reading.scores[pose] for pose in POSES]
            np.testing.assert_allclose(reader.validation.scores[row], scores, atol=1e-5)
            assert reader.validation.known[row] == expected.reading.known
        differ += alone.reading.scores != both.reading.scores
    assert differ > 0
    thumb = POSES.index("thumb_up")
    assert readers.both.thresholds[thumb] == pytest.approx(classifier.card.thresholds["thumb_up"])
    np.testing.assert_array_equal(readers.landmarks.thresholds, thresholds_of(classifier))


def test_evaluate_judges_both_where_pictures_are(
    run_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    show(monkeypatch)
    chosen = evaluate(run_folder, tmp_path)
    with caplog.at_level("INFO"):
        assert main([*chosen, "--data", str(tmp_path)]) == 0
    assert caplog.messages[-1].startswith("Read by landmarks and picture together, as shipped")
    for name in ("figures.csv", "confusion.csv", "thresholds.csv", "mistakes.csv", "poses.json"):
        ours, theirs = (place / name for place in (tmp_path / "again", run_folder))
        if name == "thresholds.csv":
            # A score that lies on a threshold may fall to either side of it.
            pairs = zip(lines(ours), lines(theirs), strict=True)
            assert sum(one != other for one, other in pairs) <= 2
        elif name != "poses.json":
            assert lines(ours) == lines(theirs)
        else:
            assert load_card(ours).appearance == load_card(theirs).appearance
    assert lines(tmp_path / "again" / "settings.json", ' "read_by": "Read by landmarks and pic')


@pytest.mark.parametrize("told", [False, True])
def test_evaluate_says_where_landmarks_must_do(
    run_folder: Path, tmp_path: Path, told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = evaluate(run_folder, tmp_path) + (["--data", str(tmp_path)] if told else [])
    with caplog.at_level("INFO"):
        assert main(chosen) == 0
    said = caplog.text
    assert ("was not told (--data)" in said) != told
    assert ("hands are not there (--data)" in said) == told
    report = (tmp_path / "again" / "report.md").read_text(encoding="utf-8")
    assert report.startswith("Read by landmarks alone, at their own thresholds")
    card = load_card(tmp_path / "again" / "poses.json").appearance
    assert card is not None
    assert card.figures == {}
    assert card.calibration_error is None
    assert not (tmp_path / "again" / "pictures").exists()


def evaluate(run_folder: Path, runs: Path) -> list[str]:
    arguments = ["poses", "evaluate", "--table", str(run_folder.parent / "table.npz")]
    arguments += ["--model", str(run_folder / "poses.tflite")]
    return [*arguments, "--runs", str(runs), "--name", "again"]


def test_export_ships_both_networks_and_a_head_alone_takes_the_place_of_both(
    run_folder: Path, tmp_path: Path
) -> None:
    assert main(["poses", "export", str(run_folder), "--to", str(tmp_path)]) == 0
    assert PoseClassifier.load(tmp_path / "poses.tflite").appearance is not None
    assert {each.name for each in tmp_path.iterdir()} == {
        "appearance.tflite",
        "poses.json",
        "poses.tflite",
    }


def test_missing_pictures_are_told_in_one_line(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["poses", "appearance", "--table", str(run_folder.parent / "table.npz")]
    arguments += ["--runs", str(tmp_path), "--data", str(tmp_path)]
    assert main(arguments) == 1
    assert "pictures of the landmark table are missing" in capsys.readouterr().err


def test_training_sees_what_vcam_sees(draw_hand) -> None:
    hand = draw_hand("metal", 5)
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (90, 160, 3), np.uint8)
    image = np.asarray(cv2.resize(noise, (1280, 720), interpolation=cv2.INTER_CUBIC), np.uint8)
    view, inside = cut_view(image, hand.points)
    one = Hands(
        np.concatenate([hand.points, hand.depth[:, None]], axis=1)[None].astype(np.float32),
        hand.world[None],
        np.zeros(1, np.bool_),
        np.ones((1, len(POSES)), np.bool_),
        np.ones(1, np.float32),
        np.zeros(1, np.float32),
    )
    (trained,) = inputs_of(Crops(view[None], inside[None], one))
    seen = appearance_input(*hand_square(image, hand.points, SIDE))
    assert np.corrcoef(trained[:-2], seen[:-2])[0, 1] > 0.98
    np.testing.assert_allclose(trained[-2:], seen[-2:], atol=1e-5)
