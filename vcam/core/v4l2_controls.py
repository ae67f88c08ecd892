"""A camera's controls (exposure, power line …), read without taking pictures.

Standard library only. Numbers and layouts are those of the kernel's `linux/v4l2-controls.h` and
`linux/videodev2.h`.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from vcam.core import v4l2

CAMERA_CLASS = 0x009A_0900
EXPOSURE_AUTO = CAMERA_CLASS + 1
EXPOSURE_AUTO_PRIORITY = CAMERA_CLASS + 3
"""1 lets the camera lower its rate in dim light; named "Exposure, Dynamic Framerate" by newer
kernels and "Exposure, Auto Priority" by older ones."""

EXPOSURE_MANUAL = 1

QUERY = struct.Struct("II32siiiiI8x")
VALUE = struct.Struct("Ii")
DISABLED = 0x0001

QUERYCTRL = v4l2.request_number(v4l2.READ_WRITE, 36, QUERY.size)
G_CTRL = v4l2.request_number(v4l2.READ_WRITE, 27, VALUE.size)


@dataclass(frozen=True, slots=True)
class Control:
    """One control and its value now.

    Attributes:
        name: as `v4l2-ctl --set-ctrl` wants it, such as `exposure_dynamic_framerate`.
        value: what it is set to.
    """

    name: str
    value: int


def read_controls(
    path: Path, numbers: tuple[int, ...], ioctl: v4l2.Ioctl = v4l2.system_ioctl
) -> dict[int, Control]:
    """Those of these controls that the device has, by number.

    Raises:
        OSError: it is missing or may not be opened.
    """
    found = {}
    with v4l2.opened(path) as descriptor:
        for number in numbers:
            query, value = bytearray(QUERY.size), bytearray(VALUE.pack(number, 0))
            struct.pack_into("I", query, 0, number)
            try:
                ioctl(descriptor, QUERYCTRL, query)
                ioctl(descriptor, G_CTRL, value)
            except OSError:
                continue
            told = QUERY.unpack(query)
            if not told[7] & DISABLED:
                found[number] = Control(_option(v4l2.text(told[2])), VALUE.unpack(value)[1])
    return found


def _option(name: str) -> str:
    """A control's name as v4l2-ctl spells it: lower case, anything else an underscore."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
