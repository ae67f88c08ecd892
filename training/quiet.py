"""TensorFlow without its announcements."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=1)
def tensorflow() -> Any:
    """The TensorFlow module, imported on first use (seconds), on the CPU, and quiet."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    with warnings.catch_warnings(), native_stderr_closed():
        warnings.simplefilter("ignore")
        import tensorflow as tf
    return tf


@contextmanager
def native_stderr_closed() -> Iterator[None]:
    """Drops what native code writes to standard error, which no logging level reaches."""
    sys.stderr.flush()
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)
