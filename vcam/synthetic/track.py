"""The course of one hand, written key by key."""

from __future__ import annotations

import numpy as np

from vcam.synthetic.camera import rotation_matrix, turn_away
from vcam.synthetic.joints import pose_rotation
from vcam.synthetic.kinematics import Angles, FloatArray, Proportions
from vcam.synthetic.motion import Key, blended, turned
from vcam.synthetic.poses import SHAPES, pose_angles

Place = tuple[float, float, float]
Turn = tuple[float, float, float]

_REST: Turn = (-20.0, 12.0, -8.0)


class Track:
    """One hand's keys so far, and how to add to them.

    Args:
        rng: natural variation of places, turns and shapes.
        person: the hand's bones.
        home: where it rests, out of the picture; see `Key.place`.
    """

    def __init__(self, rng: np.random.Generator, person: Proportions, home: Place) -> None:
        self.rng = rng
        self._person = person
        self._home = np.array(home)
        self.keys = [Key(0.0, self._shape("relaxed"), self._home, turned(*_REST))]

    @property
    def now_s(self) -> float:
        """Time of the last key."""
        return self.keys[-1].time_s

    @property
    def is_home(self) -> bool:
        """Whether the hand rests out of the picture."""
        return bool(np.allclose(self.keys[-1].place, self._home))

    def go(
        self,
        seconds: float,
        shape: str,
        place: Place,
        turn: Turn,
        prop: str = "",
        loose_cm: float = 1.2,
        loose_deg: float = 6.0,
    ) -> None:
        """Moves to a place in a shape, as any hand does: near to it.

        Args:
            seconds: how long it takes.
            shape: key of `SHAPES`.
            place: see `Key.place`.
            turn: roll, yaw and pitch, see `turned`.
            prop: what is held from half way on.
            loose_cm: standard deviation of the place.
            loose_deg: of the turn.
        """
        where = np.array(place) + self.rng.normal(0, loose_cm, 3)
        rotation = turned(*(np.array(turn) + self.rng.normal(0, loose_deg, 3)))
        self._add(seconds, self._shape(shape), where, rotation, prop)

    def show(
        self, seconds: float, shape: str, place: FloatArray, back: bool, view_deg: float
    ) -> None:
        """Moves to a pose that is held as it should be, but for a turn away from the camera."""
        tilt = turn_away(self.rng, view_deg)
        held = pose_rotation(SHAPES[shape], back, float(self.rng.normal(0, 10)))
        if SHAPES[shape].yaw_deg and not back:
            # Knuckles towards the camera, so that the forearm comes from the body.
            towards = rotation_matrix("y", float(self.rng.uniform(0, 50)))
            held = towards @ held
        self._add(seconds, self._shape(shape), place, tilt @ held, "")

    def shaped(self, shape: str) -> Angles:
        """The angles of a shape, a key of `SHAPES`, as this hand makes it once."""
        return self._shape(shape)

    def bring(
        self, seconds: float, angles: Angles, place: FloatArray, rotation: FloatArray
    ) -> None:
        """Moves to exactly this place, shape and turn; see `Key`."""
        self._add(seconds, angles, place, rotation, "")

    def half_way_to(self, seconds: float, shape: str, share: float) -> None:
        """Begins to make a shape where the hand is, and gets a share of the way."""
        last = self.keys[-1]
        angles = blended(last.angles, self._shape(shape), share)
        self._add(seconds, angles, last.place, last.rotation, last.prop)

    def stay(self, seconds: float, drift_cm: float = 0.4) -> None:
        """Keeps shape and turn; the hand drifts a little."""
        last = self.keys[-1]
        place = last.place if self.is_home else last.place + self.rng.normal(0, drift_cm, 3)
        self._add(seconds, last.angles, place, last.rotation, last.prop)

    def rest(self, seconds: float) -> None:
        """Goes home, unless it is there."""
        if self.is_home:
            self.stay(seconds)
        else:
            self._add(seconds, self._shape("relaxed"), self._home, turned(*_REST), "")

    def wait_until(self, time_s: float) -> None:
        """Stays where it is until then."""
        if time_s > self.now_s:
            self.stay(time_s - self.now_s)

    def _shape(self, name: str) -> Angles:
        return pose_angles(name, self.rng, self._person)

    def _add(
        self, seconds: float, angles: Angles, place: FloatArray, rotation: FloatArray, prop: str
    ) -> None:
        self.keys.append(Key(self.now_s + seconds, angles, place, rotation, prop))
