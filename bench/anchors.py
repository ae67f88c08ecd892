"""How closely and how steadily every anchor follows, through the whole chain.

    python bench/anchors.py [--clips FOLDER]

Vision (`Observer`, its own smoothing included) looks at the pictures 10 and 15 times a second; what
it saw is known one frame of 30 a second later; the anchors are drawn on every frame.

- *lag*: the demo clip, whose heads and hands are drawn from known positions. The delay that
  explains the most of the distance between drawn and true positions, ms; a frame has 33.
- *error*: the rest of that distance, px, root mean square, less its mean.
- *jitter*: one frame of it with a camera's noise (standard deviation 3 of 255, then JPEG), again
  and again: the distance to the mean, px, root mean square, and the change from frame to frame.
- *beyond*: farthest that it is drawn outside of where the point is within a quarter of a second,
  px: how far it overshoots where movement ends or turns round.
- *real*: with `--clips`, faces that keep still in clips of people: the distance to a parabola
  fitted to half a second round each frame, px at 720 lines. The shoulders are taken while the eyes
  keep still.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import savgol_filter

from vcam.core.frame import Frame, Image
from vcam.core.geometry import Placement
from vcam.core.observation import Landmark, Observation
from vcam.effects.anchor import AnchorName, AnchorTracker
from vcam.effects.anchor_pose import FaceAnchorName
from vcam.settings.schema import VisionSettings
from vcam.synthetic.camera import project, rotation_matrix
from vcam.synthetic.clip_script import hand_at, head_at
from vcam.synthetic.hand_shape import build_shape
from vcam.vision.observer import Networks, Observer

Numbers = npt.NDArray[np.float64]
FPS, SIZE = 30, (1280, 720)
DEMO = Path(__file__).parent.parent / "vcam" / "capture" / "assets" / "demo.mp4"
HEAD_ANCHORS: tuple[AnchorName, ...] = get_args(FaceAnchorName)
TIPS: dict[AnchorName, tuple[Landmark, ...]] = {
    "hand": (Landmark.WRIST, Landmark.INDEX_MCP, Landmark.PINKY_MCP),
    "hand.thumb": (Landmark.THUMB_TIP,),
    "hand.index": (Landmark.INDEX_TIP,),
    "hand.middle": (Landmark.MIDDLE_TIP,),
    "hand.ring": (Landmark.RING_TIP,),
    "hand.pinky": (Landmark.PINKY_TIP,),
}
ANCHORS = HEAD_ANCHORS + tuple(TIPS)


@dataclass(frozen=True)
class Watched:
    """What vision saw of a clip: one observation a frame, and the clip's frame rate."""

    observations: list[Observation]
    fps: float


def pictures(path: Path) -> Iterator[Image]:
    """The frames of a clip."""
    capture = cv2.VideoCapture(str(path))
    while True:
        there, picture = capture.read()
        if not there:
            return
        yield np.asarray(picture, np.uint8)


def watch(images: Iterator[Image], fps: float, rate_hz: float, networks: Networks) -> Watched:
    """Has vision look at a clip."""
    observer = Observer(VisionSettings(hand_rate_hz=rate_hz, face_rate_hz=rate_hz), networks)
    return Watched(
        [observer.observe(Frame(image, n / fps, n)) for n, image in enumerate(images)], fps
    )


def draw(watched: Watched, late_frames: int = 1) -> dict[AnchorName, Numbers]:
    """For each anchor x, y, unit and roll in every frame, (n, 4); NaN where it does not show.

    What was seen in a frame is known `late_frames` later. Of several faces, the first.
    """
    tracker = AnchorTracker()
    drawn = {anchor: np.full((len(watched.observations), 4), np.nan) for anchor in ANCHORS}
    for number in range(len(watched.observations)):
        now = number / watched.fps
        if number >= late_frames:
            tracker.update(watched.observations[number - late_frames], now)
        for anchor in ANCHORS:
            poses = tracker.poses(anchor, (), now, Placement())
            if poses and poses[0].visibility > 0.99:
                pose = poses[0]
                drawn[anchor][number] = (pose.x, pose.y, pose.unit, pose.roll)
    return drawn


