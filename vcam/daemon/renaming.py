"""Settings that go with a pose when it gets another name."""

from __future__ import annotations

from typing import Any

from vcam.settings.schema import Settings


def moved_settings(settings: Settings, pose: str, to: str) -> tuple[dict[str, Any], list[str]]:
    """What is to be set, and what unset, so that all that was said of a pose is said of another.

    Args:
        settings: in force.
        pose: its old name.
        to: its new one.
    """
    changes: dict[str, Any] = {}
    unset: list[str] = []
    sections = {
        "teaching.poses": settings.teaching.poses.get(pose),
        "triggers.gestures": settings.triggers.gestures.get(pose),
    }
    for section, own in sections.items():
        if own is None:
            continue
        for name, value in own.model_dump(exclude_none=True).items():
            changes[f"{section}.{to}.{name}"] = value
            unset.append(f"{section}.{pose}.{name}")
    if settings.selfie.gesture == pose:
        changes["selfie.gesture"] = to
    return changes, unset
