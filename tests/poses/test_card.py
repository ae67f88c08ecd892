from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcam.core.errors import ModelError
from vcam.poses.card import load_card
from vcam.poses.classifier import shipped_model


@pytest.fixture
def content() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        shipped_model().with_suffix(".json").read_text(encoding="utf-8")
    )
    return loaded


def write(folder: Path, content: object) -> Path:
    path = folder / "card.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_good_card_is_read(tmp_path: Path, content: dict[str, Any]) -> None:
    card = load_card(write(tmp_path, content))
    assert card.thresholds == content["thresholds"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": 99}, "form 99"),
        ({"classes": ["v_sign", "metal"]}, "no class 'none'"),
        ({"classes": ["none", "none"]}, "twice"),
        ({"thresholds": {}}, "no threshold for"),
        ({"distance_limits": {}}, "no limit for"),
        ({"temperature": 0}, "temperature"),
        ({"model_sha256": "abc"}, "model_sha256"),
        ({"thresholds": {"v_sign": 1.5}}, "thresholds.v_sign"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_bad_card_is_refused_with_its_place(
    tmp_path: Path, content: dict[str, Any], change: dict[str, Any], complaint: str
) -> None:
    path = write(tmp_path, {**content, **change})
    with pytest.raises(ModelError) as caught:
        load_card(path)
    assert complaint in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.fix
    assert "\n" not in str(caught.value)


def test_a_card_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(ModelError, match="no text"):
        load_card(path)


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_read_or_refused_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "card.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError) as caught:
        load_card(path)
    assert "\n" not in str(caught.value)
