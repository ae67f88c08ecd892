"""Tells when a pack that is on has been edited, or a pack has come or gone."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from vcam.core.clock import Clock

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0

SETTLES_S = 0.25
"""A change counts when the next look, so much later, finds the same: an editor or a drawing
program may write several files one after the other."""

MAX_FILES = 500
"""More than any pack has; a folder with more is looked at in part."""

_Look = frozenset[tuple[str, int, int]]


class PackWatcher:
    """Looks at folders again and again, from a thread of its own.

    Looking works on every system and file system; it costs a `stat` call a file.

    Args:
        homes: folders that packs are in: who comes and goes there is noticed.
        packs: folders of the packs that are on: every file in them is looked at.
        on_change: called from the watcher's thread once a change has settled.
        clock: for waiting.
        stop: ends the watching.
    """

    def __init__(
        self,
        homes: Callable[[], Sequence[Path]],
        packs: Callable[[], Sequence[Path]],
        on_change: Callable[[], None],
        clock: Clock,
        stop: threading.Event,
    ) -> None:
        self._homes = homes
        self._packs = packs
        self._on_change = on_change
        self._clock = clock
        self._stop = stop
        self._where: tuple[Path, ...] = ()
        self._told: _Look | None = None
        self._seen: _Look | None = None

    def start(self) -> threading.Thread:
        """Begins to watch; the thread ends soon after `stop` is set."""
        thread = threading.Thread(target=self._watch, name="pack-watcher", daemon=True)
        thread.start()
        return thread

    def look(self) -> bool:
        """One look; True if a change was told. The thread calls it; tests may."""
        homes, packs = self._homes(), self._packs()
        where, found = (*homes, *packs), frozenset(_look(homes, packs))
        if self._told is None or where != self._where:
            # A pack was switched on or off by its setting, which has had it read already.
            self._where, self._told, self._seen = where, found, found
            return False
        settled, self._seen = found == self._seen, found
        if not settled or found == self._told:
            return False
        self._told = found
        try:
            self._on_change()
        except Exception:
            logger.exception("Reading the packs again failed")
        return True

    @property
    def is_settling(self) -> bool:
        """Whether a change was seen that has not been told."""
        return self._seen != self._told

    def _watch(self) -> None:
        while not self._clock.wait(self._stop, SETTLES_S if self.is_settling else LOOK_EVERY_S):
            self.look()


def _look(homes: Sequence[Path], packs: Sequence[Path]) -> Iterator[tuple[str, int, int]]:
    for home in homes:
        for name in _names(home):
            yield f"{home}/{name}", 0, 0
    for pack in packs:
        count = 0
        for folder, folders, files in os.walk(pack):
            folders.sort()
            for name in sorted(files):
                count += 1
                if count > MAX_FILES:
                    return
                path = os.path.join(folder, name)
                try:
                    status = os.lstat(path)
                except OSError:
                    continue
                yield path, status.st_mtime_ns, status.st_size


def _names(folder: Path) -> list[str]:
    try:
        # An installation in progress works in a folder of its own, which begins with a dot.
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError:
        return []
