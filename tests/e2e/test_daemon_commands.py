"""Commands that end by themselves, as a user runs them: what they print, and how they fail."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from vcam.vision.weights import is_complete

from .processes import PATIENCE_S, QUICK

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals"),
    pytest.mark.skipif(not is_complete(), reason="no weights; run: vcam weights pull"),
]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "--config", "missing.yaml"), "missing.yaml"),
        (("run", "--source", "missing.mp4"), "missing.mp4"),
        (("run", "--set", "camera.fsp=30"), "did you mean .*fps"),
        (("run", "--set", "camera.fps=fast"), "camera.fps"),
        (("lab", "images", "missing-folder"), "missing-folder"),
        (("lab", "replay", "missing.mp4", "--json"), "missing.mp4"),
        (("config", "explain", "camera.fsp"), "did you mean .*fps"),
    ],
)
def test_wrong_input_is_one_clear_line_and_a_failure(environment, arguments, message):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=False,
    )
    told = result.stderr + result.stdout
    assert result.returncode == 1
    assert "Traceback" not in told
    assert re.search(message, told)
    assert len(told.strip().splitlines()) == 1


def test_wrong_weights_are_told_with_the_fix(environment, tmp_path):
    folder = tmp_path / "weights"
    folder.mkdir()
    (folder / "palm_detection_full.tflite").write_bytes(b"nonsense")
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "demo", *QUICK],
        capture_output=True,
        text=True,
        env={**environment, "VCAM_WEIGHTS_DIR": str(folder)},
        timeout=PATIENCE_S,
        check=False,
    )
    assert result.returncode == 1
    assert "VCAM_WEIGHTS_DIR" in result.stderr
    assert "Traceback" not in result.stderr


def test_bench_gives_the_stable_form(environment):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "lab", "bench", "--json", "--seconds", "2"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=True,
    )
    figures = json.loads(result.stdout)
    assert set(figures) >= {
        "cpu_core_share",
        "latency_ms",
        "late_frames",
        "frames",
        "vision_hz",
        "rss_mb",
        "first_frame_s",
    }
    assert set(figures["latency_ms"]) == {"p50", "p95", "p99"}
    assert figures["frames"] > 20


def test_every_command_has_help(environment):
    for command in ("run", "demo", "devices", "doctor", "weights", "config", "lab"):
        result = subprocess.run(
            [sys.executable, "-m", "vcam", command, "--help"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=PATIENCE_S,
            check=True,
        )
        assert "Usage" in result.stdout


def test_doctor_finds_what_is_wrong_here(environment):
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "doctor", "--json", "--set", "camera.device=/dev/none"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=False,
    )
    checks = [json.loads(line) for line in result.stdout.splitlines()]
    camera = next(check for check in checks if check["name"] == "camera")
    assert camera["state"] == "fail"
    assert "/dev/none" in camera["message"]
    assert result.returncode == 1


def test_settings_of_the_shipped_profiles_are_right(environment):
    for profile in Path("config").glob("*.yaml"):
        subprocess.run(
            [sys.executable, "-m", "vcam", "config", "check", str(profile)],
            capture_output=True,
            env=environment,
            timeout=PATIENCE_S,
            check=True,
        )


def test_pictures_are_judged_by_folder(environment, tmp_path):
    import cv2

    clip = cv2.VideoCapture("vcam/capture/assets/demo.mp4")
    for pose, at_s in (("v_sign", 2.5), ("metal", 8.5)):
        clip.set(cv2.CAP_PROP_POS_MSEC, at_s * 1000)
        (tmp_path / "set" / pose).mkdir(parents=True)
        cv2.imwrite(str(tmp_path / "set" / pose / "a.png"), clip.read()[1])
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "lab", "images", str(tmp_path / "set"), "--json"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=PATIENCE_S,
        check=True,
    )
    *pictures, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(picture["label"], picture["pose"]) for picture in pictures} == {
        ("v_sign", "v_sign"),
        ("metal", "metal"),
    }
    assert last["summary"]["classes"]["v_sign"]["recall"] == 1.0
