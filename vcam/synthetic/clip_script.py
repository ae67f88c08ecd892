"""What happens in the demo clip: the hands' keys, the head's movement and the labelled spans."""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from vcam.core.observation import Side
from vcam.synthetic.kinematics import Angles, FloatArray
from vcam.synthetic.motion import blended, ease
from vcam.synthetic.poses import pose_angles

DURATION_S: Final = 28.0
LABELLED: Final = ("v_sign", "thumb_up", "metal")


class Key(NamedTuple):
    """Where a hand is at one time, as if it were a right hand.

    Attributes:
        time_s: media time.
        shape: key of `SHAPES`.
        wrist: camera frame, cm.
        roll: degrees, in the picture plane; then
        yaw: about the upright axis; then
        pitch: fingers away from the camera.
        label: whether the pose is held, as a user would hold it, until the next key.
    """

    time_s: float
    shape: str
    wrist: tuple[float, float, float]
    roll: float
    yaw: float
    pitch: float
    label: bool = False


class HandState(NamedTuple):
    """A hand at one time: joint angles, wrist (3,) in cm, and roll, yaw and pitch in degrees."""

    angles: Angles
    wrist: FloatArray
    turn: tuple[float, float, float]


class HeadState(NamedTuple):
    """The head at one time: shift in pixels, roll in degrees, scale, and how open the eyes are."""

    shift: tuple[float, float]
    roll_deg: float
    scale: float
    eyes_open: float


class Span(NamedTuple):
    """A time in which a gesture is held."""

    gesture: str
    start_s: float
    end_s: float


_GONE = (-20.0, -46.0, -66.0)

_RIGHT = (
    Key(0.0, "relaxed", _GONE, -25, 10, -8),
    Key(0.9, "relaxed", _GONE, -25, 10, -8),
    Key(1.4, "v_sign", (-18, -9, -64), -6, 14, -6),
    Key(1.5, "v_sign", (-18, -8.6, -64), -5, 14, -6, label=True),
    Key(3.3, "v_sign", (-17.4, -8, -63), -7, 10, -6),
    Key(3.7, "relaxed", (-18, -13, -64), -14, 18, -10),
    Key(4.3, "relaxed", _GONE, -25, 10, -8),
    Key(7.0, "relaxed", _GONE, -25, 10, -8),
    Key(7.6, "metal", (-18, -10, -64), -5, 12, -6),
    Key(7.7, "metal", (-18, -9.6, -64), -4, 12, -6, label=True),
    Key(9.5, "metal", (-17.4, -8.5, -63), -7, 16, -5),
    Key(9.9, "palm", (-21, -9, -66), -22, 10, -6),
    Key(10.3, "palm", (-22, -9, -66), 18, 10, -6),
    Key(10.7, "palm", (-21, -9, -66), -24, 10, -6),
    Key(11.1, "palm", (-22, -9, -66), 18, 10, -6),
    Key(11.5, "palm", (-21, -9, -66), -20, 10, -6),
    Key(11.9, "fist", (-18, -10, -64), -6, 10, -6),
    Key(12.2, "fist", (-18, -10, -64), -6, 10, -6),
    Key(12.36, "v_sign", (-17, -9, -64), -4, 10, -6),
    Key(12.42, "v_sign", (-17, -9, -64), -4, 10, -6),
    Key(12.58, "fist", (-16, -10, -64), -2, 10, -6),
    Key(13.0, "fist", (-10, -17, -62), 10, 0, -6),
    Key(13.35, "fist", (-3, -46, -60), 22, -8, -6),
    Key(13.4, "relaxed", _GONE, -25, 10, -8),
    Key(19.3, "fist", _GONE, 60, 40, -18),
    Key(19.9, "thumb_up", (-18, -8, -66), 68, 58, -16),
    Key(20.0, "thumb_up", (-18, -7.6, -66), 69, 58, -16, label=True),
    Key(21.8, "thumb_up", (-18.6, -7, -65), 72, 54, -15),
    Key(22.2, "fist", (-19, -14, -66), 50, 40, -14),
    Key(22.6, "relaxed", _GONE, -10, 20, -8),
    Key(28.0, "relaxed", _GONE, -25, 10, -8),
)

