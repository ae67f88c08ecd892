"""Where a sticker goes: anchor, offset, animation and the picture's bounds together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from vcam.core.geometry import Box
from vcam.effects.anchor import AnchorPose
from vcam.effects.animation import Motion
from vcam.effects.pose2d import Pose2D
from vcam.effects.schema import PlacedPart
from vcam.effects.sprite import Sprite

Offset = tuple[float, float]

_HAND_WEIGHT = 0.5
"""The box of a hand is half air."""

_FACE_WEIGHT = 2.0
"""People are looked in the face."""


def on_anchor(spec: PlacedPart, sprite: Sprite, anchor: AnchorPose, motion: Motion) -> Pose2D:
    """On a face or a fingertip: offset and animation along its own axes."""
    return _posed(spec, sprite, anchor, spec.offset, motion, anchor.roll if spec.rotate else 0.0)


def beside_hand(
    spec: PlacedPart, sprite: Sprite, anchor: AnchorPose, offset: Offset, motion: Motion
) -> Pose2D:
    """By a hand: upright, at the offset that `choose_side` found."""
    return _posed(spec, sprite, anchor, offset, motion, 0.0)


def on_screen(spec: PlacedPart, sprite: Sprite, size: tuple[int, int], motion: Motion) -> Pose2D:
    """On the picture, of `size` width and height: offsets are shares of it, (0, 0) its middle."""
    width, height = size
    x, y = width * (0.5 + spec.offset[0]), height * (0.5 + spec.offset[1])
    return _posed(spec, sprite, AnchorPose(0, x, y, width), (0.0, 0.0), motion, 0.0)


def choose_side(
    spec: PlacedPart,
    sprite: Sprite,
    anchor: AnchorPose,
    faces: Sequence[AnchorPose],
    size: tuple[int, int],
) -> Offset:
    """The offset from a hand, in units, at which a sticker is least in the way.

    It should show wholly, and cover neither a face nor the hand. Tried in this order, the first of
    the best wins: as the pack says; mirrored; beside the hand on either side; over it.

    Args:
        spec: of the sticker.
        sprite: its picture.
        anchor: the hand.
        faces: all faces in view, by their eyes.
        size: width and height of the picture.
    """
    right, down = spec.offset
    if anchor.unit <= 0:
        return right, down
    width = spec.size * anchor.unit
    bounds = anchor.bounds or Box(anchor.x, anchor.y, 0, 0)
    beside = (bounds.x + bounds.width + width / 2 - anchor.x) / anchor.unit
    before = (bounds.x - width / 2 - anchor.x) / anchor.unit
    over = (bounds.y - width * sprite.height / sprite.width / 2 - anchor.y) / anchor.unit
    candidates = ((right, down), (-right, down), (beside, down / 2), (before, down / 2), (0, over))
    costs = [_cost(spec, sprite, anchor, offset, faces, size) for offset in candidates]
    return candidates[costs.index(min(costs))]


def moved_inside(pose: Pose2D, resting: Pose2D, size: tuple[int, int]) -> Pose2D:
    """Moved as it takes to let all of it show where it rests, if it is small enough for that.

    What comes from outside, or bobs at the edge, goes the same way as anywhere else.

    Args:
        pose: where it is now.
        resting: where it would be without the shift of its animation.
        size: width and height of the picture.
    """
    box = _box(resting)
    x = _shift(box.x, box.width, size[0])
    y = _shift(box.y, box.height, size[1])
    return pose if x == 0 and y == 0 else replace(pose, x=pose.x + x, y=pose.y + y)


def _shift(start: float, length: float, bound: int) -> float:
    if length > bound or not math.isfinite(start):
        return 0.0
    return max(0.0, -start) - max(0.0, start + length - bound)


def _cost(
    spec: PlacedPart,
    sprite: Sprite,
    anchor: AnchorPose,
    offset: Offset,
    faces: Sequence[AnchorPose],
    size: tuple[int, int],
) -> float:
    """Area outside the picture, over faces and over the hand, as shares of the sticker's own."""
    box = _box(_posed(spec, sprite, anchor, offset, Motion(), 0.0))
    area = max(box.area, 1e-6)
    outside = area - box.overlap(Box(0, 0, size[0], size[1]))
    covered = _FACE_WEIGHT * sum(box.overlap(_head(face)) for face in faces)
    if anchor.bounds is not None:
        covered += _HAND_WEIGHT * box.overlap(anchor.bounds)
    return round((outside + covered) / area, 1)


def _head(eyes: AnchorPose) -> Box:
    """A head is about 2.4 eye distances wide, from 1.6 above the eyes to 2 below."""
    unit = eyes.unit
    return Box(eyes.x - 1.2 * unit, eyes.y - 1.6 * unit, 2.4 * unit, 3.6 * unit)


def _box(pose: Pose2D) -> Box:
    return Box(
        pose.x - pose.pivot[0] * pose.width,
        pose.y - pose.pivot[1] * pose.height,
        pose.width,
        pose.height,
    )


def _posed(
    spec: PlacedPart,
    sprite: Sprite,
    anchor: AnchorPose,
    offset: Offset,
    motion: Motion,
    angle: float,
) -> Pose2D:
    width = spec.size * anchor.unit
    height = width * sprite.height / sprite.width
    right = offset[0] * anchor.unit + motion.right * height
    down = offset[1] * anchor.unit + motion.down * height
    cos, sin = math.cos(anchor.roll), math.sin(anchor.roll)
    return Pose2D(
        anchor.x + right * cos - down * sin,
        anchor.y + right * sin + down * cos,
        width * anchor.squash * motion.scale,
        height * motion.scale,
        angle + motion.angle,
        spec.opacity * anchor.visibility * motion.opacity,
        spec.pivot,
    )
