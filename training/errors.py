"""Errors of the training tools that a person can mend."""

from __future__ import annotations

from vcam.core.errors import VcamError


class TrainingError(VcamError):
    """Data that is missing or cannot be used, or a run that cannot go on."""
