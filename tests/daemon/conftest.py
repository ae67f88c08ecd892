from __future__ import annotations

import dataclasses
import functools
import logging

import pytest

from vcam.daemon import loading, packs
from vcam.effects.pack import load_pack, shipped_pack_folder

from .fake_pipeline import Desk


@functools.cache
def _shipped(folder):
    return load_pack(folder)


@pytest.fixture(autouse=True)
def quick_packs(monkeypatch):
    """The shipped packs are decoded once for all tests; each loading gives another object."""

    def load(folder):
        if folder.parent != shipped_pack_folder():
            return load_pack(folder)
        return dataclasses.replace(_shipped(folder))

    monkeypatch.setattr(packs, "load_pack", load)
    monkeypatch.setattr(loading, "load_pack", load)


@pytest.fixture
def desk(tmp_path):
    """A daemon with default settings."""
    return Desk(tmp_path)


@pytest.fixture
def make_desk(tmp_path):
    """Makes one with other settings."""
    level = logging.getLogger("vcam").level
    yield lambda *args, **options: Desk(tmp_path, *args, **options)
    logging.getLogger("vcam").setLevel(level)
