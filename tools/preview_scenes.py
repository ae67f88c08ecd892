"""Records the scenes that effects are previewed on, out of the demo clip.

    python tools/preview_scenes.py
    python tools/preview_scenes.py --two-hands      # the clip for effects between two hands

The only place where previews need networks: what they see in the clip is kept beside small
pictures of it, in `vcam/effects/assets`. Of two-handed scenes, the second hand is the mirror image
of the first; the clip, too, that `vcam demo` shows such effects on (needs ffmpeg with libx264).
"""

from __future__ import annotations

import argparse
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from vcam.capture.demo import ASSETS as CLIPS
from vcam.capture.demo import demo_clip
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.errors import SourceEnded
from vcam.core.frame import Image
from vcam.core.observation import Attention, Hand, Landmark, Observation
from vcam.daemon.recognition import HandRecognizer
from vcam.effects.preview_scenes import ASSETS, FPS, FRAMES, MASK_SIZE, SIZE, pack_numbers
from vcam.settings.schema import Settings

STARTS_S = {
    "face": 14.2,
    "v_sign": 1.9,
    "thumb_up": 5.0,
    "metal": 8.0,
    "palm": 10.3,
    "fist": 12.0,
    "one": 18.22,
}
"""Scene to the moment in the clip, seconds, from which it holds for as long as a scene takes."""

MIRRORED = {
    "two_v_signs": "v_sign",
    "two_thumbs_up": "thumb_up",
    "two_metals": "metal",
    "two_palms": "palm",
}
CLIP_SCENE, CLIP_FRAMES, CLIP_FPS = "palm", 36, 30
"""Scene of which the clip is made, and how many pictures; it goes to its end and back."""

_QUALITY = 62
_MASK_QUALITY = 40

Shot = tuple[Image, npt.NDArray[np.float32], Observation]


def record(
    starts_s: dict[str, float], frames: int, fps: float, kept: Callable[[Image, Observation], Shot]
) -> dict[str, list[Shot]]:
    """Pictures, masks and sightings of each scene, as `kept` keeps them."""
    settings = Settings.model_validate({"vision": {"hand_rate_hz": 30, "face_rate_hz": 30}})
    recognizer = HandRecognizer.load(settings.vision)
    recognizer.attention = Attention.DRAWING
    recognizer.wants_mask_hz = 30
    source = VideoSource(demo_clip(), paced=False, loop=False, clock=MonotonicClock())
    source.open()
    shots: dict[str, list[Shot]] = {name: [] for name in starts_s}
    observation: Observation | None = None
    began: float | None = None
    while True:
        try:
            frame = source.read()
        except SourceEnded:
            break
        began = frame.captured_at if began is None else began
        at = frame.captured_at - began
        # A second of running up lets the tracks settle.
        if not any(start - 1 <= at < start + frames / fps + 0.1 for start in starts_s.values()):
            continue
        if recognizer.due(frame.captured_at):
            observation, _ = recognizer.recognize(frame)
        if observation is None or observation.mask is None:
            continue
        for name, start in starts_s.items():
            due = start + len(shots[name]) / fps
            if len(shots[name]) < frames and at >= due:
                shots[name].append(kept(frame.image, observation))
    source.close()
    return shots


