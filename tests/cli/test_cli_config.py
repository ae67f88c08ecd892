from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.settings.loader import CONFIG_VARIABLE, load_settings

TEXT = "# mine\ncamera:\n  fps: 15  # lamp\n"


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "config.yaml"
    path.write_text(TEXT)
    monkeypatch.setenv(CONFIG_VARIABLE, str(path))
    return path


def vcam(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["config", *arguments])
    return result.exit_code, result.output


def test_set_keeps_comments_and_tells_what_changed(file):
    status, output = vcam("set", "camera.fps=20", "reactions.packs=[party, badges]")
    assert status == 0
    assert file.read_text() == (TEXT.replace("15", "20") + "reactions:\n  packs: [party, badges]\n")
    assert output == (
        f"{file} is saved; changed: camera.fps, reactions.packs\n"
        "  in a vcam that runs: the camera is opened again\n"
    )


def test_unset(file):
    status, output = vcam("unset", "camera.fps", "--json")
    assert status == 0
    assert json.loads(output) == {
        "file": str(file),
        "changed": ["camera.fps"],
        "needs": ["camera"],
    }
    assert file.read_text() == "# mine\n# lamp\n"


def test_file_that_is_named_is_made(tmp_path, monkeypatch):
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    path = tmp_path / "new" / "mine.yaml"
    assert vcam("set", "camera.mirror=true", "--config", str(path))[0] == 0
    assert load_settings(path).settings.camera.mirror


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["set", "camera.widht=3"], "did you mean camera.width?"),
        (["set", "camera.fps=300"], "camera.fps is 300; it must be a number from 1 to 240"),
        (["set", "camera.fps"], "write it as section.name=value"),
        (["set", "camera.fps=["], "camera.fps: the value is not YAML"),
        (["unset", "camera.widht"], "did you mean camera.width?"),
    ],
)
def test_wrong_change_is_told_and_nothing_written(file, arguments, message):
    status, output = vcam(*arguments)
    assert status == 1
    assert message in output
    assert file.read_text() == TEXT


def test_wrong_file_is_not_overwritten(file):
    file.write_text("camera: [\n")
    status, output = vcam("set", "camera.fps=20")
    assert status == 1
    assert "line 2, column 1" in output
    assert file.read_text() == "camera: [\n"


def test_read_only_file_is_an_error_here(file):
    file.chmod(0o444)
    status, output = vcam("set", "camera.fps=20")
    assert status == 1
    assert "it is read-only" in output


def test_editor_opens_the_file_and_the_result_is_checked(file, monkeypatch):
    monkeypatch.setenv("VISUAL", "sed -i s/fps/fsp/")
    status, output = vcam("edit")
    assert status == 1
    assert "line 3: camera.fsp is not a setting; did you mean camera.fps?" in output


def test_editor_gets_a_file_where_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("VISUAL", "true")
    path = tmp_path / "config.yaml"
    status, output = vcam("edit", "--config", str(path))
    assert status == 0
    assert path.read_text().startswith("# vcam's settings")
    assert f"{path} is right" in output


def test_explain_tells_what_a_change_needs():
    assert "the camera is opened again" in vcam("explain", "camera.fps")[1]
    (field,) = json.loads(vcam("explain", "camera.fps", "--json")[1])
    assert (field["applies"], field["kind"], field["high"]) == ("camera", "number", 240)
