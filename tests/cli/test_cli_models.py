"""`vcam models`."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.testing.tiny_models import write_tiny_model


@pytest.fixture
def vcam(tmp_path, monkeypatch):
    """Runs `vcam models` on a folder of the test's own."""
    config = tmp_path / "config.yaml"
    config.write_text(
        f"recognisers:\n  folder: {json.dumps(str(tmp_path / 'models'))}\n"
        "  rules: [{when: {recogniser: ligth, class: dark}, do: log}]\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("VCAM_CONFIG", str(config))
    return lambda *arguments: CliRunner().invoke(main, ["models", *map(str, arguments)])


def test_install_list_and_remove(vcam, tmp_path):
    assert "There are none" in vcam().stdout
    source = write_tiny_model(tmp_path / "run")
    installed = vcam("install", source, "--json")
    assert json.loads(installed.stdout) == {"name": "light", "folder": str(tmp_path / "models")}
    told = json.loads(vcam("--json").stdout)
    (model,) = told["models"]
    assert (model["name"], model["on"], model["problem"]) == ("light", True, "")
    assert model["classes"] == ["bright", "dark"]
    assert "did you mean light?" in told["problems"][0]
    text = vcam().stdout
    assert "not for: anything else" in text
    assert "Problem: recognisers.rules, rule 1" in text
    assert vcam("remove", "light").exit_code == 0
    assert json.loads(vcam("--json").stdout)["models"] == []


def test_who_installs_a_large_model_is_told(vcam, tmp_path, monkeypatch):
    source = write_tiny_model(tmp_path / "run")
    assert vcam("install", source).stderr == ""
    # The package has the command under the name of its module.
    monkeypatch.setattr(import_module("vcam.cli.models"), "LARGE_MB", 0)
    assert "pictures may come late" in vcam("install", source).stderr


def test_what_cannot_be_installed_is_one_line(vcam, tmp_path):
    bad = write_tiny_model(tmp_path / "run", "bad", classes=("a", "b", "c"))
    refused = vcam("install", bad)
    assert refused.exit_code == 1
    assert refused.stderr.count("\n") == 1
    assert "its card names 3" in refused.stderr
    as_json = json.loads(vcam("remove", "bad", "--json").stdout)
    assert "no model 'bad'" in as_json["error"]
    write_tiny_model(tmp_path / "models", "bad", classes=("a", "b", "c"))
    assert "cannot be used: the model bad tells 2 classes apart" in vcam().stdout
