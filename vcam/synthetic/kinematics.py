"""Forward kinematics of a hand: joint angles and bone lengths to 21 joints in MediaPipe's order.

Units: centimetres and degrees.

Hand frame: a RIGHT hand with the wrist at the origin, the fingers along +y, the palm facing +z and
the thumb on the +x side. A left hand is the mirrored picture of a right one.

The bone lengths and radii were fitted by eye to anthropometric means and then tuned until
MediaPipe's hand network accepted the drawn hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PALM_LENGTH_CM: Final = 9.2
"""Wrist to the middle finger's knuckle of the average hand."""

# One row each for index, middle, ring and pinky.
MEAN_KNUCKLES: Final[FloatArray] = np.array(
    [[2.55, 8.9, 0.05], [0.45, 9.2, -0.15], [-1.6, 8.6, -0.05], [-3.35, 7.5, 0.25]]
)
MEAN_FINGER_LENGTHS: Final[FloatArray] = np.array(
    [[4.5, 2.6, 1.75], [5.0, 3.0, 1.85], [4.6, 2.85, 1.85], [3.6, 2.05, 1.6]]
)
FINGER_RADII: Final[FloatArray] = np.array(  # at MCP, PIP, DIP and tip
    [
        [1.06, 0.98, 0.87, 0.68],
        [1.08, 1.0, 0.89, 0.70],
        [1.03, 0.94, 0.83, 0.66],
        [0.92, 0.83, 0.73, 0.58],
    ]
)
MEAN_THUMB_BASE: Final[FloatArray] = np.array([1.9, 1.9, 0.7])
MEAN_THUMB_LENGTHS: Final[FloatArray] = np.array([4.4, 3.4, 2.1])
THUMB_RADII: Final[FloatArray] = np.array([1.35, 1.15, 1.06, 0.80])

_RESTING_SPREAD = (5.0, 0.0, -5.0, -11.0)  # degrees from +y towards +x
_FLEXION_TILT = (-0.12, -0.02, 0.14, 0.34)  # fingers bend towards the base of the thumb
_TIP_EXTRA_CM = 0.25  # the tip landmark lies this far beyond the end of the bone axis


@dataclass(frozen=True, eq=False)
class Proportions:
    """The bones of one person's hand, in centimetres.

    Attributes:
        knuckles: (4, 3) positions of the four finger knuckles.
        finger_lengths: (4, 3) lengths of the phalanges.
        thumb_base: (3,) position of the thumb's base joint.
        thumb_lengths: (3,) lengths of metacarpal and phalanges of the thumb.
        factors: (3,) width of the palm, length of the fingers and of the thumb, relative to the
            mean: what the nearest solved thumb is looked up by.
    """

    knuckles: FloatArray
    finger_lengths: FloatArray
    thumb_base: FloatArray
    thumb_lengths: FloatArray
    factors: FloatArray


class Angles(NamedTuple):
    """Joint angles of a whole hand, in degrees.

    Attributes:
        flexion: (4, 3) of MCP, PIP, DIP of index, middle, ring, pinky.
        spread: (4,) sideways, added to the resting spread; positive towards the thumb.
        thumb: (5,) azimuth from +y to +x, palmar lift, roll of the nail, MCP and IP flexion.
    """

    flexion: FloatArray
    spread: FloatArray
    thumb: FloatArray


class Chain(NamedTuple):
    """One digit.

    Attributes:
        points: (4, 3) joints, base to the end of the last bone.
        directions: (3, 3) unit vectors along the phalanges.
        normals: (3, 3) unit vectors out of the back (the nail's side) of the phalanges.
    """

    points: FloatArray
    directions: FloatArray
    normals: FloatArray


def proportions(
    width: float = 1.0,
    fingers: float = 1.0,
    thumb: float = 1.0,
    each_finger: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0),
) -> Proportions:
    """A hand whose palm width, fingers and thumb are these multiples of the mean.

    The palm's length stays: it is the unit that hands are compared in.
    """
    across = np.array([width, 1.0, 1.0])
    scale = fingers * np.asarray(each_finger)[:, None]
    return Proportions(
        knuckles=MEAN_KNUCKLES * across,
        finger_lengths=MEAN_FINGER_LENGTHS * scale,
        thumb_base=MEAN_THUMB_BASE * across,
        thumb_lengths=MEAN_THUMB_LENGTHS * thumb,
        factors=np.array([width, fingers, thumb]),
    )


