from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from tools import film_looks
from tools import report_tables as tables

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def report():
    spec = importlib.util.spec_from_file_location("report_tool", ROOT / "tools" / "report.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["report_tool"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["report_tool"]


@pytest.mark.parametrize("page", ["README.md", "docs/recognition.md"])
def test_tables_of_the_pages_are_those_of_the_figures(report, page):
    text = (ROOT / page).read_text(encoding="utf-8")
    marked = re.findall(r"<!-- figures: ([\w-]+) -->", text)
    assert marked
    assert text.count("<!-- /figures -->") == len(marked)
    assert report.filled(text, report.load_figures()) == text


def test_figures_name_no_place_and_no_clip():
    for path in (ROOT / "docs" / "figures").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(home|work|root|tmp|Users)/|\.(mp4|jpe?g|png)", text)
        about = json.loads(text)
        assert {"title", "command", "date", "machine", "pose_model", "figures"} <= set(about)


def group(hours, false, shown=0, hits=0):
    low, high = (0.0, 3.69 / hours) if not false else (0.1, 9.9)
    return {
        "judged_hours": hours,
        "hand_hours": hours / 2,
        "false_starts": false,
        "false_per_hour": false / hours,
        "false_per_hour_interval": [low, high],
        "shown": shown,
        "held_1s": {
            "shown": shown,
            "hits": hits,
            "recall": hits / shown if shown else None,
            "recall_interval": [0.5, 1.0] if shown else None,
        },
        "latency_ms": {"median": 550.0 if shown else None, "p95": 700.0 if shown else None},
        "beyond_dwell_ms": {"median": 50.0 if shown else None, "p95": 90.0 if shown else None},
        "sequence": {"accuracy": 0.97 if shown else None},
    }


MEASURED = {
    "talking": {"figures": {"groups": {"negative": group(0.5, 0), "movements": group(0.1, 0)}}},
    "signing": {"figures": {"groups": {"sign_language": group(0.02, 3)}}},
    "synthetic": {
        "figures": {
            "groups": {"demo": group(0.1, 0, 6, 6), "synth:negative": group(2.0, 1)},
            "gestures": {"v_sign": group(2.0, 1, 6, 6)},
        }
    },
}


def test_what_counts_together_leaves_signing_out(report):
    lines = tables.false_starts_table(MEASURED).splitlines()
    together = next(line for line in lines if "all but" in line)
    assert "| 2.600 | 1.300 | 1 | 0.38 (0.01 to 2.14) |" in together
    assert any("not counted" in line for line in lines)


def test_found_poses_are_added_up(report):
    table = tables.found_table(MEASURED)
    assert "| the demo clip | 6 | 6 | 100.0 % (50.0 to 100.0) | 550 | 700 | 50 |" in table
    assert "| **all** | 6 | 6 | 100.0 % (54.1 to 100.0) |" in table


def test_nothing_measured_is_said(report):
    text = "x\n<!-- figures: found -->\nold\n<!-- /figures -->\ny\n"
    filled = report.filled(text, {})
    assert "Not measured yet" in filled
    assert "old" not in filled
    assert report.filled(filled, {}) == filled
    with pytest.raises(KeyError):
        report.filled("<!-- figures: dreams -->\n<!-- /figures -->", {})


def test_names_of_clips_are_dropped(report):
    figures = {"false_starts": [{"clip": "somebody.mp4", "gesture": "v_sign", "group": "negative"}]}
    kept = report.without_names(figures)
    assert kept["false_starts"] == [{"group": "negative", "gesture": "v_sign"}]


def test_missing_data_leaves_the_figures_alone(report, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(report, "FIGURES", tmp_path / "figures")
    monkeypatch.setattr(report, "_run", lambda arguments: pytest.fail("nothing to be run"))
    report.measure("", ["room", "talking"], 1)
    assert list((tmp_path / "figures").iterdir()) == []
    assert capsys.readouterr().out.count("stay as they are") == 2


def test_each_take_is_looked_at_once_and_judged_from_what_was_seen(tmp_path, monkeypatch):
    looked = []

    def look(clip, path):
        looked.append(clip)
        path.write_bytes(b"seen")

    monkeypatch.setattr(film_looks, "_look", look)
    arguments = ["lab", "replay", "demo", "synth:negative?minutes=3&seed=4", "--curve"]
    first = film_looks.looked_at(arguments, tmp_path)
    assert [clip.rsplit("&", 1)[1] for clip in looked] == ["take=0", "take=1", "take=2"]
    assert first[:3] == ["lab", "replay", "demo"]
    assert first[-1] == "--curve"
    assert [Path(name).is_file() for name in first[3:-1]] == [True] * 3

    Path(first[4]).unlink()
    assert len(film_looks.looked_at(arguments, tmp_path, more=False)) == len(first) - 1
    assert film_looks.missing_takes(arguments, tmp_path) == "; 2 of its 3 takes so far"
    film_looks.looked_at(arguments, tmp_path)
    assert len(looked) == 4
    assert film_looks.missing_takes(arguments, tmp_path) == ""
    assert film_looks.looked_at(["lab", "images", "x"], tmp_path) == ["lab", "images", "x"]


def test_film_that_nobody_looked_at_cannot_be_judged(tmp_path):
    with pytest.raises(SystemExit, match="nothing that was seen"):
        film_looks.looked_at(["lab", "replay", "synth:poses?minutes=1"], tmp_path, more=False)
