"""The networks of the vision thread: loaded, tried again, and given up at a fault."""

from __future__ import annotations

import logging
from collections.abc import Callable

from vcam.core.clock import Clock
from vcam.core.errors import VcamError
from vcam.pipeline.looking import Recognizer

logger = logging.getLogger(__name__)

RELOAD_AFTER_S = 60.0
"""Pause before networks that could not be loaded are tried again."""

FIRST_RESTART_S = 1.0
"""Pause after recognition's first failure; doubled after each further one, to `RELOAD_AFTER_S`."""

STABLE_AFTER_S = 60.0
"""Recognition that worked so long has recovered: its next failure is soon retried."""


class RecognizerKeeper:
    """Has the recognizer, or knows why there is none and when to try again.

    Used from the vision thread alone; `problem` may be read from any.

    Attributes:
        recognizer: what works now; None before it is loaded, and after it was given up.
        problem: why there is none; empty while there is.

    Args:
        load: loads the networks. May raise `VcamError`.
        clock: for pauses.
        on_change: told when `problem` changes.
    """

    def __init__(
        self, load: Callable[[], Recognizer], clock: Clock, on_change: Callable[[], None]
    ) -> None:
        self.recognizer: Recognizer | None = None
        self.problem = ""
        self._load = load
        self._clock = clock
        self._on_change = on_change
        self._outdated = True
        self._load_at = float("-inf")
        self._working_since = clock.now()
        self._restart_s = FIRST_RESTART_S
        self._told = ""

    def replace(self, load: Callable[[], Recognizer]) -> None:
        """Another one is due at once; the old one works until it is there."""
        self._load, self._outdated = load, True
        self._load_at = float("-inf")

    @property
    def is_due(self) -> bool:
        """Whether one is to be loaded now."""
        missing = self._outdated or self.recognizer is None
        return missing and self._clock.now() >= self._load_at

    @property
    def wait_s(self) -> float:
        """How long until loading is tried again."""
        return self._load_at - self._clock.now()

    def load(self) -> bool:
        """Loads one and says whether it is there; never raises."""
        try:
            recognizer = self._load()
        except VcamError as error:
            if str(error) != self.problem:
                logger.error("No hand recognition: %s", error)
            self._note(str(error))
        except Exception as error:
            # A runtime that does not load on this machine, say.
            self.tell("No hand recognition: the networks cannot be loaded", error)
            self._note(f"the networks cannot be loaded ({error})")
        else:
            self.recognizer, self._outdated = recognizer, False
            self._working_since = self._clock.now()
            self._note("")
            return True
        self._load_at = self._clock.now() + RELOAD_AFTER_S
        return False

    def give_up(self) -> float:
        """Lets go of one that has failed.

        Returns:
            Seconds to rest before the next is loaded.
        """
        self.recognizer = None
        if self._clock.now() - self._working_since >= STABLE_AFTER_S:
            self._restart_s = FIRST_RESTART_S
        pause_s, self._restart_s = self._restart_s, min(2 * self._restart_s, RELOAD_AFTER_S)
        return pause_s

    def tell(self, what: str, error: Exception) -> None:
        """Logs a fault with its traceback, unless it is the one that was logged last."""
        if repr(error) != self._told:
            self._told = repr(error)
            logger.error("%s", what, exc_info=error)

    def _note(self, problem: str) -> None:
        if problem != self.problem:
            self.problem = problem
            self._on_change()
