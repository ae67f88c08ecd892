"""What this process costs: processor time, memory, and when it began."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_PROC = Path("/proc/self")


def resident_mb() -> float | None:
    """Resident memory in MB (10^6 bytes): now on Linux, the peak elsewhere, None on Windows."""
    try:
        pages = int((_PROC / "statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return _peak_mb()
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def seconds_since_start() -> float:
    """Time since this process began; 0 where the system does not tell (it does on Linux)."""
    try:
        # The program's name stands in parentheses and may hold blanks.
        fields = (_PROC / "stat").read_text().rpartition(")")[2].split()
        started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
        return max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started_s)
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0


def _peak_mb() -> float | None:
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
