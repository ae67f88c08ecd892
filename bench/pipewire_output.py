"""What the PipeWire camera costs, and how late its frames are.

    .venv/bin/python bench/pipewire_output.py [--seconds 10] [--rounds 3]

Starts a private PipeWire session (see tools/ci/pipewire.sh). CPU is that of this process with all
its threads, PipeWire's among them, less the same loop with a null output. Latency is from the call
of `send`, conversion included, until a reader in another process has the frame; it is wall time, so
look at the load.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.pipewire_session.session import PipeWireSession, missing  # noqa: E402
from vcam.core.contracts import Output, VideoFormat  # noqa: E402
from vcam.core.frame import Frame, Image  # noqa: E402
from vcam.outputs.null import NullOutput  # noqa: E402
from vcam.outputs.pipewire import PipeWireOutput, formats  # noqa: E402
from vcam.settings.schema import PipeWireSettings  # noqa: E402

BLOCK = 16
BITS = 16


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def noise(video_format: VideoFormat) -> Image:
    shape = (video_format.height, video_format.width, 3)
    picture = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return cv2.GaussianBlur(picture, (5, 5), 0)


def draw_number(image: Image, number: int) -> None:
    """As blocks of black and white in the picture's corner."""
    for bit in range(BITS):
        value = 255 if number >> bit & 1 else 0
        image[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = value


def feed(
    output: Output, video_format: VideoFormat, seconds: float
) -> tuple[float, dict[int, float]]:
    """CPU seconds per second, and when each frame was handed over."""
    image = noise(video_format)
    sent = {}
    began = due = time.monotonic()
    used = cpu_s()
    while due < began + seconds:
        number = len(sent)
        draw_number(image, number)
        sent[number] = time.monotonic()
        output.send(Frame(image, sent[number], number))
        due += 1 / video_format.fps
        time.sleep(max(0.0, due - time.monotonic()))
    return (cpu_s() - used) / (time.monotonic() - began), sent


def convert_costs() -> None:
    for video_format in (VideoFormat(1280, 720, 30), VideoFormat(1920, 1080, 30)):
        image = noise(video_format)
        for pixel_format in formats.PIXEL_FORMATS:
            target = np.empty(pixel_format.size(video_format.width, video_format.height), np.uint8)
            rounds = []
            for _ in range(9):
                began = time.thread_time()
                for _ in range(20):
                    pixel_format.convert(image, target)
                rounds.append((time.thread_time() - began) / 20 * 1000)
            print(
                f"{video_format.width}x{video_format.height} to {pixel_format.name}: "
                f"{min(rounds):.2f} ms of CPU (median {np.median(rounds):.2f})"
            )


def timed_formats(spent: list[float]) -> tuple[formats.PixelFormat, ...]:
    """The formats with conversions that note the CPU time they take."""

    def timed(convert):
        def run(image, target):
            began = time.thread_time()
            convert(image, target)
            spent[0] += time.thread_time() - began

        return run

    return tuple(replace(f, convert=timed(f.convert)) for f in formats.PIXEL_FORMATS)


def measure(session: PipeWireSession, video_format: VideoFormat, seconds: float) -> None:
    from vcam.outputs.pipewire import stream

    null = NullOutput()
    null.open(video_format)
    loop, _ = feed(null, video_format, seconds / 2)
    output = PipeWireOutput(PipeWireSettings(name="bench"))
    spent = [0.0]
    stream.PIXEL_FORMATS = timed_formats(spent)
    output.open(video_format)
    idle, _ = feed(output, video_format, seconds / 2)
    numbers = (video_format.width, video_format.height, video_format.fps, seconds + 4)
    with subprocess.Popen(
        [sys.executable, str(ROOT / "bench/pipewire_reader.py"), "bench"]
        + [str(round(number)) for number in numbers],
        env={**session.environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        blank = Frame(np.zeros((video_format.height, video_format.width, 3), np.uint8), 0.0, 0)
        give_up_at = time.monotonic() + 20
        while not output.audience().streaming and time.monotonic() < give_up_at:
            output.send(blank)
            time.sleep(0.05)
        time.sleep(0.5)
        spent[0] = 0.0
        busy, sent = feed(output, video_format, seconds)
        came = [line.split() for line in reader.communicate()[0].splitlines()]
    output.close()
    late_ms = np.array(
        [
            (float(at) - sent[int(number)]) * 1000
            for number, at in came
            if int(number) in sent and float(at) >= sent[int(number)] and int(number) > 0
        ]
    )
    converting = spent[0] / seconds
    print(
        f"{video_format}: {busy - loop - converting:.2%} of a core + {converting:.2%} converting; "
        f"nobody reading {idle - loop:.2%}; {len(late_ms)} of {len(sent)} frames came, "
        f"{np.median(late_ms):.2f} ms median, {np.percentile(late_ms, 95):.2f} ms p95; "
        f"load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if reason := missing():
        raise SystemExit(reason)
    cv2.setNumThreads(1)
    convert_costs()
    session = PipeWireSession()
    try:
        for key in ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"):
            os.environ[key] = session.environment[key]
        for _ in range(arguments.rounds):
            for video_format in (
                VideoFormat(1280, 720, 30),
                VideoFormat(1280, 720, 60),
                VideoFormat(1920, 1080, 30),
                VideoFormat(1920, 1080, 60),
            ):
                measure(session, video_format, arguments.seconds)
    finally:
        session.close()


if __name__ == "__main__":
    main()
