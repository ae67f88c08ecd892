"""What hands do while their owner sits at a camera and means nothing by it.

Each habit writes keys into the tracks of both hands. Places are as in `Key`: the right hand's, the
left one is its mirror image. None of them holds a V, a thumb up or down, or metal for longer than a
glimpse, but many come near: fingers that count, a thumb round a cup, air quotes, crossed fingers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from vcam.synthetic.track import Place, Track, Turn

Hands = tuple[Track, ...]
"""The tracks that a habit moves: one hand, or both."""

Habit = Callable[[Hands, np.random.Generator], None]

GLIMPSE_S: Final = (0.08, 0.22)
"""A pose that is passed through is there for so long, besides the way there and away."""

_TALKING = ("relaxed", "half_closed", "palm", "edge_on", "grip", "pinch", "fist", "claw", "one")
_NEAR_MISSES = (
    *("crossed_fingers", "hooked_v", "pinch", "gun", "thumb_sideways", "pinky_only"),
    *("claw", "ok", "three", "four"),
)
_CLOSE: Place = (-17.0, -11.0, 22.0)


def _uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def _near(rng: np.random.Generator, place: Place, x: float, y: float, z: float = 4.0) -> Place:
    spread = rng.uniform(-1, 1, 3) * (x, y, z)
    return place[0] + spread[0], place[1] + spread[1], place[2] + spread[2]


def _any_turn(rng: np.random.Generator) -> Turn:
    return _uniform(rng, -50, 50), _uniform(rng, -30, 200), _uniform(rng, -30, 35)


def talk(hands: Hands, rng: np.random.Generator) -> None:
    """Hands that go along with what is said: every half second another place, shape and turn."""
    middle = _near(rng, (-15.0, -15.0, 24.0), 5, 6)
    turn = _any_turn(rng)
    for _ in range(int(rng.integers(4, 14))):
        for hand in hands:
            shape = str(rng.choice(_TALKING))
            swung = tuple(angle + _uniform(rng, -25, 25) for angle in turn)
            place = _near(rng, middle, 6, 5)
            hand.go(_uniform(rng, 0.25, 0.7), shape, place, (swung[0], swung[1], swung[2]))
            if rng.random() < 0.4:
                hand.stay(_uniform(rng, 0.1, 1.2))


def rest_in_view(hands: Hands, rng: np.random.Generator) -> None:
    """A hand that lies or hangs in the picture and does nothing."""
    place = _near(rng, (-12.0, -20.0, 20.0), 6, 5)
    shape = str(rng.choice(("relaxed", "half_closed", "fist", "grip", "edge_on")))
    for hand in hands:
        hand.go(_uniform(rng, 0.5, 1.0), shape, place, _any_turn(rng))
        hand.stay(_uniform(rng, 2, 8), 1.0)


def scratch(hands: Hands, rng: np.random.Generator) -> None:
    """Fingers that rub cheek, nose, ear, head or neck."""
    places: tuple[Place, ...] = (
        (-7.0, -3.0, 11.0),
        (-2.0, -3.0, 14.0),
        (-10.0, 0.0, 5.0),
        (-6.0, 9.0, 8.0),
        (-7.0, -13.0, 8.0),
    )
    place = places[int(rng.integers(len(places)))]
    shape = str(rng.choice(("claw", "half_closed", "one", "relaxed", "pinch")))
    turn = (_uniform(rng, 0, 40), _uniform(rng, 120, 200), _uniform(rng, -20, 20))
    hands[0].go(_uniform(rng, 0.35, 0.7), shape, place, turn)
    for stroke in range(int(rng.integers(4, 12))):
        up = 1.2 if stroke % 2 else -1.2
        moved = place[0] + 0.3 * up, place[1] + up, place[2]
        hands[0].go(_uniform(rng, 0.1, 0.2), shape, moved, turn, loose_cm=0.2, loose_deg=2)


def prop_the_chin(hands: Hands, rng: np.random.Generator) -> None:
    """Chin on the fist or in the hand, or a thumb below it and a finger along the cheek."""
    shape = str(rng.choice(("fist", "half_closed", "gun", "thumb_sideways", "relaxed", "one")))
    # Turned further, a thumb at the chin would be a thumb up.
    roll = _uniform(rng, -30, 10 if shape in ("gun", "thumb_sideways") else 40)
    turn = (roll, _uniform(rng, 60, 180), _uniform(rng, -20, 15))
    hands[0].go(_uniform(rng, 0.5, 0.9), shape, _near(rng, (-5.0, -12.0, 12.0), 4, 4), turn)
    for _ in range(int(rng.integers(2, 6))):
        hands[0].stay(_uniform(rng, 0.8, 2.5))


def drink(hands: Hands, rng: np.random.Generator) -> None:
    """A cup or a bottle, held with the thumb upwards, to the mouth and back."""
    prop = str(rng.choice(("cup", "cup", "bottle")))
    grip = (_uniform(rng, 75, 100), _uniform(rng, 100, 150), _uniform(rng, -10, 10))
    before = _near(rng, (-11.0, -14.0, 22.0), 4, 3)
    hands[0].go(_uniform(rng, 0.6, 1.0), "grip", before, grip, prop)
    hands[0].stay(_uniform(rng, 0.5, 4.0))
    for _ in range(int(rng.integers(1, 3))):
        tilted = grip[0] - _uniform(rng, 25, 50), grip[1], grip[2]
        hands[0].go(_uniform(rng, 0.5, 0.9), "grip", (-5.0, -8.0, 15.0), tilted, prop)
        hands[0].stay(_uniform(rng, 0.8, 2.0))
        hands[0].go(_uniform(rng, 0.5, 0.9), "grip", before, grip, prop)
        hands[0].stay(_uniform(rng, 0.3, 3.0))


def telephone(hands: Hands, rng: np.random.Generator) -> None:
    """A phone at the ear."""
    turn = (_uniform(rng, 5, 30), _uniform(rng, 110, 170), _uniform(rng, -15, 5))
    hands[0].go(_uniform(rng, 0.6, 1.0), "grip", (-11.0, -3.0, 4.0), turn, "phone")
    for _ in range(int(rng.integers(2, 7))):
        hands[0].stay(_uniform(rng, 1, 2.5), 0.8)


def hold_something(hands: Hands, rng: np.random.Generator) -> None:
    """A phone to look at, a pen, a sheet of paper."""
    prop = str(rng.choice(("phone", "pen", "paper", "bottle")))
    shape = "pinch" if prop in ("pen", "paper") else "grip"
    turn = (_uniform(rng, -30, 60), _uniform(rng, -30, 190), _uniform(rng, -20, 30))
    place = _near(rng, (-12.0, -13.0, 22.0), 5, 5)
    hands[0].go(_uniform(rng, 0.5, 1.0), shape, place, turn, prop)
    for _ in range(int(rng.integers(2, 7))):
        hands[0].go(_uniform(rng, 0.4, 1.4), shape, _near(rng, place, 3, 3), turn, prop)


def wave(hands: Hands, rng: np.random.Generator) -> None:
    """Hello, or goodbye."""
    shape = str(rng.choice(("palm", "palm", "four", "relaxed")))
    for stroke in range(int(rng.integers(3, 9))):
        roll = 22.0 if stroke % 2 else -22.0
        hands[0].go(_uniform(rng, 0.18, 0.4), shape, _CLOSE, (roll, 10, -6), loose_cm=0.8)


def touch_the_glasses(hands: Hands, rng: np.random.Generator) -> None:
    """Pushed up with a finger, or put right with two."""
    if rng.random() < 0.5:
        shape, place = "one", (-4.0, -3.0, 15.0)
    else:
        shape, place = "pinch", (-9.0, 0.0, 10.0)
    turn = (_uniform(rng, 10, 40), _uniform(rng, 120, 190), 0.0)
    hands[0].go(_uniform(rng, 0.4, 0.7), shape, place, turn)
    hands[0].go(_uniform(rng, 0.2, 0.5), shape, (place[0], place[1] + 1.5, place[2]), turn)
    hands[0].stay(_uniform(rng, 0.1, 0.8))


def type_on_keys(hands: Hands, rng: np.random.Generator) -> None:
    """Low in the picture, fingers towards the camera, up and down."""
    place = _near(rng, (-9.0, -24.0, 26.0), 3, 3)
    for _ in range(int(rng.integers(8, 30))):
        for hand in hands:
            shape = str(rng.choice(("claw", "relaxed", "half_closed")))
            hand.go(_uniform(rng, 0.12, 0.3), shape, place, (5, 170, 60), loose_cm=0.7)


def point(hands: Hands, rng: np.random.Generator) -> None:
    """At the screen, at somebody, upwards."""
    shape = str(rng.choice(("one", "gun", "pointing_at_camera")))
    pitch = 65.0 if shape == "pointing_at_camera" else _uniform(rng, -15, 30)
    turn = (_uniform(rng, -50, 50), _uniform(rng, -20, 170), pitch)
    hands[0].go(_uniform(rng, 0.35, 0.7), shape, _near(rng, _CLOSE, 5, 5), turn)
    hands[0].stay(_uniform(rng, 0.3, 2.0))


def count(hands: Hands, rng: np.random.Generator) -> None:
    """One, two, three, on the fingers of one hand, without a stop."""
    shapes = ("fist", "one", "v_sign", "three", "four", "palm")[: int(rng.integers(4, 7))]
    turn = (_uniform(rng, -15, 15), _uniform(rng, -20, 30), _uniform(rng, -15, 10))
    place = _near(rng, _CLOSE, 4, 4)
    for shape in shapes:
        hands[0].go(_uniform(rng, 0.15, 0.35), shape, place, turn, loose_cm=0.5)
        hands[0].stay(_uniform(rng, *GLIMPSE_S))


def glimpse(hands: Hands, rng: np.random.Generator) -> None:
    """A pose on the way from one shape to another, whole or half made, and gone at once."""
    shape = str(rng.choice(("v_sign", "thumb_up", "metal", "thumb_down", "ily", "shaka", "ok")))
    turn = (_uniform(rng, -15, 15), _uniform(rng, -20, 30), _uniform(rng, -15, 10))
    if shape in ("thumb_up", "thumb_down"):
        turn = (70.0 if shape == "thumb_up" else -110.0, _uniform(rng, 15, 60), -10.0)
    place = _near(rng, _CLOSE, 4, 4)
    hands[0].go(_uniform(rng, 0.4, 0.7), str(rng.choice(("fist", "relaxed"))), place, turn)
    if rng.random() < 0.5:
        hands[0].half_way_to(_uniform(rng, 0.15, 0.3), shape, _uniform(rng, 0.4, 0.8))
    else:
        hands[0].go(_uniform(rng, 0.12, 0.25), shape, place, turn, loose_cm=1.0)
    hands[0].stay(_uniform(rng, *GLIMPSE_S))
    hands[0].go(_uniform(rng, 0.12, 0.3), str(rng.choice(("palm", "fist", "relaxed"))), place, turn)


def nearly_a_pose(hands: Hands, rng: np.random.Generator) -> None:
    """Shapes that look like a pose and are held: crossed and hooked fingers, a thumb aside."""
    shape = str(rng.choice(_NEAR_MISSES))
    turn = (_uniform(rng, -15, 15), _uniform(rng, -20, 30), _uniform(rng, -15, 10))
    if shape == "thumb_sideways":
        turn = (-22.0, _uniform(rng, 10, 60), -10.0)
    hands[0].go(_uniform(rng, 0.4, 0.8), shape, _near(rng, _CLOSE, 5, 5), turn)
    hands[0].stay(_uniform(rng, 0.6, 2.5))


def quote(hands: Hands, rng: np.random.Generator) -> None:
    """Air quotes: two fingers of each hand are bent twice or more."""
    place = _near(rng, _CLOSE, 3, 4)
    for hook in range(2 * int(rng.integers(2, 4))):
        shape = "hooked_v" if hook % 2 else "v_sign"
        for hand in hands:
            hand.go(_uniform(rng, 0.14, 0.24), shape, place, (0, 10, 0), loose_cm=0.5)
    # Nobody keeps the fingers hooked after the word.
    for hand in hands:
        hand.go(_uniform(rng, 0.2, 0.4), "relaxed", place, (0, 20, 0))


def clasp(hands: Hands, rng: np.random.Generator) -> None:
    """Hands that lie in each other before the chest, or press their tips together."""
    shape = str(rng.choice(("half_closed", "relaxed", "edge_on", "fist")))
    turn = (_uniform(rng, -40, 10), _uniform(rng, 60, 150), _uniform(rng, 0, 40))
    for hand in hands:
        hand.go(_uniform(rng, 0.5, 0.9), shape, (-3.0, -17.0, 22.0), turn, loose_cm=0.6)
    pause_s = _uniform(rng, 1, 5)
    for hand in hands:
        hand.stay(pause_s)


def stroke_the_hair(hands: Hands, rng: np.random.Generator) -> None:
    """Over the head, or behind an ear."""
    shape = str(rng.choice(("relaxed", "palm", "claw")))
    turn = (_uniform(rng, -10, 40), _uniform(rng, 130, 190), _uniform(rng, -40, 0))
    hands[0].go(_uniform(rng, 0.5, 0.8), shape, (-4.0, 8.0, 11.0), turn)
    hands[0].go(_uniform(rng, 0.4, 0.9), shape, (-10.0, 6.0, 0.0), turn)


def cover_the_mouth(hands: Hands, rng: np.random.Generator) -> None:
    """To yawn, to cough, to think: fingers, fist or a finger on the lips."""
    shape = str(rng.choice(("fist", "palm", "one", "half_closed")))
    turn = (_uniform(rng, 20, 70), _uniform(rng, 120, 190), 0.0)
    hands[0].go(_uniform(rng, 0.4, 0.7), shape, (-3.0, -8.0, 14.0), turn)
    hands[0].stay(_uniform(rng, 0.4, 3.0))


ONE_HANDED: Final[tuple[Habit, ...]] = (
    *(scratch, prop_the_chin, drink, telephone, hold_something, wave, touch_the_glasses),
    *(point, count, glimpse, nearly_a_pose, stroke_the_hair, cover_the_mouth),
)
"""Habits of one hand; the other is left alone."""

EITHER: Final[tuple[Habit, ...]] = (talk, talk, talk, rest_in_view, type_on_keys)
"""Habits of one hand or both; talking is the commonest of all."""

TWO_HANDED: Final[tuple[Habit, ...]] = (quote, clasp)
"""Habits of both hands."""
