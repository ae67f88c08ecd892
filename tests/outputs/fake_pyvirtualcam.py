"""pyvirtualcam 0.15 as seen from Python, with a made-up driver behind it."""

from __future__ import annotations

import sys
from enum import Enum
from typing import Any

import numpy as np


class PixelFormat(Enum):
    RGB = "raw "
    BGR = "24BG"


class FakeDriver:
    """What the machine has.

    Args:
        devices: names that can be opened, by backend; `None` as device takes the first.
    """

    def __init__(self, **devices: list[str]) -> None:
        self.devices = devices
        self.in_use: set[str] = set()
        self.frames: list[np.ndarray] = []
        self.cameras: list[Any] = []
        self.write_fails = False
        self.closes_badly = False

    def module(self) -> Any:
        """What `import pyvirtualcam` gives."""
        driver = self

        class Camera:
            def __init__(
                self,
                width: int,
                height: int,
                fps: float,
                *,
                fmt: PixelFormat = PixelFormat.RGB,
                device: str | None = None,
                backend: str | None = None,
                print_fps: bool = False,
            ) -> None:
                assert backend is not None
                present = driver.devices[backend]
                if not present:
                    raise RuntimeError(f"'{backend}' backend: virtual camera driver not found")
                chosen = device if device is not None else present[0]
                if chosen not in present or chosen in driver.in_use:
                    raise RuntimeError(f"'{backend}' backend: Device {chosen} cannot be opened")
                driver.in_use.add(chosen)
                self.device, self.backend, self.fmt = chosen, backend, fmt
                self.size = (height, width, 3)
                self._backend: object | None = object()
                driver.cameras.append(self)

            def send(self, frame: np.ndarray) -> None:
                if frame.dtype != np.uint8:
                    raise TypeError(f"unexpected frame dtype: {frame.dtype} != uint8")
                if frame.shape != self.size:
                    raise ValueError(f"unexpected frame shape: {frame.shape} != {self.size}")
                if self._backend is None:
                    raise AttributeError("'NoneType' object has no attribute 'send'")
                if driver.write_fails:
                    print("error writing frame: No such device", file=sys.stderr)
                    return
                driver.frames.append(frame.copy())

            def close(self) -> None:
                if self._backend is not None:
                    self._backend = None
                    driver.in_use.discard(self.device)
                    if driver.closes_badly:
                        raise RuntimeError("close failed")

        class Module:
            pass

        module = Module()
        module.Camera, module.PixelFormat = Camera, PixelFormat  # type: ignore[attr-defined]
        return module