_LEFT = (
    Key(0.0, "relaxed", _GONE, -25, 10, -8),
    Key(4.0, "fist", _GONE, 60, 40, -18),
    Key(4.6, "thumb_up", (-18.5, -8, -64), 70, 72, -17),
    Key(4.7, "thumb_up", (-18.5, -7.6, -64), 71, 72, -17, label=True),
    Key(6.5, "thumb_up", (-19, -7, -63), 73, 66, -15),
    Key(6.9, "fist", (-19, -14, -64), 50, 40, -14),
    Key(7.3, "relaxed", _GONE, -10, 20, -8),
    Key(16.4, "relaxed", (-16, -46, -70), 10, 100, -8),
    Key(17.0, "relaxed", (-6.5, -20.5, -72), 22, 140, -8),
    Key(17.9, "relaxed", (-6.0, -20, -72), 20, 145, -10),
    Key(18.4, "one", (-19, -12, -66), 4, 20, -6),
    Key(19.0, "one", (-20.5, -10, -66), 16, 24, -6),
    Key(19.4, "relaxed", (-19, -16, -66), -24, 18, -8),
    Key(19.8, "relaxed", _GONE, -25, 10, -8),
    Key(22.2, "relaxed", _GONE, -25, 10, -8),
    Key(22.8, "v_sign", (-21, -9.5, -72), 7, 4, -10),
    Key(22.9, "v_sign", (-21, -9, -72), 8, 4, -10, label=True),
    Key(24.7, "v_sign", (-20.5, -8.4, -71), 11, 8, -8),
    Key(25.2, "metal", (-21, -9, -72), 2, 6, -8, label=True),
    Key(26.9, "metal", (-21, -8, -70), -3, 12, -6),
    Key(27.3, "relaxed", (-19, -18, -70), -18, 14, -8),
    Key(27.7, "relaxed", _GONE, -25, 10, -8),
    Key(28.0, "relaxed", _GONE, -25, 10, -8),
)

TRACKS: Final[dict[Side, tuple[Key, ...]]] = {"right": _RIGHT, "left": _LEFT}

_BLINKS_S = (2.1, 5.9, 9.0, 14.4, 15.6, 20.8, 24.1, 27.2)
_BLINK_S = 0.11  # half of a blink


def spans() -> list[Span]:
    """The times in which a gesture is held, in order."""
    held = [
        Span(key.shape, key.time_s, after.time_s)
        for track in TRACKS.values()
        for key, after in pairwise(track)
        if key.label
    ]
    return sorted(held, key=lambda span: span.start_s)


def hand_at(side: Side, t: float) -> HandState | None:
    """A hand at media time `t`, as if it were a right hand; None while it is out of the picture.

    The hand is never quite still.
    """
    track = TRACKS[side]
    last = max(i for i, key in enumerate(track[:-1]) if key.time_s <= t)
    start, end = track[last], track[last + 1]
    share = min(1.0, (t - start.time_s) / (end.time_s - start.time_s))
    if max(start.wrist[1], end.wrist[1]) <= _GONE[1]:
        return None
    u = ease(share)
    angles = blended(pose_angles(start.shape), pose_angles(end.shape), u)
    tremble = 1.2 * np.sin(1.5 * t + np.arange(4)[:, None])
    phase = 0.0 if side == "right" else 1.9
    sway = np.array([0.35 * np.sin(2.1 * t), 0.3 * np.sin(2.9 * t + 1), 0.3 * np.sin(1.7 * t)])
    wrist = np.array(start.wrist) * (1 - u) + np.array(end.wrist) * u + sway
    roll = start.roll * (1 - u) + end.roll * u + 1.6 * float(np.sin(1.9 * t + phase))
    yaw = start.yaw * (1 - u) + end.yaw * u + 2.0 * float(np.sin(1.3 * t + phase))
    pitch = start.pitch * (1 - u) + end.pitch * u + 1.5 * float(np.sin(2.3 * t + phase))
    return HandState(angles._replace(flexion=angles.flexion + tremble), wrist, (roll, yaw, pitch))


def head_at(t: float) -> HeadState:
    """The head at media time `t`; the same at the end as at the start, so that the clip loops."""
    turn = 2 * np.pi * t / DURATION_S
    roll = 7.5 * np.sin(3 * turn) + 4.5 * np.sin(5 * turn + 0.8) - 4.5 * np.sin(0.8)
    right = 26 * np.sin(2 * turn) + 10 * np.sin(7 * turn)
    down = 5 * np.sin(6 * turn)
    scale = 1.0 + 0.09 * np.sin(2 * turn + 2.4) - 0.09 * np.sin(2.4)
    blink = min(abs(t - at) for at in _BLINKS_S) / _BLINK_S
    eyes = 0.85 * float(np.clip(blink, 0.06, 1.0))
    return HeadState((float(right), float(down)), float(roll), float(scale), eyes)
