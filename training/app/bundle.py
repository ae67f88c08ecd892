"""A folder that a host for such pages serves: the model, the page, and what it needs."""

from __future__ import annotations

import json
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import training
import vcam
from training.common.files import write_text
from training.errors import TrainingError
from training.images.models import TrainedModel, write_model
from vcam.vision.weights import Weights, locate

PACKAGES: Final = (
    "ai-edge-litert",
    "gradio",
    "numpy",
    "opencv-python-headless",
    "platformdirs",
    "pydantic",
    "pyyaml",
)
"""What the page imports on a host; in the versions that it was tried with here."""

_VCAM: Final = ("core", "recognizers")
_VCAM_THAT_FINDS: Final = ("settings", "vision")
_PAGE: Final = ("__init__.py", "errors.py", "app/__init__.py", "app/look.py", "app/page.py")
_CARD: Final = "CARD.md"
_NETWORKS: Final = (
    Weights.PALM_DETECTION,
    Weights.HAND_LANDMARK_FULL,
    Weights.FACE_DETECTION,
    Weights.FACE_LANDMARK,
)

_APP: Final = '''"""Serves the page; a host for such pages runs this file."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent
os.environ["VCAM_WEIGHTS_DIR"] = str(HERE / "weights")

from training.app.look import Looker, find_with_vcam
from training.app.page import build_page
from vcam.recognizers.image_model import ImageModel

model = ImageModel.load(HERE / "{name}.tflite")
text = (HERE / "{card}").read_text(encoding="utf-8")
demo = build_page(Looker(model, find_with_vcam), model.card, text)

if __name__ == "__main__":
    demo.launch()
'''

_README: Final = """---
title: {title}
sdk: gradio
app_file: app.py
---

{text}
"""


def write_bundle(model: TrainedModel, text: str, folder: Path) -> None:
    """Writes the folder; it must not be there, so that nothing of the user's is lost.

    Args:
        model: the model.
        text: its card to read, Markdown.
        folder: to be made.

    Raises:
        TrainingError: it is there already, or cannot be written.
        WeightsError: the networks that find faces or hands are missing, and the model needs them.
    """
    if folder.exists():
        raise TrainingError(f"{folder} is there already", "choose another folder, or move it away")
    try:
        folder.mkdir(parents=True)
        try:
            _fill(folder, model, text)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise TrainingError(
            f"cannot write {folder}: {error.strerror or error}",
            "free some space there, or choose another folder",
        ) from error


def _fill(folder: Path, model: TrainedModel, text: str) -> None:
    card = model.card
    finds = card.region != "frame"
    write_model(folder, model.content, card)
    write_text(folder / "app.py", _APP.format(name=card.name, card=_CARD))
    write_text(folder / _CARD, text)
    write_text(folder / "README.md", _README.format(title=json.dumps(card.title), text=text))
    write_text(folder / "requirements.txt", "\n".join(requirements()))
    package = Path(vcam.__file__).parent
    for part in _VCAM + _VCAM_THAT_FINDS if finds else _VCAM:
        shutil.copytree(
            package / part, folder / "vcam" / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy2(package / "__init__.py", folder / "vcam")
    for file in _PAGE:
        target = folder / "training" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(training.__file__).parent / file, target)
    if finds:
        (folder / "weights").mkdir()
        for network in _NETWORKS:
            shutil.copy2(locate(network), folder / "weights")


def requirements() -> list[str]:
    """Lines of a requirements file.

    Raises:
        TrainingError: one of the packages is not installed here.
    """
    try:
        return [f"{package}=={version(package)}" for package in PACKAGES]
    except PackageNotFoundError as error:
        raise TrainingError(
            f"{error.name} is not installed", "install it: pip install gradio"
        ) from error
