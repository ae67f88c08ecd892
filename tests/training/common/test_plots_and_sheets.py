from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.common.curves import roc
from training.common.plots import plot_confusion, plot_curves, plot_reliability, plot_roc
from training.common.progress import counted, epochs
from training.common.sheet import Sample, make_sheet, write_sheet


def test_every_plot_is_a_picture(tmp_path: Path) -> None:
    curve = roc(np.array([0.9, 0.1, 0.5], np.float32), np.array([True, False, True]))
    plot_curves(tmp_path / "curves.png", [{"loss": 2.0}, {"loss": 1.0}])
    plot_confusion(tmp_path / "confusion.png", np.array([[3, 1], [0, 2]]), ["a", "b"])
    plot_reliability(tmp_path / "reliability.png", np.array([[0.8, 0.7, 5]], np.float32), 0.1)
    plot_roc(tmp_path / "roc.png", {"a": {"m": curve}}, {"a": {"rule": (0.0, 0.5)}})
    written = sorted(file.name for file in tmp_path.iterdir())
    assert written == ["confusion.png", "curves.png", "reliability.png", "roc.png"]
    for file in tmp_path.iterdir():
        assert cv2.imread(str(file)) is not None


def test_a_sheet_holds_every_picture_in_its_cell(tmp_path: Path) -> None:
    red = np.zeros((40, 20, 3), np.uint8)
    red[..., 2] = 255
    blue = np.zeros((300, 500, 3), np.uint8)
    blue[..., 0] = 255
    samples = [Sample(red, ("is one",)), Sample(blue, ("is two", "read as three"))] * 2
    sheet = make_sheet(samples, columns=3, side=64)
    assert sheet.shape == (2 * (64 + 6 + 2 * 13 + 4), 3 * (64 + 6), 3)
    assert sheet[3 + 32, 3 + 32].tolist() == [0, 0, 255]
    assert sheet[3 + 32, 70 + 3 + 32].tolist() == [255, 0, 0]
    assert sheet[3 + 2, 70 + 3 + 32].tolist() == [250, 250, 250]
    write_sheet(tmp_path / "sheet.png", samples, columns=3, side=64)
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "sheet.png")), sheet)


def test_bars_stay_off_what_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted([1, 2], "some")) == [1, 2]
    with epochs(1) as told:
        told(1, {"loss": 0.5})
    assert capsys.readouterr().err == ""
