"""From what a camera gives (JPEG, YUYV, BGR) to BGR pictures in buffers that are used again."""

from __future__ import annotations

import logging
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import simplejpeg

from vcam.capture.opencv import cv2
from vcam.core.frame import Image
from vcam.core.pool import ImagePool

logger = logging.getLogger(__name__)

JPEG_START = b"\xff\xd8"
JPEG_END = b"\xff\xd9"

MAX_PIXELS = 7680 * 4320
"""A damaged header may claim any size; no camera gives more."""


class BrokenPicture(Exception):
    """One frame was damaged on its way; the next may be whole."""


class UnknownPicture(Exception):
    """The camera gives something that only OpenCV can decode, if anyone."""


class PictureDecoder:
    """Makes BGR pictures. Used from one thread.

    Args:
        mirror: flip pictures left to right.
    """

    def __init__(self, mirror: bool = False) -> None:
        self._mirror = mirror
        self._pool = ImagePool()
        self._strict = True

    def decode(self, raw: npt.NDArray[Any]) -> Image:
        """The picture, uint8 (H, W, 3) BGR, never written to again.

        Args:
            raw: uint8: JPEG bytes in one row or column, YUYV as (H, W, 2), or BGR as (H, W, 3).

        Raises:
            BrokenPicture: empty, or a damaged JPEG.
            UnknownPicture: neither of these.
        """
        if raw.size == 0:
            raise BrokenPicture("it is empty")
        if raw.dtype != np.uint8:
            raise UnknownPicture
        if raw.ndim == 3 and raw.shape[2] == 3:
            image = raw
        elif raw.ndim == 3 and raw.shape[2] == 2:
            buffer = self._pool.take(raw.shape[1], raw.shape[0])
            image = cv2.cvtColor(raw, cv2.COLOR_YUV2BGR_YUY2, dst=buffer)
        elif raw.size == max(raw.shape):
            image = self._jpeg(np.ascontiguousarray(raw).reshape(-1))
        else:
            raise UnknownPicture
        if self._mirror:
            height, width = image.shape[:2]
            image = cv2.flip(image, 1, dst=self._pool.take(width, height))
        return cast(Image, np.ascontiguousarray(image))

    def _jpeg(self, data: npt.NDArray[np.uint8]) -> Image:
        if data[:2].tobytes() != JPEG_START:
            raise BrokenPicture("it does not begin like a JPEG")
        try:
            height, width, _, _ = simplejpeg.decode_jpeg_header(data, strict=False)
            if height * width > MAX_PIXELS:
                raise BrokenPicture(f"its header says {width}x{height}")
            buffer = self._pool.take(width, height)
            return self._decoded(data, buffer)
        except (KeyError, ValueError) as error:
            # simplejpeg raises KeyError for headers with an unknown colour space.
            raise BrokenPicture(str(error)) from error

    def _decoded(self, data: npt.NDArray[np.uint8], buffer: Image) -> Image:
        if self._strict:
            try:
                simplejpeg.decode_jpeg(data, "BGR", buffer=buffer)
                return buffer
            except ValueError as error:
                # Many webcams leave stray bytes before a marker. The picture is whole, so from
                # now on only the missing end of a cut-off one counts as damage.
                if "extraneous" not in str(error).lower():
                    raise
                logger.debug("the camera's JPEGs are untidy: %s", error)
                self._strict = False
        if JPEG_END not in data[-4096:].tobytes():
            raise ValueError("it is cut off")
        simplejpeg.decode_jpeg(data, "BGR", buffer=buffer, strict=False)
        return buffer
