"""Plays many clips, by several processes, and keeps what is asked for besides the starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Source
from vcam.core.errors import SourceError, VcamError
from vcam.core.frame import Frame
from vcam.daemon.loading import load_packs
from vcam.daemon.recognition import HandRecognizer
from vcam.daemon.thresholds import answered_gestures, card_thresholds
from vcam.lab.clips import ClipRef
from vcam.lab.film import SCHEME, FilmSource, doing_at, make_take, parse_film, spans_of
from vcam.lab.recording import RecordedRecognizer, RecordedSource, Recording
from vcam.lab.replay import ReplayResult, replay
from vcam.lab.scoring import Span, read_labels
from vcam.lab.thumbnails import Thumbnails
from vcam.pipeline.looking import Look, Recognizer
from vcam.poses.classifier import PoseClassifier
from vcam.settings.schema import Settings
from vcam.triggers.engine import TriggerEngine

if TYPE_CHECKING:
    from vcam.synthetic.take import Take


@dataclass(frozen=True, slots=True)
class PlayPlan:
    """How clips are played, and what is kept.

    Attributes:
        settings: vision and triggers.
        gestures: what to watch for.
        negative: clips without labels show nothing on purpose: every start in them is false.
        record: keep what vision saw.
        pictures: keep a small picture of each start and each miss.
    """

    settings: Settings
    gestures: tuple[str, ...]
    negative: bool = False
    record: bool = False
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """A clip's result and what was kept of it.

    Attributes:
        result: the starts, and how they fit the labels.
        recording: what vision saw; None unless asked for.
        pictures: JPEG by the time it was taken at, seconds.
    """

    result: ReplayResult
    recording: Recording | None = None
    pictures: dict[float, bytes] = field(default_factory=dict)


class Player:
    """Plays clips one by one; the networks are loaded when the first of them needs them.

    Args:
        plan: how.
        recognizer: None takes the real one.

    """

    def __init__(self, plan: PlayPlan, recognizer: Recognizer | None = None) -> None:
        self._plan = plan
        self._recognizer = recognizer
        self._recorded: RecordedRecognizer | None = None
        self._cards = {alone: card_thresholds(landmarks_only=alone) for alone in (False, True)}

    def play(self, clip: ClipRef) -> Played:
        """The result of a clip; one that is broken has its error in it.

        Raises:
            WeightsError: weights are missing or wrong.
            ModelError: the pose head is.
            VcamError: a table of labels cannot be read, or no film can be drawn.
        """
        try:
            return self._play(clip)
        except SourceError as error:
            return Played(ReplayResult(clip.name, error=str(error), group=clip.group))

    def _play(self, clip: ClipRef) -> Played:
        plan = self._plan
        take = make_take(clip.film, clip.film.take or 0) if clip.film is not None else None
        source: Source
        recognizer: Recognizer
        duration_s: float | None = None
        if clip.recording is not None:
            recognizer = self._recorder_player(clip.recording)
            source, spans = RecordedSource(clip.recording), clip.recording.spans
            duration_s = clip.recording.duration_s
        else:
            recognizer = self._recognizer or self._load()
            if take is not None and clip.film is not None:
                source, spans = FilmSource(take, clip.film.fps, recognizer.due), spans_of(take)
            else:
                assert clip.path is not None
                spans = read_labels(clip.path)
                source = VideoSource(clip.path, paced=False, loop=False, clock=MonotonicClock())
        if spans is None and plan.negative:
            spans = []
        landmarks_only = clip.recording is not None and clip.recording.landmarks_only
        card = self._cards[landmarks_only]
        engine = TriggerEngine(plan.settings.triggers, plan.gestures, card)
        recording = Recording(clip.name, clip.group, spans=spans, landmarks_only=landmarks_only)
        pictures = Thumbnails(_watched(spans, plan.gestures))

        def keep(frame: Frame, look: Look) -> None:
            if plan.record:
                recording.looks.append(replace(look.observation, mask=None))
            if plan.pictures:
                pictures.note(frame, look)

        result = replay(source, recognizer, engine, clip.name, spans, keep, duration_s)
        if clip.recording is not None:
            result = replace(result, frames=clip.recording.frames)
        if take is None and clip.recording is not None and clip.name.startswith(SCHEME):
            take = _take_of(clip.name)
        if take is not None:
            events = [
                replace(event, during=doing_at(take, event.start_s)) for event in result.events
            ]
            result = replace(result, events=events)
        recording.duration_s, recording.frames = result.duration_s, result.frames
        return Played(
            replace(result, group=clip.group),
            recording if plan.record else None,
            pictures.kept if clip.recording is None else {},
        )

    def _load(self) -> Recognizer:
        self._recognizer = HandRecognizer.load(self._plan.settings.vision)
        return self._recognizer

    def _recorder_player(self, recording: Recording) -> Recognizer:
        if self._recorded is None:
            self._recorded = RecordedRecognizer(PoseClassifier.load())
        self._recorded.take(recording)
        return self._recorded


def play_all(
    clips: Sequence[ClipRef],
    plan: PlayPlan,
    jobs: int = 1,
    recognizer: Recognizer | None = None,
) -> Iterator[Played]:
    """The result of each clip in their order, as soon as it is there; broken ones among them.

    Args:
        clips: what is played.
        plan: how.
        jobs: so many processes; each loads the networks for itself.
        recognizer: with one process; None takes the real one.

    Raises:
        WeightsError: weights are missing or wrong.
        ModelError: the pose head is.
        VcamError: a table of labels cannot be read, or no film can be drawn.
    """
    if jobs == 1 or len(clips) == 1:
        player = Player(plan, recognizer)
        yield from map(player.play, clips)
        return
    with ProcessPoolExecutor(
        min(jobs, len(clips)),
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(plan,),
    ) as pool:
        yield from pool.map(_play_in_process, clips)


def watched_gestures(settings: Settings) -> tuple[str, ...]:
    """What the packs answer that are on: what the daemon would watch for.

    Raises:
        PackError: a pack cannot be read.
    """
    return answered_gestures(load_packs(settings.reactions))


def _take_of(name: str) -> Take | None:
    """The take that a recording was made of; None where none can be made here."""
    try:
        film = parse_film(name)
        return make_take(film, film.take or 0)
    except VcamError:
        return None


def _watched(spans: Sequence[Span] | None, gestures: Sequence[str]) -> list[Span]:
    return [span for span in spans or () if span.gesture in gestures]


_player: Player | None = None


def _begin(plan: PlayPlan) -> None:
    global _player
    _player = Player(plan)


def _play_in_process(clip: ClipRef) -> Played:
    assert _player is not None
    return _player.play(clip)
