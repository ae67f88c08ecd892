"""OpenCV as the capture stage uses it: quiet, and impatient with cameras that hang.

Import `cv2` for videos and cameras from here, so that the settings below are in place before
OpenCV reads them, which it does once, when the first capture is opened.
"""

from __future__ import annotations

import os

# FFmpeg's own messages ("moov atom not found") go past Python's logging; we say the same in a
# SourceError. -8 is AV_LOG_QUIET.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# OpenCV waits 10 s for a silent V4L2 camera; a Source promises an answer within 2 s.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
# Media Foundation's hardware transforms make many cameras take half a minute to open
# (opencv/opencv issue 17687); nothing here needs them.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

import cv2

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

__all__ = ["cv2"]
