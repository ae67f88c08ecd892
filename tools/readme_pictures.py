"""Makes the README's picture: the demo clip's poses with what answers them, as they come out.

The clip goes through the real vision, triggers, reactions and drawing, on media time. Run from the
project's root: `.venv/bin/python tools/readme_pictures.py`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from vcam.capture.demo import demo_clip
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceEnded
from vcam.core.events import EventKind
from vcam.core.frame import Image
from vcam.daemon.loading import load_packs
from vcam.daemon.recognition import HandRecognizer
from vcam.daemon.thresholds import card_thresholds
from vcam.effects.compositor import Compositor
from vcam.pipeline.looking import Scene, look_at
from vcam.pipeline.painting import PicturePainter
from vcam.poses.vocabulary import SELFIE_POSES
from vcam.reactions.stage import Stage
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine

TARGET = Path("docs/pictures/poses.jpg")
AFTER_START_S = 0.8
"""When the glasses have come in, and the pose is still held."""

TILE = (640, 360)


def moments() -> dict[str, Image]:
    """The picture that goes out shortly after the first start of each selfie pose."""
    settings = Settings()
    recognizer = HandRecognizer.load(settings.vision)
    packs = load_packs(settings.reactions)
    engine = TriggerEngine(settings.triggers, SELFIE_POSES, card_thresholds())
    stage = Stage([rule for pack in packs for rule in pack.rules])
    scene: Scene | None = None
    painter = PicturePainter(settings.outputs, "off", stage, Compositor(packs), lambda: scene)
    source = VideoSource(demo_clip(), paced=False, loop=False, clock=MonotonicClock())
    source.open()
    due: dict[str, float] = {}
    taken: dict[str, Image] = {}
    while len(taken) < len(SELFIE_POSES):
        try:
            frame = source.read()
        except SourceEnded:
            break
        look = look_at(frame, recognizer, engine, drawing=True)
        if look is not None:
            stage.handle(look.events)
            stage.follow(engine.holders())
            scene = Scene(look.observation, engine.progress())
            for event in look.events:
                if event.kind is EventKind.START:
                    due.setdefault(event.gesture, event.at + AFTER_START_S)
        picture, _ = painter.paint(frame, frame.captured_at)
        for gesture, at in due.items():
            if gesture not in taken and frame.captured_at >= at:
                taken[gesture] = picture.copy()
    source.close()
    return taken


def main() -> None:
    """Writes the picture."""
    taken = moments()
    missing = set(SELFIE_POSES) - set(taken)
    if missing:
        raise SystemExit(f"these poses did not start in the demo clip: {', '.join(missing)}")
    tiles = [cv2.resize(taken[pose], TILE, interpolation=cv2.INTER_AREA) for pose in SELFIE_POSES]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(TARGET), np.hstack(tiles), [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(TARGET)


if __name__ == "__main__":
    main()
