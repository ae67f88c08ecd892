"""Reads a PipeWire camera as browsers do, and prints when each frame came.

Run by `pipewire_output.py`. A line per frame: the number that the sender drew into it, and seconds
on the monotonic clock.
"""

from __future__ import annotations

import ctypes as ct
import sys
import time
from fractions import Fraction

from vcam.outputs.pipewire import abi, pods
from vcam.outputs.pipewire import library as pw

BLOCK = 16
BITS = 16
DIRECTION_INPUT = 0
FLAG_AUTOCONNECT = 1
I420 = 2


def number_in(data: abi.Data, width: int) -> int:
    row = ct.string_at(data.data + width * BLOCK // 2, BITS * BLOCK)
    bits = (row[bit * BLOCK + BLOCK // 2] > 128 for bit in range(BITS))
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def main() -> None:
    target, width, height, fps, seconds = sys.argv[1], *map(int, sys.argv[2:6])
    library = pw.load_library()
    loop = library.pw_thread_loop_new(b"reader", None)
    context = library.pw_context_new(library.pw_thread_loop_get_loop(loop), None, 0)
    core = library.pw_context_connect(context, None, 0)
    properties = {
        "media.type": "Video",
        "media.category": "Capture",
        "media.role": "Camera",
        "target.object": target,
    }
    stream = library.pw_stream_new(core, b"reader", pw.new_properties(library, properties))
    came: list[tuple[int, float]] = []

    def on_process(_data: object) -> None:
        while taken := library.pw_stream_dequeue_buffer(stream):
            now = time.monotonic()
            data = abi.PwBuffer.from_address(taken).buffer.contents.datas[0]
            came.append((number_in(data, width), now))
            library.pw_stream_queue_buffer(stream, taken)

    process = ct.CFUNCTYPE(None, abi.pointer)(on_process)
    events = abi.StreamEvents(version=0, process=ct.cast(process, abi.pointer))
    hook = abi.Hook()
    library.pw_stream_add_listener(stream, ct.byref(hook), ct.byref(events), None)
    pod = pods.enum_format(I420, width, height, [Fraction(fps)])
    held = ct.create_string_buffer(pod, len(pod))
    params = (ct.c_void_p * 1)(ct.addressof(held))
    flags = FLAG_AUTOCONNECT | abi.FLAG_MAP_BUFFERS
    library.pw_stream_connect(stream, DIRECTION_INPUT, abi.ANY_ID, flags, params, 1)
    library.pw_thread_loop_start(loop)
    time.sleep(seconds)
    library.pw_thread_loop_stop(loop)
    library.pw_stream_destroy(stream)
    for number, at in came:
        print(number, at)


if __name__ == "__main__":
    main()
