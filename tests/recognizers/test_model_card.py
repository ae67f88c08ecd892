from __future__ import annotations

import json

import pytest

from vcam.core.errors import ModelError
from vcam.recognizers.card import ModelCard, card_path, load_card
from vcam.testing.tiny_models import tiny_card, tiny_model


@pytest.fixture
def written(tmp_path):
    """Writes a card with changes; where it is."""

    def write(**changes):
        told = json.loads(tiny_card(tiny_model()).dump())
        for name, value in changes.items():
            if value is ...:
                del told[name]
            else:
                told[name] = value
        path = tmp_path / "light.json"
        path.write_text(json.dumps(told))
        return path

    return write


def test_a_card_comes_back_as_it_was_written(tmp_path):
    card = tiny_card(
        tiny_model(),
        data=[{"name": "smoking", "licence": "CC BY 4.0", "pictures": 800}],
        figures={"accuracy": 0.93, "confusion": [[1, 2], [3, 4]]},
        thresholds={"bright": 0.8},
        region="face",
        temperature=1.7,
        title="Hell / dünkel",
    )
    path = card_path(tmp_path / "light.tflite")
    path.write_text(card.dump(), encoding="utf-8")
    assert load_card(path) == card
    assert card.threshold("bright") == 0.8
    assert card.threshold("dark") == 0.5


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"classes": ["bright", "none"]}, "cannot be called 'none'"),
        ({"classes": ["bright", "bright"]}, "names 'bright' twice"),
        ({"classes": ["bright"]}, "classes"),
        ({"classes": ["a:b", "c"]}, "classes.0"),
        ({"classes": ...}, "classes: Field required"),
        ({"thresholds": {"brigth": 0.5}}, "thresholds: there is no class 'brigth'"),
        ({"thresholds": {"bright": 1.5}}, "thresholds.bright"),
        ({"name": "people"}, "people is the name"),
        ({"name": "../light"}, "name"),
        ({"colour": "red"}, "colour: Extra inputs"),
        ({"kind": "pose"}, "kind"),
        ({"input": {"width": 224}}, "input.height"),
        ({"input": {"width": 0, "height": 224}}, "input.width"),
        ({"temperature": 0}, "temperature"),
        ({"region": "foot"}, "region"),
        ({"model_sha256": "abc"}, "model_sha256"),
        ({"output": "logits"}, "output"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(written, changes, told):
    path = written(**changes)
    with pytest.raises(ModelError) as caught:
        load_card(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.fix


def test_no_card_broken_cards_and_huge_cards(tmp_path):
    path = tmp_path / "light.json"
    with pytest.raises(ModelError, match=r"has no card light\.json"):
        load_card(path)
    for content in (b"", b"{", b"[]", b"\xff\xfe\x00", b"null"):
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"light\.json"):
            load_card(path)
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(ModelError, match="larger than 1 MB"):
        load_card(path)


def test_a_card_never_changes_in_place():
    card = tiny_card(tiny_model())
    with pytest.raises(ValueError, match="frozen"):
        card.title = "other"
    assert isinstance(card, ModelCard)
