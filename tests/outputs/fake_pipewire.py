"""A stand-in for libpipewire: remembers what was made and released, and fails where it is told."""

from __future__ import annotations

import ctypes as ct
from typing import Any

from vcam.outputs.pipewire import abi

MADE_BY = {
    "pw_thread_loop_new": "loop",
    "pw_context_new": "context",
    "pw_context_connect": "core",
    "pw_stream_new": "stream",
}
RELEASED_BY = {
    "pw_thread_loop_destroy": "loop",
    "pw_context_destroy": "context",
    "pw_core_disconnect": "core",
    "pw_stream_destroy": "stream",
    "pw_proxy_destroy": "registry",
}


class FakePipeWire:
    """The functions that `CameraStream` calls.

    Args:
        version: the library's and the daemon's.
        fails: functions that give NULL, or a negative number.
        answers: whether the daemon says anything after the connection.
        refuses: why the daemon refuses the node; empty accepts it.
    """

    def __init__(
        self,
        version: str = "1.4.2",
        fails: tuple[str, ...] = (),
        answers: bool = True,
        refuses: str = "",
    ) -> None:
        self.alive: list[str] = []
        self._version = version.encode()
        self._fails = fails
        self._answers = answers
        self._refuses = refuses
        self._kept: list[Any] = []
        self._core_events: abi.CoreEvents | None = None
        self._stream_events: abi.StreamEvents | None = None
        self._registry = self._proxy({})
        self._core = self._proxy({6: (abi.CORE_GET_REGISTRY[1], self._get_registry)})

    def __getattr__(self, name: str) -> Any:
        if name not in abi.FUNCTIONS:
            raise AttributeError(name)

        def call(*_: Any) -> int | None:
            if name in self._fails:
                ct.set_errno(112)
                return None if name in MADE_BY else -22
            if name in MADE_BY:
                self.alive.append(MADE_BY[name])
                if name == "pw_context_connect":
                    self._core_events = None
                return self._core if name == "pw_context_connect" else 4096
            if name in RELEASED_BY:
                self.alive.remove(RELEASED_BY[name])
            return 0

        return call

    def pw_get_library_version(self) -> bytes:
        return self._version

    def pw_stream_add_listener(self, _stream: Any, _hook: Any, events: Any, _data: Any) -> None:
        self._stream_events = events._obj

    def pw_thread_loop_start(self, _loop: Any) -> int:
        if "pw_thread_loop_start" in self._fails:
            return -1
        if self._answers:
            info = abi.CoreInfo(version=self._version)
            self._core_events.info(None, ct.pointer(info))
            if self._refuses:
                self.change_state(abi.STATE_ERROR, self._refuses)
            else:
                self.change_state(abi.STATE_PAUSED)
        return 0

    def change_state(self, state: int, error: str = "") -> None:
        """What PipeWire's thread tells."""
        self._stream_events.state_changed(None, 0, state, error.encode() or None)

    def lose_connection(self) -> None:
        """As when the daemon ends."""
        self._core_events.error(None, abi.ID_CORE, 0, -32, b"connection error")

    def tell_error(self, number: int, result: int) -> None:
        """An error of some object."""
        self._core_events.error(None, number, 0, result, b"some error")

    def _proxy(self, methods: dict[int, tuple[Any, Any]]) -> int:
        add = abi.ADD_LISTENER[1](self._add_listener)
        functions = {1: add, **{place: kind(call) for place, (kind, call) in methods.items()}}
        table = (ct.c_void_p * 10)()
        for place, function in functions.items():
            table[place] = ct.cast(function, ct.c_void_p).value
        interface = abi.Interface(b"fake", 0, ct.cast(table, ct.POINTER(ct.c_void_p)), None)
        self._kept += [functions, table, interface]
        return ct.addressof(interface)

    def _add_listener(self, _object: Any, _hook: Any, events: int, _data: Any) -> int:
        # The connection's listener is the first; the registry's follows.
        if self._core_events is None:
            self._core_events = abi.CoreEvents.from_address(events)
        return 0

    def _get_registry(self, _object: Any, _version: int, _size: int) -> int:
        self.alive.append("registry")
        return self._registry
