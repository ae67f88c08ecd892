"""A panel of one's own, which shows the tray."""

from __future__ import annotations

import asyncio

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from vcam.control.tray import start_tray
from vcam.control.tray.status_notifier import NOTIFICATIONS, WATCHER

PATIENCE_S = 20


ITEM, MENU = "org.kde.StatusNotifierItem", "com.canonical.dbusmenu"


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
