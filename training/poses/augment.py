"""Other views, other hands, worse landmarks: what the photographs do not show."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from training.poses.articulation import palm_frame, spoil, vary_habits
from training.poses.hands import BoolArray, Hands, mask
from training.poses.sets import DELIBERATE
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.vocabulary import POSES


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How much.

    Attributes:
        roll_deg: standard deviation of the turn in the picture plane.
        wide_roll_share: hands that are turned by up to 70 degrees instead.
        thumb_roll_share: thumbs up and down that are turned by up to 120 degrees instead, so that
            many of them point sideways.
        idle_roll_share: hands that make no sign and are turned by up to 120 degrees: what they show
            has no upright, and hands that rest or hold things often have the thumb on top.
        tilt_deg: standard deviation of the turn out of the picture plane.
        max_tilt_deg: largest such turn.
        tilt_share: hands that are tilted at all.
        stretch: largest share by which a palm is made wider or longer, a finger longer.
        habits: how differently people hold a pose, see `vary_habits`.
        turned_over_share: hands that show their other face, see `turn_over`.
        wrong_side_share: hands whose side was taken for the other one.
        loose_finger_share: hands with one finger estimated wrongly.
        spoiled_share: hands of the selfie poses that are made into near misses.
    """

    roll_deg: float = 14.0
    wide_roll_share: float = 0.12
    thumb_roll_share: float = 0.35
    idle_roll_share: float = 0.35
    tilt_deg: float = 22.0
    max_tilt_deg: float = 60.0
    tilt_share: float = 0.6
    stretch: float = 0.12
    habits: float = 1.0
    turned_over_share: float = 0.3
    wrong_side_share: float = 0.03
    loose_finger_share: float = 0.12
    spoiled_share: float = 0.25


_HIDDEN_NOISE = 0.03  # palm lengths

# How far up (1) or down (-1) thumb and knuckles must point. Thumbs up of photographs have 0.85 to
# 1.0, a thumb that points sideways from an upright fist 0.0 to 0.6. Between is either.
_SURELY_UP = 0.80
_SURELY_SIDEWAYS = 0.64
_HANGING = -0.55  # a V or metal whose fingers point this far down is meant for nobody


def augment(hands: Hands, how: Augmentation, rng: np.random.Generator) -> Hands:
    """A new, harder draw of the same hands, with labels that fit what they show now."""
    over = rng.random(len(hands)) < how.turned_over_share
    # Drawings show near misses from both sides as they are. An outline of hooked fingers, turned
    # over, is that of a V from behind.
    over &= ~(hands.drawn & ~(hands.allowed & mask(DELIBERATE)).any(axis=1))
    # Folded fingers are hidden from behind, and taken for less folded than they are.
    habits = np.where(over, 2.2, 1.0) * how.habits
    hands = vary_habits(hands, habits.astype(np.float32), rng)
    hands = turn_over(spoil(hands, how.spoiled_share, rng), over)
    screen, world = hands.screen.copy(), hands.world.copy()
    count = len(hands)
    stretch = _random_stretch(count, how, rng)
    for landmarks in (screen, world):
        _stretch(landmarks, hands.left, stretch)
    rotation, turned_deg = random_rotations(_wide_roll_chance(hands, how), how, rng)
    before = thumb_up_share(screen)
    depth_scale = rng.normal(1, 0.12, (count, 1)).astype(np.float32)
    screen[..., 2] *= depth_scale
    screen = screen @ rotation.transpose(0, 2, 1)
    world = world @ rotation.transpose(0, 2, 1)
    allowed = relabel(hands, screen, before, turned_deg)
    for landmarks in (screen, world):
        _disturb(landmarks, hands.noise, how, rng)
    left = hands.left ^ (rng.random(count) < how.wrong_side_share)
    return replace(hands, screen=screen, world=world, left=left, allowed=allowed)


