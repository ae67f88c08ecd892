"""The backbones: sizes, preparation, GoogLeNet's own layers, weights to begin with."""

from __future__ import annotations

import urllib.error
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.errors import TrainingError
from training.images.backbones import BACKBONES, backbone_of, prepared
from training.images.googlenet import googlenet, local_response_normalization
from training.images.model import build_classifier, chosen_precision, freeze, full_precision
from training.images.pretrained import build_backbone
from training.images.settings import Recipe
from training.quiet import tensorflow

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

# Of Keras' documentation for those it has. GoogLeNet by table 1: with its 1,024,000 weights and
# 1,000 biases of a top of 1000 classes it has 6,998,552, as the authors' Caffe model.
PARAMETERS = {
    "mobilenet": 3_228_864,
    "mobilenet_v2": 2_257_984,
    "vgg16": 14_714_688,
    "vgg19": 20_024_384,
    "googlenet": 5_973_552,
    "resnet50": 23_587_712,
    "resnet101": 42_658_176,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_has_the_size_that_is_known(name: str) -> None:
    network = BACKBONES[name].build(64, 1.0, None)
    assert network.count_params() == PARAMETERS[name]
    assert network.output_shape[1:3] == (2, 2)


@pytest.mark.parametrize("mode", ["caffe", "tf"])
def test_prepares_pictures_as_keras_does(mode: Any) -> None:
    keras = tensorflow().keras
    shown = np.random.default_rng(0).integers(0, 256, (2, 5, 5, 3)).astype(np.float32)
    picture = keras.Input((5, 5, 3))
    network = keras.Model(picture, prepared(picture, mode))
    wanted = keras.applications.imagenet_utils.preprocess_input(shown.copy(), mode=mode)
    assert np.asarray(network(shown)) == pytest.approx(wanted, abs=1e-4)
    assert not network.trainable_variables


def test_mean_preparation_keeps_red_first() -> None:
    keras = tensorflow().keras
    picture = keras.Input((1, 1, 3))
    network = keras.Model(picture, prepared(picture, "mean"))
    shown = np.array([[[[255, 0, 103.939]]]], np.float32)
    assert np.asarray(network(shown))[0, 0, 0] == pytest.approx([131.32, -116.779, 0], abs=1e-3)


def test_backbones_get_the_preparation_that_keras_documents() -> None:
    modes = {name: BACKBONES[name].preparation for name in PARAMETERS}
    assert modes == {
        "mobilenet": "tf",
        "mobilenet_v2": "tf",
        "vgg16": "caffe",
        "vgg19": "caffe",
        "googlenet": "mean",
        "resnet50": "caffe",
        "resnet101": "caffe",
    }


def test_normalisation_is_tensorflows_and_saves_without_code_of_ours(tmp_path: Path) -> None:
    tf = tensorflow()
    x = np.random.default_rng(0).normal(0, 100, (2, 3, 4, 20)).astype(np.float32)
    given = tf.keras.Input((3, 4, 20))
    network = tf.keras.Model(given, local_response_normalization(given))
    network.save(tmp_path / "lrn.keras")
    again = tf.keras.models.load_model(tmp_path / "lrn.keras")
    wanted = tf.nn.local_response_normalization(x, 2, bias=1, alpha=1e-4 / 5, beta=0.75)
    assert np.asarray(again(x)) == pytest.approx(np.asarray(wanted), rel=1e-4, abs=1e-4)


def test_googlenet_has_the_maps_of_table_1() -> None:
    network = googlenet(224)
    shapes = {
        name: tuple(network.get_layer(name).output.shape[1:])
        for name in ("conv1", "pool1", "conv2", "pool2", "inception_3b", "inception_4e")
    }
    assert shapes == {
        "conv1": (112, 112, 64),
        "pool1": (56, 56, 64),
        "conv2": (56, 56, 192),
        "pool2": (28, 28, 192),
        "inception_3b": (28, 28, 480),
        "inception_4e": (14, 14, 832),
    }
    assert network.output_shape == (None, 7, 7, 1024)


def test_auxiliary_classifiers_help_and_are_not_exported() -> None:
    recipe = Recipe(backbone="googlenet", side=80, weights="none", auxiliary=True)
    made = build_classifier(recipe, 3)
    assert made.trained.output_shape == (None, 3, 3)
    assert made.network.count_params() == 5_973_552 + 12 + 1024 * 3 + 3
    shown = np.random.default_rng(0).integers(0, 256, (1, 80, 80, 3)).astype(np.float32)
    shares = np.asarray(tensorflow().nn.softmax(made.trained(shown)[:, 0]))
    assert np.asarray(made.network(shown)) == pytest.approx(shares, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"side": 31}, "cannot take pictures of 31 pixels"),
        ({"backbone": "vgg16", "width": 0.5}, "has no --width"),
        ({"backbone": "googlenet", "side": 64, "auxiliary": True}, "too small for auxiliary"),
        ({"auxiliary": True}, "no auxiliary classifiers"),
        ({"backbone": "alexnet"}, "no backbone 'alexnet'"),
        ({"batch": 0}, "batch is 0"),
        ({"rate": 0.0}, "learning rate"),
    ],
)
def test_what_cannot_be_built_is_told(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        Recipe(**asked)


def test_names_are_forgiving() -> None:
    assert backbone_of("MobileNet-V2") is BACKBONES["mobilenet_v2"]


def test_frozen_layers_and_statistics_do_not_learn() -> None:
    made = build_classifier(Recipe(backbone="mobilenet", side=32, width=0.25, weights="none"), 2)
    freeze(made, 0)
    assert {each.path for each in made.trained.trainable_variables} == {
        "head/logits/kernel",
        "head/logits/bias",
    }
    freeze(made, 0.5)
    names = [each.path for each in made.trained.trainable_variables]
    assert any("conv_pw_13/" in name for name in names)
    assert not any("conv1" in name or "gamma" in name for name in names)


def _stand_in(backbone: Any, path: Path) -> Any:
    """A file as Keras' server has it: the old HDF5 layout, layer by layer."""
    import h5py
    from keras.src.legacy.saving import legacy_h5_format

    network = backbone.build(128, 0.25, None)
    rng = np.random.default_rng(5)
    network.set_weights([rng.random(each.shape, np.float32) for each in network.get_weights()])
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        legacy_h5_format.save_weights_to_hdf5_group(file, network)
    return network


def test_imagenet_weights_are_found_where_keras_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensorflow()
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    file = tmp_path / "models" / "mobilenet_2_5_128_tf_no_top.h5"
    wanted = _stand_in(BACKBONES["mobilenet"], file)
    made = build_backbone(BACKBONES["mobilenet"], 128, 0.25, "imagenet")
    by_file = build_backbone(BACKBONES["mobilenet"], 96, 0.25, str(file))
    for got, of_file, given in zip(
        made.get_weights(), by_file.get_weights(), wanted.get_weights(), strict=True
    ):
        assert np.array_equal(got, given)
        assert np.array_equal(of_file, given)
    with pytest.raises(TrainingError, match=r"do not fit mobilenet of width 0\.5"):
        build_backbone(BACKBONES["mobilenet"], 96, 0.5, str(file))


def test_without_network_it_says_what_to_put_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tensorflow()

    def fails(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", fails)
    with pytest.raises(TrainingError) as told:
        build_backbone(BACKBONES["mobilenet"], 128, 0.25, "imagenet")
    assert "no network" in told.value.message
    assert "--weights none" in told.value.fix
    assert f"put mobilenet_2_5_128_tf_no_top.h5 into {tmp_path / 'models'}" in told.value.fix


@pytest.mark.parametrize(
    ("name", "width", "weights", "message"),
    [
        ("googlenet", 1.0, "imagenet", "no ImageNet weights for googlenet"),
        ("mobilenet", 0.3, "imagenet", "of width 0.3"),
        ("mobilenet", 0.25, "nowhere.h5", "no weights file nowhere.h5"),
    ],
)
def test_weights_that_are_nowhere(name: str, width: float, weights: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        build_backbone(BACKBONES[name], 64, width, weights)


def test_precision_is_mixed_only_where_a_card_gains(monkeypatch: pytest.MonkeyPatch) -> None:
    config = tensorflow().config
    assert chosen_precision("auto", alone=True) == "float32"
    monkeypatch.setattr(config, "list_physical_devices", lambda _: ["card"])
    told = {}
    for major in (6, 7, 8):
        details = {"compute_capability": (major, 0)}
        monkeypatch.setattr(config.experimental, "get_device_details", lambda _, it=details: it)
        told[major] = (chosen_precision("auto", alone=True), chosen_precision("auto", alone=False))
    assert told == {
        6: ("float32", "float32"),
        7: ("mixed_float16", "float32"),
        8: ("mixed_bfloat16", "mixed_bfloat16"),
    }
    assert chosen_precision("float32", alone=True) == "float32"


def test_mixed_networks_are_exported_in_full_precision() -> None:
    from training.images.model import dtype_policy

    recipe = Recipe(backbone="mobilenet", side=32, width=0.25, weights="none")
    with dtype_policy("mixed_bfloat16"):
        made = build_classifier(recipe, 2)
    exact = full_precision(made, recipe, 2)
    kinds = {layer.compute_dtype for layer in exact.get_layer("mobilenet_0.25_32").layers}
    assert kinds == {"float32"}
    for before, after in zip(made.network.get_weights(), exact.get_weights(), strict=True):
        assert np.array_equal(before, after)
