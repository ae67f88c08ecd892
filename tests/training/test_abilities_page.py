from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.abilities_page import page

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "docs" / "figures" / "abilities"


@pytest.fixture(scope="module")
def found():
    return {path.stem: json.loads(path.read_text("utf-8")) for path in FIGURES.glob("*.json")}


def test_the_page_is_made_of_the_figures_alone(found):
    assert (ROOT / "docs" / "abilities.md").read_text("utf-8") == page(found)


def test_the_pictures_of_the_page_are_there(found):
    pictures = re.findall(r"\]\((pictures/[^)]+)\)", page(found))
    assert pictures
    for picture in pictures:
        assert (ROOT / "docs" / picture).is_file(), picture


def test_figures_name_no_file_and_no_place():
    for path in FIGURES.glob("*.json"):
        text = path.read_text("utf-8")
        assert not re.search(r"/(home|work|root|tmp|Users)/|\.(jpe?g|png)", text), path.name
        assert json.loads(text)["command"].startswith("python ")


def test_what_was_not_measured_is_told():
    assert page({}).count("Not measured yet.") == 6
