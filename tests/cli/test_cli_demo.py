"""`vcam demo --effect`: what is played, and on which clip."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from vcam.cli import main


@pytest.fixture
def started(tmp_path, monkeypatch):
    """What would be run: source, effects, settings."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    settings = tmp_path / "config.yaml"
    settings.write_text("log_level: info\n", encoding="utf-8")
    monkeypatch.setenv("VCAM_CONFIG", str(settings))
    told = []
    monkeypatch.setattr(
        sys.modules["vcam.cli.run"],
        "_run",
        lambda source, **options: told.append((source, options["encore"], options["overrides"])),
    )
    return told


@pytest.mark.parametrize(
    ("effect", "source", "encore"),
    [
        ("fireworks", "demo", [("reactions", "fireworks")]),
        ("faces/halo+aura", "demo", [("faces", "halo"), ("faces", "aura")]),
        ("hearts-from-hands", "demo-two-hands", [("reactions", "hearts-from-hands")]),
    ],
)
def test_effect_is_played_on_a_clip_that_shows_it(started, effect, source, encore):
    result = CliRunner().invoke(main, ["demo", "--effect", effect])
    assert result.exit_code == 0, result.output
    ((told_source, told_encore, overrides),) = started
    assert (told_source, told_encore) == (source, encore)
    packs = next(each for each in overrides if each.startswith("reactions.packs="))
    assert json.loads(packs.partition("=")[2]) == [encore[0][0]]


def test_demo_itself_answers_gestures(started):
    assert CliRunner().invoke(main, ["demo"]).exit_code == 0
    assert started == [("demo", [], ("camera.when=always",))]


def test_unknown_effect_is_told(started):
    result = CliRunner().invoke(main, ["demo", "--effect", "firewroks"])
    assert result.exit_code == 1
    assert "did you mean fireworks?" in result.stderr
    assert started == []
