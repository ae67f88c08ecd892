"""The part of libpipewire-0.3's stable ABI that is used here: structures, numbers, functions.

The layouts are those of `pipewire/stream.h`, `pipewire/core.h`, `pipewire/client.h`,
`spa/buffer/buffer.h`, `spa/utils/dict.h` and `spa/utils/hook.h`.
"""

from __future__ import annotations

import ctypes as ct
from typing import Any, Final

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
