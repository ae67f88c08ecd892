"""A picture that changes, and an observer that looks at it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from vcam.core.frame import Frame
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Networks, Observer

RATES = VisionSettings(hand_rate_hz=12, search_rate_hz=6, face_rate_hz=12, zoom_rate_hz=0)


class Scene:
    """A picture that changes, with a hand and a face in it or not."""

    def __init__(self, fakes: SimpleNamespace, settings: VisionSettings = RATES) -> None:
        self.fakes = fakes
        self.networks = Networks(fakes.Palms(), fakes.Reader(), fakes.Faces(), fakes.Meshes())
        self.observer = Observer(settings, self.networks)
        self.moving = True
        self.index = 0

    def show_hand(self, x: float = 200, y: float = 200) -> None:
        self.networks.palms.palms = [self.fakes.palm_at(x, y)]
        self.networks.hands.hands = [self.fakes.reading_at(x, y)]

    def hide_hand(self) -> None:
        self.networks.palms.palms, self.networks.hands.hands = [], []

    def show_face(self, x: float = 400, y: float = 150) -> None:
        self.networks.faces.centres = self.networks.meshes.centres = [(x, y)]

    def frame(self, at: float) -> Frame:
        self.index += 1
        image = np.zeros((480, 640, 3), np.uint8)
        if self.moving:
            image[:200, :300] = (self.index * 50) % 256
        return Frame(image, at, self.index)

    def play(self, start: float, seconds: float, fps: float = 30) -> list[Any]:
        return [
            self.observer.observe(self.frame(start + step / fps))
            for step in range(round(seconds * fps))
        ]
