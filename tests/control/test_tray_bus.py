"""The tray as a panel sees it over D-Bus; the panel is the test."""

from __future__ import annotations

import asyncio
import logging
import shutil
import subprocess
import sys

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("D-Bus", allow_module_level=True)
if shutil.which("dbus-daemon") is None:
    pytest.skip("needs dbus-daemon", allow_module_level=True)

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from vcam.control.commands import Pause, SwitchPack
from vcam.control.state import PackState, SettingsState, Watcher
from vcam.control.tray import start_tray, status_notifier
from vcam.control.tray.icons import SIZES
from vcam.control.tray.menu import menu_of
from vcam.control.tray.status_notifier import NOTIFICATIONS, WATCHER
from vcam.core.errors import VcamError
from vcam.testing.daemon import FakeDaemon

PATIENCE_S = 20
ITEM, MENU = "org.kde.StatusNotifierItem", "com.canonical.dbusmenu"


@pytest.fixture(scope="module")
def bus_address(tmp_path_factory):
    path = tmp_path_factory.mktemp("bus") / "bus"
    address = f"unix:path={path}"
    command = ["dbus-daemon", "--session", f"--address={address}", "--nofork", "--nopidfile"]
    with subprocess.Popen(
        [*command, "--print-address"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout.readline()
        yield address
        process.terminate()


@pytest.fixture(autouse=True)
def session(bus_address, monkeypatch):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus_address)
    monkeypatch.delenv("DISPLAY", raising=False)


@pytest.fixture
def daemon(tmp_path):
    return FakeDaemon(tmp_path)


class Panel:
    """A StatusNotifier watcher and host, and a notification server; notes what it is told."""

    def __init__(self):
        self.registered, self.signals, self.notes = [], [], []

    async def __aenter__(self):
        self.bus = await MessageBus(bus_type=BusType.SESSION).connect()
        self.bus.add_message_handler(self._heard)
        await self.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "AddMatch", "s",
                        "type='signal'")  # fmt: skip
        await self.bus.request_name(WATCHER)
        await self.bus.request_name(NOTIFICATIONS)
        return self

    async def __aexit__(self, *error):
        self.bus.disconnect()
        await self.bus.wait_for_disconnect()

    def _heard(self, message):
        if message.message_type is MessageType.SIGNAL and message.interface in (ITEM, MENU):
            self.signals.append((message.member, message.body))
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        if message.member == "RegisterStatusNotifierItem":
            self.registered.append(message.body[0])
            return Message.new_method_return(message)
        if message.member == "Notify":
            self.notes.append(message.body[4])
            return Message.new_method_return(message, "u", [1])
        return None

    async def call(self, name, path, member, signature="", *body, interface=None):
        reply = await self.bus.call(
            Message(
                destination=name,
                path=path,
                interface=interface or name,
                member=member,
                signature=signature,
                body=list(body),
            )
        )
        if reply.message_type is MessageType.ERROR:
            raise ValueError(reply.body[0])
        return reply.body

    async def until(self, condition):
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.01)

    async def item(self, member, signature="", *body):
        return await self.call(
            self.registered[-1], "/StatusNotifierItem", member, signature, *body, interface=ITEM
        )

    async def menu(self, member, signature="", *body):
        return await self.call(
            self.registered[-1], "/MenuBar", member, signature, *body, interface=MENU
        )

    async def properties(self):
        body = await self.call(
            self.registered[-1],
            "/StatusNotifierItem",
            "GetAll",
            "s",
            ITEM,
            interface="org.freedesktop.DBus.Properties",
        )
        return {name: variant.value for name, variant in body[0].items()}

    async def lines(self):
        """Number and properties of each line by its label."""
        _revision, (_root, _properties, below) = await self.menu("GetLayout", "iias", 0, -1, [])
        return {
            told["label"].value: (number, told)
            for number, told, _children in (node.value for node in below)
            if "label" in told
        }

    async def click(self, label):
        number = (await self.lines())[label][0]
        await self.menu("Event", "isvu", number, "clicked", Variant("i", 0), 0)


class Shown:
    """A tray that runs, and how often it has opened the page."""

    def __init__(self, daemon):
        self._daemon = daemon
        self.opened = 0

    def __enter__(self):
        self.tray = start_tray(self._daemon, self._open, "en")
        return self

    def _open(self):
        self.opened += 1

    def __exit__(self, *error):
        self.tray.stop()


