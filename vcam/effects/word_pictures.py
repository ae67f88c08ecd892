"""Pictures of words for who cannot wait: they are made on a thread of their own."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict

from vcam.effects.schema import TextSpec
from vcam.effects.sprite import Sprite
from vcam.effects.words import text_picture

logger = logging.getLogger(__name__)

_KEPT = 16
"""So many texts are kept ready."""

Made = tuple[Sprite, float] | None
"""A text's picture and its width in units of the anchor; None where nothing is left of it."""


class WordPictures:
    """Pictures of texts. Asked from one thread only.

    To look for fonts and to set a text takes as long as half the time between two pictures, or
    all of it.

    Args:
        waits: until each is made; else it is there some pictures later.
    """

    def __init__(self, waits: bool = True) -> None:
        self._waits = waits
        self._made: OrderedDict[tuple[TextSpec, str], Made] = OrderedDict()
        self._making: set[tuple[TextSpec, str]] = set()
        self._lock = threading.Lock()

    def picture(self, spec: TextSpec, text: str) -> Made:
        """The picture of a text; None also while it is being made.

        Args:
            spec: how it looks.
            text: whatever the user wrote.
        """
        if self._waits:
            return text_picture(spec, text)
        wanted = spec, text
        with self._lock:
            if wanted in self._made:
                self._made.move_to_end(wanted)
                return self._made[wanted]
            if wanted not in self._making:
                self._making.add(wanted)
                threading.Thread(
                    target=self._make, args=wanted, name="picture of words", daemon=True
                ).start()
            return None

    def _make(self, spec: TextSpec, text: str) -> None:
        made = None
        try:
            made = text_picture(spec, text)
        except Exception:
            logger.exception("A text cannot be set; the picture goes out without it")
        with self._lock:
            self._making.discard((spec, text))
            self._made[spec, text] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
