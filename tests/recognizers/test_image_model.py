from __future__ import annotations

import numpy as np
import pytest

from vcam.core.errors import ModelError
from vcam.core.frame import Frame
from vcam.recognizers.image_model import ImageModel, tempered
from vcam.recognizers.model_reader import ModelReader
from vcam.settings.schema import ModelSettings
from vcam.testing import plain_image
from vcam.testing.tiny_models import LEVEL, tiny_card, tiny_model, write_tiny_model


@pytest.mark.parametrize("kind", ["float", "int8", "uint8"])
def test_whole_numbers_inside_say_the_same_as_real_ones(kind):
    model = tiny_model(kind=kind)
    network = ImageModel(model, tiny_card(model))
    for value in (0, 80, int(LEVEL), 120, 255):
        scores = network.scores(plain_image(value=value))
        expected = 1 / (1 + np.exp(-0.2 * (value - LEVEL)))
        assert scores["bright"] == pytest.approx(expected, abs=0.02)
        assert sum(scores.values()) == pytest.approx(1)


def test_colours_reach_the_network_as_rgb(monkeypatch):
    model = tiny_model()
    network = ImageModel(model, tiny_card(model))
    seen = []
    run = network._network.run
    monkeypatch.setattr(network._network, "run", lambda x: seen.append(x) or run(x))
    blue = np.zeros((20, 30, 3), np.uint8)
    blue[..., 0] = 200
    network.scores(blue)
    assert seen[0][0, 0].tolist() == [0, 0, 200]
    assert not blue[..., 1:].any()


def test_temperature_makes_less_sure_and_keeps_the_order():
    probabilities = np.array([0.9, 0.1, 0.0])
    softer = tempered(probabilities, 3.0)
    assert softer.sum() == pytest.approx(1)
    assert 0.5 < softer[0] < 0.9
    assert softer[0] > softer[1] > softer[2] > 0
    assert tempered(probabilities, 1.0) == pytest.approx(probabilities, abs=1e-6)


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ({"channels": 4}, "takes 4 channels"),
        ({"outputs": 3}, "tells 3 classes apart, and its card names 2"),
    ],
)
def test_a_network_that_does_not_fit_its_card(tmp_path, model, told):
    path = write_tiny_model(tmp_path, model=tiny_model(**model))
    with pytest.raises(ModelError, match=told):
        ImageModel.load(path)


def test_a_card_of_another_size_another_export_or_no_network_at_all(tmp_path):
    other_size = {"width": 224, "height": 224}
    with pytest.raises(ModelError, match=r"takes 1 x 8 x 8 x 3, .*224 x 224"):
        ImageModel.load(write_tiny_model(tmp_path, input=other_size))
    path = write_tiny_model(tmp_path)
    path.write_bytes(tiny_model(kind="int8"))
    with pytest.raises(ModelError, match="model_sha256 differs"):
        ImageModel.load(path)
    for nonsense in (b"", b"TFL3", tiny_model()[:700]):
        with pytest.raises(ModelError, match="cannot load the network"):
            ImageModel(nonsense, tiny_card(nonsense))
    path.unlink()
    with pytest.raises(ModelError, match="cannot read the model"):
        ImageModel.load(path)


def test_logits_and_numbers_that_are_none_are_refused(monkeypatch):
    model = tiny_model(softmax=False)
    network = ImageModel(model, tiny_card(model))
    with pytest.raises(ModelError, match="no probabilities"):
        network.scores(plain_image(value=255))
    monkeypatch.setattr(network._network, "run", lambda x: [np.array([[np.nan, 1.0]])])
    with pytest.raises(ModelError, match="no probabilities"):
        network.scores(plain_image())


def test_settings_go_before_the_card(tmp_path):
    path = write_tiny_model(tmp_path, thresholds={"bright": 0.8}, region="face")
    card = tiny_card(path.read_bytes(), thresholds={"bright": 0.8}, region="face")
    plain = ModelReader("light", path, card, ModelSettings())
    assert (plain.region, plain.looks_at) == ("face", {"faces"})
    assert plain.thresholds == {"bright": 0.8, "dark": 0.5}
    changed = ModelReader("light", path, card, ModelSettings(region="frame", threshold=0.7))
    assert (changed.region, changed.looks_at) == ("frame", frozenset())
    assert changed.thresholds == {"bright": 0.7, "dark": 0.7}
    (reading,) = changed.read(Frame(plain_image(value=255), 0.0, 0), None)
    assert reading.track_id is None
    assert reading.scores["bright"] > 0.99
    assert plain.read(Frame(plain_image(value=255), 0.0, 0), None) == []
