"""Image models in the camera: which run, what follows from what they say, how they do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from vcam.control.state import ClassScore, RecognisedClass, RecogniserState
from vcam.core.errors import VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.frame import Image
from vcam.core.observation import Observation
from vcam.daemon.answers import answers_of
from vcam.daemon.model_files import FoundModel, ModelFolder, is_on, models_folder
from vcam.daemon.packs import PackLibrary
from vcam.daemon.recogniser_rules import RulesInForce, known_of, rules_in_force
from vcam.pipeline import Pipeline
from vcam.pipeline.carried import ReaderStatus
from vcam.pipeline.mode import Mode
from vcam.recognizers.image_model import ImageModel
from vcam.recognizers.model_reader import ModelReader
from vcam.recognizers.regions import parts
from vcam.settings.schema import ModelSettings, Settings

logger = logging.getLogger(__name__)

MODELS = "models"
_NO_SETTINGS = ModelSettings()


class Recognisers:
    """Image models of the models folder, and what follows from what they say. Any thread.

    Models and packs are read on the recogniser thread, which gives way to those that make the
    picture.

    Args:
        pipeline: runs them.
        library: lends the packs of effects.
        settings: in force.
    """

    def __init__(self, pipeline: Pipeline, library: PackLibrary, settings: Settings) -> None:
        self._pipeline = pipeline
        self._library = library
        self._settings = settings
        self._folder = ModelFolder()
        self._found: tuple[FoundModel, ...] = ()
        self._readers: dict[str, tuple[tuple[object, ...], ModelReader]] = {}
        self._rules = RulesInForce()
        self._problems: tuple[str, ...] = ()
        self._paused_by = ""

    @property
    def folder(self) -> Path:
        """Where models lie."""
        return models_folder(self._settings.recognisers)

    @property
    def problems(self) -> tuple[str, ...]:
        """Lines that the user should see: rules that cannot hold, and who has paused."""
        is_paused = self._paused_by and self._pipeline.mode is Mode.PAUSED
        return (*self._problems, self._paused_by) if is_paused else self._problems

    @property
    def states(self) -> tuple[RecogniserState, ...]:
        """As the state tells of them."""
        statuses = {each.name: each for each in self._pipeline.recognisers.statuses()}
        return tuple(self._state(model, statuses.get(model.name)) for model in self._found)

    def apply(self, settings: Settings, *, anew: bool = False) -> None:
        """Takes other settings over, soon; `anew`: files may have changed too."""
        old, self._settings = self._settings, settings
        kept = (old.recognisers, old.reactions, old.people.enabled)
        if anew or kept != (settings.recognisers, settings.reactions, settings.people.enabled):
            self.look()

    def look(self) -> None:
        """Looks at the folder and brings everything into force, soon."""
        self._pipeline.recognisers.mailbox.post(self._bring)

    def ask(self) -> None:
        """Somebody wants to see scores: all models that are on run for a while."""
        self._pipeline.recognisers.ask()

    def judge(self, image: Image, observation: Observation) -> tuple[RecognisedClass, ...]:
        """What the models that are on make of one picture.

        With networks of their own, that are loaded for it: it is rarely asked for. A model that
        finds no face or hand to look at, or fails, says nothing.
        """
        told = []
        for model in self._found:
            if model.card is None or not is_on(model, self._settings.recognisers):
                continue
            region = self._settings_of(model.name).region or model.card.region
            try:
                network = ImageModel.load(model.path)
                looked = parts(image, observation, region, model.card.region_margin)
                scores = [network.scores(part.image) for part in looked]
            except VcamError as error:
                logger.error("The model %s cannot judge a picture: %s", model.name, error)
                continue
            if scores:
                best = {name: max(each[name] for each in scores) for name in model.card.classes}
                told.append(RecognisedClass(recogniser=model.name, classes=_bars(best)))
        return tuple(told)

    def _settings_of(self, name: str) -> ModelSettings:
        return self._settings.recognisers.models.get(name, _NO_SETTINGS)

    def _bring(self) -> None:
        """On the recogniser thread."""
        settings = self._settings
        self._found = self._folder.look(models_folder(settings.recognisers))
        readers = self._take([model for model in self._found if is_on(model, settings.recognisers)])
        known = known_of(self._found, settings)
        self._rules = rules = rules_in_force(settings.recognisers, known)
        answers, unanswered = answers_of(rules.effects, self._library)
        problems = (*rules.problems, *unanswered)
        for problem in problems:
            if problem not in self._problems:
                logger.warning("%s", problem)
        self._problems = problems
        self._pipeline.answer("recognisers", answers)
        thread = self._pipeline.recognisers
        thread.follow(rules.classes, rules.veils, settings.recognisers.cpu_share, self._note)
        # Last, for it tells that the state has changed.
        thread.carry(MODELS, readers)

    def _take(self, on: Sequence[FoundModel]) -> list[ModelReader]:
        """A reader for each model; one of which nothing has changed stays the same."""
        old, self._readers = self._readers, {}
        for model in on:
            assert model.card is not None
            settings = self._settings_of(model.name)
            key = model.path, model.stamp, settings
            known = old.get(model.name)
            if known is None or known[0] != key:
                known = key, ModelReader(model.name, model.path, model.card, settings)
            self._readers[model.name] = known
        return [reader for _, reader in self._readers.values()]

    def _note(self, event: GestureEvent) -> None:
        """On the recogniser thread: pauses; everything else has been done already."""
        if event.kind is not EventKind.START or event.gesture not in self._rules.pauses:
            return
        self._paused_by = (
            f"Paused, because {event.gesture} was seen (score {event.score:.2f}): "
            "resume when you like"
        )
        logger.warning("%s", self._paused_by)
        self._pipeline.set_mode(Mode.PAUSED)

    def _state(self, model: FoundModel, status: ReaderStatus | None) -> RecogniserState:
        if model.card is None:
            return RecogniserState(
                name=model.name, title=model.title, on=False, problem=model.problem
            )
        status = status or ReaderStatus(model.name)
        return RecogniserState(
            name=model.name,
            title=model.title,
            on=is_on(model, self._settings.recognisers),
            running=status.running,
            region=self._settings_of(model.name).region or model.card.region,
            classes=tuple(
                ClassScore(name=name, score=round(status.scores.get(name, 0.0), 3))
                for name in model.card.classes
            ),
            rate_hz=round(status.rate_hz, 2) if status.running else 0.0,
            ms=round(status.ms, 1),
            problem=status.problem,
            not_for=model.card.not_for,
        )


def _bars(scores: dict[str, float]) -> tuple[ClassScore, ...]:
    best_first = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    return tuple(ClassScore(name=name, score=round(score, 4)) for name, score in best_first)
