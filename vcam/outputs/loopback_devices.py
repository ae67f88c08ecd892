"""Makes and removes v4l2loopback devices, where the module allows it (0.13 and later)."""

from __future__ import annotations

import errno
import logging
import os
import struct
import time
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vcam.core import v4l2
from vcam.core.errors import OutputError

logger = logging.getLogger(__name__)

CONTROL = Path("/dev/v4l2loopback")

CONFIG = struct.Struct("ii32sIIIIiiii")
"""`struct v4l2_loopback_config`: number, unused, label, least and largest width and height (0 for
the driver's own), buffers, openers, debug level, and whether all capabilities are announced (0 is
`exclusive_caps=1`)."""

ADD = v4l2.request_number(v4l2.WRITE, 1, CONFIG.size, "~")
REMOVE = v4l2.request_number(v4l2.WRITE, 2, 4, "~")
OLD_ADD, OLD_REMOVE = 0x4C80, 0x4C81
"""The same requests in 0.13 and 0.14; 0.15 knows both."""

UNKNOWN_REQUEST = (errno.ENOSYS, errno.ENOTTY, errno.EINVAL)

ANY_NUMBER = -1
MAX_OPENERS = 10
BUFFERS = 4

USABLE_WITHIN_S = 1.0
"""udev makes a new node and gives it its group a moment after the kernel has made the device."""

LOOK_EVERY_S = 0.02

PERMIT = (
    'with the line KERNEL=="v4l2loopback", GROUP="video", MODE="0660" in '
    "/etc/udev/rules.d/83-v4l2loopback.rules vcam may make its own device, too"
)


@dataclass(frozen=True)
class LoopbackControl:
    """The module's control node; its parts are replaced in tests.

    Attributes:
        node: where the module takes orders.
        devices: the folder of device nodes.
        ioctl: asks a device.
    """

    node: Path = CONTROL
    devices: Path = v4l2.DEVICES
    ioctl: v4l2.Ioctl = v4l2.system_ioctl

    @property
    def is_there(self) -> bool:
        """Whether the loaded module can make devices."""
        return self.node.exists()

    def add(self, label: str, number: int = ANY_NUMBER) -> Path:
        """Makes a device that says either output or capture, never both.

        Args:
            label: its name, at most 31 bytes.
            number: of its node; any free one if it is negative.

        Raises:
            OutputError: the module does not allow it, or the node does not become usable.
        """
        name = label.encode()[:31]
        config = CONFIG.pack(number, 0, name, 0, 0, 0, 0, BUFFERS, MAX_OPENERS, 0, 0)
        try:
            made = self._order(ADD, OLD_ADD, bytearray(config))
        except PermissionError:
            raise OutputError(f"no permission to make a device with {self.node}", PERMIT) from None
        except OSError as error:
            raise OutputError(
                f"v4l2loopback makes no device ({error.strerror or error})",
                "load v4l2loopback with one device more",
            ) from None
        path = self.devices / f"video{made}"
        if not self._becomes_usable(path):
            self.remove(path)
            raise OutputError(
                f"{path} was made, but it may not be opened",
                v4l2.JOIN_GROUP,
            )
        logger.info("made the virtual camera %s (%s)", path, label)
        return path

    def remove(self, path: Path) -> bool:
        """Removes a device; False if a program still has it open."""
        try:
            self._order(REMOVE, OLD_REMOVE, int(path.name.removeprefix("video")))
        except OSError as error:
            logger.info("the virtual camera %s stays (%s)", path, error.strerror or error)
            return False
        return True

    def _order(self, request: int, old_request: int, argument: bytearray | int) -> int:
        """What the module answers, a device number."""
        with v4l2.opened(self.node) as descriptor:
            try:
                return cast(int, self.ioctl(descriptor, request, argument))
            except OSError as error:
                if error.errno not in UNKNOWN_REQUEST:
                    raise
                return cast(int, self.ioctl(descriptor, old_request, argument))

    def _becomes_usable(self, path: Path) -> bool:
        give_up_at = time.monotonic() + USABLE_WITHIN_S
        while not os.access(path, os.R_OK | os.W_OK):
            if time.monotonic() >= give_up_at:
                return False
            time.sleep(LOOK_EVERY_S)
        return True
