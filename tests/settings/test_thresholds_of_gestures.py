from __future__ import annotations

import pytest

from vcam.core.gestures import MOVEMENTS, PAIRS
from vcam.settings.schema import GestureThresholds, TriggerDefaults, TriggerSettings

CARD = {"v_sign": 0.79, "thumb_up": 0.83}


def test_a_pair_enters_where_its_pose_does() -> None:
    settings = TriggerSettings()
    assert settings.thresholds("two_v_signs", CARD).enter == 0.79
    assert settings.thresholds("two_metals", CARD).enter == 0.90
    assert settings.thresholds("heart_hands", CARD).enter == 0.90


@pytest.mark.parametrize("gesture", PAIRS)
def test_a_pair_is_on_and_held_for_longer_than_most(gesture: str) -> None:
    thresholds = TriggerSettings(defaults=TriggerDefaults(dwell_ms=100)).thresholds(gesture, CARD)
    assert thresholds.enabled
    assert thresholds.dwell_ms >= 600


@pytest.mark.parametrize("gesture", MOVEMENTS)
def test_a_movement_is_off_until_it_is_asked_for_by_name(gesture: str) -> None:
    assert not TriggerSettings(defaults=TriggerDefaults(enabled=True)).thresholds(gesture).enabled
    own = {gesture: GestureThresholds(enabled=True)}
    thresholds = TriggerSettings(gestures=own).thresholds(gesture)
    assert thresholds.enabled
    assert thresholds.enter == 0.70
