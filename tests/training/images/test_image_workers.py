"""Two workers on loopback train one network."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

_PATIENCE_S = 400  # two starts of TensorFlow on a machine that may be busy


def _free_ports(count: int) -> list[int]:
    opened = [socket.socket() for _ in range(count)]
    try:
        for each in opened:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in opened]
    except OSError as error:
        pytest.skip(f"no port on loopback: {error}")
    finally:
        for each in opened:
            each.close()


def _start(index: int, ports: list[int], folder: Path, pictures: Path) -> subprocess.Popen[str]:
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    config = {"cluster": cluster, "task": {"type": "worker", "index": index}}
    root = Path(__file__).resolve().parents[3]
    environment = {
        **os.environ,
        "TF_CONFIG": json.dumps(config),
        "CUDA_VISIBLE_DEVICES": "-1",
        "PYTHONPATH": str(root),
    }
    program = str(Path(__file__).with_name("tiny_backbone.py"))
    asked = ["--backbone", "tiny", "--weights", "none", "--size", "32", "--epochs", "3"]
    return subprocess.Popen(
        [sys.executable, program, "images", "train", str(pictures), *asked, "--batch", "8"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_workers_train_and_the_chief_writes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for label, low in (("dark", 0), ("light", 155)):
        (tmp_path / "day" / label).mkdir(parents=True)
        for number in range(15):
            shown = rng.integers(low, low + 100, (40, 36, 3)).astype(np.uint8)
            Pillow.fromarray(shown).save(tmp_path / "day" / label / f"{number:02d}.png")
    ports = _free_ports(2)
    folders = [tmp_path / "chief", tmp_path / "other"]
    for folder in folders:
        folder.mkdir()
    started = [_start(i, ports, folders[i], tmp_path / "day") for i in range(2)]
    try:
        told = [each.communicate(timeout=_PATIENCE_S)[0] for each in started]
    finally:
        for each in started:
            each.kill()
            each.wait()
    assert [each.returncode for each in started] == [0, 0], told
    lines = [
        [line for line in text.splitlines() if line.startswith("from scratch")] for text in told
    ]
    # The same losses on both: gradients and statistics are shared after each step and epoch.
    assert lines[0] == lines[1]
    assert len(lines[0]) == 3
    assert list(folders[1].iterdir()) == []
    run = folders[0] / "runs" / "day"
    assert json.loads((run / "settings.json").read_text())["workers"] == 2
    assert json.loads((run / "figures.json").read_text())["test"]["accuracy"] == 1
    assert (run / "day.tflite").is_file()