def with_panel(daemon, play):
    """Runs `play(panel, shown)` once the icon is registered."""

    async def main():
        async with Panel() as panel:
            with Shown(daemon) as shown:
                await panel.until(lambda: panel.registered)
                await play(panel, shown)

    asyncio.run(main())


def test_item_says_what_hosts_ask_for(daemon):
    async def play(panel, shown):
        told = await panel.properties()
        assert (told["Id"], told["Status"], told["Menu"]) == ("vcam", "Active", "/MenuBar")
        assert told["ItemIsMenu"] is False
        assert list(told["ToolTip"]) == ["", [], "vcam", "Live"]
        assert [(w, h, len(p)) for w, h, p in told["IconPixmap"]] == [
            (size, size, 4 * size * size) for size in SIZES
        ]
        # ARGB in network byte order: an opaque pixel of the tile.
        assert told["IconPixmap"][-1][2][4 * (32 * 64 + 3) :][:4] == bytes.fromhex("ff0d7c7f")

    with_panel(daemon, play)


def test_clicks_on_the_icon(daemon):
    async def play(panel, shown):
        await panel.item("Activate", "ii", 1, 1)
        await panel.until(lambda: shown.opened == 1)
        await panel.item("SecondaryActivate", "ii", 1, 1)
        await panel.until(lambda: daemon.commands == [Pause()])
        await panel.item("ContextMenu", "ii", 1, 1)
        await panel.item("Scroll", "is", 1, "vertical")

    with_panel(daemon, play)


def test_icon_and_tooltip_are_announced_when_they_change(daemon):
    async def play(panel, shown):
        before = (await panel.properties())["IconPixmap"]
        daemon.change(watchers=(Watcher(program="zoom", pid=1, output="virtual camera"),))
        await panel.until(lambda: {"NewIcon", "NewToolTip"} <= {name for name, _ in panel.signals})
        told = await panel.properties()
        assert told["ToolTip"][3] == "Live: zoom is watching"
        assert told["IconPixmap"] != before

    with_panel(daemon, play)


def test_layout_is_the_menu(daemon):
    async def play(panel, shown):
        revision, (root, told, below) = await panel.menu("GetLayout", "iias", 0, -1, [])
        assert (root, told["children-display"].value) == (0, "submenu")
        assert len(below) == len(menu_of(daemon.state(), "en"))
        labels = [node.value[1].get("label", Variant("s", "-")).value for node in below]
        assert labels == [item.label or "-" for item in menu_of(daemon.state(), "en")]
        lines = await panel.lines()
        assert lines["Selfie glasses"][1]["toggle-state"].value == 1
        assert lines["Party"][1]["toggle-state"].value == 0
        assert lines["Live"][1]["enabled"].value is False
        profiles = lines["Profile"][0]
        _revision, (_number, _told, radios) = await panel.menu(
            "GetLayout", "iias", profiles, -1, ["label", "toggle-type"]
        )
        assert [radio.value[1]["toggle-type"].value for radio in radios] == ["radio", "radio"]
        assert all(set(radio.value[1]) == {"label", "toggle-type"} for radio in radios)
        _revision, (_root, _told, none) = await panel.menu("GetLayout", "iias", 0, 0, [])
        assert none == []
        _revision, (_root, _told, flat) = await panel.menu("GetLayout", "iias", 0, 1, [])
        assert [node.value[2] for node in flat] == [[] for _ in below]
        assert revision >= 1

    with_panel(daemon, play)


def test_tick_changes_in_place_whoever_changed_it(daemon):
    async def play(panel, shown):
        number = (await panel.lines())["Party"][0]
        daemon.run(SwitchPack(name="party", on=True))
        await panel.until(lambda: panel.signals)
        (name, (changed, removed)) = panel.signals[0]
        assert name == "ItemsPropertiesUpdated"
        assert [(n, {k: v.value for k, v in told.items()}) for n, told in changed] == [
            (number, {"toggle-state": 1})
        ]
        assert removed == []
        assert (await panel.lines())["Party"][1]["toggle-state"].value == 1

    with_panel(daemon, play)


def test_new_lines_bring_a_new_revision_and_keep_numbers(daemon):
    async def play(panel, shown):
        before = (await panel.menu("GetLayout", "iias", 0, -1, []))[0]
        quit_number = (await panel.lines())["Quit"][0]
        problem = SettingsState(path="c", exists=True, problem="line 3 is odd")
        packs = (*daemon.state().packs, PackState(name="new_one", title="New_one", on=False))
        daemon.change(settings=problem, packs=packs)
        await panel.until(lambda: "LayoutUpdated" in {name for name, _ in panel.signals})
        announced = next(body for name, body in panel.signals if name == "LayoutUpdated")
        after = (await panel.menu("GetLayout", "iias", 0, -1, []))[0]
        assert announced == [after, 0]
        assert after > before
        lines = await panel.lines()
        assert lines["Quit"][0] == quit_number
        assert "New__one" in lines
        await panel.click("Settings: line 3 is odd")
        await panel.until(lambda: shown.opened == 1)

    with_panel(daemon, play)


