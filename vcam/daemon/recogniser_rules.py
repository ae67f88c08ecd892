"""What the settings' rules about image models mean, and which of them cannot hold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from vcam.core.errors import VcamError
from vcam.daemon.model_files import FoundModel, is_on
from vcam.daemon.naming import unknown
from vcam.recognizers.contracts import PEOPLE
from vcam.settings.schema import RecogniserRule, RecogniserSettings, Settings
from vcam.triggers.classes import ClassRule, class_rules


@dataclass(frozen=True, slots=True)
class Known:
    """What a rule may name.

    Attributes:
        classes: of each model that may run.
        unusable: models that are there and do not run, each with why.
        people: whether people are recognised.
    """

    classes: Mapping[str, Sequence[str]]
    unusable: Mapping[str, str]
    people: bool


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """What the rules come to.

    Attributes:
        classes: what starts which gesture.
        effects: gesture, `pack/effect`.
        pauses: gestures that pause.
        veils: gestures that blur the whole picture.
        problems: one line for each rule that cannot hold.
    """

    classes: tuple[ClassRule, ...] = ()
    effects: tuple[tuple[str, str], ...] = ()
    pauses: frozenset[str] = frozenset()
    veils: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()


def known_of(found: Sequence[FoundModel], settings: Settings) -> Known:
    """What rules may name, with these models and settings."""
    classes, unusable = {}, {}
    for model in found:
        if model.card is not None and is_on(model, settings.recognisers):
            classes[model.name] = model.card.classes
        else:
            switch = f"set recognisers.models.{model.name}.enabled to true"
            unusable[model.name] = model.problem or switch
    return Known(classes, unusable, settings.people.enabled)


def rules_in_force(settings: RecogniserSettings, known: Known) -> RulesInForce:
    """What the settings' rules come to with what there is."""
    problems = [
        f"recognisers.models.{name}: {unknown('model', name, names)}"
        for names in [sorted([*known.classes, *known.unusable])]
        for name in settings.models
        if name not in names
    ]
    holding: list[RecogniserRule] = []
    for number, rule in enumerate(settings.rules, 1):
        try:
            _check(rule, known)
        except VcamError as error:
            problems.append(f"recognisers.rules, rule {number}: {error}")
        else:
            holding.append(rule)
    classes = class_rules((*_key(rule), rule.effect or rule.do) for rule in holding)
    gestures = {(each.recogniser, each.label, each.hold_ms): each.gesture for each in classes}

    def doing(what: str) -> Collection[str]:
        return [gestures[_key(rule)] for rule in holding if rule.do == what]

    return RulesInForce(
        classes,
        tuple((gestures[_key(rule)], rule.effect) for rule in holding if rule.effect is not None),
        frozenset(doing("pause")),
        frozenset(doing("blur")),
        tuple(problems),
    )


def _key(rule: RecogniserRule) -> tuple[str, str, int]:
    return rule.when.recogniser, rule.when.class_, rule.when.hold_ms


def _check(rule: RecogniserRule, known: Known) -> None:
    """Makes sure that there is what a rule is about.

    Raises:
        VcamError: there is not.
    """
    name, label = rule.when.recogniser, rule.when.class_
    if name == PEOPLE:
        if not known.people:
            raise VcamError("people are not recognised", "set people.enabled to true")
        return
    if name in known.unusable:
        raise VcamError(f"the model {name} does not run", known.unusable[name])
    if name not in known.classes:
        names = sorted([*known.classes, *known.unusable])
        if not names:
            raise VcamError(
                f"There is no model {name!r}", "there are none: vcam models install FILE.tflite"
            )
        raise unknown("model", name, names)
    if label not in known.classes[name]:
        raise unknown("class", label, known.classes[name], f"in {name}")
