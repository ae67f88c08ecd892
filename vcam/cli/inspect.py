"""`vcam devices` and `vcam doctor`: what there is, and what is wrong with it."""

from __future__ import annotations
