"""The reference: MediaPipe's legacy hand solution on pictures, one JSON line each.

Runs in an environment of its own, started by `reference_hands.py`. Paths come in on standard
input, one a line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import mediapipe as mp
import numpy as np
from hand_pictures import read_picture


def main() -> None:
    solution = mp.solutions.hands.Hands(
        static_image_mode=True, model_complexity=1, max_num_hands=2, min_detection_confidence=0.5
    )
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        image = read_picture(path)
        hands = []
        if image is not None:
            height, width = image.shape[:2]
            result = solution.process(np.ascontiguousarray(image[:, :, ::-1]))
            found = zip(
                result.multi_hand_landmarks or [], result.multi_handedness or [], strict=True
            )
            for landmarks, handedness in found:
                points = [[mark.x * width, mark.y * height] for mark in landmarks.landmark]
                # Its labels assume a mirrored picture.
                label = handedness.classification[0].label
                hands.append({"points": points, "side": "left" if label == "Right" else "right"})
        print(json.dumps({"file": str(path), "hands": hands}), flush=True)


if __name__ == "__main__":
    main()
