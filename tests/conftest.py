"""Fixtures and settings that all tests share."""

from __future__ import annotations

from hypothesis import settings

# A slow or busy machine is no reason for a property to fail.
settings.register_profile("vcam", deadline=None)
settings.load_profile("vcam")
