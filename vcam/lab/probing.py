"""How the doctor asks the system: commands and the session bus, each within a second."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

logger = logging.getLogger(__name__)

ANSWER_WITHIN_S = 0.9
"""A check must not take longer than a second."""

Command = Callable[[Sequence[str]], str | None]
"""Runs a command: what it prints, None if it is missing, fails or does not answer in time."""

BusNames = Callable[[], frozenset[str] | None]
"""The names on the session bus, None without one."""


def run_command(arguments: Sequence[str]) -> str | None:
    """What a command prints, None if it is missing, fails or does not answer in time."""
    try:
        done = subprocess.run(
            list(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=ANSWER_WITHIN_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.debug("%s: %s", arguments[0], error)
        return None
    return done.stdout


def bus_names() -> frozenset[str] | None:
    """The services on the session bus that run or would be started when they are asked.

    None where there is no session bus, or it does not answer in time.
    """
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    try:
        return asyncio.run(asyncio.wait_for(_names(), ANSWER_WITHIN_S))
    except Exception as error:
        # dbus-fast raises many kinds; the doctor only says that there is no bus to be had.
        logger.debug("the session bus cannot be asked: %r", error)
        return None


async def _names() -> frozenset[str]:
    from dbus_fast import Message
    from dbus_fast.aio import MessageBus

    bus = await MessageBus().connect()
    try:
        found: set[str] = set()
        for member in ("ListNames", "ListActivatableNames"):
            message = Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member=member,
            )
            reply: Any = await bus.call(message)
            found.update(reply.body[0])
        return frozenset(found)
    finally:
        bus.disconnect()
