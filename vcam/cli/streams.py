"""Standard streams as they come: closed, not UTF-8, or no terminal."""

from __future__ import annotations

import io
import os
import sys


def prepare_streams() -> None:
    """Makes printing safe, whatever the process was started with.

    A standard descriptor that is closed would be given to the next file that is opened, and what
    native code prints would end up in that file. And a terminal that lacks a character shows its
    code instead of ending the program.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free number is taken, which is this one.
            os.open(os.devnull, os.O_RDWR)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def progress_is_seen() -> bool:
    """Whether a person watches standard error."""
    return sys.stderr is not None and sys.stderr.isatty()
