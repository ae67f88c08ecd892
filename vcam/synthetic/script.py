"""What happens in a take: who does what when, and which gestures are held on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

import numpy as np

from vcam.core.gestures import HEART_HANDS, MOVEMENTS, PAIRS, WAVE
from vcam.core.observation import Side
from vcam.synthetic.habits import EITHER, ONE_HANDED, TWO_HANDED, Habit
from vcam.synthetic.hearts import show_heart
from vcam.synthetic.kinematics import PALM_LENGTH_CM, FloatArray, Proportions
from vcam.synthetic.motion import Key
from vcam.synthetic.movements import Held, move
from vcam.synthetic.placing import Frame
from vcam.synthetic.poses import POSES
from vcam.synthetic.track import Track

Kind = Literal["negative", "poses", "mixed"]

GESTURES: Final = ("v_sign", "thumb_up", "metal")
"""What is shown unless something else is asked for: the poses that the project is about."""

_HOLD_S = (0.6, 2.0)
_LONG_HOLD_S = 1.0
_VIEW_SD_DEG = 25.0
MAX_VIEW_DEG: Final = 60.0
_BACK_SHARE = 0.12
_HEART_VIEW_SHARE = 0.5
_OPEN_HAND_PALMS = 2.2


SHOWABLE: Final = (*POSES, *PAIRS, *MOVEMENTS)
"""All gestures that somebody can show."""


class Shown(NamedTuple):
    """A gesture that is shown on purpose.

    Attributes:
        gesture: its name.
        start_s: the hand has arrived, in the pose; of a movement: it begins.
        end_s: the hand begins to leave; of a movement: it is done.
        view_deg: angle by which the hand is turned away from how the pose is held.
        back: whether the back of the hand is shown.
        side: which hand; the right one for both.
    """

    gesture: str
    start_s: float
    end_s: float
    view_deg: float
    back: bool
    side: Side


class Done(NamedTuple):
    """A habit, from when to when: what a false start came of."""

    habit: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Script:
    """A take's two hands, what they show on purpose, and what else they do."""

    keys: dict[Side, list[Key]]
    shown: tuple[Shown, ...]
    done: tuple[Done, ...]
    duration_s: float


def write_script(
    rng: np.random.Generator,
    frame: Frame,
    person: Proportions,
    kind: Kind,
    seconds: float,
    gestures: tuple[str, ...] = GESTURES,
) -> Script:
    """A take of so many seconds at least, to the end of what is going on then.

    Args:
        rng: all chance.
        frame: what the camera takes in.
        person: whose hands.
        kind: ordinary movement, deliberate poses, or both by turns.
        seconds: how long.
        gestures: of `SHOWABLE`, shown on purpose.

    Raises:
        KeyError: no such gesture.
    """
    unknown = [name for name in gestures if name not in SHOWABLE]
    if unknown:
        raise KeyError(f"nobody can show {', '.join(unknown)}")
    writer = _Writer(rng, frame, person)
    while writer.now_s < seconds:
        deliberate = kind == "poses" or (kind == "mixed" and rng.random() < 0.4)
        if deliberate:
            writer.show(str(rng.choice(gestures)))
        else:
            writer.live()
    return writer.script()


