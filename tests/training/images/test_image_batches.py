from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.errors import TrainingError
from training.images.augment import FILL_MODES, Augmentation, affine, augmented
from training.images.decoding import order_of, pictures
from training.images.folders import read_folders
from training.images.judging import judge
from training.images.plots import Contender, plot_comparison, plot_learning, write_plots
from training.images.samples import Samples
from training.images.sheets import write_augmented, write_predictions
from training.images.splits import split
from training.quiet import tensorflow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

Folders = Callable[..., Path]
STILL = Augmentation(
    rotation_degrees=0, zoom=0, shift=0, shear_degrees=0, flip=False, brightness=0, contrast=0
)


@pytest.fixture
def samples(class_folders: Folders) -> Samples:
    return split(read_folders(class_folders(yes=10, no=8)))


def passes(dataset: object, count: int) -> list[np.ndarray]:
    return [
        np.concatenate([images for images, _ in dataset.as_numpy_iterator()])  # type: ignore[attr-defined]
        for _ in range(count)
    ]


def test_batches_hold_each_picture_once_with_its_label(samples: Samples) -> None:
    dataset = pictures(samples, "validation", 16, 4, 0, None)
    batches = list(dataset.as_numpy_iterator())
    images = np.concatenate([each for each, _ in batches])
    labels = np.concatenate([each for _, each in batches])
    count = len(samples.of("validation"))
    assert images.shape == (count, 16, 16, 3)
    assert images.dtype == np.float32
    assert labels.tolist() == samples.labels("validation").tolist()
    assert int(dataset.cardinality()) == len(batches)
    assert dataset.element_spec[0].shape.as_list() == [None, 16, 16, 3]
    assert images.max() > 100  # 0..255, not 0..1


def test_an_epoch_is_the_same_whenever_it_runs(samples: Samples) -> None:
    varied = Augmentation()
    whole = passes(pictures(samples, "train", 16, 4, 7, varied), 3)
    again = passes(pictures(samples, "train", 16, 4, 7, varied), 3)
    numbers = iter([2, 0])
    resumed = passes(pictures(samples, "train", 16, 5, 7, varied, epoch=lambda: next(numbers)), 2)
    for first, second in zip(whole, again, strict=True):
        assert np.array_equal(first, second)
    assert np.array_equal(resumed[0], whole[2])
    assert np.array_equal(resumed[1], whole[0])
    assert not np.array_equal(whole[0], whole[1])


def test_keras_asks_for_the_epoch_it_is_in(samples: Samples) -> None:
    tf = tensorflow()
    asked: list[int] = []
    now = [0]

    def epoch() -> int:
        asked.append(now[0])
        return now[0]

    class Counts(tf.keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, number: int, logs: object = None) -> None:
            now[0] = number

    model = tf.keras.Sequential([tf.keras.layers.Flatten(), tf.keras.layers.Dense(2)])
    model.compile("sgd", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    dataset = pictures(samples, "train", 8, 4, 0, None, epoch=epoch)
    model.fit(dataset, initial_epoch=3, epochs=5, verbose=0, shuffle=False, callbacks=[Counts()])
    assert asked[-2:] == [3, 4]


def test_a_part_without_pictures_is_an_error(samples: Samples) -> None:
    only = replace(samples, items=samples.of("train"))
    with pytest.raises(TrainingError, match="no pictures to test with"):
        pictures(only, "test", 16, 4, 0, None)


def test_orders_differ_by_epoch_and_hold_all() -> None:
    assert sorted(order_of(50, 1, 0).tolist()) == list(range(50))
    assert order_of(50, 1, 0).tolist() == order_of(50, 1, 0).tolist()
    assert order_of(50, 1, 0).tolist() != order_of(50, 1, 1).tolist()


def picture() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)


def test_no_augmentation_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    assert np.array_equal(augmented(picture(), STILL, rng), picture().astype(np.float32))


def test_a_flip_is_exact_and_every_other_time() -> None:
    rng = np.random.default_rng(0)
    made = [augmented(picture(), replace(STILL, flip=True), rng) for _ in range(200)]
    flipped = [np.array_equal(each, picture()[:, ::-1]) for each in made]
    kept = [np.array_equal(each, picture()) for each in made]
    assert all(a != b for a, b in zip(flipped, kept, strict=True))
    assert 70 < sum(flipped) < 130