def _small(image: Image, seen: Observation) -> Shot:
    scale = SIZE[0] / image.shape[1]
    picture = np.asarray(cv2.resize(image, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
    assert seen.mask is not None
    mask = np.asarray(cv2.resize(seen.mask, MASK_SIZE, interpolation=cv2.INTER_AREA), np.float32)
    hands = tuple(
        replace(hand, points=hand.points * scale, depth=hand.depth * scale)
        for hand in seen.hands[:1]
    )
    faces = tuple(
        replace(
            face,
            eyes=face.eyes * scale,
            nose=face.nose * scale,
            mouth=face.mouth * scale,
            shape=None
            if face.shape is None
            else replace(
                face.shape,
                forehead=face.shape.forehead * scale,
                chin=face.shape.chin * scale,
                cheeks=face.shape.cheeks * scale,
            ),
        )
        for face in seen.faces[:1]
    )
    return picture, mask, replace(seen, size=SIZE, hands=hands, faces=faces)


def mirrored(shot: Shot) -> Shot:
    """With the hand's mirror image on the other side."""
    picture, mask, seen = shot
    hand = seen.hands[0]
    size = (picture.shape[1], picture.shape[0])
    # All of the person that is nearer to the hand's edge than half way to the body.
    split = 0.31 if hand.palm_centre[0] < size[0] / 2 else 0.69
    side = np.zeros(size[0], np.float32)
    edge = round(split * size[0])
    side[:edge] = 1.0
    soft = 3 * size[0] / SIZE[0]
    side = cv2.GaussianBlur(side[None], (0, 0), soft)[0] if split < 0.5 else 1 - side
    shape = _shape(hand, size)
    full = np.maximum(np.asarray(cv2.resize(mask, size), np.float32) * side, shape)
    # What the mask has of the shelf above the wrist is not the hand, but for its heel.
    wrist = round(float(hand.points[Landmark.WRIST, 1]))
    heel = max(0, wrist - round(0.7 * hand.width))
    reach = 2 * round(0.3 * hand.width) + 1
    near = cv2.dilate(shape, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    full[:heel] = shape[:heel]
    full[heel:wrist] = np.maximum(shape, full * near)[heel:wrist]
    share = full[:, ::-1, None]
    mixed = picture * (1 - share) + picture[:, ::-1] * share
    both = np.maximum(mask, cv2.resize(np.ascontiguousarray(full[:, ::-1]), mask.shape[::-1]))
    points = hand.points.copy()
    points[:, 0] = size[0] - 1 - points[:, 0]
    other: Hand = replace(hand, track_id=hand.track_id + 100_000, points=points)
    return mixed.astype(np.uint8), both, replace(seen, hands=(hand, other))


def _shape(hand: Hand, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """The hand's outline by its landmarks, as a mask: person masks lose single fingers."""
    large = np.zeros((size[1] * 4, size[0] * 4), np.uint8)
    points = np.round(hand.points * 4).astype(int)
    unit = hand.width * 4
    cv2.fillPoly(large, [points[[0, 1, 2, 5, 9, 13, 17]]], 255, cv2.LINE_AA)
    for first in range(1, 21, 4):
        finger = points[first : first + 4]
        thickness = max(1, round(unit * (0.26 if first == 1 else 0.22)))
        cv2.polylines(large, [finger], False, 255, thickness, cv2.LINE_AA)
    palm = points[[0, 1, 5, 9, 13, 17, 0]]
    cv2.polylines(large, [palm], True, 255, max(1, round(unit * 0.22)), cv2.LINE_AA)
    small = cv2.resize(large, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8 * size[0] / SIZE[0]) / 255, np.float32)


def write(name: str, shots: list[Shot], folder: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Writes a scene's pictures and masks; its numbers, by the names that they are kept under."""
    pictures = [Pillow.fromarray(picture[:, :, ::-1]) for picture, _, _ in shots]
    masks = [Pillow.fromarray((mask * 255).astype(np.uint8)).convert("RGB") for _, mask, _ in shots]
    for kind, frames, quality in (("", pictures, _QUALITY), ("-mask", masks, _MASK_QUALITY)):
        frames[0].save(
            folder / f"{name}{kind}.webp",
            save_all=True,
            append_images=frames[1:],
            duration=round(1000 / FPS),
            quality=quality,
            method=6,
        )
    return pack_numbers(name, [seen for _, _, seen in shots])


def _whole(image: Image, seen: Observation) -> Shot:
    assert seen.mask is not None
    return image.copy(), seen.mask, replace(seen, hands=seen.hands[:1])


def write_clip(target: Path) -> None:
    """Writes the clip with two hands, in the demo clip's own size."""
    scene = {CLIP_SCENE: STARTS_S[CLIP_SCENE]}
    shots = record(scene, CLIP_FRAMES, CLIP_FPS, _whole)[CLIP_SCENE]
    pictures = [mirrored(shot)[0] for shot in shots]
    height, width = pictures[0].shape[:2]
    command = ["ffmpeg", "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{width}x{height}", "-r", str(CLIP_FPS), "-i", "-", "-c:v", "libx264"]
    command += ["-crf", "24", "-preset", "slow", "-pix_fmt", "yuv420p", str(target)]
    data = b"".join(picture.tobytes() for picture in [*pictures, *pictures[-2:0:-1]])
    subprocess.run(command, input=data, check=True)
    print(f"{target}: {len(pictures) * 2 - 2} pictures, {target.stat().st_size / 1024:.0f} KiB")


def main() -> None:
    """Writes all scenes, or the clip."""
    parser = argparse.ArgumentParser(description="Records what effects are shown on")
    parser.add_argument("--two-hands", action="store_true", help="write the clip with two hands")
    if parser.parse_args().two_hands:
        write_clip(CLIPS / "two_hands.mp4")
        return
    shots = record(STARTS_S, FRAMES, FPS, _small)
    for name, single in MIRRORED.items():
        shots[name] = [mirrored(shot) for shot in shots[single]]
    ASSETS.mkdir(exist_ok=True)
    numbers: dict[str, npt.NDArray[np.float32]] = {}
    for name, taken in shots.items():
        if len(taken) != FRAMES:
            raise SystemExit(f"{name}: {len(taken)} pictures instead of {FRAMES}")
        numbers |= write(name, taken, ASSETS)
    np.savez_compressed(ASSETS / "scenes.npz", allow_pickle=False, **numbers)
    total = sum(path.stat().st_size for path in ASSETS.iterdir())
    print(f"{len(shots)} scenes in {ASSETS}: {total / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
