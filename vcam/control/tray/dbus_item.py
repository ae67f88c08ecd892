"""The icon as a D-Bus object: org.kde.StatusNotifierItem.

Specification: freedesktop.org, "StatusNotifierItem"; what it leaves open is as KDE has it.
"""

# Without `from __future__ import annotations`: dbus-fast cannot read `-> None` with it.

from collections.abc import Callable
from typing import Annotated

from dbus_fast import PropertyAccess
from dbus_fast.annotations import DBusBool, DBusInt32, DBusObjectPath, DBusSignature, DBusStr
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal
from PIL import Image

from vcam.control.tray.icons import SIZES, draw_icon
from vcam.control.tray.menu import Look

ITEM_PATH = "/StatusNotifierItem"
MENU_PATH = "/MenuBar"

Pixmap = tuple[int, int, bytes]
_Pixmaps = Annotated[list[Pixmap], DBusSignature("a(iiay)")]
_ToolTip = Annotated[tuple[str, list[Pixmap], str, str], DBusSignature("(sa(iiay)ss)")]

_READ = PropertyAccess.READ


def pixmap(image: Image.Image) -> list[int | bytes]:
    """Width, height, and ARGB32 in network byte order."""
    red, green, blue, alpha = image.convert("RGBA").split()
    return [image.width, image.height, Image.merge("RGBA", (alpha, red, green, blue)).tobytes()]


class NotifierItem(ServiceInterface):
    """The icon; all on the bus's own event loop.

    Args:
        look: the first icon.
        title: what the tooltip says first.
        activate: called for a primary click.
        middle_click: called for a click with the middle button.
    """

    def __init__(
        self,
        look: Look,
        title: str,
        activate: Callable[[], None],
        middle_click: Callable[[], None],
    ) -> None:
        super().__init__("org.kde.StatusNotifierItem")
        self._look = look
        self._tip = title
        self._activate = activate
        self._middle_click = middle_click

    def show(self, look: Look, title: str) -> None:
        """Shows another icon or tooltip; what has not changed is not announced."""
        if look != self._look:
            self._look = look
            self.NewIcon()
        if title != self._tip:
            self._tip = title
            self.NewToolTip()

    @dbus_property(access=_READ)
    def Category(self) -> DBusStr:
        """It stands for a device."""
        return "Hardware"

    @dbus_property(access=_READ)
    def Id(self) -> DBusStr:
        """By it panels remember whether to hide the icon."""
        return "vcam"

    @dbus_property(access=_READ)
    def Title(self) -> DBusStr:
        """Name in the panel's own settings."""
        return "vcam"

    @dbus_property(access=_READ)
    def Status(self) -> DBusStr:
        """Always to be seen: a camera that is on must not hide."""
        return "Active"

    @dbus_property(access=_READ)
    def WindowId(self) -> DBusInt32:
        """There is no window."""
        return 0

    @dbus_property(access=_READ)
    def IconName(self) -> DBusStr:
        """Empty: the pixmaps count."""
        return ""

    @dbus_property(access=_READ)
    def IconPixmap(self) -> _Pixmaps:
        """The icon in all sizes."""
        return [pixmap(draw_icon(self._look, size)) for size in SIZES]  # type: ignore[misc]

    @dbus_property(access=_READ)
    def ToolTip(self) -> _ToolTip:
        """No icon of its own, the name, and what is going on."""
        return ["", [], "vcam", self._tip]  # type: ignore[return-value]

    @dbus_property(access=_READ)
    def ItemIsMenu(self) -> DBusBool:
        """No: a primary click opens the page."""
        return False

    @dbus_property(access=_READ)
    def Menu(self) -> DBusObjectPath:
        """Where the menu is."""
        return MENU_PATH

    @dbus_method()
    def Activate(self, x: DBusInt32, y: DBusInt32) -> None:
        """A primary click."""
        self._activate()

    @dbus_method()
    def SecondaryActivate(self, x: DBusInt32, y: DBusInt32) -> None:
        """A click with the middle button."""
        self._middle_click()

    @dbus_method()
    def ContextMenu(self, x: DBusInt32, y: DBusInt32) -> None:
        """Hosts show the menu themselves, as there is one on the bus."""

    @dbus_method()
    def Scroll(self, delta: DBusInt32, orientation: DBusStr) -> None:
        """Nothing is to be scrolled."""

    @dbus_signal()
    def NewIcon(self) -> None:
        """The icon has changed."""

    @dbus_signal()
    def NewToolTip(self) -> None:
        """The tooltip has changed."""
