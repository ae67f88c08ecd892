"""Removes what a vcam that was killed has left half written."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import stat
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

OLD_S: Final = 3600.0
"""What was changed later than so long ago may still be written, by another vcam perhaps."""

_LEFTOVER: Final = re.compile(
    r"\.{1,2}vcam-\d{4}-\d{2}-\d{2}-\d{6}-[^/]+(\.part(-\d+)?){1,2}\.(mp4|gif|webp|png|jpg)"
)
"""How selfies are called while they are written, see `vcam.outputs.stills.save_whole`."""


def remove_leftovers(folder: Path, now: float) -> None:
    """Removes selfies that were begun, never finished, and not touched for an hour.

    Ordinary files of exactly such names, in the folder itself, and nothing else; what cannot be
    removed stays.

    Args:
        folder: where selfies go; it need not be there.
        now: time of day, seconds since the epoch.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _LEFTOVER.fullmatch(entry.name) is None:
                continue
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and now - status.st_mtime > OLD_S:
                    os.unlink(entry.path)
                    logger.info("Removed %s, which was never finished", entry.name)
