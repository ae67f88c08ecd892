"""`vcam pack` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result

from vcam.cli import main
from vcam.effects.pack import load_pack
from vcam.packs.scaffold import pack_schema


@pytest.fixture
def own(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    return tmp_path / "data" / "vcam" / "packs"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["pack", *words])


def test_a_new_pack_is_good_at_once_and_can_be_moved(own, tmp_path):
    assert run("new", "my-cats", "--author", 'A "quoted" name').exit_code == 0
    pack = load_pack(own / "my-cats")
    assert (pack.title, pack.author) == ("My cats", 'A "quoted" name')
    checked = run("check", str(own / "my-cats"))
    assert checked.exit_code == 0
    assert "my-cats is good: 2 effects" in checked.output
    assert "note:" not in checked.output
    assert run("export", "my-cats", str(tmp_path / "c.zip")).exit_code == 0
    assert run("remove", "my-cats").exit_code == 0
    assert not (own / "my-cats").exists()
    installed = run("install", str(tmp_path / "c.zip"))
    assert "vcam pack on my-cats" in installed.output
    assert load_pack(own / "my-cats").rules == pack.rules


def test_new_pack_elsewhere_and_what_it_refuses(own, tmp_path):
    made = run("new", str(tmp_path / "here" / "dogs"), "--json")
    assert json.loads(made.output)["file"] == str(tmp_path / "here" / "dogs" / "pack.yaml")
    again = run("new", str(tmp_path / "here" / "dogs"))
    assert again.exit_code == 1
    assert "exists already" in again.output
    named = run("new", str(tmp_path / "My Dogs"))
    assert named.exit_code == 1
    assert "no name for a pack" in named.output
    assert not (tmp_path / "My Dogs").exists()


def test_notes_on_what_is_probably_not_meant(own):
    run("new", "cats")
    file = own / "cats" / "pack.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("v_sign, effect: star", "v_sing, effect: star"), encoding="utf-8")
    (own / "cats" / "old.png").write_bytes((own / "cats" / "star.png").read_bytes())
    told = json.loads(run("check", str(own / "cats"), "--json").output)
    notes = " | ".join(told["warnings"])
    assert "no gesture is called v_sing" in notes
    assert "did you mean v_sign" in notes
    assert "old.png is not used" in notes
    file.write_text(text.replace("effect: star", "effect: sparkle", 1), encoding="utf-8")
    result = run("check", str(own / "cats"))
    assert result.exit_code == 1
    assert "line 36" in result.output
    assert "cannot play sparkle here" in result.output


def test_faults_are_told_in_one_line(own, tmp_path):
    for words in (
        ("check", str(tmp_path / "none")),
        ("install", str(tmp_path / "none.zip")),
        ("remove", "none"),
        ("remove", "party"),
        ("export", "partie", str(tmp_path / "x.zip")),
    ):
        result = run(*words)
        assert result.exit_code == 1, words
        assert result.output.startswith("vcam: "), words
        assert result.output.count("\n") == 1, words
    assert "did you mean party" in run("export", "partie", str(tmp_path / "x.zip")).output
    assert json.loads(run("remove", "none", "--json").output)["fix"]


def test_installed_packs_are_found(own, tmp_path):
    from vcam.daemon.loading import found_packs
    from vcam.settings.schema import ReactionSettings

    run("new", "cats")
    assert found_packs(ReactionSettings())["cats"] == own / "cats"
    assert "party" in found_packs(ReactionSettings())


def test_schema_accepts_every_shipped_pack_and_refuses_others():
    from vcam.core.document import parse_document
    from vcam.effects.pack import shipped_pack_folder

    validator = jsonschema_rs.Draft202012Validator(pack_schema())
    for file in shipped_pack_folder().glob("*/pack.yaml"):
        data = parse_document(file.read_text(encoding="utf-8")).data
        # Ranges may be written as a pair or one number; JSON Schema has to know that too.
        assert [error.message for error in validator.iter_errors(data)] == [], file
    assert list(validator.iter_errors({"name": "x"}))
    assert json.loads(run("schema").output) == pack_schema()


def test_a_broken_pack_costs_the_demo_no_other(own, tmp_path):
    run("new", "cats")
    run("new", "dogs")
    (own / "cats" / "pack.yaml").write_text("name: cats\n", encoding="utf-8")
    listed = CliRunner().invoke(main, ["demo", "--effect", "list"])
    assert listed.exit_code == 0, listed.output
    names = listed.stdout.split()
    assert {"dogs/star", "reactions/fireworks"} <= set(names)
    assert not any(name.startswith("cats/") for name in names)
    (line,) = listed.stderr.splitlines()
    assert str(own / "cats" / "pack.yaml") in line
    assert line.endswith("; left out")
