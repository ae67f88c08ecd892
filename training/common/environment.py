"""What a run ran on, so that it can be repeated or doubted."""

from __future__ import annotations

import os
import platform
import random
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from training.quiet import tensorflow

PACKAGES = ("numpy", "opencv-python-headless", "tensorflow", "keras", "ai-edge-litert")


def tool_versions() -> dict[str, str]:
    """Versions of Python and of the libraries that decide what a run gives."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def set_seeds(seed: int) -> None:
    """Seeds Python's, NumPy's and Keras' global generators; own generators need their own seeds."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    tensorflow().keras.utils.set_random_seed(seed)


@dataclass(frozen=True, slots=True)
class Environment:
    """The clocks of a run at its start.

    Attributes:
        started_at: seconds since 1970.
        wall_s: of a clock that never goes back.
        cpu_s: process time, all threads.
    """

    started_at: float
    wall_s: float
    cpu_s: float

    @classmethod
    def begin(cls) -> Environment:
        """Now."""
        return cls(time.time(), time.perf_counter(), time.process_time())

    def record(self) -> dict[str, object]:
        """Versions, machine, and the times since `begin`. No name of a user or a machine."""
        return {
            "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.started_at)),
            "wall_s": round(time.perf_counter() - self.wall_s, 1),
            "cpu_s": round(time.process_time() - self.cpu_s, 1),
            "cores": usable_cores(),
            "system": platform.system(),
            "machine": platform.machine(),
            "tools": tool_versions(),
        }
