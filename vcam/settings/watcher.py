"""Tells when the settings file has changed, by looking at it again and again.

Looking works on every system and file system, network ones too, and survives editors that write
another file and rename it; it costs a `stat` call each time.
"""

from __future__ import annotations

import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from vcam.core.clock import Clock
from vcam.core.document import MAX_BYTES

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 0.25

SETTLES_S = 0.15
"""A change counts when the next look, so much later, finds the same: within 0.4 s in all."""

_DISTRUST_LOOKS = 9
"""After a change the content is compared as well for so many looks: a file system may note times
to 2 s only (FAT), so that a second save soon after the first looks the same from outside."""

_Look = tuple[int, ...] | None
_Content = bytes | str | None


class SettingsWatcher:
    """Watches one file from a thread of its own; the file and its folder need not exist.

    What the file holds when this is made counts as known. Make it before the settings are read:
    then no save can fall between the two.

    Args:
        path: the file; symbolic links are followed.
        on_change: called from the watcher's thread when the content has changed and stayed the same
            for two looks, also when the file has vanished or cannot be read any more. What it
            raises is logged.
        clock: for waiting.
        stop: ends the watching.
    """

    def __init__(
        self, path: Path, on_change: Callable[[], None], clock: Clock, stop: threading.Event
    ) -> None:
        self._path = path
        self._on_change = on_change
        self._clock = clock
        self._stop = stop
        self._seen = self._told = self._look()
        self._content = self._read()
        self._distrust = _DISTRUST_LOOKS
        self._unsettled = False

    def start(self) -> threading.Thread:
        """Begins to watch; the thread ends soon after `stop` is set."""
        thread = threading.Thread(target=self._watch, name="settings-watcher", daemon=True)
        thread.start()
        return thread

    def look(self) -> bool:
        """One look; True if a change was told. The thread calls it; tests may."""
        before, self._seen = self._seen, self._look()
        self._unsettled = self._seen != before
        if self._unsettled:
            return False
        if self._seen == self._told:
            if not self._distrust:
                return False
            self._distrust -= 1
        else:
            self._told = self._seen
            self._distrust = _DISTRUST_LOOKS
        content = self._read()
        if content == self._content:
            return False
        self._content = content
        self._distrust = _DISTRUST_LOOKS
        try:
            self._on_change()
        except Exception:
            logger.exception("Reading the settings again failed")
        return True

    def _watch(self) -> None:
        while not self._clock.wait(self._stop, SETTLES_S if self._unsettled else LOOK_EVERY_S):
            self.look()

    def _look(self) -> _Look:
        try:
            found = os.stat(self._path)
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_size, found.st_ino, found.st_dev, found.st_mode

    def _read(self) -> _Content:
        """The content, None if there is no file, or why it cannot be read."""
        try:
            if not stat.S_ISREG(os.stat(self._path).st_mode):
                return "not a file"
            with self._path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            return str(error)
