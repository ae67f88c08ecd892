"""`vcam lab replay`: clips through the real vision and trigger path, on media time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from vcam.core.contracts import Source
from vcam.core.errors import SourceEnded
from vcam.core.events import EventKind, GestureEvent
from vcam.core.frame import Frame
from vcam.lab.metrics import rounded
from vcam.lab.scoring import Score, Span, Start, score_starts
from vcam.pipeline.looking import Look, Recognizer, look_at
from vcam.triggers.engine import TriggerEngine

_LONGEST_LOOK_S = 1.0
"""What is seen in a frame is taken to be there until the next look, but not for longer."""


@dataclass(frozen=True, slots=True)
class ReplayedGesture:
    """One start of a gesture.

    Attributes:
        gesture: its name.
        candidate_s: media time at which the hold began.
        start_s: media time of the start.
        end_s: media time of its end; the clip's length if it was still held there.
        score: smoothed score at the start.
        end_reason: why it ended, in one or two words.
        during: what the person of a synthetic film did at its start; empty elsewhere.
    """

    gesture: str
    candidate_s: float
    start_s: float
    end_s: float
    score: float
    end_reason: str
    during: str = ""

    def as_json(self) -> dict[str, Any]:
        """One of the `events` of `vcam lab replay --json`."""
        event: dict[str, Any] = {
            "gesture": self.gesture,
            "candidate_s": rounded(self.candidate_s, 3),
            "start_s": rounded(self.start_s, 3),
            "end_s": rounded(self.end_s, 3),
            "score": rounded(self.score),
            "end_reason": self.end_reason,
        }
        return event | {"during": self.during} if self.during else event


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """What a clip gave.

    Attributes:
        clip: what it was asked for by.
        duration_s: media time.
        frames: how many it has.
        vision_frames: how many of them vision looked at.
        events: the starts, in order.
        score: how they fit the clip's labels; None if it has none.
        error: why it could not be played; empty otherwise.
        group: what it is counted with.
        hand_s: media time with a hand followed.
        spans: the labels that it was held against, in order; None without.
        unwatched: gestures of labels that nobody watched for, and so are left out.
    """

    clip: str
    duration_s: float = 0.0
    frames: int = 0
    vision_frames: int = 0
    events: Sequence[ReplayedGesture] = ()
    score: Score | None = None
    error: str = ""
    group: str = ""
    hand_s: float = 0.0
    spans: Sequence[Span] | None = None
    unwatched: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The line of `vcam lab replay --json`; its first four keys are fixed."""
        line: dict[str, Any] = {"clip": self.clip}
        if self.error:
            return line | {"error": self.error}
        line |= {
            "duration_s": rounded(self.duration_s, 3),
            "frames": self.frames,
            "events": [event.as_json() for event in self.events],
            "vision_frames": self.vision_frames,
            "group": self.group,
            "hand_s": rounded(self.hand_s, 1),
        }
        if self.score is None:
            return line
        return line | {"labels": self.score.as_json() | {"unwatched": list(self.unwatched)}}


@dataclass(slots=True)
class _Log:
    """Pairs starts with their ends."""

    gestures: list[ReplayedGesture] = field(default_factory=list)
    _open: dict[str, GestureEvent] = field(default_factory=dict)

    def note(self, events: Sequence[GestureEvent], end_reason: str = "") -> None:
        for event in events:
            if event.kind is EventKind.START:
                self._open[event.gesture] = event
            elif event.kind is EventKind.END and event.gesture in self._open:
                start = self._open.pop(event.gesture)
                self.gestures.append(
                    ReplayedGesture(
                        gesture=start.gesture,
                        candidate_s=start.candidate_at,
                        start_s=start.at,
                        end_s=event.at,
                        score=start.score,
                        end_reason=end_reason or str(event.reason),
                    )
                )


def replay(
    source: Source,
    recognizer: Recognizer,
    engine: TriggerEngine,
    clip: str,
    spans: Sequence[Span] | None = None,
    on_look: Callable[[Frame, Look], None] | None = None,
    duration_s: float | None = None,
) -> ReplayResult:
    """Plays a source to its end, as fast as it can be worked on.

    It goes as in the daemon: vision looks at a frame when something is due by the frame's own time,
    and leaves the others alone. Unlike there, it is never late.

    Args:
        source: finite and unpaced: its frames carry media time.
        recognizer: pixels to pose readings; told to forget what it saw before.
        engine: fresh, or told to restart.
        clip: name for the result.
        spans: labels; those of gestures that the engine does not watch for are left out.
        on_look: told of each frame that was looked at.
        duration_s: media time, where the frames do not tell it.

    Raises:
        SourceError: the source cannot be opened or read.
        VcamError: the networks cannot be run.
    """
    log = _Log()
    frames = vision_frames = 0
    last_s = hand_s = 0.0
    seen_at: float | None = None
    recognizer.reset()
    video_format = source.open()
    try:
        while True:
            try:
                frame = source.read()
            except SourceEnded:
                break
            frames += 1
            last_s = frame.captured_at
            look = look_at(frame, recognizer, engine, drawing=bool(engine.holders()))
            if look is None:
                continue
            vision_frames += 1
            if seen_at is not None:
                hand_s += min(_LONGEST_LOOK_S, last_s - seen_at)
            seen_at = last_s if look.observation.hands else None
            log.note(look.events)
            if on_look is not None:
                on_look(frame, look)
    finally:
        source.close()
    if duration_s is None:
        duration_s = last_s + 1 / video_format.fps if frames else 0.0
    log.note(engine.restart(duration_s), end_reason="clip over")
    events = sorted(log.gestures, key=lambda event: event.start_s)
    score = watched = None
    unwatched: list[str] = []
    if spans is not None:
        starts = [Start(event.gesture, event.start_s) for event in events]
        watched = sorted(
            (span for span in spans if span.gesture in engine.gestures),
            key=lambda span: span.start_s,
        )
        unwatched = sorted({span.gesture for span in spans} - set(engine.gestures))
        score = score_starts(starts, watched)
    return ReplayResult(
        clip,
        duration_s,
        frames,
        vision_frames,
        events,
        score,
        hand_s=hand_s,
        spans=watched,
        unwatched=unwatched,
    )
