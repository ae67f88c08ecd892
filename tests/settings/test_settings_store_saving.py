"""Files that cannot be written, or are saved by others at the same moment."""

from __future__ import annotations

import errno
import os
import threading

import pytest

from vcam.core.errors import SettingsError
from vcam.settings import store as store_module
from vcam.settings import writing
from vcam.settings.loader import InvalidSettings, load_settings
from vcam.settings.store import SettingsStore

from .store_kit import TEXT

pytestmark = pytest.mark.usefixtures("own_config_folder")


def test_read_only_file_is_left_alone_and_the_change_holds(file):
    file.chmod(0o444)
    store = SettingsStore(file)
    store.change({"camera.fps": 20})
    store.change({"camera.mirror": True})
    assert file.read_text() == TEXT
    camera = store.loaded.settings.camera
    assert (camera.fps, camera.mirror) == (20, True)
    assert "(it is read-only), so the changes hold only while vcam runs: make it" in store.warning
    assert store.reload().settings.camera.fps == 20


def test_what_was_not_saved_is_saved_later(file):
    file.chmod(0o444)
    store = SettingsStore(file)
    store.change({"camera.fps": 20, "log_level": "debug"})
    file.chmod(0o644)
    store.change({"camera.mirror": True})
    assert store.warning == ""
    assert load_settings(file).settings.camera.fps == 20
    assert load_settings(file).settings.log_level == "debug"


def test_newer_save_wins_over_what_was_not_saved(file):
    file.chmod(0o444)
    store = SettingsStore(file)
    store.change({"camera.fps": 20, "log_level": "debug"})
    file.chmod(0o644)
    file.write_text(TEXT.replace("15", "24"))
    loaded = store.reload()
    assert loaded.settings.camera.fps == 24
    assert loaded.settings.log_level == "debug"
    assert store.warning


@pytest.mark.parametrize(
    ("number", "fix"), [(errno.ENOSPC, "make room"), (errno.EACCES, "make the file and its folder")]
)
def test_disk_that_refuses_leaves_the_file_whole(file, monkeypatch, number, fix):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing.os, "fsync", refuse)
    store = SettingsStore(file)
    store.change({"camera.fps": 20})
    assert os.strerror(number) in store.warning
    assert fix in store.warning
    assert file.read_text() == TEXT
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert store.loaded.settings.camera.fps == 20


def test_change_in_memory_without_a_file(monkeypatch):
    def refuse(**_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(writing.tempfile, "mkstemp", refuse)
    store = SettingsStore()
    assert store.change({"camera.fps": 20}).settings.camera.fps == 20
    assert not store.exists
    assert not store.loaded.from_file
    assert store.reload().settings.camera.fps == 20


def test_save_at_the_same_moment_is_not_lost(file, monkeypatch):
    real = writing.os.fsync
    saves = iter([TEXT.replace("# mine", "# theirs")])

    def save_meanwhile(handle):
        real(handle)
        for text in saves:
            file.write_text(text)
            break

    monkeypatch.setattr(writing.os, "fsync", save_meanwhile)
    SettingsStore(file).change({"camera.fps": 20})
    assert file.read_text() == TEXT.replace("# mine", "# theirs").replace("15", "20")


def test_half_a_save_at_the_same_moment_is_not_overwritten(file, monkeypatch):
    monkeypatch.setattr(writing.os, "fsync", lambda _: file.write_text("camera: [  # half written"))
    store = SettingsStore(file)
    with pytest.raises(InvalidSettings):
        store.change({"camera.fps": 20})
    assert file.read_text() == "camera: [  # half written"
    assert store.loaded.settings.camera.fps == 15


def test_program_that_saves_all_the_time_is_told(file, monkeypatch):
    numbers = iter(range(1000))
    monkeypatch.setattr(
        writing.os, "fsync", lambda _: file.write_text(f"{TEXT}# {next(numbers)}\n")
    )
    with pytest.raises(SettingsError, match="is being saved by another program"):
        SettingsStore(file).change({"camera.fps": 20})


def test_change_that_makes_the_file_too_large_is_refused(file, monkeypatch):
    monkeypatch.setattr(store_module, "MAX_BYTES", 150)
    with pytest.raises(SettingsError, match="would become larger"):
        SettingsStore(file).change({"reactions.pack_folders": ["x" * 100]})


def test_many_threads_lose_no_change(file):
    store = SettingsStore(file)
    ready = threading.Barrier(4)

    def change(number: int) -> None:
        ready.wait()
        for turn in range(5):
            store.change({f"triggers.gestures.g{number}_{turn}.dwell_ms": 500 + number})

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gestures = load_settings(file).settings.triggers.gestures
    assert len(gestures) == 21
    assert store.loaded.settings.triggers.gestures == gestures