MEAN_PROPORTIONS: Final = proportions()


def random_proportions(rng: np.random.Generator) -> Proportions:
    """The hand of a random person.

    The spread is that of adult hands: hand breadth and finger lengths, relative to palm length,
    vary by about 5 to 6 % (standard deviation); clipped at twice that.
    """
    width, fingers, thumb = 1 + np.clip(rng.normal(0, 0.055, 3), -0.11, 0.11)
    each = 1 + np.clip(rng.normal(0, 0.025, 4), -0.05, 0.05)
    return proportions(
        float(width),
        float(fingers),
        float(thumb),
        (float(each[0]), float(each[1]), float(each[2]), float(each[3])),
    )


def finger_chain(
    finger: int, flexion: FloatArray, spread: float, person: Proportions = MEAN_PROPORTIONS
) -> Chain:
    """Chain of finger 0 (index) to 3 (pinky) for three flexions and a spread, in degrees."""
    azimuth = np.radians(_RESTING_SPREAD[finger] + spread)
    straight = np.array([np.sin(azimuth), np.cos(azimuth), 0.0])
    palmar = np.array([_FLEXION_TILT[finger], 0.0, 1.0])
    palmar -= straight * (palmar @ straight)
    palmar /= np.sqrt(palmar @ palmar)
    bend = np.radians(np.cumsum(flexion))[:, None]
    cos_bend, sin_bend = np.cos(bend), np.sin(bend)
    directions = cos_bend * straight + sin_bend * palmar
    normals = sin_bend * straight - cos_bend * palmar
    points = _joint_points(person.knuckles[finger], directions, person.finger_lengths[finger])
    return Chain(points, directions, normals)


def thumb_chain(thumb: FloatArray, person: Proportions = MEAN_PROPORTIONS) -> Chain:
    """Chain of the thumb for the five angles of `Angles.thumb`, in degrees."""
    azimuth, lift, roll, flex_mcp, flex_ip = np.radians(thumb)
    sin_az, cos_az = np.sin(azimuth), np.cos(azimuth)
    straight = np.array([sin_az * np.cos(lift), cos_az * np.cos(lift), np.sin(lift)])
    sideways = np.array([cos_az, -sin_az, 0.0])
    upwards = np.array([-sin_az * np.sin(lift), -cos_az * np.sin(lift), np.cos(lift)])
    dorsal = np.cos(roll) * sideways + np.sin(roll) * upwards
    bend = np.array([0.0, flex_mcp, flex_mcp + flex_ip])[:, None]
    directions = np.cos(bend) * straight - np.sin(bend) * dorsal
    normals = np.sin(bend) * straight + np.cos(bend) * dorsal
    points = _joint_points(person.thumb_base, directions, person.thumb_lengths)
    return Chain(points, directions, normals)


def skeleton(
    angles: Angles, person: Proportions = MEAN_PROPORTIONS
) -> tuple[FloatArray, tuple[Chain, ...]]:
    """Joints (21, 3) in MediaPipe's order, in cm, and the five chains, thumb first."""
    fingers = (
        finger_chain(i, angles.flexion[i], float(angles.spread[i]), person) for i in range(4)
    )
    chains = (thumb_chain(angles.thumb, person), *fingers)
    joints = np.zeros((21, 3))
    for digit, chain in enumerate(chains):
        joints[1 + 4 * digit : 5 + 4 * digit] = chain.points
        joints[4 + 4 * digit] += chain.directions[2] * _TIP_EXTRA_CM
    return joints, chains


def _joint_points(base: FloatArray, directions: FloatArray, lengths: FloatArray) -> FloatArray:
    points = np.empty((4, 3))
    points[0] = base
    points[1:] = base + np.cumsum(directions * lengths[:, None], axis=0)
    return points
