"""What other thresholds would have given: recall and false starts over `enter`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from vcam.daemon.thresholds import card_thresholds
from vcam.lab.recording import RecordedRecognizer, RecordedSource, Recording
from vcam.lab.replay import ReplayResult, replay
from vcam.lab.totals import figures
from vcam.poses.classifier import PoseClassifier
from vcam.settings.schema import GestureThresholds, TriggerSettings
from vcam.triggers.engine import TriggerEngine

GRID: Final = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995)
"""Values of `enter` that are tried."""


def threshold_curve(
    recordings: Sequence[Recording],
    settings: TriggerSettings,
    gestures: Sequence[str],
    grid: Sequence[float] = GRID,
    classifier: PoseClassifier | None = None,
) -> list[dict[str, Any]]:
    """The trigger machine run again on what was seen, with one `enter` for all gestures.

    Args:
        recordings: what vision saw, with labels; those without are left out.
        settings: all but `enter`.
        gestures: what to watch for.
        grid: values of `enter`, 0..1.
        classifier: the pose head; None takes the shipped one.

    Returns:
        A point per value, the lowest first: `enter` (None for the shipped thresholds, last), and of
        all gestures and of each: shown and found holds of 1 s, their share, false starts, their
        rate an hour.
    """
    judged = [each for each in recordings if each.spans is not None]
    recognizer = RecordedRecognizer(classifier or PoseClassifier.load())
    values: list[float | None] = [*sorted(grid), None]
    return [
        _point(value, judged, _with_enter(settings, gestures, value), gestures, recognizer)
        for value in values
    ]


def _point(
    value: float | None,
    recordings: Sequence[Recording],
    settings: TriggerSettings,
    gestures: Sequence[str],
    recognizer: RecordedRecognizer,
) -> dict[str, Any]:
    results = [_replayed(each, settings, gestures, recognizer) for each in recordings]
    return {
        "enter": value,
        **_short(results),
        "gestures": {name: _short(results, name) for name in gestures},
    }


def _replayed(
    recording: Recording,
    settings: TriggerSettings,
    gestures: Sequence[str],
    recognizer: RecordedRecognizer,
) -> ReplayResult:
    recognizer.take(recording)
    card = card_thresholds(landmarks_only=recording.landmarks_only)
    engine = TriggerEngine(settings, gestures, card)
    return replay(
        RecordedSource(recording),
        recognizer,
        engine,
        recording.clip,
        recording.spans,
        duration_s=recording.duration_s,
    )


def _short(results: Sequence[ReplayResult], gesture: str | None = None) -> dict[str, Any]:
    all_figures = figures(results, lambda name: gesture is None or name == gesture)
    return {
        "shown_1s": all_figures["held_1s"]["shown"],
        "hits_1s": all_figures["held_1s"]["hits"],
        "recall_1s": all_figures["held_1s"]["recall"],
        "false_starts": all_figures["false_starts"],
        "false_per_hour": all_figures["false_per_hour"],
    }


def _with_enter(
    settings: TriggerSettings, gestures: Sequence[str], enter: float | None
) -> TriggerSettings:
    if enter is None:
        return settings
    changed = {
        name: settings.gestures.get(name, GestureThresholds()).model_copy(update={"enter": enter})
        for name in gestures
    }
    return settings.model_copy(update={"gestures": {**settings.gestures, **changed}})
