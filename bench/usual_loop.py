"""The usual gesture loop, to compare with: read a frame, MediaPipe Hands on it, show it, repeat.

Runs in an environment of its own, since mediapipe pins old packages:

    python3.11 -m venv /path/to/env && /path/to/env/bin/pip install mediapipe==0.10.21
    /path/to/env/bin/python bench/usual_loop.py vcam/capture/assets/demo.mp4

The clip plays in real time over and over. Printed are the processor's share of one core, and the
time from a frame's being decoded to its being done, in ms.
"""

from __future__ import annotations

import argparse
import json
import time

import cv2
import mediapipe
import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    hands = mediapipe.solutions.hands.Hands(max_num_hands=2)
    clip = cv2.VideoCapture(arguments.clip)
    period_s = 1 / clip.get(cv2.CAP_PROP_FPS)
    delays_ms: list[float] = []
    late = 0
    due = time.monotonic()
    until = due + arguments.seconds
    busy_s, since = time.process_time(), time.monotonic()
    while time.monotonic() < until:
        grabbed, frame = clip.read()
        if not grabbed:
            clip.set(cv2.CAP_PROP_POS_FRAMES, 0)
            continue
        time.sleep(max(0.0, due - time.monotonic()))
        decoded_at = time.monotonic()
        hands.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        done_at = time.monotonic()
        delays_ms.append((done_at - decoded_at) * 1000)
        due += period_s
        if done_at > due:
            late += 1
            due = done_at
    p50, p95 = np.percentile(delays_ms, [50, 95])
    share = (time.process_time() - busy_s) / (time.monotonic() - since)
    figures = {"cpu_core_share": round(share, 3), "p50_ms": round(p50, 1), "p95_ms": round(p95, 1)}
    print(json.dumps({**figures, "late_frames": late, "frames": len(delays_ms)}))


if __name__ == "__main__":
    main()
