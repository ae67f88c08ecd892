"""Shared by the tests of the store."""

from __future__ import annotations

TEXT = """\
# mine
camera:
  fps: 15  # lamp
triggers:
  gestures:
    v_sign: {enter: 0.8}  # calmer
"""
