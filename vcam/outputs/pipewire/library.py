"""libpipewire-0.3 through ctypes: loaded when it is first needed, its structures and functions.

The layouts belong to the library's stable ABI (`pipewire/stream.h`, `pipewire/core.h`,
`pipewire/client.h`, `spa/buffer/buffer.h`, `spa/utils/dict.h`, `spa/utils/hook.h`).
"""

from __future__ import annotations

import ctypes as ct
import functools
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from vcam.core.errors import OutputError, OutputMissing

LIBRARY = "libpipewire-0.3.so.0"

OLDEST: Final = (1, 4)
"""Older ones were not read back by anybody in our trials."""

INSTALL = "install PipeWire 1.4 and WirePlumber 0.5 or newer, or set outputs.pipewire.enabled to no"

STATE_ERROR: Final = -1
STATE_UNCONNECTED: Final = 0
STATE_PAUSED: Final = 2
STATE_STREAMING: Final = 3

DIRECTION_OUTPUT: Final = 1
ANY_ID: Final = 0xFFFFFFFF
FLAG_MAP_BUFFERS: Final = 1 << 2
FLAG_DRIVER: Final = 1 << 3
ID_CORE: Final = 0

pointer = ct.c_void_p
uint32 = ct.c_uint32


class Chunk(ct.Structure):
    """`struct spa_chunk`."""

    _fields_ = [("offset", uint32), ("size", uint32), ("stride", ct.c_int32), ("flags", ct.c_int32)]


class Data(ct.Structure):
    """`struct spa_data`."""

    _fields_ = [
        ("type", uint32),
        ("flags", uint32),
        ("fd", ct.c_int64),
        ("mapoffset", uint32),
        ("maxsize", uint32),
        ("data", pointer),
        ("chunk", ct.POINTER(Chunk)),
    ]


class Meta(ct.Structure):
    """`struct spa_meta`."""

    _fields_ = [("type", uint32), ("size", uint32), ("data", pointer)]


class MetaHeader(ct.Structure):
    """`struct spa_meta_header`: when a frame was made."""

    _fields_ = [
        ("flags", uint32),
        ("offset", uint32),
        ("pts", ct.c_int64),
        ("dts_offset", ct.c_int64),
        ("seq", ct.c_uint64),
    ]


class MetaBusy(ct.Structure):
    """`struct spa_meta_busy`: how many use a buffer."""

    _fields_ = [("flags", uint32), ("count", uint32)]


class Buffer(ct.Structure):
    """`struct spa_buffer`."""

    _fields_ = [
        ("n_metas", uint32),
        ("n_datas", uint32),
        ("metas", ct.POINTER(Meta)),
        ("datas", ct.POINTER(Data)),
    ]


class PwBuffer(ct.Structure):
    """The beginning of `struct pw_buffer`; later versions add fields at its end."""

    _fields_ = [("buffer", ct.POINTER(Buffer)), ("user_data", pointer), ("size", ct.c_uint64)]


class DictItem(ct.Structure):
    """`struct spa_dict_item`."""

    _fields_ = [("key", ct.c_char_p), ("value", ct.c_char_p)]


class Dict(ct.Structure):
    """`struct spa_dict`."""

    _fields_ = [("flags", uint32), ("n_items", uint32), ("items", ct.POINTER(DictItem))]


class Hook(ct.Structure):
    """`struct spa_hook`: room for a listener, which must outlive what it listens to."""

    _fields_ = [("opaque", pointer * 6)]


class ClientInfo(ct.Structure):
    """`struct pw_client_info`."""

    _fields_ = [("id", uint32), ("change_mask", ct.c_uint64), ("props", ct.POINTER(Dict))]


class CoreInfo(ct.Structure):
    """The beginning of `struct pw_core_info`."""

    _fields_ = [
        ("id", uint32),
        ("cookie", uint32),
        ("user_name", ct.c_char_p),
        ("host_name", ct.c_char_p),
        ("version", ct.c_char_p),
    ]


class Interface(ct.Structure):
    """`struct spa_interface`, with which every proxy begins: where its methods are."""

    _fields_ = [
        ("type", ct.c_char_p),
        ("version", uint32),
        ("functions", ct.POINTER(pointer)),
        ("data", pointer),
    ]


OnStateChanged = ct.CFUNCTYPE(None, pointer, ct.c_int, ct.c_int, ct.c_char_p)
OnParamChanged = ct.CFUNCTYPE(None, pointer, uint32, pointer)
OnBuffer = ct.CFUNCTYPE(None, pointer, pointer)
OnGlobal = ct.CFUNCTYPE(None, pointer, uint32, uint32, ct.c_char_p, uint32, ct.POINTER(Dict))
OnGlobalRemove = ct.CFUNCTYPE(None, pointer, uint32)
OnClientInfo = ct.CFUNCTYPE(None, pointer, ct.POINTER(ClientInfo))
OnCoreInfo = ct.CFUNCTYPE(None, pointer, ct.POINTER(CoreInfo))
OnCoreError = ct.CFUNCTYPE(None, pointer, uint32, ct.c_int, ct.c_int, ct.c_char_p)


class StreamEvents(ct.Structure):
    """`struct pw_stream_events`, version 0."""

    _fields_ = [
        ("version", uint32),
        ("destroy", pointer),
        ("state_changed", OnStateChanged),
        ("control_info", pointer),
        ("io_changed", pointer),
        ("param_changed", OnParamChanged),
        ("add_buffer", OnBuffer),
        ("remove_buffer", OnBuffer),
        ("process", pointer),
        ("drained", pointer),
    ]