def test_clicked_line_becomes_a_command(daemon):
    async def play(panel, shown):
        await panel.click("Party")
        await panel.until(lambda: daemon.commands == [SwitchPack(name="party", on=True)])
        await panel.until(lambda: panel.signals)
        number = (await panel.lines())["Party"][0]
        events = [
            [number, "hovered", Variant("s", ""), 0],
            [number, "clicked", Variant("s", ""), 0],
            [9999, "clicked", Variant("s", ""), 0],
        ]
        assert await panel.menu("EventGroup", "a(isvu)", events) == [[9999]]
        await panel.until(lambda: len(daemon.commands) == 2)
        assert daemon.commands[1] == SwitchPack(name="party", on=False)

    with_panel(daemon, play)


def test_refused_click_is_told_and_the_tick_put_right(daemon):
    async def play(panel, shown):
        daemon.refusal = VcamError("The file is read-only", "chmod u+w it")
        number = (await panel.lines())["Party"][0]
        await panel.click("Party")
        await panel.until(lambda: panel.notes == ["The file is read-only: chmod u+w it"])
        await panel.until(lambda: panel.signals)
        name, (changed, _removed) = panel.signals[0]
        assert name == "ItemsPropertiesUpdated"
        assert [(n, told["toggle-state"].value) for n, told in changed] == [(number, 0)]

    with_panel(daemon, play)


def test_unknown_lines_are_errors(daemon):
    async def play(panel, shown):
        for member, signature, body in (
            ("GetLayout", "iias", (9999, -1, [])),
            ("GetProperty", "is", (9999, "label")),
            ("GetProperty", "is", (0, "colour")),
            ("Event", "isvu", (9999, "clicked", Variant("i", 0), 0)),
        ):
            with pytest.raises(ValueError, match="menu line"):
                await panel.menu(member, signature, *body)
        assert await panel.menu("GetGroupProperties", "aias", [9999], []) == [[]]
        assert await panel.menu("AboutToShowGroup", "ai", [0, 9999]) == [[], [9999]]
        assert await panel.menu("AboutToShow", "i", 0) == [False]
        (label,) = await panel.menu("GetProperty", "is", (await panel.lines())["Quit"][0], "label")
        assert label.value == "Quit"
        everything = (await panel.menu("GetGroupProperties", "aias", [], ["label"]))[0]
        assert len(everything) > len(menu_of(daemon.state(), "en"))

    with_panel(daemon, play)


def test_panel_that_comes_late_and_comes_again(daemon, monkeypatch, caplog):
    monkeypatch.setattr(status_notifier, "HOST_WAIT_S", 0.05)
    caplog.set_level(logging.INFO, "vcam")

    async def main():
        with Shown(daemon):
            async with asyncio.timeout(PATIENCE_S):
                while not caplog.records:
                    await asyncio.sleep(0.01)
            async with Panel() as first:
                await first.until(lambda: first.registered)
            async with Panel() as second:
                await second.until(lambda: second.registered)
                assert (await second.properties())["Id"] == "vcam"

    asyncio.run(main())
    assert [record.getMessage() for record in caplog.records] == [
        "No icon in the tray: no panel on this desktop shows one"
    ]


def test_stop_takes_the_icon_off_the_bus(daemon):
    async def play(panel, shown):
        shown.tray.stop()
        shown.tray.stop()
        with pytest.raises(ValueError, match=r"not provided|does not exist"):
            await panel.properties()

    with_panel(daemon, play)


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "nonsense"])
def test_no_bus_is_one_line(daemon, monkeypatch, caplog, address):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    caplog.set_level(logging.INFO, "vcam")

    async def main():
        with Shown(daemon):
            async with asyncio.timeout(PATIENCE_S):
                while not caplog.records:
                    await asyncio.sleep(0.01)

    asyncio.run(main())
    (line,) = caplog.records
    assert line.getMessage().startswith("No icon in the tray: there is no D-Bus session")
    assert line.levelno == logging.INFO
    daemon.change(mode="paused")
