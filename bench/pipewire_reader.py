"""Reads a PipeWire camera through GStreamer and prints when each frame came.

Run by `pipewire_output.py` with the system's Python, which has python3-gi. A line per frame: the
number that the sender drew into it, and seconds on the monotonic clock.
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst  # noqa: E402

BLOCK = 16
BITS = 16


def main():
    target, seconds = sys.argv[1], float(sys.argv[2])
    Gst.init(None)
    pipeline = Gst.parse_launch(
        f"pipewiresrc target-object={target} ! video/x-raw,format=I420 ! "
        "appsink name=sink emit-signals=false sync=false max-buffers=1 drop=true"
    )
    sink = pipeline.get_by_name("sink")
    pipeline.set_state(Gst.State.PLAYING)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sample = sink.emit("try-pull-sample", 500_000_000)
        if not sample:
            continue
        came = time.monotonic()
        width = sample.get_caps().get_structure(0).get_value("width")
        buffer = sample.get_buffer()
        row = buffer.extract_dup(width * BLOCK // 2, BITS * BLOCK)
        bits = (row[bit * BLOCK + BLOCK // 2] > 128 for bit in range(BITS))
        print(sum(1 << place for place, bit in enumerate(bits) if bit), came, flush=True)
    pipeline.set_state(Gst.State.NULL)


if __name__ == "__main__":
    main()
