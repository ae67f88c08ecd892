"""The training: phases, early stopping, resuming to the same result, workers."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.common.environment import set_seeds
from training.errors import TrainingError
from training.images import fitting
from training.images.distributed import Crew, muster, workers_of
from training.images.fitting import Fitting, class_weights, phases_of
from training.images.model import build_classifier, dtype_policy
from training.images.resuming import Checkpoints, Progress
from training.images.samples import Sample, Samples
from training.images.settings import Recipe
from training.quiet import tensorflow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


runpy.run_path(str(Path(__file__).with_name("tiny_backbone.py")))["register"]()

RECIPE = Recipe(
    backbone="tiny", side=32, weights="none", epochs=3, batch=8, dropout=0.3, patience=9
)


@pytest.fixture
def samples(class_folders: Callable[..., Path]) -> Samples:
    folder = class_folders(a=10, b=10)
    parts: dict[int, Any] = {0: "validation", 1: "validation", 2: "test"}
    items = [
        Sample(path, path.parent.name, None, parts.get(int(path.stem), "train"))
        for path in sorted(folder.rglob("*.png"))
    ]
    return Samples(tuple(items), ("a", "b"), "set")


def _fitting(samples: Samples, recipe: Recipe, folder: Path) -> Fitting:
    folder.mkdir(exist_ok=True)
    set_seeds(recipe.seed)
    crew = Crew(tensorflow().distribute.get_strategy())
    made = build_classifier(recipe, len(samples.classes))
    return Fitting(made, recipe, samples, crew, Checkpoints(folder))


def test_goes_on_to_the_very_same_weights(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = _fitting(samples, RECIPE, tmp_path / "whole")
    whole.run()
    asked = []
    true_epoch = fitting._epoch

    def interrupted(*given: Any) -> Any:
        asked.append(given[2])
        if len(asked) == 3:
            raise KeyboardInterrupt
        return true_epoch(*given)

    monkeypatch.setattr(fitting, "_epoch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _fitting(samples, RECIPE, tmp_path / "broken").run()
    monkeypatch.setattr(fitting, "_epoch", true_epoch)
    resumed = _fitting(samples, RECIPE, tmp_path / "broken")
    resumed.run()
    assert asked == ["from scratch 1/3", "from scratch 2/3", "from scratch 3/3"]
    assert resumed.progress.curves == whole.progress.curves
    assert len(resumed.progress.curves) == 3
    for one, other in zip(
        whole.classifier.trained.get_weights(),
        resumed.classifier.trained.get_weights(),
        strict=True,
    ):
        assert np.array_equal(one, other)
    # Over, and only what comes after it broke off: nothing is trained again.
    monkeypatch.setattr(fitting, "_epoch", interrupted)
    again = _fitting(samples, replace(RECIPE, seed=8), tmp_path / "broken")
    assert again.run().curves == whole.progress.curves
    best = resumed.classifier.network.get_weights()
    for one, other in zip(best, again.classifier.network.get_weights(), strict=True):
        assert np.array_equal(one, other)
    assert len(asked) == 3


def test_stops_early_and_keeps_the_best_epoch(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([0.5, 0.4, 0.7, 0.6])
    made = _fitting(samples, replace(RECIPE, epochs=9, patience=2), tmp_path / "run")
    bias = made.classifier.backbone.get_layer("conv").bias

    def steps_by_one(*_: Any) -> tuple[float, float]:
        bias.assign(bias + 1.0)
        return 0.1, 0.9

    monkeypatch.setattr(fitting, "_epoch", steps_by_one)
    monkeypatch.setattr(fitting, "negative_log_likelihood", lambda *_: next(losses))
    progress = made.run()
    assert [each["val_loss"] for each in progress.curves] == [0.5, 0.4, 0.7, 0.6]
    assert bias.numpy().tolist() == [2.0] * 8


def test_begins_frozen_and_is_then_fine_tuned(samples: Samples, tmp_path: Path) -> None:
    file = tmp_path / "tiny.weights.h5"
    set_seeds(3)
    RECIPE.architecture.build(32, 1.0, None).save_weights(file)
    recipe = replace(RECIPE, weights=str(file), head_epochs=1, epochs=1, rate=1e-2)
    assert [(each.name, each.unfrozen) for each in phases_of(recipe)] == [
        ("frozen", 0.0),
        ("fine-tuned", 1.0),
    ]
    assert [each.rate for each in phases_of(replace(recipe, rate=None))] == [1e-3, 1e-5]
    frozen = _fitting(samples, replace(recipe, epochs=0), tmp_path / "frozen")
    before = frozen.classifier.backbone.get_weights()
    frozen.run()
    for one, other in zip(before, frozen.classifier.backbone.get_weights(), strict=True):
        assert np.array_equal(one, other)
    made = _fitting(samples, recipe, tmp_path / "run")
    made.run()
    assert [each["phase"] for each in made.progress.curves] == [0, 1]
    kernel, bias, *statistics = made.classifier.backbone.get_weights()
    assert not np.array_equal(kernel, before[0])
    assert not np.array_equal(bias, before[1])
    for one, other in zip(before[2:], statistics, strict=True):
        assert np.array_equal(one, other)


def test_trains_in_mixed_precision(samples: Samples, tmp_path: Path) -> None:
    with dtype_policy("mixed_float16"):
        made = _fitting(samples, replace(RECIPE, epochs=1), tmp_path / "run")
        before = made.classifier.trained.get_weights()
        progress = made.run()
    assert np.isfinite(progress.curves[0]["loss"])
    changed = [
        not np.array_equal(old, new)
        for old, new in zip(before, made.classifier.trained.get_weights(), strict=True)
    ]
    assert sum(changed) >= 6


def test_rare_classes_count_as_much(samples: Samples) -> None:
    items = [each for each in samples.items if each.label == "a" or int(each.path.stem) < 4]
    few = replace(samples, items=tuple(items))
    weights = class_weights(few)
    counts = np.bincount(few.labels("train"))
    assert counts.tolist() == [7, 1]
    assert weights * counts == pytest.approx([4, 4])


def test_a_loss_that_is_no_number_is_told(
    samples: Samples, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "_epoch", lambda *_: (float("nan"), 0.5))
    with pytest.raises(TrainingError, match=r"no number any more in epoch 1: .*--rate"):
        _fitting(samples, RECIPE, tmp_path / "run").run()


def test_checkpoints_of_another_network_or_broken_ones_are_told(tmp_path: Path) -> None:
    tf = tensorflow()
    checkpoints = Checkpoints(tmp_path)
    with pytest.raises(TrainingError, match="go on from"):
        checkpoints.load()
    checkpoints.save(Progress(epoch=3), [tf.Variable([1.0, 2.0])])
    assert checkpoints.load().epoch == 3
    with pytest.raises(TrainingError, match="another network"):
        checkpoints.load([tf.Variable([1.0])])
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(TrainingError, match="is broken"):
        checkpoints.load()


def test_workers_share_the_pictures_evenly(samples: Samples) -> None:
    strategy = tensorflow().distribute.get_strategy()
    crews = [Crew(strategy, 3, index) for index in range(3)]
    shares = [crew.share(samples).of("train") for crew in crews]
    assert [len(share) for share in shares] == [4, 4, 4]
    assert len({sample.path for share in shares for sample in share}) == 12
    assert all(len({sample.label for sample in share}) == 2 for share in shares)
    with pytest.raises(TrainingError, match="14 training pictures for 20 workers"):
        Crew(strategy, 20, 0).share(samples)


def test_tf_config_says_who_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = {"worker": ["one:1", "two:1"]}
    text = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": 1}})
    assert workers_of(text) == (2, 1)
    chief = {"chief": ["zero:1"], **cluster}
    task = {"type": "worker", "index": 0}
    assert workers_of(json.dumps({"cluster": chief, "task": task})) == (3, 1)
    for wrong in ("{", "[]", "{}", text.replace('"index": 1', '"index": 2'), '{"cluster": 3}'):
        with pytest.raises(TrainingError, match="TF_CONFIG does not name"):
            workers_of(wrong)
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert muster().alone
