"""The menu as a D-Bus object: com.canonical.dbusmenu, version 3.

Specification: dbus-menu.xml of libdbusmenu. Lines keep their numbers while they are there, so that
a menu which is open changes in place.
"""

# Without `from __future__ import annotations`: dbus-fast cannot read `-> None` with it.

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from dbus_fast import DBusError, ErrorType, PropertyAccess, Variant
from dbus_fast.annotations import DBusBool, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal

from vcam.control.tray.menu import Item

ROOT = 0

Properties = dict[str, Variant]
_Ints = Annotated[list[int], DBusSignature("ai")]
_Names = Annotated[list[str], DBusSignature("as")]
_Layout = Annotated[tuple[int, list[Any]], DBusSignature("u(ia{sv}av)")]
_Group = Annotated[list[Any], DBusSignature("a(ia{sv})")]
_Value = Annotated[Any, DBusSignature("v")]
_Events = Annotated[list[tuple[int, str, Any, int]], DBusSignature("a(isvu)")]
_TwoInts = Annotated[tuple[list[int], list[int]], DBusSignature("aiai")]
_Changes = Annotated[tuple[list[Any], list[Any]], DBusSignature("a(ia{sv})a(ias)")]
_Revision = Annotated[tuple[int, int], DBusSignature("ui")]

_READ = PropertyAccess.READ


