"""Gesture events, and the live effects that reactions make of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class EventKind(StrEnum):
    """What happened to a gesture."""

    PROGRESS = "progress"
    START = "start"
    END = "end"
    CANCELLED = "cancelled"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class GestureEvent:
    """One step in the life of a gesture.

    Attributes:
        kind: `progress` while it is held but not yet for the whole dwell; then `start`, later
            `end`; or `cancelled` if it was given up before it started. `undone` takes a start
            back: what answered it is to go at once; its `end` has come, or comes with it.
        gesture: its name, such as `v_sign` or `two_v_signs`.
        at: seconds, on the clock of the frames.
        track_ids: the hands that show it: one, or two for a two-handed gesture.
        candidate_at: when the hold began, seconds.
        progress: share of the dwell that is done, 0..1.
        score: smoothed score of the pose, 0..1.
        reason: why it was cancelled or ended, in one or two words (`released`, `hand lost` …).
    """

    kind: EventKind
    gesture: str
    at: float
    track_ids: tuple[int, ...]
    candidate_at: float
    progress: float
    score: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LiveEffect:
    """An effect that is on the stage: what to draw, since when, for whom.

    Attributes:
        key: unique for this showing; the compositor keeps its state (filters, caches) under it.
        pack: name of the pack.
        effect: name of the effect in that pack.
        gesture: what called it.
        started_at: seconds; the enter animation begins here.
        leaving_at: seconds when the leave animation begins, None while it is held.
        track_ids: hands that called it, for stickers anchored to a hand.
        seed: for effects with chance in them; the same seed gives the same pictures.
    """

    key: int
    pack: str
    effect: str
    gesture: str
    started_at: float
    leaving_at: float | None
    track_ids: tuple[int, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class ReactionRule:
    """When this gesture starts, play that effect.

    Attributes:
        gesture: what starts it.
        pack: name of the pack that holds the effect.
        effect: name of the effect in that pack.
        mode: `hold` shows it while the gesture lasts; `once` plays it to its end.
        min_ms: it stays at least so long from its start, before the leave animation.
        linger_ms: `hold` only: it stays so much longer after the gesture has ended.
        leave_ms: length of the leave animation.
    """

    gesture: str
    pack: str
    effect: str
    mode: Literal["hold", "once"]
    min_ms: int
    linger_ms: int
    leave_ms: int
