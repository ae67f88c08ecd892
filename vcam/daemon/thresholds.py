"""Which gestures are worth watching for, and from which score on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from vcam.core.errors import ModelError
from vcam.pipeline.changes import watched_gestures
from vcam.poses.card import load_card
from vcam.settings.schema import Settings

if TYPE_CHECKING:
    from vcam.effects.pack import Pack


def answered_gestures(
    packs: Iterable[Pack], settings: Settings | None = None, taught: Iterable[str] = ()
) -> tuple[str, ...]:
    """The gestures that these packs answer, or a selfie. No other is worth watching for.

    Args:
        packs: those that are on.
        settings: tell what starts a selfie, and what answers taught poses; None for nothing.
        taught: poses that were taught, and are live.
    """
    rules = [rule for pack in packs for rule in pack.rules]
    seen = tuple(taught)
    watched = watched_gestures(rules, settings, seen)
    own = settings.teaching.poses if settings is not None and settings.reactions.enabled else {}
    answered = {pose for pose in seen if pose in own and own[pose].effect is not None}
    return (*watched, *(pose for pose in seen if pose in answered and pose not in watched))


def card_thresholds(*, landmarks_only: bool = False) -> Mapping[str, float]:
    """`enter` of each pose from the shipped pose model's card; empty if it cannot be read.

    Whoever loads the model is told why it cannot be used; triggers get along without.

    Args:
        landmarks_only: those of hands whose pictures nobody reads.
    """
    from vcam.poses.classifier import shipped_model

    try:
        card = load_card(shipped_model().with_suffix(".json"))
    except ModelError:
        return {}
    if landmarks_only and card.appearance is not None:
        return card.appearance.head_thresholds
    return card.thresholds


def model_sha256() -> str:
    """Of the shipped pose model, as its card has it; empty if that cannot be read.

    Where a network for pictures of hands goes with it, of both: their scores are not the head's.
    """
    from vcam.poses.classifier import shipped_model

    try:
        card = load_card(shipped_model().with_suffix(".json"))
    except ModelError:
        return ""
    if card.appearance is None:
        return card.model_sha256
    both = card.model_sha256 + card.appearance.model_sha256
    return hashlib.sha256(both.encode()).hexdigest()