def test_warps_stay_in_their_ranges() -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        turned = affine(replace(STILL, rotation_degrees=30), 24, 32, rng)
        assert np.linalg.det(turned[:, :2]) == pytest.approx(1)
        assert abs(np.degrees(np.arctan2(turned[1, 0], turned[0, 0]))) <= 30
        assert turned @ [15.5, 11.5, 1] == pytest.approx([15.5, 11.5])
        zoomed = affine(replace(STILL, zoom=0.2), 24, 32, rng)
        assert 0.8 <= zoomed[0, 0] <= 1.2
        assert zoomed[0, 0] == pytest.approx(zoomed[1, 1])
        shifted = affine(replace(STILL, shift=0.25), 24, 32, rng)
        assert abs(shifted[0, 2]) <= 8
        assert abs(shifted[1, 2]) <= 6
        sheared = affine(replace(STILL, shear_degrees=20), 24, 32, rng)
        assert abs(sheared[0, 1]) <= np.tan(np.radians(20))
        assert sheared[1, 0] == 0


@pytest.mark.parametrize("mode", FILL_MODES)
def test_corners_are_filled_as_told(mode: str) -> None:
    image = picture()
    matrix = np.array([[1.0, 0, 4], [0, 1, 0]])
    made = {
        "nearest": image[:, :1].repeat(4, axis=1),
        "reflect": image[:, 3::-1],
        "wrap": image[:, -4:],
        "constant": np.zeros((24, 4, 3), np.uint8),
    }[mode]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.images.augment.affine", lambda *_: matrix)
        moved = augmented(image, replace(STILL, fill_mode=mode), np.random.default_rng(0))
    assert np.array_equal(moved[:, 4:], image[:, :-4])
    assert np.array_equal(moved[:, :4], made)


def test_light_and_contrast() -> None:
    image = np.full((8, 8, 3), 100, np.uint8)
    image[:4] = 140
    rng = np.random.default_rng(0)
    light = [augmented(image, replace(STILL, brightness=0.5), rng) for _ in range(50)]
    assert min(each.mean() for each in light) < 80 < 160 < max(each.mean() for each in light)
    for each in light:
        assert each[0, 0, 0] / each[7, 0, 0] == pytest.approx(1.4, abs=0.01)
    for _ in range(50):
        made = augmented(image, replace(STILL, contrast=0.5), rng)
        assert made.mean() == pytest.approx(120, abs=0.01)
        assert 20 - 1e-3 <= made[0, 0, 0] - made[7, 0, 0] <= 60 + 1e-3
    assert (
        augmented(np.full((8, 8, 3), 250, np.uint8), Augmentation(brightness=1), rng).max() <= 255
    )


@pytest.mark.parametrize(
    "values",
    [{"zoom": -0.1}, {"zoom": 1.0}, {"rotation_degrees": 200}, {"shift": float("nan")}],
)
def test_augmentation_out_of_range(values: dict[str, float]) -> None:
    with pytest.raises(TrainingError, match="augmentation: "):
        Augmentation(**values)  # type: ignore[arg-type]
    with pytest.raises(TrainingError, match="no fill mode blur: use nearest"):
        Augmentation(fill_mode="blur")  # type: ignore[arg-type]


def test_plots_and_sheets_are_written(samples: Samples, tmp_path: Path) -> None:
    labels = samples.labels()
    likely = np.eye(2, dtype=np.float32)[labels] * 0.6 + 0.2
    likely[0] = likely[0][::-1]
    out = tmp_path / "out"
    write_plots(out, judge(likely, labels, samples.classes))
    plot_learning(out / "learning.png", [{"loss": 1.0}, {"loss": 0.5, "val_accuracy": 0.7}], 2)
    ranked = [Contender("A", 0.9, 0.8, 0.95, 0.9, 1000, 20.0, 60), Contender("B", 0.5, 0.4, 0.6)]
    plot_comparison(out / "compare.png", ranked)
    write_predictions(out, samples.items, likely, labels, samples.classes)
    write_augmented(out / "augmented.jpg", samples.items, Augmentation(), 32)
    names = {"confusion", "roc", "reliability", "learning", "compare"}
    expected = {f"{name}.png" for name in names} | {"predictions.csv"}
    expected |= {"mistakes.jpg", "hits.jpg", "augmented.jpg"}
    assert {file.name for file in out.iterdir()} == expected
    for name in expected - {"predictions.csv"}:
        assert cv2.imread(str(out / name)) is not None
    lines = (out / "predictions.csv").read_text().splitlines()
    assert len(lines) == 19
    assert sum(line.endswith(",0") for line in lines) == 1


def test_no_mistakes_no_sheet(samples: Samples, tmp_path: Path) -> None:
    labels = samples.labels()
    likely = np.eye(2, dtype=np.float32)[labels]
    write_predictions(tmp_path / "out", samples.items, likely, labels, samples.classes)
    assert not (tmp_path / "out" / "mistakes.jpg").exists()
