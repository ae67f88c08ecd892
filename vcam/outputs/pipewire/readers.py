"""Who reads our node: the links of PipeWire's registry, followed to the programs behind them."""

from __future__ import annotations

import ctypes as ct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from vcam.core.contracts import Reader
from vcam.outputs.pipewire import abi
from vcam.outputs.pipewire import library as pw

CLIENT = "PipeWire:Interface:Client"
NODE = "PipeWire:Interface:Node"
LINK = "PipeWire:Interface:Link"

PROGRAM_KEYS = ("pipewire.access.portal.app_id", "application.process.binary", "application.name")
"""Where a program's name is looked for, best first.

The portal vouches for the first, which only sandboxed programs have; programs set the others
themselves. The kernel's word on who opened the connection (`pipewire.sec.pid`) is of no use: for
all that comes through the portal, that is the portal."""


def reader_of(properties: Mapping[str, str]) -> Reader:
    """The program that a PipeWire client's properties tell of."""
    program = next((properties[key] for key in PROGRAM_KEYS if properties.get(key)), "unknown")
    number = properties.get("application.process.id", "")
    # A sandbox counts processes from 1: its numbers mean nothing outside.
    sandboxed = bool(properties.get("pipewire.access.portal.app_id"))
    pid = int(number) if number.isdecimal() and not sandboxed else None
    return Reader(program, pid)


class Links:
    """What is linked with what, from the registry's events. Pure."""

    def __init__(self) -> None:
        self._client_of: dict[int, int] = {}
        self._links: dict[int, tuple[int, int]] = {}

    def add(self, number: int, kind: str, properties: Mapping[str, str]) -> None:
        """Takes note of an object; what is neither node nor link, or damaged, is passed over."""
        try:
            if kind == NODE:
                self._client_of[number] = int(properties["client.id"])
            elif kind == LINK:
                self._links[number] = (
                    int(properties["link.output.node"]),
                    int(properties["link.input.node"]),
                )
        except (KeyError, ValueError):
            return

    def remove(self, number: int) -> None:
        """Forgets an object."""
        self._client_of.pop(number, None)
        self._links.pop(number, None)

    def clients_reading(self, node: int) -> tuple[int, ...]:
        """Clients that own a node which is fed by `node`, by number, each once."""
        readers = {reader for source, reader in self._links.values() if source == node}
        return tuple(sorted({self._client_of[r] for r in readers if r in self._client_of}))


@dataclass
class _Client:
    """A client whose properties are followed; what ctypes hands out must be kept alive."""

    proxy: int
    properties: dict[str, str] = field(default_factory=dict)
    hook: abi.Hook = field(default_factory=abi.Hook)
    events: abi.ClientEvents | None = None


class ReaderWatch:
    """Follows the registry of one connection.

    Made and closed while the loop does not run; everything else happens on the loop's thread,
    except that `readers` may be looked at by anybody.

    Args:
        library: libpipewire.
        core: the connection's `struct pw_core *`.
        own_node: gives the number of the node that is watched.
    """

    def __init__(self, library: Any, core: int, own_node: Callable[[], int]) -> None:
        self.readers: tuple[Reader, ...] = ()
        self._library = library
        self._own_node = own_node
        self._links = Links()
        self._clients: dict[int, _Client] = {}
        self._hook = abi.Hook()
        self._events = abi.RegistryEvents(
            0, abi.OnGlobal(self._on_global), abi.OnGlobalRemove(self._on_global_remove)
        )
        self._registry: int | None = pw.method(core, abi.CORE_GET_REGISTRY)(3, 0)
        if self._registry:
            add = pw.method(self._registry, abi.ADD_LISTENER)
            add(ct.byref(self._hook), ct.byref(self._events), None)

    def close(self) -> None:
        """Lets go of the registry and of all clients."""
        self.readers = ()
        for client in self._clients.values():
            self._library.pw_proxy_destroy(client.proxy)
        self._clients.clear()
        if self._registry:
            self._library.pw_proxy_destroy(self._registry)
            self._registry = None

    def refresh(self) -> None:
        """Works out the readers anew."""
        numbers = self._links.clients_reading(self._own_node())
        for number in numbers:
            if number not in self._clients:
                self._follow(number)
        self.readers = tuple(
            reader_of(self._clients[number].properties)
            for number in numbers
            if number in self._clients and self._clients[number].properties
        )

    def _on_global(
        self, _data: Any, number: int, _permissions: int, kind: bytes, _version: int, found: Any
    ) -> None:
        self._links.add(number, kind.decode(errors="replace"), pw.as_dict(found))
        self.refresh()

    def _on_global_remove(self, _data: Any, number: int) -> None:
        self._links.remove(number)
        client = self._clients.pop(number, None)
        if client is not None:
            self._library.pw_proxy_destroy(client.proxy)
        self.refresh()

    def _follow(self, number: int) -> None:
        """Binds the client: only its info tells the program's name, the registry does not."""
        if self._registry is None:
            return
        proxy = pw.method(self._registry, abi.REGISTRY_BIND)(number, CLIENT.encode(), 3, 0)
        if not proxy:
            return
        client = _Client(proxy)

        def on_info(_data: Any, info: Any) -> None:
            properties = pw.as_dict(info.contents.props)
            if properties:
                client.properties = properties
                self.refresh()

        client.events = abi.ClientEvents(0, abi.OnClientInfo(on_info))
        self._clients[number] = client
        add = pw.method(proxy, abi.ADD_LISTENER)
        add(ct.byref(client.hook), ct.byref(client.events), None)
