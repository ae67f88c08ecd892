"""Edits of packs while they are on."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from vcam.daemon.pack_watch import PackWatcher
from vcam.testing import FakeClock


class Scene:
    def __init__(self, root):
        self.home = root / "packs"
        self.told = 0
        self.on = []
        self.time_ns = 10**18
        self.watcher = PackWatcher(
            lambda: [self.home], lambda: self.on, self.count, FakeClock(), threading.Event()
        )

    def count(self):
        self.told += 1

    def write(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.time_ns += 10**9
        os.utime(path, ns=(self.time_ns, self.time_ns))

    def looks(self, count=3):
        return [self.watcher.look() for _ in range(count)].count(True)


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    scene.write("cats/pack.yaml", "a")
    scene.write("cats/sub/ears.png", "b")
    scene.on = [scene.home / "cats"]
    scene.looks()
    return scene


def test_nothing_is_told_at_first_or_without_a_change(scene):
    assert scene.looks(5) == 0
    assert scene.told == 0


@pytest.mark.parametrize("name", ["cats/pack.yaml", "cats/sub/ears.png", "cats/new.png"])
def test_an_edit_is_told_once_when_it_has_settled(scene, name):
    scene.write(name, "changed")
    assert not scene.watcher.look()
    assert scene.watcher.is_settling
    scene.write("cats/pack.yaml", "changed again")
    assert not scene.watcher.look()
    assert scene.watcher.look()
    assert scene.looks(4) == 0
    assert scene.told == 1


def test_a_pack_that_comes_or_goes_is_told(scene):
    scene.write("dogs/pack.yaml", "x")
    assert scene.looks() == 1
    (scene.home / "dogs" / "pack.yaml").unlink()
    (scene.home / "dogs").rmdir()
    assert scene.looks() == 1


def test_an_installation_in_progress_is_not(scene):
    scene.write(".vcam-new-abc/unpacked/pack.yaml", "x")
    assert scene.looks() == 0


def test_edits_of_packs_that_are_off_are_not_told(scene):
    scene.write("dogs/pack.yaml", "x")
    scene.looks()
    scene.told = 0
    scene.write("dogs/pack.yaml", "y")
    assert scene.looks() == 0


def test_switching_a_pack_on_is_no_edit(scene):
    scene.write("dogs/pack.yaml", "x")
    scene.looks()
    scene.on.append(scene.home / "dogs")
    assert scene.looks() == 0
    scene.write("dogs/pack.yaml", "z")
    assert scene.looks() == 1


def test_what_fails_is_logged_and_the_watching_goes_on(scene, caplog):
    def fail():
        raise RuntimeError("no")

    scene.watcher._on_change = fail
    scene.write("cats/pack.yaml", "changed")
    assert scene.looks() == 1
    assert "Reading the packs again failed" in caplog.text
    scene.write("cats/pack.yaml", "changed twice")
    assert scene.looks() == 1
    scene.on = []
    shutil.rmtree(scene.home)
    assert scene.looks() == 0