def turn_over(hands: Hands, rows: BoolArray) -> Hands:
    """Shows the other face of some hands, in the same outline.

    Seen from afar, a right hand's palm and the back of a left hand in the same pose have one
    outline: near and far change places. Photographs rarely show a V from behind. The folded
    fingers are hidden then, so their landmarks become worse.
    """
    screen, world = hands.screen.copy(), hands.world.copy()
    screen[rows, :, 2] *= -1
    world[rows, :, 2] *= -1
    noise = np.where(rows, hands.noise + _HIDDEN_NOISE, hands.noise).astype(np.float32)
    return replace(hands, screen=screen, world=world, left=hands.left ^ rows, noise=noise)


def _wide_roll_chance(hands: Hands, how: Augmentation) -> FloatArray:
    """How likely each hand is to be turned far in the picture plane, (n,)."""
    thumbs = hands.shows("thumb_up") | hands.shows("thumb_down")
    idle = ~(hands.allowed & mask(DELIBERATE)).any(axis=1)
    return np.select([thumbs, idle], [how.thumb_roll_share, how.idle_roll_share]).astype(np.float32)


def random_rotations(
    wide_chance: FloatArray, how: Augmentation, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Rotations (n, 3, 3), and by how many degrees (n,) each turns the hand at all.

    Args:
        wide_chance: (n,), how likely each is to be rolled by up to 120 degrees.
        how: how far otherwise.
        rng: source of randomness.
    """
    count = len(wide_chance)
    roll = rng.normal(0, how.roll_deg, count)
    wide = rng.random(count) < how.wide_roll_share
    roll[wide] = rng.uniform(-70, 70, int(wide.sum()))
    wider = rng.random(count) < wide_chance
    roll[wider] = rng.uniform(-120, 120, int(wider.sum()))
    tilt = np.clip(np.abs(rng.normal(0, how.tilt_deg, count)), 0, how.max_tilt_deg)
    tilt[rng.random(count) >= how.tilt_share] = 0
    direction = rng.uniform(0, 2 * np.pi, count)
    axis = np.stack([np.cos(direction), np.sin(direction), np.zeros(count)], axis=1)
    rotation = _about(axis, np.radians(tilt)) @ _about(
        np.broadcast_to([0.0, 0.0, 1.0], (count, 3)), np.radians(roll)
    )
    return rotation.astype(np.float32), np.abs(roll) + tilt


def thumb_up_share(screen: FloatArray) -> FloatArray:
    """How far each hand's thumb, and its row of knuckles, point up: 1 straight up, -1 down.

    The thumb alone would not do: it also leans upwards when it points sideways from an upright
    fist. Then the knuckles lie level.
    """
    thumb = screen[:, 4] - screen[:, 2]
    row = screen[:, 5] - screen[:, 17]
    return _up_share(_unit(thumb) + _unit(row))


def _unit(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), np.float32)


def relabel(
    hands: Hands, screen: FloatArray, before: FloatArray, turned_deg: FloatArray
) -> np.ndarray:
    """What turned hands may be read as: up and down depend on how they are held.

    Args:
        hands: as labelled before the turn.
        screen: their landmarks after it.
        before: `thumb_up_share` before it.
        turned_deg: by how much each was turned.
    """
    allowed = hands.allowed.copy()
    up_mask, down_mask, none_mask = mask(["thumb_up"]), mask(["thumb_down"]), mask([NONE_POSE])
    now = thumb_up_share(screen)
    # Small turns leave the label as the person gave it, even at odd angles.
    moved = (turned_deg > 12) & (np.abs(now - before) > 0.12)
    thumb = moved & (hands.shows("thumb_up") | hands.shows("thumb_down"))
    for sign, own in ((1, up_mask), (-1, down_mask)):
        height = sign * now
        allowed[thumb & (height >= _SURELY_UP)] = own
        allowed[thumb & (height < _SURELY_UP) & (height > _SURELY_SIDEWAYS)] = own | none_mask
    allowed[thumb & (np.abs(now) <= _SURELY_SIDEWAYS)] = none_mask
    # Held sideways they are none; turned, they are what a person would call them.
    for height, own in ((now, up_mask), (-now, down_mask)):
        allowed[hands.free_thumb & (height > _SURELY_SIDEWAYS)] = own | none_mask
        allowed[hands.free_thumb & (height >= _SURELY_UP)] = own
    fingers = _up_share(screen[:, 8] - screen[:, 5])
    for pose in ("v_sign", "metal", "ily"):
        hanging = moved_down(hands, pose, fingers)
        allowed[hanging] = mask([pose, NONE_POSE])
    return allowed


def moved_down(hands: Hands, pose: str, fingers: FloatArray) -> np.ndarray:
    """Bool (n,): hands of this pose whose index finger hangs down now."""
    return hands.shows(pose) & (fingers < _HANGING)


def _up_share(directions: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(directions, axis=1) + 1e-9
    return np.asarray(-directions[:, 1] / lengths, np.float32)


def _about(axis: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Rotations about unit axes (n, 3), by Rodrigues' formula."""
    cross = np.zeros((len(axis), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2] = -axis[:, 2], axis[:, 1]
    cross[:, 1, 0], cross[:, 1, 2] = axis[:, 2], -axis[:, 0]
    cross[:, 2, 0], cross[:, 2, 1] = -axis[:, 1], axis[:, 0]
    sin, cos = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
    return np.asarray(np.eye(3) + sin * cross + (1 - cos) * cross @ cross)


def _random_stretch(count: int, how: Augmentation, rng: np.random.Generator) -> FloatArray:
    """(n, 7): palm's width and length, then the five digits."""
    return rng.uniform(1 - how.stretch, 1 + how.stretch, (count, 7)).astype(np.float32)


def _stretch(landmarks: FloatArray, left: np.ndarray, stretch: FloatArray) -> None:
    """Another person's proportions, in place."""
    axes, wrist, _ = palm_frame(landmarks, left)
    own = (landmarks - wrist) @ axes
    roots = own[:, 1::4].copy()
    offsets = own[:, 1:].reshape(-1, 5, 4, 3) - roots[:, :, np.newaxis]
    roots[..., 0] *= stretch[:, 0:1]
    roots[..., 1] *= stretch[:, 1:2]
    offsets = offsets * stretch[:, 2:, np.newaxis, np.newaxis]
    own[:, 1:] = (roots[:, :, np.newaxis] + offsets).reshape(-1, 20, 3)
    landmarks[:] = own @ axes.transpose(0, 2, 1) + wrist


def _disturb(
    landmarks: FloatArray, most: FloatArray, how: Augmentation, rng: np.random.Generator
) -> None:
    """Landmark errors, in place: each joint a little, one finger a lot now and then."""
    count = len(landmarks)
    knuckles = landmarks[:, [5, 9, 13, 17]].mean(axis=1)
    palm = np.linalg.norm(knuckles - landmarks[:, 0], axis=1)[:, None, None]
    amount = (most * rng.random(count) ** 2)[:, None, None]
    noise = rng.normal(0, 1, landmarks.shape) * amount
    rows = np.flatnonzero(rng.random(count) < how.loose_finger_share)
    finger = rng.integers(5, size=len(rows))
    shift = rng.normal(0, 0.12, (len(rows), 3))
    for joint, part in ((2, 0.3), (3, 0.65), (4, 1.0)):
        noise[rows, joint + 4 * finger] += shift * part
    landmarks += (noise * palm).astype(np.float32)


def balance(hands: Hands, size: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of a draw with replacement, in which rare poses are not drowned.

    Args:
        hands: to draw from, by weight.
        size: how many rows.
        rng: source of randomness.
    """
    kind = np.where(hands.allowed.sum(axis=1) == 1, hands.allowed.argmax(axis=1), len(POSES))
    total = np.bincount(kind, weights=hands.weight, minlength=len(POSES) + 1)
    # Between drawing each kind equally (-1) and as they come (0).
    chance = hands.weight * np.maximum(total, 1e-9)[kind] ** -0.6
    return np.asarray(rng.choice(len(hands), size, p=chance / chance.sum()))
