"""What the scenes of the engine share."""

from __future__ import annotations


def kinds(events):
    return [event.kind.value for event in events]