class NotifierMenu(ServiceInterface):
    """The menu; all on the bus's own event loop.

    Args:
        items: the first menu.
        chosen: called with the line that was clicked.
    """

    def __init__(self, items: Sequence[Item], chosen: Callable[[Item], None]) -> None:
        super().__init__("com.canonical.dbusmenu")
        self._chosen = chosen
        self._numbers: dict[str, int] = {}
        self._revision = 1
        self._items, self._children = self._laid_out(items)

    def show(self, items: Sequence[Item]) -> None:
        """Shows another menu: changed lines are announced one by one, others all at once."""
        before, structure = self._items, self._children
        self._items, self._children = self._laid_out(items)
        if self._children != structure:
            self._revision += 1
            self.LayoutUpdated(self._revision, ROOT)
            return
        changed, removed = [], []
        for number, item in self._items.items():
            old, new = properties(before[number]), properties(item)
            news = {name: value for name, value in new.items() if old.get(name) != value}
            gone = [name for name in old if name not in new]
            if news:
                changed.append([number, news])
            if gone:
                removed.append([number, gone])
        if changed or removed:
            self.ItemsPropertiesUpdated(changed, removed)

    def confirm(self, key: str) -> None:
        """Announces a line's tick again: some hosts turn it themselves when it is clicked."""
        number = self._numbers.get(key)
        if number is None or number not in self._items:
            return
        told = properties(self._items[number])
        if "toggle-state" in told:
            self.ItemsPropertiesUpdated([[number, {"toggle-state": told["toggle-state"]}]], [])

    def _laid_out(
        self, items: Sequence[Item]
    ) -> tuple[dict[int, Item], dict[int, tuple[int, ...]]]:
        """All lines by number, and the numbers below each."""
        lines: dict[int, Item] = {}
        children: dict[int, tuple[int, ...]] = {}

        def lay_out(parent: int, below: Sequence[Item]) -> None:
            children[parent] = tuple(self._number(item) for item in below)
            for item in below:
                lines[self._number(item)] = item
                if item.items:
                    lay_out(self._number(item), item.items)

        lay_out(ROOT, items)
        return lines, children

    def _number(self, item: Item) -> int:
        return self._numbers.setdefault(item.key, len(self._numbers) + 1)

    def _node(self, number: int, depth: int, names: Sequence[str]) -> list[Any]:
        """One line with `depth` levels below it, -1 for all."""
        below = self._children.get(number, ()) if depth else ()
        nodes = [Variant("(ia{sv}av)", self._node(child, depth - 1, names)) for child in below]
        return [number, self._properties(number, names), nodes]

    def _properties(self, number: int, names: Sequence[str]) -> Properties:
        if number == ROOT:
            told = {"children-display": Variant("s", "submenu")}
        else:
            told = properties(self._items[number])
        return {name: value for name, value in told.items() if not names or name in names}

    def _must_know(self, number: int) -> None:
        if number != ROOT and number not in self._items:
            raise DBusError(ErrorType.INVALID_ARGS, f"there is no menu line {number}")

    @dbus_property(access=_READ)
    def Version(self) -> DBusUInt32:
        """Of the protocol."""
        return 3

    @dbus_property(access=_READ)
    def Status(self) -> DBusStr:
        """Nothing is urgent."""
        return "normal"

    @dbus_property(access=_READ)
    def TextDirection(self) -> DBusStr:
        """Left to right, as both languages are."""
        return "ltr"

    @dbus_property(access=_READ)
    def IconThemePath(self) -> _Names:
        """There are no icons."""
        return []

    @dbus_method()
    def GetLayout(self, parent: DBusInt32, depth: DBusInt32, names: _Names) -> _Layout:
        """The menu, or a part of it."""
        self._must_know(parent)
        return self._revision, self._node(parent, depth, names)

    @dbus_method()
    def GetGroupProperties(self, numbers: _Ints, names: _Names) -> _Group:
        """Properties of some lines, or of all; lines that are gone are left out."""
        wanted = numbers or [ROOT, *self._items]
        known = [number for number in wanted if number == ROOT or number in self._items]
        return [[number, self._properties(number, names)] for number in known]

    @dbus_method()
    def GetProperty(self, number: DBusInt32, name: DBusStr) -> _Value:
        """One property of one line."""
        self._must_know(number)
        found = self._properties(number, [name])
        if name not in found:
            raise DBusError(ErrorType.INVALID_ARGS, f"menu line {number} has no {name}")
        return found[name]

    @dbus_method()
    def Event(self, number: DBusInt32, event: DBusStr, data: _Value, at: DBusUInt32) -> None:
        """The user did something with a line."""
        self._must_know(number)
        self._happened(number, event)

    @dbus_method()
    def EventGroup(self, events: _Events) -> _Ints:
        """Several at once; gives the lines that are unknown."""
        unknown = []
        for number, event, _data, _at in events:
            if number == ROOT or number in self._items:
                self._happened(number, event)
            else:
                unknown.append(number)
        return unknown

    @dbus_method()
    def AboutToShow(self, number: DBusInt32) -> DBusBool:
        """Whether the menu must be fetched again: no, every change was announced."""
        return False

    @dbus_method()
    def AboutToShowGroup(self, numbers: _Ints) -> _TwoInts:
        """The same for several: those to fetch again, those that are unknown."""
        return [], [n for n in numbers if n != ROOT and n not in self._items]

    def _happened(self, number: int, event: str) -> None:
        if event == "clicked" and number != ROOT:
            self._chosen(self._items[number])

    @dbus_signal()
    def LayoutUpdated(self, revision: int, parent: int) -> _Revision:
        """Lines have come, gone or moved."""
        return revision, parent

    @dbus_signal()
    def ItemsPropertiesUpdated(self, changed: list[Any], removed: list[Any]) -> _Changes:
        """Lines have changed where they are."""
        return changed, removed


def properties(item: Item) -> Properties:
    """What the protocol says of a line; whatever is at its default is left out."""
    if item.kind == "separator":
        return {"type": Variant("s", "separator")}
    # An underscore marks the next letter as the line's key, unless there are two.
    told = {"label": Variant("s", item.label.replace("_", "__"))}
    if item.kind == "heading":
        told["enabled"] = Variant("b", False)
    if item.kind == "submenu":
        told["children-display"] = Variant("s", "submenu")
    if item.kind in ("check", "radio"):
        told["toggle-type"] = Variant("s", "checkmark" if item.kind == "check" else "radio")
        told["toggle-state"] = Variant("i", int(item.on))
    return told
