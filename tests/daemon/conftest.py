from __future__ import annotations

import dataclasses
import functools
import logging

import pytest

from vcam.daemon import loading, packs
from vcam.effects.pack import load_pack, shipped_pack_folder

from .fake_pipeline import Desk
from .studio import PATIENCE_S, Studio


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


@pytest.fixture
def make_studio(make_desk, tmp_path):
    studios = []

    def make(text=""):
        studios.append(Studio(make_desk, tmp_path, text))
        return studios[-1]

    yield make
    for studio in studios:
        studio.daemon.close()
        assert studio.daemon._selfies.join(PATIENCE_S)


@pytest.fixture
def studio(make_studio):
    return make_studio()


@pytest.fixture
def look_at():
    """Makes what looks at faces before a daemon, a fifth of a second after the last."""

    def of(desk):
        def look(*faces, seconds=0.2):
            desk.clock.advance(seconds)
            desk.people._note(faces, desk.clock.now())
            return desk.daemon.state().people

        return look

    return of


@pytest.fixture
def look(desk, look_at):
    """Looks at faces."""
    return look_at(desk)
