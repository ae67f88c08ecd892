"""Writes pictures to a v4l2loopback device.

We write ourselves rather than through pyvirtualcam: its failed writes are printed, not raised, and
it converts with Python's lock held. Setting the format is one ioctl, and a frame one `write`.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import cv2
import numpy as np

from vcam.core import v4l2
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Image

I420 = int.from_bytes(b"YU12", "little")
FIELD_NONE = 1
COLORSPACE_SRGB = 8
"""What pictures of webcams are marked as; its YUV is BT.601 in the limited range, as OpenCV's."""

FORMAT = struct.Struct("I4x7I")
"""The front of `struct v4l2_format` on 64-bit systems: buffer type, then width, height, pixel
format, field, bytes a line, bytes a picture, colour space."""

FORMAT_SIZE, PARAMETERS_SIZE = 208, 204
PARAMETERS = struct.Struct("I2I2I")
"""The front of `struct v4l2_streamparm`: buffer type, flags, mode, time per frame."""

S_FMT = v4l2.request_number(v4l2.READ_WRITE, 5, FORMAT_SIZE)
S_PARM = v4l2.request_number(v4l2.READ_WRITE, 22, PARAMETERS_SIZE)
BUFFER_VIDEO_OUTPUT = 2

BLACK_Y, BLACK_UV = 16, 128


class LoopbackWriter:
    """Feeds one device until `close`. Used from one thread.

    Args:
        device: its node.
        video_format: size, of even sides, and rate.
        ioctl: asks a device; replaced in tests.

    Raises:
        OutputError: the device does not take this size, or somebody else feeds it. Nothing is left
            open.
    """

    def __init__(
        self, device: Path, video_format: VideoFormat, ioctl: v4l2.Ioctl = v4l2.system_ioctl
    ) -> None:
        self._device = device
        self._ioctl = ioctl
        width, height = video_format.width, video_format.height
        if width % 2 or height % 2:
            raise OutputError(
                f"a virtual camera of {width}x{height} is not possible", "choose even sides"
            )
        self._planes = np.full((height * 3 // 2, width), BLACK_UV, np.uint8)
        self._planes[:height] = BLACK_Y
        try:
            self._descriptor = os.open(device, os.O_RDWR)
        except OSError as error:
            raise self._refused(error) from None
        try:
            self._agree(video_format)
            # A device with exclusive_caps=1 says that it is a camera from the first frame on.
            self._write()
        except OSError as error:
            self.close()
            raise self._refused(error) from None
        except OutputError:
            self.close()
            raise

    def write(self, image: Image) -> None:
        """Converts and writes one picture.

        Args:
            image: uint8 (H, W, 3) BGR of the agreed size.

        Raises:
            OutputError: the device did not take it whole.
        """
        cv2.cvtColor(image, cv2.COLOR_BGR2YUV_I420, dst=self._planes)
        try:
            self._write()
        except OSError as error:
            raise OutputError(
                f"the virtual camera {self._device} takes no frames ({error.strerror or error})",
                "see whether v4l2loopback is still loaded",
            ) from None

    def close(self) -> None:
        """Closes the device; harmless twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self) -> None:
        written = os.write(self._descriptor, self._planes.data)
        if written != self._planes.nbytes:
            raise OSError(0, f"{written} of {self._planes.nbytes} bytes were taken")

    def _agree(self, video_format: VideoFormat) -> None:
        width, height, size = video_format.width, video_format.height, self._planes.nbytes
        asked = (width, height, I420, FIELD_NONE, width, size, COLORSPACE_SRGB)
        request = bytearray(FORMAT_SIZE)
        FORMAT.pack_into(request, 0, BUFFER_VIDEO_OUTPUT, *asked)
        self._ioctl(self._descriptor, S_FMT, request)
        # The driver answers with what it will take, which may be another size.
        _, got_width, got_height, pixels, _, _, got_size, _ = FORMAT.unpack_from(request)
        if (got_width, got_height, pixels, got_size) != (width, height, I420, size):
            fourcc = pixels.to_bytes(4, "little").decode("ascii", "replace")
            raise OutputError(
                f"the virtual camera {self._device} is bound to {got_width}x{got_height} {fourcc}",
                "end the programs that read it; or set outputs.width and outputs.height so",
            )
        rate = bytearray(PARAMETERS_SIZE)
        PARAMETERS.pack_into(
            rate, 0, BUFFER_VIDEO_OUTPUT, 0, 0, 1000, round(video_format.fps * 1000)
        )
        try:
            self._ioctl(self._descriptor, S_PARM, rate)
        except OSError:
            # It only tells readers what to expect.
            return

    def _refused(self, error: OSError) -> OutputError:
        return OutputError(
            f"the virtual camera {self._device} cannot be fed ({error.strerror or error})",
            "end other programs that feed it, or load v4l2loopback with one device more",
        )