class _Writer:
    def __init__(self, rng: np.random.Generator, frame: Frame, person: Proportions) -> None:
        self._rng = rng
        self._frame = frame
        self._person = person
        bottom = 0.5 * frame.size[1] / frame.focal * -frame.head[2]
        home = (-13.0, -bottom - float(frame.head[1]) - 26.0, 18.0)
        self._tracks: dict[Side, Track] = {
            "right": Track(rng, person, home),
            "left": Track(rng, person, home),
        }
        self._shown: list[Shown] = []
        self._done: list[Done] = []

    @property
    def now_s(self) -> float:
        return max(track.now_s for track in self._tracks.values())

    def live(self) -> None:
        """One habit; then the hands go home, or straight on to the next."""
        first, second = self._hands()
        groups: list[tuple[tuple[Habit, ...], tuple[Track, ...]]] = [
            (ONE_HANDED, (first,)),
            (EITHER, (first, second) if self._rng.random() < 0.5 else (first,)),
            (TWO_HANDED, (first, second)),
        ]
        habits, hands = groups[int(self._rng.choice(3, p=(0.55, 0.35, 0.10)))]
        habit = habits[int(self._rng.integers(len(habits)))]
        start_s = self.now_s
        habit(hands, self._rng)
        self._done.append(Done(habit.__name__, start_s, self.now_s))
        if self._rng.random() < 0.45:
            for hand in hands:
                hand.rest(float(self._rng.uniform(0.4, 0.9)))
            self._pause(0.3, 5.0)

    def show(self, gesture: str) -> None:
        """A gesture on purpose: the hand comes up, is held, and goes."""
        rng = self._rng
        pose = PAIRS.get(gesture) or gesture
        first, second = self._hands()
        hands = (first, second) if gesture in PAIRS else (first,)
        for track in (first, second):
            track.rest(float(rng.uniform(0.3, 0.6)))
        self._pause(0.5, 2.5)
        if gesture in (HEART_HANDS, *MOVEMENTS):
            self._make(gesture, "left" if first is self._tracks["left"] else "right")
            return
        view_deg = self._view_deg()
        back = bool(rng.random() < _BACK_SHARE)
        approach_s = float(rng.uniform(0.4, 0.8))
        hold_s = self._hold_s()
        where = self._beside_the_face()
        start_s = self.now_s + approach_s
        for hand in hands:
            if rng.random() < 0.4:
                # The shape is made on the way up, out of a closed or an open hand.
                shape = str(rng.choice(("fist", "relaxed", "palm")))
                hand.go(approach_s * 0.55, shape, _tuple(where - (0, 5, 0)), (0, 20, 0))
                hand.show(approach_s * 0.45, pose, where, back, view_deg)
            else:
                hand.show(approach_s, pose, where, back, view_deg)
            hand.stay(hold_s)
            hand.rest(float(rng.uniform(0.35, 0.7)))
        side: Side = "left" if first is self._tracks["left"] and len(hands) == 1 else "right"
        end_s = start_s + hold_s
        self._shown.append(Shown(gesture, start_s, end_s, view_deg, back, side))
        self._pause(2.2, 3.5)

    def _make(self, gesture: str, side: Side) -> None:
        """What is more than poses held by one hand or both; hands that made it go home."""
        rng = self._rng
        view_deg = self._view_deg()
        back = False
        if gesture == HEART_HANDS:
            # Whoever turns the heart away from the camera hides half of it.
            view_deg *= _HEART_VIEW_SHARE
            side = "right"
            hands, hold_s = self._tracks, self._hold_s()
            times = show_heart(hands, self._person, self._frame, view_deg, hold_s, rng)
        else:
            back = gesture != WAVE and bool(rng.random() < _BACK_SHARE)
            held = Held(view_deg, back)
            times = move(gesture, self._tracks[side], side, self._frame, held, rng)
        for track in self._tracks.values():
            track.rest(float(rng.uniform(0.35, 0.7)))
        self._shown.append(Shown(gesture, *times, view_deg, back, side))
        self._pause(2.2, 3.5)

    def script(self) -> Script:
        keys: dict[Side, list[Key]] = {side: each.keys for side, each in self._tracks.items()}
        return Script(keys, tuple(self._shown), tuple(self._done), self.now_s)

    def _view_deg(self) -> float:
        return float(min(abs(self._rng.normal(0, _VIEW_SD_DEG)), MAX_VIEW_DEG))

    def _hold_s(self) -> float:
        # Half of the poses shown are long enough to be counted as held for a second.
        low = _LONG_HOLD_S if self._rng.random() < 0.5 else _HOLD_S[0]
        return float(self._rng.uniform(low, _HOLD_S[1]))

    def _hands(self) -> tuple[Track, Track]:
        """Both hands at the same time, the one that acts first; the other keeps what it does."""
        for track in self._tracks.values():
            track.wait_until(self.now_s)
        right, left = self._tracks["right"], self._tracks["left"]
        return (right, left) if self._rng.random() < 0.6 else (left, right)

    def _pause(self, low_s: float, high_s: float) -> None:
        until_s = self.now_s + float(self._rng.uniform(low_s, high_s))
        for track in self._tracks.values():
            track.wait_until(until_s)

    def _beside_the_face(self) -> FloatArray:
        """A place at which the whole hand is in the picture and does not cover the face."""
        width, height = self._frame.size
        x, y, z = self._frame.head
        forward = self._frame.forward_cm * float(self._rng.uniform(0.6, 1.1))
        away = -(z + forward)
        scale = self._frame.focal / away
        palm_px = PALM_LENGTH_CM * scale
        face_px = 9.0 * self._frame.focal / -z
        column = width / 2 - abs(x) * scale
        beside = face_px + palm_px * float(self._rng.uniform(1.1, 2.0))
        column = max(column - beside, 1.1 * palm_px)
        top, bottom = (_OPEN_HAND_PALMS - 0.6) * palm_px, height - 0.6 * palm_px
        row = float(self._rng.uniform(top, max(bottom, top + 1)))
        camera = np.array(
            [(column - width / 2) / scale, (height / 2 - row) / scale, -away], np.float64
        )
        # The head may be anywhere: the hand's place is told relative to it, on its own side.
        place: FloatArray = camera - np.array([-abs(x), y, z])
        return place


def _tuple(place: FloatArray) -> tuple[float, float, float]:
    return float(place[0]), float(place[1]), float(place[2])
