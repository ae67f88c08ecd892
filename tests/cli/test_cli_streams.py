from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from vcam.cli.options import print_json
from vcam.cli.streams import progress_is_seen

CLOSED_INPUT = """
import os
from vcam.cli.streams import prepare_streams
os.close(0)
prepare_streams()
taken = os.open(os.devnull, os.O_RDONLY)
print(taken > 2, os.read(0, 1))
"""


def test_json_is_ascii_whatever_a_file_is_called(capsys):
    print_json({"file": "kameraübung \udcff.jpg"})
    line = capsys.readouterr().out
    assert line.isascii()
    assert json.loads(line) == {"file": "kameraübung \udcff.jpg"}


def test_closed_descriptor_is_not_given_to_the_next_file():
    result = subprocess.run(
        [sys.executable, "-c", CLOSED_INPUT], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "True b''"


def test_terminal_that_lacks_a_character_is_no_failure(tmp_path):
    settings = tmp_path / "練習.yaml"
    settings.write_text("")
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "config", "check", str(settings)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert rb"\u7df4\u7fd2.yaml is right" in result.stdout


def test_no_standard_error_is_nobody_who_watches(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert progress_is_seen() is False


def test_package_that_does_not_load_is_told_in_one_line(tmp_path):
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open')")
    result = subprocess.run(
        [sys.executable, "-m", "vcam", "devices"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=False,
    )
    assert result.returncode == 1
    assert "libGL.so.1" in result.stderr
    assert "install vcam again" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [("config", "path"), ("--version",)])
def test_closed_output_is_no_failure(arguments):
    result = subprocess.run(
        [sys.executable, "-c", CLOSE_OUTPUT, *arguments], capture_output=True, check=False
    )
    assert result.returncode == 0, result.stderr


CLOSE_OUTPUT = """
import os, sys
os.close(1)
os.execv(sys.executable, [sys.executable, "-m", "vcam", *sys.argv[1:]])
"""
