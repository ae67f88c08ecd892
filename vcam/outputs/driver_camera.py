"""The virtual camera on Windows and macOS: OBS's or Unity Capture's driver, through pyvirtualcam.

pyvirtualcam is GPLv2; nothing else of vcam touches it, and on Linux vcam does without.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError, OutputMissing
from vcam.core.frame import Image
from vcam.settings.schema import VirtualCameraSettings

logger = logging.getLogger(__name__)

OBS = "install OBS Studio 28 or newer"
HINTS = {
    "win32": {
        "auto": f"{OBS} for its virtual camera, or install Unity Capture; then restart vcam",
        "obs": f"{OBS}; if it is installed, stop OBS's own virtual camera",
        "unitycapture": "run Install.bat of Unity Capture, and give its device name",
    },
    "darwin": {
        "auto": f"{OBS}, start its virtual camera once, allow the extension in the system "
        "settings (General, Login Items & Extensions, Camera Extensions), and quit OBS",
    },
}
"""What to do when the driver is missing; `auto` stands for every backend not named."""


def load_pyvirtualcam() -> Any:
    """The module, imported when it is first needed: it loads the platform's native driver code."""
    return importlib.import_module("pyvirtualcam")


class DriverCamera:
    """A driver that is fed until `close`.

    Args:
        settings: which device.
        video_format: what it is fed with.
        backends: pyvirtualcam's names of those to try, in turn.
        platform: as `sys.platform`.
        load: gives the pyvirtualcam module.

    Raises:
        OutputError: no driver takes it; the fix is the platform's.
    """

    def __init__(
        self,
        settings: VirtualCameraSettings,
        video_format: VideoFormat,
        backends: tuple[str, ...],
        platform: str,
        load: Callable[[], Any] = load_pyvirtualcam,
    ) -> None:
        try:
            module = load()
        except Exception as error:
            raise OutputError(
                f"the virtual camera needs pyvirtualcam, which does not load ({error})",
                "install vcam again",
            ) from error
        refusals = []
        for backend in backends:
            try:
                self._camera = module.Camera(
                    video_format.width,
                    video_format.height,
                    video_format.fps,
                    # BGR goes in as it is: the conversion is native, whatever the order.
                    fmt=module.PixelFormat.BGR,
                    device=None if settings.device == "auto" else settings.device,
                    backend=backend,
                )
                return
            except Exception as error:
                refusals.append(str(error).replace("\n", " "))
        hints = HINTS[platform]
        raise OutputMissing(
            f"there is no virtual camera driver ({'; '.join(refusals)})",
            hints.get(settings.backend, hints["auto"]),
        )

    @property
    def device(self) -> str:
        """The driver's device."""
        return str(self._camera.device)

    def send(self, image: Image) -> None:
        """Hands a picture to the driver.

        Raises:
            OutputError: it failed.
        """
        try:
            self._camera.send(np.ascontiguousarray(image))
        except Exception as error:
            raise OutputError(f"the virtual camera takes no frames ({error})") from error

    def audience(self) -> Audience:
        """These drivers do not tell."""
        return Audience(streaming=None)

    def close(self) -> None:
        """Closes the driver; never raises."""
        try:
            self._camera.close()
        except Exception:
            logger.exception("the virtual camera failed while it was closed")
