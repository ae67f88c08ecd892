"""`vcam lab replay` as a whole: clips are played, and what is asked for besides is made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from vcam.core.errors import VcamError
from vcam.lab.clips import ClipRef
from vcam.lab.curve import threshold_curve
from vcam.lab.playing import PlayPlan, play_all
from vcam.lab.recording import Recording, save_recordings
from vcam.lab.replay import ReplayResult
from vcam.lab.replay_page import ReplayPage
from vcam.lab.totals import false_start_list, totals
from vcam.pipeline.looking import Recognizer


@dataclass(slots=True)
class Keeping:
    """What is made besides the result of each clip.

    Attributes:
        curve: whether other values of `enter` are tried.
        html: the report.
        figures: what it all comes to, as JSON.
        save_readings: what vision saw.
        found: the figures, once all clips are played.
    """

    curve: bool = False
    html: Path | None = None
    figures: Path | None = None
    save_readings: Path | None = None
    found: dict[str, Any] = field(default_factory=dict)


def run(
    clips: Sequence[ClipRef],
    plan: PlayPlan,
    keeping: Keeping,
    jobs: int = 1,
    recognizer: Recognizer | None = None,
) -> Iterator[ReplayResult]:
    """The result of each clip as soon as it is there; after the last one the files are written.

    Args:
        clips: what is played.
        plan: how; what is kept is decided by `keeping`.
        keeping: what is made; its `found` is filled in.
        jobs: so many processes.
        recognizer: None takes the real one.

    Raises:
        VcamError: a file cannot be written, labels cannot be read, no film can be drawn.
    """
    record = keeping.curve or keeping.save_readings is not None
    plan = replace(plan, record=record, pictures=keeping.html is not None)
    results: list[ReplayResult] = []
    recordings: list[Recording] = []
    page = ReplayPage()
    for played in play_all(clips, plan, jobs, recognizer):
        results.append(played.result)
        if played.recording is not None and not played.result.error:
            recordings.append(played.recording)
        if keeping.html is not None:
            page.add(played)
        yield played.result
    if keeping.save_readings is not None:
        save_recordings(keeping.save_readings, recordings)
    keeping.found |= totals(results, dwells(plan))
    keeping.found["watched"] = list(plan.gestures)
    keeping.found["false_starts"] = false_start_list(results)
    if keeping.curve:
        keeping.found["curve"] = threshold_curve(recordings, plan.settings.triggers, plan.gestures)
    if keeping.figures is not None:
        write_text(keeping.figures, json.dumps(keeping.found, indent=1) + "\n")
    if keeping.html is not None:
        write_text(keeping.html, page.html(keeping.found))


def dwells(plan: PlayPlan) -> Mapping[str, int]:
    """How long each gesture must be held, milliseconds."""
    return {name: plan.settings.triggers.thresholds(name).dwell_ms for name in plan.gestures}


def write_text(path: Path, text: str) -> None:
    """Writes a file for a person.

    Raises:
        VcamError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise VcamError(f"cannot write {path} ({error.strerror})", "choose another place") from None
