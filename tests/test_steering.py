from __future__ import annotations

import logging
import threading

import pytest

from vcam import steering as module
from vcam.core.errors import OutputError
from vcam.settings.schema import ControlSettings
from vcam.steering import Steering


class Notices:
    def __init__(self) -> None:
        self.told: dict[str, str] = {}

    def set(self, matter: str, line: str) -> None:
        self.told[matter] = line


class Daemon:
    """What page and tray steer, as far as their starting goes."""

    def __init__(self) -> None:
        self.notices = Notices()
        self.pages: list[str | None] = []

    def set_page(self, address: str | None) -> None:
        self.pages.append(address)


class World:
    """Servers and trays that were started, in order; `news` after each."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.news = threading.Condition()
        self.fail_page: Exception | None = None
        self.fail_tray: Exception | None = None
        self.has_host = True

    def note(self, what: str) -> None:
        with self.news:
            self.log.append(what)
            self.news.notify_all()

    def wait_for(self, what: str) -> None:
        with self.news:
            assert self.news.wait_for(lambda: what in self.log, 60), self.log


@pytest.fixture
def world(monkeypatch):
    from vcam.control import server, tray

    world = World()

    class Server:
        def __init__(self, daemon, settings) -> None:
            self.url = f"http://127.0.0.1:{settings.port}"

        def start(self) -> None:
            world.note(f"page {self.url}")
            if world.fail_page is not None:
                raise world.fail_page

        def link(self) -> str:
            return f"{self.url}/open?code=1"

        def stop(self) -> None:
            world.note("page stopped")

    class Icon:
        def stop(self) -> None:
            world.note("tray stopped")

    def start_tray(daemon, open_page, language):
        world.note(f"tray {language}")
        if world.fail_tray is not None:
            raise world.fail_tray
        return Icon() if world.has_host else None

    monkeypatch.setattr(server, "ControlServer", Server)
    monkeypatch.setattr(tray, "start_tray", start_tray)
    monkeypatch.setattr(module, "GRACE_S", 0.0)
    return world


@pytest.fixture
def start(world):
    started = []

    def make(**settings):
        steering = Steering(Daemon(), ControlSettings.model_validate(settings))
        steering.start()
        started.append(steering)
        return steering

    yield make
    for steering in started:
        steering.stop()


def changed(**settings) -> ControlSettings:
    return ControlSettings.model_validate(settings)


def test_page_and_tray_come_and_go(world, start, caplog):
    with caplog.at_level(logging.INFO):
        steering = start()
        world.wait_for("tray auto")
    steering.stop()
    assert world.log == ["page http://127.0.0.1:8765", "tray auto", "page stopped", "tray stopped"]
    assert steering._daemon.pages == [None, "http://127.0.0.1:8765", None]
    assert "page at http://127.0.0.1:8765/open?code=1" in caplog.text


def test_only_what_changes_is_started_again(world, start):
    steering = start()
    world.wait_for("tray auto")
    steering.apply(changed(page={"port": 9000}))
    world.wait_for("page http://127.0.0.1:9000")
    steering.apply(changed(page={"port": 9000}, language="id"))
    world.wait_for("tray id")
    assert world.log[2:] == [
        "page stopped",
        "page http://127.0.0.1:9000",
        "tray stopped",
        "tray id",
    ]


def test_off_and_on_again(world, start):
    steering = start(page={"enabled": False}, tray={"enabled": False})
    steering.apply(changed(page={"enabled": False}))
    world.wait_for("tray auto")
    steering.apply(changed())
    world.wait_for("page http://127.0.0.1:8765")
    assert world.log == ["tray auto", "page http://127.0.0.1:8765"]


def test_page_that_fails_is_told_and_the_tray_comes_all_the_same(world, start, caplog):
    world.fail_page = OutputError("no port is free", "set control.page.port")
    steering = start()
    world.wait_for("tray auto")
    steering.stop()
    assert (
        steering._daemon.notices.told["page"] == "No page: no port is free: set control.page.port"
    )
    assert steering._daemon.pages[-1] is None
    assert "Traceback" not in caplog.text


def test_next_change_clears_what_was_told(world, start):
    world.fail_page = ZeroDivisionError()
    steering = start()
    world.wait_for("tray auto")
    assert "ZeroDivisionError" in steering._daemon.notices.told["page"]
    world.fail_page = None
    steering.apply(changed(page={"port": 9000}, language="id"))
    world.wait_for("tray id")
    assert steering._daemon.notices.told["page"] == ""


def test_tray_that_fails_or_has_no_place_is_told(world, start):
    world.fail_tray = RuntimeError("no bus")
    steering = start()
    world.wait_for("tray auto")
    steering.stop()
    assert "RuntimeError" in steering._daemon.notices.told["tray"]
    world.fail_tray, world.has_host = None, False
    other = start()
    world.wait_for("page stopped")
    other.stop()
    assert "no place" in other._daemon.notices.told["tray"]


def test_tray_of_a_mac_lives_on_the_main_thread(world, monkeypatch):
    attended = []
    monkeypatch.setattr(
        "vcam.control.tray.start_tray",
        lambda *args: world.note(f"tray on {threading.current_thread().name}") or Attended(),
    )

    class Attended:
        attend = staticmethod(attended.append)

        def stop(self) -> None:
            world.note("tray stopped")

    steering = Steering(Daemon(), ControlSettings(), platform="darwin")
    steering.start()
    world.wait_for("page http://127.0.0.1:8765")
    assert len(world.log) == 1
    assert steering.attend(0.2)
    assert steering.attend(0.1)
    assert attended == [0.2, 0.1]
    assert world.log[1:] == [f"tray on {threading.current_thread().name}"]
    steering.stop()
    assert world.log[-1] == "tray stopped"


def test_tray_of_a_mac_that_fails_is_given_up(world, monkeypatch, caplog):
    class Failing:
        @staticmethod
        def attend(timeout_s):
            raise OSError("AppKit")

    monkeypatch.setattr("vcam.control.tray.start_tray", lambda *args: Failing())
    steering = Steering(Daemon(), ControlSettings(), platform="darwin")
    assert not steering.attend(0.2)
    assert "The tray failed" in caplog.text
    caplog.clear()
    assert not steering.attend(0.2)
    assert caplog.text == ""


def test_elsewhere_the_main_thread_has_nothing_to_do(world, start):
    assert not start().attend(60)


def test_page_is_opened_by_a_fresh_link(world, start, monkeypatch, caplog):
    opened = threading.Event()
    links = []

    def open_link(link):
        links.append(link)
        opened.set()
        return True

    monkeypatch.setattr(module.webbrowser, "open", open_link)
    steering = start()
    world.wait_for("tray auto")
    steering.open_page()
    assert opened.wait(60)
    assert links == ["http://127.0.0.1:8765/open?code=1"]
    steering.apply(changed(page={"enabled": False}, language="id"))
    world.wait_for("tray id")
    steering.open_page()
    assert "The page is off" in caplog.text


def test_browser_that_fails_does_no_harm(monkeypatch, caplog):
    def fail(link):
        raise OSError("no display")

    monkeypatch.setattr(module.webbrowser, "open", fail)
    module._open_in_browser("http://127.0.0.1:1")
    monkeypatch.setattr(module.webbrowser, "open", lambda link: False)
    module._open_in_browser("http://127.0.0.1:1")
    assert "No browser was found" in caplog.text
