"""Hands that the user has judged: landmarks of starts that were wrong, and of some that were not.

Landmarks are kept, never pictures, and never embeddings: those of another pose model could not be
compared any more, while landmarks can be embedded anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from vcam.core.geometry import FloatArray
from vcam.core.observation import Hand

FORMAT = 1

MOST_WRONG = 1000
MOST_RIGHT = 500
"""Hands that are kept; the oldest make room. Some 250 and 125 starts, and a megabyte."""

_POINT_UNITS = 1000
_WORLD_UNITS = 10_000
"""Numbers are kept as thousandths of the hand's width, and as tenths of a millimetre: far finer
than landmarks are exact."""

_LARGEST = 100_000
_LEAST_WIDTH = 1.0


class DamagedHands(ValueError):
    """What should be kept hands is none; the text says where."""


@dataclass(frozen=True, slots=True, eq=False)
class LearntHand:
    """One look at a hand whose start was judged.

    Attributes:
        gesture: what it started.
        start: time of day of the start, which tells the starts apart.
        wrong: whether the start was a mistake.
        left: whether it is a left hand.
        points: float32 (21, 2), about the wrist, in hand widths.
        depth: float32 (21,), in hand widths.
        world: float32 (21, 3), metres.
    """

    gesture: str
    start: float
    wrong: bool
    left: bool
    points: FloatArray
    depth: FloatArray
    world: FloatArray

    @classmethod
    def of(cls, hand: Hand, gesture: str, start: float, wrong: bool) -> LearntHand | None:
        """What is kept of `hand`; None if its landmarks make no hand."""
        width = hand.width
        about = hand.points - hand.points[0]
        finite = all(np.isfinite(part).all() for part in (about, hand.depth, hand.world))
        if not finite or width < _LEAST_WIDTH:
            return None
        numbers = [
            *_whole(about / width, _POINT_UNITS),
            *_whole(hand.depth / width, _POINT_UNITS),
            *_whole(hand.world, _WORLD_UNITS),
        ]
        # What is compared now must be what is compared after the file was read again.
        return cls._from_numbers(gesture, start, wrong, hand.side == "left", numbers)

    def hand(self) -> Hand:
        """The hand, for a classifier that knows no hand widths."""
        return Hand(
            0, self.points * 100, self.depth * 100, self.world, "left" if self.left else "right", 1
        )

    def judged(self, wrong: bool) -> LearntHand:
        """The same look, judged otherwise."""
        return LearntHand(
            self.gesture, self.start, wrong, self.left, self.points, self.depth, self.world
        )

    def line(self) -> str:
        """One line of JSON."""
        numbers = [
            *_whole(self.points, _POINT_UNITS),
            *_whole(self.depth, _POINT_UNITS),
            *_whole(self.world, _WORLD_UNITS),
        ]
        told = {
            "gesture": self.gesture,
            "start": self.start,
            "wrong": self.wrong,
            "left": self.left,
            "landmarks": numbers,
        }
        return json.dumps(told, separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> LearntHand:
        """What `line` wrote.

        Raises:
            DamagedHands: it did not write this.
        """
        try:
            told: Any = json.loads(line)
        except (ValueError, RecursionError):
            raise DamagedHands("it is no JSON") from None
        if not isinstance(told, dict):
            raise DamagedHands("it is no object")
        gesture, start = told.get("gesture"), told.get("start")
        wrong, left, numbers = told.get("wrong"), told.get("left"), told.get("landmarks")
        if not (isinstance(gesture, str) and 0 < len(gesture) <= 100):
            raise DamagedHands("it names no gesture")
        if not isinstance(start, float | int) or isinstance(start, bool) or not 0 <= start < 1e12:
            raise DamagedHands("its start has no time")
        if not isinstance(wrong, bool) or not isinstance(left, bool):
            raise DamagedHands("it is not said what it is")
        if not isinstance(numbers, list) or len(numbers) != 126:
            raise DamagedHands("it has no 21 landmarks")
        if not all(type(each) is int and abs(each) <= _LARGEST for each in numbers):
            raise DamagedHands("its landmarks are no numbers that can be")
        return cls._from_numbers(gesture, float(start), wrong, left, numbers)

    @classmethod
    def _from_numbers(
        cls, gesture: str, start: float, wrong: bool, left: bool, numbers: Sequence[int]
    ) -> LearntHand:
        values: FloatArray = np.array(numbers, np.float32)
        scaled: FloatArray = values / np.float32(_POINT_UNITS)
        world: FloatArray = values[63:].reshape(21, 3) / np.float32(_WORLD_UNITS)
        return cls(
            gesture,
            start,
            wrong,
            left,
            scaled[:42].reshape(21, 2),
            scaled[42:63],
            world,
        )


def to_bytes(hands: Iterable[LearntHand]) -> bytes:
    """The file of these hands: a line that says what it is, then a line each."""
    head = json.dumps({"vcam": "hands of judged starts", "format": FORMAT})
    return "\n".join([head, *(hand.line() for hand in hands), ""]).encode()


def from_bytes(content: bytes) -> tuple[LearntHand, ...]:
    """The hands in a file.

    Raises:
        DamagedHands: it is no such file; the text names the line.
    """
    try:
        lines = content.decode().splitlines()
        head = json.loads(lines[0]) if lines else None
    except (ValueError, RecursionError):
        raise DamagedHands("line 1: it is no JSON") from None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise DamagedHands(f"line 1: this vcam reads form {FORMAT}")
    hands = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            hands.append(LearntHand.from_line(line))
        except DamagedHands as error:
            raise DamagedHands(f"line {number}: {error}") from None
    return bounded(hands)


def bounded(hands: Sequence[LearntHand]) -> tuple[LearntHand, ...]:
    """The newest of them, as many as are kept; in the same order, the oldest first."""
    kept = []
    room = {True: MOST_WRONG, False: MOST_RIGHT}
    for hand in reversed(hands):
        if room[hand.wrong] > 0:
            room[hand.wrong] -= 1
            kept.append(hand)
    return tuple(reversed(kept))


def _whole(values: FloatArray, units: int) -> list[int]:
    scaled = np.clip(np.rint(np.asarray(values, np.float64) * units), -_LARGEST, _LARGEST)
    return [int(each) for each in scaled.ravel()]
