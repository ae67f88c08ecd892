"""A picture with what was found in it drawn on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
import simplejpeg

from vcam.core.frame import Image
from vcam.core.observation import Hand, Landmark, Observation, PoseReading
from vcam.poses.vocabulary import label

MAX_WIDTH = 1280
QUALITY = 88

_FINGERS = tuple(
    (Landmark.WRIST, *(Landmark(first + joint) for joint in range(4))) for first in range(1, 21, 4)
)
_PALM = (
    Landmark.WRIST,
    Landmark.INDEX_MCP,
    Landmark.MIDDLE_MCP,
    Landmark.RING_MCP,
    Landmark.PINKY_MCP,
)

_BONE = (110, 200, 40)
_JOINT = (255, 255, 255)
_FACE = (230, 160, 60)
_INK = (30, 30, 30)


def annotated_jpeg(
    image: Image, observation: Observation, readings: Sequence[PoseReading]
) -> tuple[bytes, int, int]:
    """The picture as JPEG with hands, poses and faces drawn on it, at most `MAX_WIDTH` wide.

    Args:
        image: uint8 (h, w, 3) BGR; not written to.
        observation: in pixels of `image`.
        readings: of its hands.

    Returns:
        The JPEG, its width and its height in pixels.
    """
    height, width = image.shape[:2]
    scale = min(1.0, MAX_WIDTH / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    canvas = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    if canvas is image or np.shares_memory(canvas, image):
        canvas = canvas.copy()
    thickness = max(1, round(max(size) / 400))
    for face in observation.faces:
        left, top = round(face.box.x * scale), round(face.box.y * scale)
        right = round((face.box.x + face.box.width) * scale)
        bottom = round((face.box.y + face.box.height) * scale)
        cv2.rectangle(canvas, (left, top), (right, bottom), _FACE, thickness, cv2.LINE_AA)
    by_track = {reading.track_id: reading for reading in readings}
    for hand in observation.hands:
        _draw_hand(canvas, hand, scale, thickness)
    for hand in observation.hands:
        _draw_label(canvas, hand, by_track, scale)
    jpeg = simplejpeg.encode_jpeg(np.ascontiguousarray(canvas), QUALITY, "BGR", "444")
    return jpeg, *size


def _draw_hand(canvas: Image, hand: Hand, scale: float, thickness: int) -> None:
    points = np.rint(hand.points * scale).astype(np.int32)
    bones = [points[list(chain)].reshape(-1, 1, 2) for chain in (*_FINGERS, _PALM)]
    cv2.polylines(canvas, bones, False, _BONE, thickness + 1, cv2.LINE_AA)
    for x, y in points.tolist():
        cv2.circle(canvas, (x, y), thickness + 1, _JOINT, cv2.FILLED, cv2.LINE_AA)


def _draw_label(
    canvas: Image, hand: Hand, by_track: Mapping[int, PoseReading], scale: float
) -> None:
    reading = by_track.get(hand.track_id)
    if reading is None:
        return
    pose, score = reading.shown
    text = f"{label(pose)} {score:.0%}"
    height, width = canvas.shape[:2]
    size = max(0.4, max(width, height) / 1600)
    (wide, high), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, 1)
    left = min(max(0, round(hand.box.x * scale)), max(0, width - wide - 8))
    # Above the hand; inside the picture if the hand reaches its upper border.
    bottom = max(high + below + 6, round(hand.box.y * scale) - 4)
    cv2.rectangle(
        canvas, (left, bottom - high - below - 6), (left + wide + 8, bottom), _BONE, cv2.FILLED
    )
    place = (left + 4, bottom - below - 2)
    cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)
