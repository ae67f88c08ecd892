from __future__ import annotations

import os
import threading

import pytest

from vcam.settings.watcher import LOOK_EVERY_S, SETTLES_S, SettingsWatcher
from vcam.testing.stages import FakeClock


class Told:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.count = 0
        self.event = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        self.event.set()


@pytest.fixture
def told():
    return Told()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "config.yaml"
    path.write_text("a: 1\n")
    return path


def watcher(path, told) -> SettingsWatcher:
    return SettingsWatcher(path, told, FakeClock(), threading.Event())


def test_nothing_is_told_while_nothing_changes(file, told):
    watching = watcher(file, told)
    assert not any(watching.look() for _ in range(30))


def test_save_is_told_once_at_the_second_equal_look(file, told):
    watching = watcher(file, told)
    file.write_text("a: 22\n")
    assert [watching.look() for _ in range(20)] == [False, True, *[False] * 18]
    assert told.count == 1
    assert LOOK_EVERY_S + SETTLES_S < 0.5


def test_save_in_pieces_is_told_when_it_is_whole(file, told):
    watching = watcher(file, told)
    for size in range(1, 5):
        file.write_text("a: 1\n" * (size + 1))
        assert not watching.look()
    assert watching.look()
    assert told.count == 1


def test_touch_and_own_content_again_are_no_change(file, told):
    watching = watcher(file, told)
    os.utime(file, (1e9, 1e9))
    other = file.with_suffix(".new")
    other.write_text("a: 1\n")
    other.replace(file)
    assert not any(watching.look() for _ in range(20))


def test_rename_over_it_is_told(file, told):
    watching = watcher(file, told)
    other = file.with_suffix(".new")
    other.write_text("a: 2\n")
    other.replace(file)
    assert [watching.look() for _ in range(3)] == [False, True, False]


def test_delete_and_create_between_two_looks_is_one_change(file, told):
    watching = watcher(file, told)
    file.unlink()
    assert not watching.look()
    file.write_text("a: 2\n")
    assert [watching.look() for _ in range(3)] == [False, True, False]


def test_vanishing_and_coming_back_are_told(file, told):
    watching = watcher(file, told)
    file.unlink()
    assert [watching.look() for _ in range(3)] == [False, True, False]
    file.write_text("a: 1\n")
    assert [watching.look() for _ in range(3)] == [False, True, False]
    assert told.count == 2


def test_folder_that_is_made_later(tmp_path, told):
    path = tmp_path / "not" / "yet" / "config.yaml"
    watching = watcher(path, told)
    assert not any(watching.look() for _ in range(20))
    path.parent.mkdir(parents=True)
    path.write_text("a: 1\n")
    assert [watching.look() for _ in range(3)] == [False, True, False]


def test_second_save_that_looks_the_same_from_outside_is_seen(file, told):
    os.utime(file, (1e9, 1e9))
    watching = watcher(file, told)
    file.write_text("a: 2\n")
    os.utime(file, (1e9, 1e9))
    assert any(watching.look() for _ in range(3))
    file.write_text("a: 3\n")
    os.utime(file, (1e9, 1e9))
    assert any(watching.look() for _ in range(3))


def test_link_that_points_elsewhere_is_told(tmp_path, file, told):
    other = tmp_path / "other.yaml"
    other.write_text("a: 2\n")
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    watching = watcher(link, told)
    link.unlink()
    link.symlink_to(other)
    assert any(watching.look() for _ in range(2))


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_something_else_in_its_place_is_told_and_never_waited_on(file, told, make):
    watching = watcher(file, told)
    file.unlink()
    make(file)
    assert any(watching.look() for _ in range(2))


def test_failing_listener_does_not_end_the_watching(file, caplog):
    def fail() -> None:
        raise RuntimeError("boom")

    watching = SettingsWatcher(file, fail, FakeClock(), threading.Event())
    for text in ("a: 2\n", "a: 33\n"):
        file.write_text(text)
        assert any(watching.look() for _ in range(3))
    assert caplog.text.count("Reading the settings again failed") == 2


def test_thread_tells_and_ends(file, told):
    class Paced(FakeClock):
        """As fast as it can, but not faster than the other threads."""

        def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
            super().wait(interrupt, timeout_s)
            return interrupt.wait(0.001)

    stop = threading.Event()
    thread = SettingsWatcher(file, told, Paced(), stop).start()
    file.write_text("a: 2\n")
    assert told.event.wait(10)
    stop.set()
    thread.join(10)
    assert not thread.is_alive()
    assert thread.daemon
