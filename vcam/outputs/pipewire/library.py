"""libpipewire-0.3 through ctypes: loaded when it is first needed, and helpers to call it."""

from __future__ import annotations

import ctypes as ct
import functools
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

from vcam.core.errors import OutputError, OutputMissing
from vcam.outputs.pipewire import abi

LIBRARY = "libpipewire-0.3.so.0"

OLDEST: Final = (1, 4)
"""Older ones were not read back by anybody in our trials."""

INSTALL = "install PipeWire 1.4 and WirePlumber 0.5 or newer, or set outputs.pipewire.enabled to no"


def parse_version(text: str) -> tuple[int, ...]:
    """`1.4.2` as (1, 4, 2); what is no number ends it."""
    found = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


@functools.cache
def _loaded() -> Any:
    library = ct.CDLL(LIBRARY, use_errno=True)
    for name, (result, arguments) in abi.FUNCTIONS.items():
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
    interface = abi.Interface.from_address(proxy)
    # The table begins with a version, which is padded to a pointer's size.
    function = kind(interface.functions[place])
    return functools.partial(function, interface.data)


def new_properties(library: Any, properties: Mapping[str, str]) -> int | None:
    """A `struct pw_properties *` with a copy of these; whoever gets it owns it."""
    items = (abi.DictItem * len(properties))(
        *[abi.DictItem(key.encode(), value.encode()) for key, value in properties.items()]
    )
    found = abi.Dict(0, len(properties), items)
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
