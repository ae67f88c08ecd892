"""The tray as a panel sees it over D-Bus; the panel is the test."""

from __future__ import annotations

import shutil
import sys

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("D-Bus", allow_module_level=True)
if shutil.which("dbus-daemon") is None:
    pytest.skip("needs dbus-daemon", allow_module_level=True)

from dbus_fast import Variant

from vcam.control.commands import Pause, SwitchPack
from vcam.control.state import PackState, SettingsState, Watcher
from vcam.control.tray.icons import SIZES
from vcam.control.tray.menu import menu_of
from vcam.core.errors import VcamError

from .tray_panel import with_panel

pytestmark = pytest.mark.usefixtures("session_bus")


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