def head_matrix(t: float, shoulders: bool) -> Numbers:
    """How the demo's head, or its body, is moved at a time, (3, 3); see `vcam.synthetic.clip`."""
    head = head_at(t)
    focal = SIZE[0] * 0.95 / 90.0
    neck = (SIZE[0] / 2 + 1.5 * focal, SIZE[1] / 2 + 17.5 * focal)
    body, turned = np.eye(3), np.eye(3)
    body[:2] = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1]), 0.12 * head.roll_deg, head.scale)
    body[:2, 2] += head.shift
    turned[:2] = cv2.getRotationMatrix2D(neck, 0.88 * head.roll_deg, 1.0)
    return body if shoulders else body @ turned


def head_truth(anchor: AnchorName, drawn: Numbers) -> Numbers:
    """Where the point of the head that the anchor means is in every frame, (n, 2)."""
    matrices = [head_matrix(n / FPS, anchor == "shoulders") for n in range(len(drawn))]
    seen = np.isfinite(drawn[:, 0])
    own = [
        (np.linalg.inv(matrix) @ [x, y, 1])[:2]
        for matrix, (x, y, *_), there in zip(matrices, drawn, seen, strict=True)
        if there
    ]
    point = np.append(np.median(own, axis=0), 1.0)
    return np.array([(matrix @ point)[:2] for matrix in matrices])


def hand_truth(anchor: AnchorName, drawn: Numbers) -> Numbers:
    """Where the demo's hand has the anchor, (n, 2); NaN while it is not the only one in view."""
    truth = np.full((len(drawn), 2), np.nan)
    for number in range(len(drawn)):
        right, left = hand_at("right", number / FPS), hand_at("left", number / FPS)
        state = left if right is None else right
        if state is None or (right is not None and left is not None):
            continue
        roll, yaw, pitch = state.turn
        rotation = rotation_matrix("x", pitch) @ rotation_matrix("y", yaw)
        rotation = rotation @ rotation_matrix("z", roll)
        _, joints = build_shape(state.angles)
        middle = (SIZE[0] / 2, SIZE[1] / 2)
        points, _ = project(joints, rotation, state.wrist, SIZE[0] * 0.95, middle)
        if points[Landmark.WRIST, 1] < SIZE[1]:
            at = points[list(TIPS[anchor])].mean(axis=0)
            truth[number] = at if right is not None else (SIZE[0] - at[0], at[1])
    return truth


def lag(drawn: Numbers, truth: Numbers) -> tuple[float, float, float]:
    """The delay, ms; the distance that is left, and the mean speed, px and px a second.

    Vision may see a point beside where it is: of each spell in which it shows, the mean distance
    is taken off.
    """
    speed = np.gradient(truth, 1 / FPS, axis=0)
    there = np.isfinite(drawn[:, 0]) & np.isfinite(speed).all(axis=1)
    bounds = np.flatnonzero(np.diff(there.astype(int), prepend=0, append=0))
    speeds, misses = [], []
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if end - start >= FPS:
            miss = drawn[start:end, :2] - truth[start:end]
            misses.append(miss - np.median(miss, axis=0))
            speeds.append(speed[start:end])
    speed, miss = np.concatenate(speeds), np.concatenate(misses)
    delay_s = -float((speed * miss).sum() / np.square(speed).sum())
    return delay_s * 1000, rms(miss), float(np.hypot(*speed.T).mean())


def rms(values: Numbers) -> float:
    """Root mean square of the lengths of (n, 2)."""
    return math.sqrt(float(np.square(values).sum(axis=1).mean()))


def still(number: int, count: int) -> Iterator[Image]:
    """A frame of the demo clip, again and again through a noisy camera."""
    picture = next(image for n, image in enumerate(pictures(DEMO)) if n == number)
    rng = np.random.default_rng(3)
    for _ in range(count):
        noisy = picture + rng.normal(0, 3, picture.shape)
        _, data = cv2.imencode(
            ".jpg", np.clip(noisy, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85]
        )
        yield np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)


def jitter(drawn: Numbers) -> tuple[float, float]:
    """Distance to the mean and change from frame to frame, after the first second."""
    rest = drawn[FPS:, :2]
    rest = rest[np.isfinite(rest[:, 0])]
    return rms(rest - rest.mean(axis=0)), rms(np.diff(rest, axis=0))


