"""What the thresholds would make of a single picture."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from vcam.core.observation import NONE_POSE, Observation, PoseReading
from vcam.poses.vocabulary import GESTURES
from vcam.settings.schema import TriggerSettings
from vcam.triggers.evidence import is_clear
from vcam.triggers.guards import blocked_by
from vcam.triggers.smoothing import Sample


@dataclass(frozen=True, slots=True)
class Decision:
    """What the thresholds make of one picture.

    Attributes:
        pose: what would trigger, or `none`.
        score: its score; for `none` the highest score that any pose has on any hand, 0 without
            a hand.
    """

    pose: str
    score: float


def decide(
    observation: Observation,
    readings: Sequence[PoseReading],
    settings: TriggerSettings,
    gestures: Sequence[str] = GESTURES,
    card: Mapping[str, float] = MappingProxyType({}),
    answered: Collection[str] = (),
) -> Decision:
    """What a hand that was held still like this would trigger.

    What holds: the score from which a gesture may start, its lead over the second-best pose, the
    test whether the hand is like anything the classifier was taught, the least size of a hand, and
    that it must not cover a face; all as the trigger engine applies them, gesture by gesture. What
    cannot hold in a single picture: dwell, smoothing, speed, cooldown, warm-up.

    Args:
        observation: what is in the picture.
        readings: what the classifier makes of its hands.
        settings: thresholds and guards.
        gestures: what may trigger.
        card: `enter` of each pose as the pose model's card gives it.
        answered: gestures that the packs answer; one of these is preferred to any other.
    """
    hands = {hand.track_id: hand for hand in observation.hands}
    # In a call every hand may start its gesture; one picture has room for one, and it had better be
    # one that people would see the answer to.
    triggering = Decision(NONE_POSE, 0.0)
    nearest = 0.0
    for reading in readings:
        hand = hands.get(reading.track_id)
        if hand is None:
            continue
        reason = blocked_by(hand, observation.faces, min(observation.size), 0.0, settings.guards)
        sample = Sample.of(observation.at, reading, reason or "")
        for gesture in gestures:
            score = sample.score(gesture)
            nearest = max(nearest, score)
            thresholds = settings.thresholds(gesture, card)
            if thresholds.enabled and is_clear(sample, gesture, thresholds):
                decision = Decision(gesture, score)
                triggering = max(
                    triggering, decision, key=lambda each: (each.pose in answered, each.score)
                )
    return triggering if triggering.pose != NONE_POSE else Decision(NONE_POSE, nearest)
