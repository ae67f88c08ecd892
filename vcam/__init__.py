"""vcam: a virtual camera that answers hand poses with stickers."""

from __future__ import annotations

__version__ = "0.1.0"