def beyond(drawn: Numbers, truth: Numbers) -> float:
    """Farthest outside of the box that the point fills from 8 frames before to 8 after, px."""
    there = np.isfinite(drawn[:, 0]) & np.isfinite(truth[:, 0])
    bounds = np.flatnonzero(np.diff(there.astype(int), prepend=0, append=0))
    farthest = 0.0
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        if end - start < FPS:
            continue
        away = np.median(drawn[start:end, :2] - truth[start:end], axis=0)
        for number in range(start, end):
            near = truth[max(start, number - 8) : min(end, number + 9)] + away
            at = drawn[number, :2]
            outside = np.maximum(0, np.maximum(at - near.max(axis=0), near.min(axis=0) - at))
            farthest = max(farthest, float(np.hypot(*outside)))
    return farthest


def tremor(drawn: Numbers, still: Numbers, fps: float, lines: int) -> tuple[float, int]:
    """What is faster than a parabola over half a second, in still spells; and their frames.

    Still is a spell of half a second in which `still` moves by less than 2 % of its unit.
    """
    window = round(fps / 2) // 2 * 2 + 1
    if len(drawn) < 4 * window:
        return math.nan, 0
    rest = []
    positions = drawn[:, :2] * 720 / lines
    for start in range(round(fps), len(drawn) - window):
        spell = positions[start : start + window]
        moved = np.ptp(still[start : start + window, :2], axis=0).max()
        if np.isfinite(spell).all() and moved < 0.02 * still[start, 2]:
            smooth = savgol_filter(spell, window, 2, axis=0)
            rest.append((spell - smooth)[window // 2])
    return (rms(np.array(rest)), len(rest)) if rest else (math.nan, 0)


def real_tremor(clips: Sequence[Path], rate_hz: float, networks: Networks) -> dict[str, str]:
    """Of every face anchor the median and the largest tremor over the clips with a still face."""
    found: dict[AnchorName, list[float]] = {anchor: [] for anchor in HEAD_ANCHORS}
    for clip in clips:
        capture = cv2.VideoCapture(str(clip))
        fps, lines = capture.get(cv2.CAP_PROP_FPS), int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        drawn = draw(watch(pictures(clip), fps, rate_hz, networks))
        for anchor in HEAD_ANCHORS:
            calm = "face.eyes" if anchor == "shoulders" else anchor
            value, count = tremor(drawn[anchor], drawn[calm], fps, lines)
            if count >= 15:
                found[anchor].append(value)
    return {
        anchor: f"{np.median(values):.2f}, {max(values):.2f} ({len(values)})" if values else "-"
        for anchor, values in found.items()
    }


def rows(rate_hz: float, networks: Networks, clips: Sequence[Path]) -> Iterator[str]:
    """The table's rows."""
    moving = draw(watch(pictures(DEMO), FPS, rate_hz, networks))
    resting = draw(watch(still(75, 300), FPS, rate_hz, networks))
    real = real_tremor(clips, rate_hz, networks)
    for anchor in ANCHORS:
        truth_of: Callable[[AnchorName, Numbers], Numbers]
        truth_of = head_truth if anchor in HEAD_ANCHORS else hand_truth
        truth = truth_of(anchor, moving[anchor])
        delay_ms, error, speed = lag(moving[anchor], truth)
        away, shake = jitter(resting[anchor])
        yield (
            f"| `{anchor}` | {rate_hz:.0f} | {delay_ms:.0f} | {error:.1f} "
            f"| {beyond(moving[anchor], truth):.0f} | {speed:.0f} "
            f"| {away:.2f} | {shake:.2f} | {real.get(anchor, '-')} |"
        )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Measures how anchors follow")
    parser.add_argument("--clips", type=Path, help="folder of clips with still faces")
    arguments = parser.parse_args()
    clips = sorted(arguments.clips.glob("*.mp4")) if arguments.clips else []
    networks = Networks.load(VisionSettings())
    print(
        "| anchor | seen, Hz | lag, ms | error, px | beyond, px | speed, px/s | jitter, px "
        "| shake, px | real |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for rate_hz in (10.0, 15.0):
        for row in rows(rate_hz, networks, clips):
            print(row)


if __name__ == "__main__":
    main()
