"""The page as a browser uses it, served by Gradio itself, here and out of a bundle."""

from __future__ import annotations

import os
import subprocess
import sys

import cv2
import numpy as np
import pytest

pytest.importorskip("gradio", reason="the extra demo is not installed")

from training.app.bundle import PACKAGES, requirements, write_bundle
from training.errors import TrainingError
from training.images.card import card_text
from training.images.models import open_model
from vcam.testing.tiny_models import write_tiny_model

TRY = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import app
from gradio_client import Client, handle_file
import vcam, training
for package in (vcam, training):
    assert Path(package.__file__).is_relative_to(sys.argv[1]), package.__file__
_, address, _ = app.demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
client = Client(address, verbose=False)
told = client.predict(handle_file(sys.argv[2]), api_name="/look")
print("TOLD", told[0]["label"], "|", told[2], "|", told[-1])
app.demo.close()
"""


@pytest.fixture
def model(tmp_path):
    return open_model(write_tiny_model(tmp_path / "models"))


def test_a_bundle_serves_the_model_by_itself(model, tmp_path):
    folder = tmp_path / "bundle"
    write_bundle(model, card_text(model.card), folder)
    picture = tmp_path / "light.png"
    cv2.imwrite(str(picture), np.full((64, 64, 3), 230, np.uint8))
    environment = {**os.environ, "GRADIO_TEMP_DIR": str(tmp_path / "gradio"), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(folder), str(picture)],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = next(line for line in done.stdout.splitlines() if line.startswith("TOLD "))
    label, message, rows = told.removeprefix("TOLD ").split(" | ")
    assert label == "bright"
    assert message.startswith("bright, ")
    assert "'bright'" in rows


def test_a_bundle_holds_what_a_host_needs(model, tmp_path):
    folder = tmp_path / "bundle"
    write_bundle(model, card_text(model.card), folder)
    lines = (folder / "requirements.txt").read_text().split()
    assert [line.split("==")[0] for line in lines] == list(PACKAGES)
    assert (folder / "README.md").read_text().startswith("---\ntitle: ")
    assert not list(folder.rglob("*.pyc"))
    assert not (folder / "weights").exists()


def test_an_existing_folder_is_left_alone(model, tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(TrainingError, match="is there already"):
        write_bundle(model, "", tmp_path / "mine")


def test_a_full_disk_leaves_nothing_behind(model, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("training.app.bundle.shutil.copytree", full)
    with pytest.raises(TrainingError, match="No space left"):
        write_bundle(model, "", tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr("training.app.bundle.PACKAGES", ("no-such-package",))
    with pytest.raises(TrainingError, match="no-such-package is not installed"):
        requirements()
