"""The network for pictures of hands: from squares to what vcam loads."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.__main__ import main
from training.poses import appearance_run
from training.poses.appearance import SIDE, inputs_of
from training.poses.crop_rivals import CropMaterial
from training.poses.crops import Crops
from training.poses.hands import Hands
from training.poses.table import LandmarkTable
from training.poses.views import INSIDE_SIDE, VIEW_SIDE, cut_view
from vcam.poses.appearance import appearance_input
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES
from vcam.vision.region import hand_square

# TensorFlow's own code warns about NumPy and Python.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def squares_of(hands: Hands) -> Crops:
    """Squares whose grey says the pose."""
    pose = hands.allowed.argmax(axis=1)
    rng = np.random.default_rng(1)
    images = rng.integers(0, 30, (len(hands), VIEW_SIDE, VIEW_SIDE, 3), np.uint8)
    for image, number in zip(images, pose, strict=True):
        image[:, : 10 + 8 * number] += 150
    inside = np.full((len(hands), INSIDE_SIDE, INSIDE_SIDE), 255, np.uint8)
    return Crops(images, inside, hands)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory, small_table: LandmarkTable) -> Path:
    place = tmp_path_factory.mktemp("appearance")
    small_table.save(place / "table.npz")

    def material(table, labelled, validation, judged, pictures, keep_in) -> CropMaterial:
        return CropMaterial(
            squares_of(labelled.hands),
            squares_of(validation.hands),
            [squares_of(each.hands) for each in judged],
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(appearance_run, "crop_material", material)
        arguments = ["poses", "appearance", "--table", str(place / "table.npz")]
        arguments += ["--runs", str(place), "--name", "tiny", "--epochs", "2", "--seed", "3"]
        assert main([*arguments, "--epoch-size", "192"]) == 0
    return place / "tiny"


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
