"""`vcam lab replay`: clips through the real vision and trigger path, on media time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vcam.capture.demo import demo_clip
from vcam.capture.select import DEMO
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Source
from vcam.core.errors import SourceEnded, SourceError
from vcam.core.events import EventKind, GestureEvent
from vcam.daemon.loading import load_packs
from vcam.daemon.recognition import HandRecognizer
from vcam.daemon.thresholds import answered_gestures, card_thresholds
from vcam.lab.metrics import rounded
from vcam.lab.scoring import Score, Span, Start, read_labels, score_starts
from vcam.lab.tables import table
from vcam.pipeline.looking import Recognizer, look_at
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine


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
    """

    gesture: str
    candidate_s: float
    start_s: float
    end_s: float
    score: float
    end_reason: str

    def as_json(self) -> dict[str, Any]:
        """One of the `events` of `vcam lab replay --json`."""
        return {
            "gesture": self.gesture,
            "candidate_s": rounded(self.candidate_s, 3),
            "start_s": rounded(self.start_s, 3),
            "end_s": rounded(self.end_s, 3),
            "score": rounded(self.score),
            "end_reason": self.end_reason,
        }


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
    """

    clip: str
    duration_s: float = 0.0
    frames: int = 0
    vision_frames: int = 0
    events: Sequence[ReplayedGesture] = ()
    score: Score | None = None
    error: str = ""

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
        }
        return line if self.score is None else line | {"labels": self.score.as_json()}


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

    Raises:
        SourceError: the source cannot be opened or read.
        VcamError: the networks cannot be run.
    """
    log = _Log()
    frames = vision_frames = 0
    last_s = 0.0
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
            if look is not None:
                vision_frames += 1
                log.note(look.events)
    finally:
        source.close()
    duration_s = last_s + 1 / video_format.fps if frames else 0.0
    log.note(engine.restart(duration_s), end_reason="clip over")
    events = sorted(log.gestures, key=lambda event: event.start_s)
    score = None
    if spans is not None:
        starts = [Start(event.gesture, event.start_s) for event in events]
        score = score_starts(starts, [span for span in spans if span.gesture in engine.gestures])
    return ReplayResult(clip, duration_s, frames, vision_frames, events, score)


def run_replay(
    clips: Sequence[str],
    settings: Settings,
    recognizer: Recognizer | None = None,
    gestures: Sequence[str] | None = None,
) -> Iterator[ReplayResult]:
    """The result of each clip, as soon as it is there; broken clips among them.

    Args:
        clips: paths, or `demo` for the bundled clip. Labels beside a clip are used, see
            `read_labels`.
        settings: vision and triggers.
        recognizer: None takes the real one.
        gestures: what to watch for; None for what the packs answer that are on, as the daemon does.

    Raises:
        WeightsError: weights are missing or wrong.
        ModelError: the pose head is.
        VcamError: a table of labels cannot be read.
    """
    recognizer = recognizer or HandRecognizer.load(settings.vision)
    if gestures is None:
        gestures = answered_gestures(load_packs(settings.reactions))
    for clip in clips:
        path = clip_path(clip)
        spans = read_labels(path)
        source = VideoSource(path, paced=False, loop=False, clock=MonotonicClock())
        try:
            engine = TriggerEngine(settings.triggers, gestures, card_thresholds())
            yield replay(source, recognizer, engine, clip, spans)
        except SourceError as error:
            yield ReplayResult(clip, error=str(error))


def clip_path(clip: str) -> Path:
    """The file that a clip's name stands for; `demo` is the bundled one.

    Raises:
        SourceError: the bundled clip is missing.
    """
    return demo_clip() if clip == DEMO else Path(clip)


def replay_text(results: Sequence[ReplayResult]) -> str:
    """The results for people: starts per clip, how they fit the labels, and starts per hour."""
    parts = []
    for result in results:
        if result.error:
            parts.append(f"{result.clip}: {result.error}")
            continue
        head = f"{result.clip}: {result.duration_s:.1f} s, {result.frames} frames"
        rows: list[list[object]] = [
            [
                event.gesture,
                f"{event.candidate_s:.2f}",
                f"{event.start_s:.2f}",
                f"{event.end_s:.2f}",
                f"{event.score:.2f}",
                _verdict(event, result.score),
            ]
            for event in result.events
        ]
        rows += [
            [span.gesture, f"{span.start_s:.2f}", None, f"{span.end_s:.2f}", None, "MISSED"]
            for span in (result.score.misses if result.score else ())
        ]
        heads = ["gesture", "held from", "start", "end", "score", "label"]
        parts.append(f"{head}\n{table(heads, rows)}" if rows else f"{head}, nothing starts")
    return "\n\n".join([*parts, *_totals(results)])


def _verdict(event: ReplayedGesture, score: Score | None) -> str:
    if score is None:
        return ""
    start = Start(event.gesture, event.start_s)
    for span, answer in score.hits:
        if answer == start:
            return f"hit, {event.start_s - span.start_s:.2f} s after it began"
    return "REPEATED" if start in score.repeats else "FALSE"


def _totals(results: Sequence[ReplayResult]) -> list[str]:
    labelled = [result.score for result in results if result.score is not None]
    plain = [result for result in results if result.score is None and not result.error]
    lines = []
    if labelled:
        hits = sum(len(score.hits) for score in labelled)
        misses = sum(len(score.misses) for score in labelled)
        false = sum(len(score.false_starts) + len(score.repeats) for score in labelled)
        latencies = sorted(second for score in labelled for second in score.latencies_s)
        middle = f", median {latencies[len(latencies) // 2]:.2f} s" if latencies else ""
        lines.append(
            f"With labels: {hits} of {hits + misses} answered{middle}; {false} false or repeated"
        )
    if plain:
        hours = sum(result.duration_s for result in plain) / 3600
        starts = sum(len(result.events) for result in plain)
        rate = f", {starts / hours:.1f} an hour" if hours else ""
        lines.append(f"Without labels: {starts} starts in {hours * 60:.1f} minutes{rate}")
    return ["\n".join(lines)] if lines else []
