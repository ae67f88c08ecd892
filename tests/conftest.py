"""Fixtures and settings that all tests share."""

from __future__ import annotations

import signal

from hypothesis import settings

# A slow or busy machine is no reason for a property to fail.
settings.register_profile("vcam", deadline=None)
settings.load_profile("vcam")

# In the background of a script signals are ignored, and so they would be by every program that is
# started here; vcam heeds that. A handler of our own is not handed on.
for _number in (signal.SIGINT, getattr(signal, "SIGHUP", signal.SIGINT)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler)