class CoreEvents(ct.Structure):
    """`struct pw_core_events`, version 0."""

    _fields_ = [
        ("version", uint32),
        ("info", OnCoreInfo),
        ("done", pointer),
        ("ping", pointer),
        ("error", OnCoreError),
        ("remove_id", pointer),
        ("bound_id", pointer),
        ("add_mem", pointer),
        ("remove_mem", pointer),
    ]


class RegistryEvents(ct.Structure):
    """`struct pw_registry_events`, version 0."""

    _fields_ = [("version", uint32), ("global_", OnGlobal), ("global_remove", OnGlobalRemove)]


class ClientEvents(ct.Structure):
    """`struct pw_client_events`, version 0."""

    _fields_ = [("version", uint32), ("info", OnClientInfo), ("permissions", pointer)]


ADD_LISTENER = 1, ct.CFUNCTYPE(ct.c_int, pointer, pointer, pointer, pointer)
"""Place in the method table and signature; the same for core, registry and client."""
CORE_GET_REGISTRY = 6, ct.CFUNCTYPE(pointer, pointer, uint32, ct.c_size_t)
REGISTRY_BIND = 2, ct.CFUNCTYPE(pointer, pointer, uint32, ct.c_char_p, uint32, ct.c_size_t)

FUNCTIONS: Final[dict[str, tuple[Any, list[Any]]]] = {
    "pw_init": (None, [pointer, pointer]),
    "pw_get_library_version": (ct.c_char_p, []),
    "pw_thread_loop_new": (pointer, [ct.c_char_p, pointer]),
    "pw_thread_loop_get_loop": (pointer, [pointer]),
    "pw_thread_loop_start": (ct.c_int, [pointer]),
    "pw_thread_loop_stop": (None, [pointer]),
    "pw_thread_loop_destroy": (None, [pointer]),
    "pw_thread_loop_lock": (None, [pointer]),
    "pw_thread_loop_unlock": (None, [pointer]),
    "pw_context_new": (pointer, [pointer, pointer, ct.c_size_t]),
    "pw_context_connect": (pointer, [pointer, pointer, ct.c_size_t]),
    "pw_context_destroy": (None, [pointer]),
    "pw_core_disconnect": (ct.c_int, [pointer]),
    "pw_proxy_destroy": (None, [pointer]),
    "pw_properties_new_dict": (pointer, [pointer]),
    "pw_stream_new": (pointer, [pointer, ct.c_char_p, pointer]),
    "pw_stream_add_listener": (None, [pointer, pointer, pointer, pointer]),
    "pw_stream_connect": (ct.c_int, [pointer, ct.c_int, uint32, ct.c_int, pointer, uint32]),
    "pw_stream_get_node_id": (uint32, [pointer]),
    "pw_stream_update_params": (ct.c_int, [pointer, pointer, uint32]),
    "pw_stream_dequeue_buffer": (pointer, [pointer]),
    "pw_stream_queue_buffer": (ct.c_int, [pointer, pointer]),
    "pw_stream_flush": (ct.c_int, [pointer, ct.c_bool]),
    "pw_stream_trigger_process": (ct.c_int, [pointer]),
    "pw_stream_destroy": (None, [pointer]),
}


def parse_version(text: str) -> tuple[int, ...]:
    """`1.4.2` as (1, 4, 2); what is no number ends it."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


@functools.cache
def _loaded() -> Any:
    library = ct.CDLL(LIBRARY, use_errno=True)
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    library.pw_init(None, None)
    return library


def library_version() -> str | None:
    """Version of the installed library such as `1.4.2`, None without one."""
    try:
        return str(_loaded().pw_get_library_version().decode())
    except (OSError, AttributeError):
        return None


def load_library() -> Any:
    """The library, ready to be used.

    Raises:
        OutputError: it is missing or too old, or this is not Linux.
    """
    if not sys.platform.startswith("linux"):
        raise OutputError("PipeWire is for Linux alone", "set outputs.pipewire.enabled to no")
    try:
        library = _loaded()
    except OSError as error:
        raise OutputMissing(f"PipeWire's library is missing ({error})", INSTALL) from error
    except AttributeError as error:
        raise OutputMissing(f"PipeWire is too old ({error})", INSTALL) from error
    version = str(library.pw_get_library_version().decode())
    if parse_version(version) < OLDEST:
        raise OutputMissing(f"PipeWire {version} is too old", INSTALL)
    return library


def method(proxy: int, place_and_type: tuple[int, Any]) -> Any:
    """A method of a proxy, bound to it; the headers of PipeWire do the same with macros."""
    place, kind = place_and_type
    interface = Interface.from_address(proxy)
    # The table begins with a version, which is padded to a pointer's size.
    function = kind(interface.functions[place])
    return functools.partial(function, interface.data)


def new_properties(library: Any, properties: Mapping[str, str]) -> int | None:
    """A `struct pw_properties *` with a copy of these; whoever gets it owns it."""
    items = (DictItem * len(properties))(
        *[DictItem(key.encode(), value.encode()) for key, value in properties.items()]
    )
    found = Dict(0, len(properties), items)
    address: int | None = library.pw_properties_new_dict(ct.byref(found))
    return address


def as_dict(properties: Any) -> dict[str, str]:
    """A copy of what a `struct spa_dict *` points to; empty for NULL."""
    if not properties:
        return {}
    found = properties.contents
    items = (found.items[index] for index in range(found.n_items))
    return {
        item.key.decode(errors="replace"): (item.value or b"").decode(errors="replace")
        for item in items
    }
