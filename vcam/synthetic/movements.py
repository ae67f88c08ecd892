"""Gestures of a moving hand, shown on purpose: swipes and waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from vcam.core.gestures import SWIPE_LEFT, WAVE
from vcam.core.observation import Side
from vcam.synthetic.camera import rotation_matrix, turn_away
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.motion import turned
from vcam.synthetic.placing import Extent, Frame, best_place, somewhere
from vcam.synthetic.track import Track

OPEN_HAND: Final = Extent(aside=5.0, up=12.5, down=6.0)
"""An open, upright hand about the middle of its palm, cm."""

_REST_S = (0.3, 0.9)
"""A swipe is from rest to rest."""

_SWIPE_CM = (22.0, 40.0)
_SWIPE_S = (0.2, 0.55)
_SWIPE_SHAPES = ("palm", "palm", "palm", "two_closed", "v_sign")
_ELBOW_CM = 30.0
_LEVEL_SD_CM = 1.5

_SWIPE_COLUMNS = (-30.0, 20.0)
"""Where the middle of the way is, from the middle of the head; the hand's own side is below 0."""

_WAVE_COLUMNS = (-45.0, 0.0)
_SWINGS = (4, 8)
_SWING_S = (0.17, 0.42)
_SWING_CM = (4.0, 9.0)
_FINGERS_CM = 11.0
"""From the middle of the palm to the middle of the fingertips."""

_LEVER_CM = (6.0, 26.0)
"""From what the waving hand turns about, the wrist or the elbow, to the middle of its palm."""


@dataclass(frozen=True)
class Held:
    """How a hand is held on its way.

    Attributes:
        view_deg: angle by which it is turned away from the camera.
        back: whether its back is seen.
    """

    view_deg: float
    back: bool

    def rotation(self, rng: np.random.Generator) -> FloatArray:
        """Of a hand that points up, (3, 3), hand frame to camera frame."""
        return turn_away(rng, self.view_deg) @ turned(yaw=180.0 if self.back else 0.0)


class _Way(NamedTuple):
    """From where to where, camera frame, cm."""

    start: FloatArray
    end: FloatArray


def move(
    gesture: str, hand: Track, side: Side, frame: Frame, held: Held, rng: np.random.Generator
) -> tuple[float, float]:
    """Brings a hand up and makes a movement with it; the hand stays where it ends.

    Args:
        gesture: one of `vcam.core.gestures.MOVEMENTS`.
        hand: which moves.
        side: which hand that is.
        frame: what the camera takes in.
        held: how.
        rng: all chance.

    Returns:
        When the movement begins and ends, seconds.
    """
    if gesture == WAVE:
        return _wave(hand, side, frame, held, rng)
    # The picture is not mirrored: the person's left is on its right.
    return _swipe(hand, side, frame, held, 1 if gesture == SWIPE_LEFT else -1, rng)


def _columns(side: Side, columns: tuple[float, float]) -> tuple[float, float]:
    low, high = columns
    return (-high, -low) if side == "left" else columns


def _swipe(
    hand: Track, side: Side, frame: Frame, held: Held, towards: int, rng: np.random.Generator
) -> tuple[float, float]:
    def draw(rng: np.random.Generator) -> _Way:
        half_cm = float(rng.uniform(*_SWIPE_CM)) / 2
        whole = OPEN_HAND._replace(aside=OPEN_HAND.aside + half_cm)
        middle = somewhere(rng, frame, whole, *_columns(side, _SWIPE_COLUMNS))
        half = np.array([towards * half_cm, rng.normal(0, _LEVEL_SD_CM) / 2, 0.0])
        return _Way(middle - half, middle + half)

    way = best_place(rng, frame, OPEN_HAND, draw, lambda way: way)
    upright, shape = held.rotation(rng), hand.shaped(str(rng.choice(_SWIPE_SHAPES)))
    # The forearm turns about the elbow, and the hand with it, more or less.
    half_cm = abs(float(way.end[0] - way.start[0])) / 2
    lean = np.degrees(np.arcsin(min(0.7, half_cm / _ELBOW_CM))) * float(rng.uniform(0, 0.8))
    on_side = towards * (-1 if side == "left" else 1)
    at = [
        (frame.of_side(place, side), rotation_matrix("z", sign * on_side * lean) @ upright)
        for place, sign in ((way.start, 1), (way.end, -1))
    ]
    hand.bring(float(rng.uniform(0.4, 0.8)), shape, *at[0])
    hand.stay(float(rng.uniform(*_REST_S)))
    start_s = hand.now_s
    hand.bring(float(rng.uniform(*_SWIPE_S)), shape, *at[1])
    end_s = hand.now_s
    hand.stay(float(rng.uniform(*_REST_S)))
    return start_s, end_s


def _wave(
    hand: Track, side: Side, frame: Frame, held: Held, rng: np.random.Generator
) -> tuple[float, float]:
    swing_cm, lever_cm = float(rng.uniform(*_SWING_CM)), float(rng.uniform(*_LEVER_CM))
    angle = float(np.degrees(np.arcsin(swing_cm / (lever_cm + _FINGERS_CM))))
    extent = Extent(OPEN_HAND.aside + swing_cm, OPEN_HAND.up, OPEN_HAND.down)

    def draw(rng: np.random.Generator) -> FloatArray:
        return somewhere(rng, frame, extent, *_columns(side, _WAVE_COLUMNS))

    middle = best_place(rng, frame, extent, draw, lambda place: (place,))
    place, upright = frame.of_side(middle, side), held.rotation(rng)
    shape = hand.shaped("palm")
    lean = float(rng.normal(0, 6))

    def swung(degrees: float) -> tuple[FloatArray, FloatArray]:
        turn = np.radians(degrees)
        off = lever_cm * np.array([-np.sin(turn), np.cos(turn) - 1, 0.0])
        return place + off, rotation_matrix("z", lean + degrees) @ upright

    hand.bring(float(rng.uniform(0.4, 0.8)), shape, *swung(0.0))
    if rng.random() < 0.5:
        hand.stay(float(rng.uniform(0.1, 0.6)))
    start_s = hand.now_s
    swing_s, aside = float(rng.uniform(*_SWING_S)), float(rng.choice((-angle, angle)))
    hand.bring(swing_s / 2, shape, *swung(aside))
    for _ in range(int(rng.integers(_SWINGS[0], _SWINGS[1] + 1))):
        aside = -aside
        loose = aside * float(rng.uniform(0.9, 1.1))
        hand.bring(swing_s * float(rng.uniform(0.9, 1.1)), shape, *swung(loose))
    end_s = hand.now_s
    return start_s, end_s
