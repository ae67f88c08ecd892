"""Bends the fingers of measured hands: poses that are nearly, but not, what people mean.

Photographs show poses as they are meant. What starts effects by accident lies in between: V with
crossed or hooked fingers, a thumb up on a hand that grips something, a fist with a loose thumb.
They are made out of measured hands, so that proportions, view and landmark errors stay real.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from training.poses.hands import BoolArray, Hands, mask
from training.poses.sets import NOT_DELIBERATE
from vcam.core.geometry import FloatArray

AnyFloats = npt.NDArray[np.floating[Any]]
Bend = Callable[[FloatArray, np.random.Generator], None]

_KNUCKLES = [5, 9, 13, 17]


def palm_frame(hands: FloatArray, left: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Own frame of each hand's palm.

    Args:
        hands: (n, 21, 3).
        left: (n,), left hands; their frame is mirrored, so that bending goes the same way.

    Returns:
        Axes as columns (n, 3, 3): towards the index finger, towards the fingers, and out of
        the palm; the wrist (n, 1, 3); the palm's length (n, 1, 1).
    """
    wrist = hands[:, :1]
    reach = hands[:, _KNUCKLES].mean(axis=1) - wrist[:, 0]
    length = np.linalg.norm(reach, axis=1) + 1e-6
    up = reach / length[:, np.newaxis]
    across = hands[:, 5] - hands[:, 17]
    across = across - (across * up).sum(axis=1, keepdims=True) * up
    across = across / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-6)
    normal = np.cross(across, up) * np.where(left, -1, 1)[:, np.newaxis]
    axes = np.stack([across, up, normal], axis=2).astype(np.float32)
    return axes, wrist, length[:, np.newaxis, np.newaxis].astype(np.float32)


def bend_finger(own: FloatArray, finger: int, degrees: Sequence[float] | AnyFloats) -> None:
    """Bends (or, if negative, straightens) a finger's three joints, in place.

    Args:
        own: (n, 21, 3) in palm frames.
        finger: 1 (index) to 4 (little finger).
        degrees: at the knuckle, the middle and the last joint; (3,) or (n, 3).
    """
    angles = np.broadcast_to(np.radians(np.asarray(degrees, np.float32)), (len(own), 3))
    first = 1 + 4 * finger
    for joint in range(3):
        _turn(own, first + joint, first + 4, angles[:, joint], (1, 2))


def swing_finger(own: FloatArray, finger: int, degrees: AnyFloats) -> None:
    """Swings a finger sideways about its knuckle, in place; positive is towards the thumb."""
    first = 1 + 4 * finger
    _turn(own, first, first + 4, -np.radians(degrees), (0, 1))


def _turn(own: FloatArray, pivot: int, end: int, angle: AnyFloats, plane: tuple[int, int]) -> None:
    a, b = plane
    moved = own[:, pivot + 1 : end] - own[:, pivot : pivot + 1]
    cos, sin = np.cos(angle)[:, np.newaxis], np.sin(angle)[:, np.newaxis]
    turned = moved.copy()
    turned[..., a] = cos * moved[..., a] - sin * moved[..., b]
    turned[..., b] = sin * moved[..., a] + cos * moved[..., b]
    own[:, pivot + 1 : end] = own[:, pivot : pivot + 1] + turned


def _hook(*fingers: int) -> Bend:
    def bend(own: FloatArray, rng: np.random.Generator) -> None:
        for finger in fingers:
            bend_finger(own, finger, _spread(rng, len(own), (10, 60, 20), (70, 110, 60)))

    return bend


def _straighten(*fingers: int) -> Bend:
    def bend(own: FloatArray, rng: np.random.Generator) -> None:
        for finger in fingers:
            bend_finger(own, finger, _spread(rng, len(own), (-90, -110, -55), (-65, -85, -35)))

    return bend


def _cross(own: FloatArray, rng: np.random.Generator) -> None:
    """Index and middle finger crossed, or all but."""
    between = _azimuth(own, 1) - _azimuth(own, 2)
    close = between + rng.uniform(2, 18, len(own))
    part = rng.uniform(0.3, 0.7, len(own))
    swing_finger(own, 1, -close * part)
    swing_finger(own, 2, close * (1 - part))


def _close(own: FloatArray, rng: np.random.Generator) -> None:
    """Index and middle finger side by side."""
    apart = _azimuth(own, 1) - _azimuth(own, 2) - rng.uniform(-7, -1, len(own))
    part = rng.uniform(0.3, 0.7, len(own))
    swing_finger(own, 1, -apart * part)
    swing_finger(own, 2, apart * (1 - part))


def finger_gap_deg(hands: FloatArray, left: BoolArray) -> FloatArray:
    """Degrees from the middle to the index finger of each hand; below 0 they cross.

    Args:
        hands: (n, 21, 3).
        left: (n,), left hands.
    """
    axes, wrist, length = palm_frame(hands, left)
    own = np.asarray(((hands - wrist) / length) @ axes, np.float32)
    return np.asarray((_azimuth(own, 1) - _azimuth(own, 2) + 180) % 360 - 180, np.float32)


def _azimuth(own: FloatArray, finger: int) -> FloatArray:
    """Degrees between a finger and the palm's axis, towards the thumb."""
    reach = own[:, 4 + 4 * finger] - own[:, 1 + 4 * finger]
    return np.asarray(np.degrees(np.arctan2(reach[:, 0], reach[:, 1])), np.float32)


