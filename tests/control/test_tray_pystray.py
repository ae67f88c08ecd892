"""The pystray tray against a fake of pystray, as Windows and macOS would have it."""

from __future__ import annotations

import logging
import sys
import threading
from types import SimpleNamespace

import pytest

from vcam.control import tray as package
from vcam.control.commands import SwitchPack
from vcam.control.tray import start_tray
from vcam.control.tray.presenter import Presenter
from vcam.control.tray.pystray_tray import PystrayTray
from vcam.core.errors import VcamError
from vcam.testing.daemon import FakeDaemon

PATIENCE_S = 20


class MenuItem:
    def __init__(self, text, action, checked=None, radio=False, default=False, enabled=True):
        self.text, self.action, self.radio = text, action, radio
        self.checked, self.default, self.enabled = checked, default, enabled


class Menu:
    SEPARATOR = object()

    def __init__(self, *items):
        self.items = items


class Icon:
    """Runs until it is stopped; notes what it is told, and by which threads."""

    HAS_MENU = HAS_NOTIFICATION = True

    def __init__(self, name, icon, title, menu):
        self.name, self.icon, self.title, self.menu = name, icon, title, menu
        self.visible = True
        self.notes, self.updates = [], 0
        self.made_by, self.run_by = threading.current_thread(), None
        self.detached = False
        self._ended = threading.Event()
        FAKE.icons.append(self)

    def run(self):
        self.run_by = threading.current_thread()
        self._ended.wait(PATIENCE_S)
        raise OSError("no notifications here")

    def run_detached(self):
        self.detached = True

    def stop(self):
        self._ended.set()

    def notify(self, message, title):
        self.notes.append((title, message))

    def update_menu(self):
        self.updates += 1


FAKE = SimpleNamespace(Icon=Icon, Menu=Menu, MenuItem=MenuItem, icons=[])


@pytest.fixture(autouse=True)
def pystray(monkeypatch):
    FAKE.icons.clear()
    monkeypatch.setitem(sys.modules, "pystray", FAKE)
    monkeypatch.setattr(Icon, "HAS_MENU", True)
    return FAKE


@pytest.fixture
def daemon():
    return FakeDaemon()


@pytest.fixture
def opened():
    return []


@pytest.fixture
def presenter(daemon, opened):
    made = Presenter(daemon, lambda: opened.append(True), "en")
    yield made
    made.stop()


def line(icon, text):
    return next(item for item in icon.menu.items if getattr(item, "text", None) == text)


def until(condition):
    ticker = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if condition():
            return
        ticker.wait(0.01)
    raise AssertionError("in vain")


def test_icon_lives_on_a_thread_of_its_own(presenter, daemon):
    tray = PystrayTray(presenter)
    (icon,) = FAKE.icons
    until(lambda: icon.run_by is not None)
    assert icon.made_by is icon.run_by is not threading.current_thread()
    assert tray.attend is None
    assert (icon.title, icon.icon.size) == ("Live", (64, 64))
    tray.stop()
    assert not icon.visible
    assert not icon.run_by.is_alive()


def test_menu_is_the_state_and_its_lines_are_commands(presenter, daemon, opened):
    tray = PystrayTray(presenter)
    (icon,) = FAKE.icons
    assert line(icon, "Selfie glasses").checked(None) is True
    assert line(icon, "Live").enabled is False
    assert [item.radio for item in line(icon, "Profile").action.items] == [True, True]
    assert Menu.SEPARATOR in icon.menu.items
    line(icon, "Party").action(icon, None)
    until(lambda: daemon.commands == [SwitchPack(name="party", on=True)])
    until(lambda: line(icon, "Party").checked(None) is True)
    until(lambda: icon.updates == 1)
    assert line(icon, "Open the page").default
    line(icon, "Open the page").action(icon, None)
    until(lambda: opened == [True])
    daemon.change(mode="paused")
    until(lambda: icon.title == "Paused")
    tray.stop()


def test_refusal_is_a_notification(presenter, daemon):
    tray = PystrayTray(presenter)
    (icon,) = FAKE.icons
    daemon.refusal = VcamError("The file is read-only", "chmod u+w it")
    line(icon, "Party").action(icon, None)
    until(lambda: icon.notes == [("vcam", "The file is read-only: chmod u+w it")])
    tray.stop()


def test_notification_that_fails_hurts_nobody(presenter, monkeypatch):
    def fail(self, message, title):
        raise OSError("osascript is missing")

    monkeypatch.setattr(Icon, "notify", fail)
    tray = PystrayTray(presenter)
    tray.notify("x")
    tray.stop()


def test_backend_without_menus_is_not_taken(presenter, monkeypatch):
    monkeypatch.setattr(Icon, "HAS_MENU", False)
    with pytest.raises(ImportError, match="no menu"):
        PystrayTray(presenter)
    assert FAKE.icons == []


def test_end_that_fails_in_gtk_is_no_error(presenter, caplog):
    tray = PystrayTray(presenter)
    caplog.set_level(logging.INFO)
    tray.stop()
    assert not caplog.records


def test_macos_lives_on_the_main_thread(presenter, daemon, monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    events, sent = [object()], []
    application = SimpleNamespace(
        nextEventMatchingMask_untilDate_inMode_dequeue_=lambda *_: events.pop() if events else None,
        sendEvent_=sent.append,
    )
    appkit = SimpleNamespace(
        NSApplication=SimpleNamespace(sharedApplication=lambda: application),
        NSDate=SimpleNamespace(dateWithTimeIntervalSinceNow_=lambda seconds: seconds),
        NSEventMaskAny=1,
        NSDefaultRunLoopMode="default",
    )
    monkeypatch.setitem(sys.modules, "AppKit", appkit)
    tray = PystrayTray(presenter)
    (icon,) = FAKE.icons
    assert icon.detached
    assert icon.made_by is threading.current_thread()
    daemon.change(mode="paused")
    attend = tray.attend
    assert attend is not None

    def attended():
        attend(0.01)
        return icon.title == "Paused"

    until(attended)
    assert len(sent) == 1
    tray.stop()


def test_macos_off_the_main_thread_has_no_icon(daemon, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "vcam")
    monkeypatch.setattr(sys, "platform", "darwin")
    trays = ["unset"]
    thread = threading.Thread(target=lambda: trays.append(start_tray(daemon, lambda: None, "en")))
    thread.start()
    thread.join()
    assert trays == ["unset", None]
    assert "main thread" in caplog.text


def test_windows_starts_pystray_at_once(daemon, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    tray = start_tray(daemon, lambda: None, "en")
    until(lambda: FAKE.icons)
    assert tray is not None
    tray.stop()
    until(lambda: not FAKE.icons[0].visible)


def test_missing_pystray_is_one_line(daemon, monkeypatch, caplog):
    caplog.set_level(logging.INFO, "vcam")
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "pystray", None)
    tray = start_tray(daemon, lambda: None, "en")
    until(lambda: caplog.records)
    assert [record.levelno for record in caplog.records] == [logging.INFO]
    assert caplog.records[0].getMessage().startswith("No icon in the tray: ")
    assert tray is not None
    tray.stop()


@pytest.mark.parametrize(("display", "taken"), [("", False), (":9", True)])
def test_linux_falls_back_to_pystray_where_there_is_a_display(daemon, monkeypatch, display, taken):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    tray = package.Tray(Presenter(daemon, lambda: None, "en"))
    assert tray._fall_back("no panel") is taken
    assert len(FAKE.icons) == int(taken)
    tray.stop()
    assert tray._fall_back("no panel") is True
    assert len(FAKE.icons) == int(taken)
