"""Fixtures that several files of this folder share."""

from __future__ import annotations

import pytest

from vcam.settings.loader import CONFIG_VARIABLE

from .store_kit import TEXT


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text(TEXT)
    return path


@pytest.fixture
def own_config_folder(monkeypatch, tmp_path):
    monkeypatch.delenv(CONFIG_VARIABLE, raising=False)
    monkeypatch.setattr("platformdirs.user_config_path", lambda *_, **__: tmp_path / "home")