def _lay_thumb(own: FloatArray, rng: np.random.Generator) -> None:
    """The thumb laid on or beside the fist."""
    count = len(own)
    # Swung from where it is to where it lies: along the palm's axis or across the fingers.
    reach = own[:, 4] - own[:, 2]
    now = np.degrees(np.arctan2(reach[:, 0], reach[:, 1]))
    wanted = rng.uniform(-60, 15, count)
    _turn(own, 2, 5, np.radians(now - wanted), (0, 1))
    _turn(own, 3, 5, np.radians(rng.uniform(0, 40, count)), (0, 1))


def _hook_thumb(own: FloatArray, rng: np.random.Generator) -> None:
    """A bent thumb on fingers that hold something."""
    count = len(own)
    _turn(own, 2, 5, np.radians(rng.uniform(0, 30, count)), (0, 1))
    _turn(own, 3, 5, np.radians(rng.uniform(40, 80, count)), (0, 1))
    share = rng.uniform(0.1, 0.6, (count, 1))
    for finger in range(1, 5):
        bend_finger(own, finger, share * _spread(rng, count, (-70, -90, -50), (-40, -60, -20)))


def _open_some(own: FloatArray, rng: np.random.Generator) -> None:
    """Fingers that hold something or hang loose."""
    share = rng.uniform(0.45, 1.0, (len(own), 1))
    for finger in range(1, 5):
        amount = _spread(rng, len(own), (-75, -95, -50), (-40, -60, -20))
        bend_finger(own, finger, amount * np.clip(share + rng.normal(0, 0.2, share.shape), 0, 1.1))


def vary_habits(hands: Hands, amount: float | FloatArray, rng: np.random.Generator) -> Hands:
    """The same poses as other people hold them: every finger a little more bent or spread.

    Args:
        hands: left alone.
        amount: 1 bends each joint by about 8 degrees and the thumb by about 10; one for all, or
            (n,).
        rng: source of randomness.
    """
    count = len(hands)
    # A ring of thumb and finger would open, and then it is none.
    much = np.where(hands.shows("ok"), 0.3, 1.0) * amount * rng.random(count)
    bends = rng.normal(0, 8, (4, count, 3)) * much[:, np.newaxis]
    swings = rng.normal(0, 4, (4, count)) * much
    thumb = np.radians(rng.normal(0, 10, (3, count)) * much)
    varied = []
    for landmarks in (hands.screen, hands.world):
        axes, wrist, length = palm_frame(landmarks, hands.left)
        own = np.asarray(((landmarks - wrist) / length) @ axes, np.float32)
        for finger in range(1, 5):
            bend_finger(own, finger, bends[finger - 1])
            swing_finger(own, finger, swings[finger - 1])
        _turn(own, 1, 5, thumb[0], (0, 1))
        _turn(own, 2, 5, thumb[1], (1, 2))
        _turn(own, 3, 5, thumb[2], (0, 1))
        varied.append((own @ axes.transpose(0, 2, 1) * length + wrist).astype(np.float32))
    return replace(hands, screen=varied[0], world=varied[1])


def _spread(
    rng: np.random.Generator, count: int, low: Sequence[float], high: Sequence[float]
) -> FloatArray:
    return rng.uniform(low, high, (count, 3)).astype(np.float32)


_THUMB_MISSES: tuple[Bend, ...] = (
    _open_some,
    _open_some,
    _lay_thumb,
    _lay_thumb,
    _hook_thumb,
    _straighten(1, 2),
)

NEAR_MISSES: dict[str, tuple[Bend, ...]] = {
    "v_sign": (_cross, _close, _hook(1), _hook(2), _hook(1, 2)),
    "metal": (_hook(1), _hook(4), _hook(1, 4), _straighten(2), _straighten(2, 3)),
    "thumb_up": _THUMB_MISSES,
    "thumb_down": _THUMB_MISSES,
}
"""Per pose, what spoils it. Afterwards the hand may be many things, but makes no sign."""

_SHARES = {"v_sign": 0.6}
"""Of the share asked for. More of them cost more V signs from behind than they keep out."""

_FREELY_CLOSED = frozenset({"thumb_up", "thumb_down"})
"""Poses whose fists are closed further in drawings than people close theirs: opened a little, a
drawn fist is one of theirs, and the thumb up on it no near miss."""


def spoil(hands: Hands, share: float, rng: np.random.Generator) -> Hands:
    """Turns a share of the hands that show a pose of `NEAR_MISSES` into near misses.

    Drawn thumbs up and down stay: what they are taken for is drawn itself.

    Args:
        hands: left alone.
        share: of the hands of each such pose; 1 spoils them all.
        rng: source of randomness.
    """
    screen, world, allowed = hands.screen.copy(), hands.world.copy(), hands.allowed.copy()
    for pose, bends in NEAR_MISSES.items():
        part = 1.0 if share >= 1 else share * _SHARES.get(pose, 1.0)
        fit = hands.shows(pose) & ~(hands.drawn & (pose in _FREELY_CLOSED))
        chosen = np.flatnonzero(fit & (rng.random(len(hands)) < part))
        way = rng.integers(len(bends), size=len(chosen))
        for index, bend in enumerate(bends):
            rows = chosen[way == index]
            if len(rows) == 0:
                continue
            seed = int(rng.integers(2**32))
            for landmarks in (screen, world):  # the same bends on both
                axes, wrist, length = palm_frame(landmarks[rows], hands.left[rows])
                own = ((landmarks[rows] - wrist) / length) @ axes
                bend(own, np.random.default_rng(seed))
                landmarks[rows] = own @ axes.transpose(0, 2, 1) * length + wrist
            allowed[rows] = mask(NOT_DELIBERATE)
    return replace(hands, screen=screen, world=world, allowed=allowed)
