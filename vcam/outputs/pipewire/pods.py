"""SPA PODs: the binary values in which PipeWire describes formats and buffers.

A POD is a header (size of the body and type, two uint32 in the machine's order), the body, and
padding to 8 bytes. The numbers are those of `spa/utils/type.h`, `spa/param/param.h`,
`spa/param/format.h`, `spa/param/buffers.h` and `spa/param/video/raw.h`, which PipeWire promises not
to change within libpipewire-0.3.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

HEADER = struct.Struct("=II")
PROPERTY = struct.Struct("=II")
CHOICE = struct.Struct("=IIII")

TYPE_ID: Final = 3
TYPE_INT: Final = 4
TYPE_RECTANGLE: Final = 10
TYPE_FRACTION: Final = 11
TYPE_OBJECT: Final = 15
TYPE_CHOICE: Final = 19

CHOICE_RANGE: Final = 1
CHOICE_ENUM: Final = 3
CHOICE_FLAGS: Final = 4

OBJECT_FORMAT: Final = 0x40003
OBJECT_BUFFERS: Final = 0x40004
OBJECT_META: Final = 0x40005

PARAM_ENUM_FORMAT: Final = 3
PARAM_FORMAT: Final = 4
PARAM_BUFFERS: Final = 5
PARAM_META: Final = 6

FORMAT_MEDIA_TYPE: Final = 1
FORMAT_MEDIA_SUBTYPE: Final = 2
FORMAT_VIDEO_FORMAT: Final = 0x20001
FORMAT_VIDEO_SIZE: Final = 0x20003
FORMAT_VIDEO_FRAMERATE: Final = 0x20004
FORMAT_VIDEO_COLOR_RANGE: Final = 0x2000C
FORMAT_VIDEO_COLOR_MATRIX: Final = 0x2000D
COLOR_RANGE_16_235: Final = 2
COLOR_MATRIX_BT601: Final = 4
MEDIA_TYPE_VIDEO: Final = 2
MEDIA_SUBTYPE_RAW: Final = 1

BUFFERS_COUNT: Final = 1
BUFFERS_BLOCKS: Final = 2
BUFFERS_SIZE: Final = 3
BUFFERS_STRIDE: Final = 4
BUFFERS_DATA_TYPE: Final = 6
DATA_MEM_PTR: Final = 1
DATA_MEM_FD: Final = 2

META_TYPE: Final = 1
META_SIZE: Final = 2
META_HEADER: Final = 1
META_BUSY: Final = 7

BUFFERS = (8, 2, 16)
"""Preferred, least and most buffers: readers may keep some for a while."""

LARGEST_POD = 4096
"""Bytes; a video format has about 200, so what claims more is not one."""


class PodError(ValueError):
    """Bytes that are not the POD that was expected."""


@dataclass(frozen=True, slots=True)
class VideoParams:
    """A raw video format that was agreed.

    Attributes:
        pixel_format: number of `enum spa_video_format`.
        width: pixels.
        height: pixels.
        rate: frames per second; 0 stands for "as they come".
    """

    pixel_format: int
    width: int
    height: int
    rate: Fraction


def _pod(kind: int, body: bytes) -> bytes:
    return HEADER.pack(len(body), kind) + body + b"\0" * (-len(body) % 8)


def _id(value: int) -> bytes:
    return _pod(TYPE_ID, struct.pack("=I", value))


def _int(value: int) -> bytes:
    return _pod(TYPE_INT, struct.pack("=i", value))


def _rectangle(width: int, height: int) -> bytes:
    return _pod(TYPE_RECTANGLE, struct.pack("=II", width, height))


def _choice(choice: int, kind: int, values: Sequence[bytes]) -> bytes:
    """The first value is the default; all have the same size."""
    return _pod(TYPE_CHOICE, CHOICE.pack(choice, 0, len(values[0]), kind) + b"".join(values))


def _ints(choice: int, *values: int) -> bytes:
    return _choice(choice, TYPE_INT, [struct.pack("=i", value) for value in values])


def _fractions(choice: int, *values: Fraction) -> bytes:
    packed = [struct.pack("=II", value.numerator, value.denominator) for value in values]
    return _choice(choice, TYPE_FRACTION, packed)


def _object(kind: int, param: int, properties: Sequence[tuple[int, bytes]]) -> bytes:
    body = b"".join(PROPERTY.pack(key, 0) + value for key, value in properties)
    return _pod(TYPE_OBJECT, struct.pack("=II", kind, param) + body)


def exact_rate(fps: float) -> Fraction:
    """The rate as PipeWire writes it; 30000 / 1001 stays what it is."""
    return Fraction(fps).limit_denominator(1001)


def enum_format(pixel_format: int, width: int, height: int, rates: Sequence[Fraction]) -> bytes:
    """A format on offer: one size, any of `rates`, the first of which is preferred.

    Browsers read format and size only where they are single values, so each pixel format is an
    offer of its own; they find the highest rate in a list, but not in a range.
    """
    return _object(
        OBJECT_FORMAT,
        PARAM_ENUM_FORMAT,
        [
            (FORMAT_MEDIA_TYPE, _id(MEDIA_TYPE_VIDEO)),
            (FORMAT_MEDIA_SUBTYPE, _id(MEDIA_SUBTYPE_RAW)),
            (FORMAT_VIDEO_FORMAT, _id(pixel_format)),
            (FORMAT_VIDEO_SIZE, _rectangle(width, height)),
            (FORMAT_VIDEO_FRAMERATE, _fractions(CHOICE_ENUM, rates[0], *rates)),
            (FORMAT_VIDEO_COLOR_RANGE, _id(COLOR_RANGE_16_235)),
            (FORMAT_VIDEO_COLOR_MATRIX, _id(COLOR_MATRIX_BT601)),
        ],
    )


def buffers(size: int, stride: int) -> bytes:
    """What buffers are needed: of one block, `size` bytes, in memory that can be shared."""
    return _object(
        OBJECT_BUFFERS,
        PARAM_BUFFERS,
        [
            (BUFFERS_COUNT, _ints(CHOICE_RANGE, *BUFFERS)),
            (BUFFERS_BLOCKS, _int(1)),
            (BUFFERS_SIZE, _int(size)),
            (BUFFERS_STRIDE, _int(stride)),
            (BUFFERS_DATA_TYPE, _ints(CHOICE_FLAGS, 1 << DATA_MEM_PTR | 1 << DATA_MEM_FD)),
        ],
    )


def header_meta(size: int) -> bytes:
    """Asks for `struct spa_meta_header`, of `size` bytes, beside each buffer."""
    return _object(
        OBJECT_META, PARAM_META, [(META_TYPE, _id(META_HEADER)), (META_SIZE, _int(size))]
    )


def pod_size(header: bytes) -> int:
    """Bytes of the whole POD that begins with these 8 bytes, header included, without padding.

    Raises:
        PodError: it is no header, or claims more than `LARGEST_POD`.
    """
    if len(header) < HEADER.size:
        raise PodError("cut off")
    size = HEADER.size + int(HEADER.unpack_from(header)[0])
    if size > LARGEST_POD:
        raise PodError(f"claims {size} bytes")
    return size


def parse_format(data: bytes) -> VideoParams:
    """The raw video format in an object POD.

    Raises:
        PodError: damaged, cut off, or no raw video format with a size.
    """
    properties = _properties(data)
    if _integers(properties, FORMAT_MEDIA_TYPE, TYPE_ID) != (MEDIA_TYPE_VIDEO,):
        raise PodError("no video")
    if _integers(properties, FORMAT_MEDIA_SUBTYPE, TYPE_ID) != (MEDIA_SUBTYPE_RAW,):
        raise PodError("no raw video")
    (pixel_format,) = _integers(properties, FORMAT_VIDEO_FORMAT, TYPE_ID)
    width, height = _integers(properties, FORMAT_VIDEO_SIZE, TYPE_RECTANGLE)
    rate = Fraction(0)
    if FORMAT_VIDEO_FRAMERATE in properties:
        numerator, denominator = _integers(properties, FORMAT_VIDEO_FRAMERATE, TYPE_FRACTION)
        rate = Fraction(numerator, denominator) if denominator else rate
    return VideoParams(pixel_format, width, height, rate)


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Type and body of each property of an object; a choice counts as its default."""
    kind, body = _split(data)
    if kind != TYPE_OBJECT or len(body) < 8:
        raise PodError("no object")
    found = {}
    at = 8
    while at < len(body):
        if at + PROPERTY.size > len(body):
            raise PodError("cut off")
        key = PROPERTY.unpack_from(body, at)[0]
        at += PROPERTY.size
        kind, value = _split(body[at:])
        at += HEADER.size + len(value) + -len(value) % 8
        found[key] = _default(value) if kind == TYPE_CHOICE else (kind, value)
    return found


def _split(data: bytes) -> tuple[int, bytes]:
    if len(data) < HEADER.size:
        raise PodError("cut off")
    size, kind = HEADER.unpack_from(data)
    body = data[HEADER.size : HEADER.size + size]
    if len(body) < size:
        raise PodError("cut off")
    return kind, body


def _default(body: bytes) -> tuple[int, bytes]:
    if len(body) < CHOICE.size:
        raise PodError("cut off")
    _, _, size, kind = CHOICE.unpack_from(body)
    value = body[CHOICE.size : CHOICE.size + size]
    if len(value) < size:
        raise PodError("cut off")
    return kind, value


def _integers(properties: dict[int, tuple[int, bytes]], key: int, kind: int) -> tuple[int, ...]:
    found, body = properties.get(key, (None, b""))
    count = 1 if kind == TYPE_ID else 2
    if found != kind or len(body) < 4 * count:
        raise PodError(f"property {key:#x} is missing or of another type")
    return struct.unpack_from(f"={count}I", body)
