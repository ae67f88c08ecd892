"""Stand-in for a desktop's portal backend: grants every access question (here: the camera)."""

import asyncio

from dbus_fast import Variant
from dbus_fast.aio import MessageBus
from dbus_fast.service import ServiceInterface, method

GRANTED = 0


class Access(ServiceInterface):
    def __init__(self):
        super().__init__("org.freedesktop.impl.portal.Access")

    @method()
    def AccessDialog(
        self,
        handle: "o",  # noqa: F821
        app_id: "s",  # noqa: F821
        parent: "s",  # noqa: F821
        title: "s",  # noqa: F821
        subtitle: "s",  # noqa: F821
        body: "s",  # noqa: F821
        options: "a{sv}",  # noqa: F722
    ) -> "ua{sv}":  # noqa: F722
        answer: dict[str, Variant] = {}
        return [GRANTED, answer]


async def main():
    bus = await MessageBus().connect()
    bus.export("/org/freedesktop/portal/desktop", Access())
    await bus.request_name("org.freedesktop.impl.portal.desktop.mock")
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main())
