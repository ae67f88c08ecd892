"""Panels that come late, ask for nonsense, or are not there at all."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("D-Bus", allow_module_level=True)
if shutil.which("dbus-daemon") is None:
    pytest.skip("needs dbus-daemon", allow_module_level=True)

from dbus_fast import Variant

from vcam.control.tray import status_notifier
from vcam.control.tray.menu import menu_of

from .tray_panel import PATIENCE_S, Panel, Shown, with_panel

pytestmark = pytest.mark.usefixtures("session_bus")


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
