"""Two hands in one frame, through recognition and triggers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from vcam.core.events import EventKind
from vcam.core.frame import Frame
from vcam.core.observation import Attention, Hand, Observation, PoseReading, Side
from vcam.pipeline import looking
from vcam.settings.schema import TriggerSettings
from vcam.triggers.engine import TriggerEngine

SIDES: tuple[Side, ...] = ("right", "left")


def a_hand(track_id: int, side: Side) -> Hand:
    grid = np.stack(np.meshgrid(np.arange(7), np.arange(3)), axis=-1).reshape(21, 2)
    points = (grid * 30 + (200 + 300 * track_id, 300)).astype(np.float32)
    zeros = np.zeros(21, np.float32)
    return Hand(track_id, points, zeros, np.zeros((21, 3), np.float32), side, 1.0)


class TwoVs:
    """Sees two still hands, each with a V."""

    attention = Attention.WATCHING

    def due(self, at: float) -> bool:
        return True

    def recognize(self, frame: Frame) -> tuple[Observation, Sequence[PoseReading]]:
        hands = tuple(a_hand(track, side) for track, side in enumerate(SIDES, 1))
        readings = [PoseReading(hand.track_id, {"v_sign": 0.97, "none": 0.03}) for hand in hands]
        return Observation(frame.index, frame.captured_at, (1280, 720), hands), readings

    def reset(self) -> None: ...


def starts(gestures: Sequence[str]) -> list[str]:
    engine, recognizer = TriggerEngine(TriggerSettings(), gestures), TwoVs()
    image = np.zeros((72, 128, 3), np.uint8)
    found = []
    for number in range(60):
        look = looking.look_at(Frame(image, number / 30, number), recognizer, engine, False)
        assert look is not None
        found += [each.gesture for each in look.events if each.kind is EventKind.START]
    return found


def test_two_hands_start_the_pair_where_it_is_watched_for() -> None:
    assert starts(["v_sign", "two_v_signs"]) == ["two_v_signs"]


def test_no_pair_is_read_where_none_is_watched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "read_pairs", lambda *_: pytest.fail("a pair was read"))
    assert starts(["v_sign", "swipe_left"]) == ["v_sign"]
