"""The tray on Linux desktops: StatusNotifierItem and its menu over D-Bus, without GTK or Qt."""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import threading
from collections.abc import Callable

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from vcam.control.tray.dbus_item import ITEM_PATH, MENU_PATH, NotifierItem
from vcam.control.tray.dbus_menu import NotifierMenu
from vcam.control.tray.menu import Item, View
from vcam.control.tray.presenter import Presenter

logger = logging.getLogger(__name__)

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
NOTIFICATIONS = "org.freedesktop.Notifications"
NOTIFICATIONS_PATH = "/org/freedesktop/Notifications"

HOST_WAIT_S = 2.0
"""How long a tray is waited for before another way is tried, or its lack is told."""

STOP_S = 1.0

_numbers = itertools.count(1)
_WATCHER_RULE = (
    f"type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{WATCHER}'"
)


class NotifierTray:
    """The icon, on a thread and an event loop of its own.

    It waits for a tray for as long as it lives: panels start late, crash and start again.

    Args:
        presenter: what is shown, and where clicks go.
        fall_back: called once when there is no tray in time, with the reason; true if another
            kind of tray has taken over, and this one shall end.
    """

    def __init__(self, presenter: Presenter, fall_back: Callable[[str], bool]) -> None:
        self._presenter = presenter
        self._fall_back = fall_back
        self._loop = asyncio.new_event_loop()
        self._bus: MessageBus | None = None
        self._item: NotifierItem | None = None
        self._menu: NotifierMenu | None = None
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="tray", daemon=True)
        self._thread.start()

    def show(self, view: View) -> None:
        """Shows `view` from now on."""
        self._on_loop(lambda: self._show(view))

    def notify(self, message: str) -> None:
        """Tells the user one line by the desktop's notifications."""
        self._on_loop(lambda: self._notify(message))

    def carried_out(self, item: Item) -> None:
        """Announces the tick of `item` again."""

        def confirm() -> None:
            if self._menu is not None:
                self._menu.confirm(item.key)

        self._on_loop(confirm)

    def stop(self) -> None:
        """Takes the icon away; harmless twice."""
        self._on_loop(self._stopping.set)
        if self._thread is not threading.current_thread():
            self._thread.join(STOP_S)

    def _on_loop(self, action: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(action)
        except RuntimeError:
            logger.debug("the tray has ended")

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._main())
        except Exception:
            logger.exception("the tray has ended")
        finally:
            self._presenter.hidden(self)
            self._loop.close()

    async def _main(self) -> None:
        try:
            bus = await MessageBus(bus_type=BusType.SESSION).connect()
        except Exception as error:
            # What dbus-fast raises for a missing or refused bus is of many kinds.
            logger.debug("no session bus", exc_info=True)
            self._fall_back(f"there is no D-Bus session ({str(error) or type(error).__name__})")
            return
        self._bus = bus
        try:
            await self._serve(bus)
        finally:
            bus.disconnect()

    async def _serve(self, bus: MessageBus) -> None:
        name = f"org.kde.StatusNotifierItem-{os.getpid()}-{next(_numbers)}"
        view = self._presenter.view()
        presenter = self._presenter
        self._item = NotifierItem(
            view.look, view.title, presenter.open_page, presenter.toggle_pause
        )
        self._menu = NotifierMenu(view.menu, presenter.choose)
        bus.export(ITEM_PATH, self._item)
        bus.export(MENU_PATH, self._menu)
        await bus.request_name(name)
        owners: asyncio.Queue[str] = asyncio.Queue()
        bus.add_message_handler(lambda message: self._heard(message, owners))
        await _call(bus, "AddMatch", "s", _WATCHER_RULE)
        running = {
            asyncio.ensure_future(self._follow_watcher(bus, name, owners)),
            asyncio.ensure_future(self._stopping.wait()),
            asyncio.ensure_future(_disconnected(bus)),
        }
        done, pending = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            if task.exception() is not None:
                logger.info("The tray has ended: the D-Bus session is gone (%s)", task.exception())

    async def _follow_watcher(self, bus: MessageBus, name: str, owners: asyncio.Queue[str]) -> None:
        """Registers with each watcher that appears; returns if another kind of tray took over."""
        has_owner = await _call(bus, "NameHasOwner", "s", WATCHER)
        shown = bool(has_owner) and await self._register(bus, name)
        if not shown:
            shown = await self._wait_for_first(bus, name, owners)
        if not shown and self._fall_back("no panel on this desktop shows one"):
            return
        while True:
            owner = await owners.get()
            if not (owner and await self._register(bus, name)):
                self._presenter.hidden(self)

    async def _wait_for_first(self, bus: MessageBus, name: str, owners: asyncio.Queue[str]) -> bool:
        try:
            async with asyncio.timeout(HOST_WAIT_S):
                while not await owners.get():
                    pass
        except TimeoutError:
            return False
        return await self._register(bus, name)

    async def _register(self, bus: MessageBus, name: str) -> bool:
        reply = await bus.call(
            Message(
                destination=WATCHER,
                path=WATCHER_PATH,
                interface=WATCHER,
                member="RegisterStatusNotifierItem",
                signature="s",
                body=[name],
            )
        )
        if reply.message_type is MessageType.ERROR:
            logger.debug("the tray refuses the icon: %s", reply.body)
            return False
        self._presenter.start(self)
        logger.debug("the icon is in the tray")
        return True

    @staticmethod
    def _heard(message: Message, owners: asyncio.Queue[str]) -> None:
        if message.member == "NameOwnerChanged" and message.body[0] == WATCHER:
            owners.put_nowait(message.body[2])

    def _show(self, view: View) -> None:
        if self._item is not None and self._menu is not None:
            self._item.show(view.look, view.title)
            self._menu.show(view.menu)

    def _notify(self, message: str) -> None:
        bus = self._bus
        if bus is None:
            return
        hints = {"transient": Variant("b", True)}
        notify = Message(
            destination=NOTIFICATIONS,
            path=NOTIFICATIONS_PATH,
            interface=NOTIFICATIONS,
            member="Notify",
            signature="susssasa{sv}i",
            body=["vcam", 0, "camera-web", "vcam", message, [], hints, -1],
        )
        # Kept by the loop until it is done; a desktop without notifications answers with an error.
        self._loop.create_task(bus.call(notify)).add_done_callback(_ignore_outcome)


def _ignore_outcome(task: asyncio.Task[Message | None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        logger.debug("no notification: %s", task.exception())


async def _disconnected(bus: MessageBus) -> None:
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


async def _call(bus: MessageBus, member: str, signature: str, argument: str) -> object:
    """What the bus itself answers; None for nothing."""
    reply = await bus.call(
        Message(
            destination="org.freedesktop.DBus",
            path="/org/freedesktop/DBus",
            interface="org.freedesktop.DBus",
            member=member,
            signature=signature,
            body=[argument],
        )
    )
    if reply.message_type is MessageType.ERROR:
        raise ConnectionError(str(reply.body))
    return reply.body[0] if reply.body else None
