"""Who reads a v4l2loopback device, known at once and without polling."""

from __future__ import annotations

import errno
import logging
import os
import select
import struct
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from vcam.core import v4l2
from vcam.core.contracts import Audience, Reader
from vcam.core.errors import OutputError
from vcam.core.holders import PROC, holders_of
from vcam.outputs.loopback_opens import OpenWatch

logger = logging.getLogger(__name__)

CLIENT_USAGE = 0x0800_0000 + 0x08E0_0000 + 1
"""v4l2loopback's private event: how many programs stream from the device (0.13 and later)."""

SEND_INITIAL = 1
SUBSCRIPTION = struct.Struct("8I")
EVENT_SIZE = 136
EVENT_DATA = 8

SUBSCRIBE_EVENT = v4l2.request_number(v4l2.WRITE, 90, SUBSCRIPTION.size)
DQEVENT = v4l2.request_number(v4l2.READ, 89, EVENT_SIZE)

NAMES_EVERY_S = 10.0
"""While somebody reads: a program that joins or leaves beside another gives no event."""

PROBING_S = 0.4
"""A program that has closed the device by then only asked what it can do."""

CLOSE_WITHIN_S = 1.0


class Watcher(Protocol):
    """Tells who reads until `close`."""

    @property
    def audience(self) -> Audience:
        """Who reads now; from any thread, at once."""
        ...

    def close(self) -> None:
        """Ends the watching thread; the device may be removed afterwards."""
        ...


class _Watcher(ABC):
    """A thread that sleeps until its descriptor has news."""

    def __init__(self, name: str) -> None:
        self.audience = Audience(streaming=False)
        self._woken, self._wake = os.pipe()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def close(self) -> None:
        """Ends the thread, and closes what it has waited for."""
        os.write(self._wake, b"x")
        self._thread.join(CLOSE_WITHIN_S)
        if self._thread.is_alive():
            # What it still uses must not become another file's number.
            logger.warning("%s: the thread does not end", self._thread.name)
            return
        os.close(self._wake)
        os.close(self._woken)
        self._let_go()

    @abstractmethod
    def _let_go(self) -> None: ...

    def _run(self) -> None:
        try:
            self._watch()
        except Exception:
            # Nobody may be left in front of a card that says that nobody watches.
            logger.exception("Watching the readers failed; they are taken to be there")
            self.audience = Audience(streaming=None)

    @abstractmethod
    def _watch(self) -> None: ...

    def _poll(self, descriptor: int, kind: int) -> Callable[[float | None], list[int]]:
        """A wait for `descriptor` that `close` ends: (seconds) -> the descriptors with news."""
        poll = select.poll()
        poll.register(descriptor, kind)
        poll.register(self._woken, select.POLLIN)

        def wait(timeout_s: float | None) -> list[int]:
            return [fd for fd, _ in poll.poll(None if timeout_s is None else timeout_s * 1000)]

        return wait


class EventWatcher(_Watcher):
    """By v4l2loopback's client-usage event, on a descriptor of its own.

    That descriptor counts neither as producer nor as reader.

    Args:
        device: the node that is fed.
        ioctl: asks a device; replaced in tests.
        opens: opens the node; replaced in tests.
        proc: where Linux lists processes.

    Raises:
        OSError: the driver has no such event (EINVAL, ENOTTY), or the node cannot be opened.
    """

    def __init__(
        self,
        device: Path,
        ioctl: v4l2.Ioctl = v4l2.system_ioctl,
        opens: Callable[[Path, int], int] = os.open,
        proc: Path = PROC,
    ) -> None:
        self._device, self._ioctl, self._proc = device, ioctl, proc
        self._descriptor = opens(device, os.O_RDWR | os.O_NONBLOCK)
        try:
            subscription = SUBSCRIPTION.pack(CLIENT_USAGE, 0, SEND_INITIAL, 0, 0, 0, 0, 0)
            ioctl(self._descriptor, SUBSCRIBE_EVENT, bytearray(subscription))
        except OSError:
            os.close(self._descriptor)
            raise
        super().__init__(f"readers of {device}")
        self._thread.start()

    def _let_go(self) -> None:
        os.close(self._descriptor)

    def _watch(self) -> None:
        wait = self._poll(self._descriptor, select.POLLPRI)
        count = 0
        while True:
            ready = wait(NAMES_EVERY_S if count else None)
            if self._woken in ready:
                return
            if self._descriptor in ready:
                event = bytearray(EVENT_SIZE)
                self._ioctl(self._descriptor, DQEVENT, event)
                (count,) = struct.unpack_from("I", event, EVENT_DATA)
            if count and not self.audience.streaming:
                # The picture is wanted now; the names take a walk through all processes.
                self.audience = Audience(streaming=True)
            readers = _readers(self._device, self._proc) if count else ()
            self.audience = Audience(count > 0, readers)


class OpenWatcher(_Watcher):
    """By who has the device open, for drivers without the event.

    inotify wakes it; a program that still has the device open after `PROBING_S` counts as a
    reader. When programs of other users have it open, which cannot be seen, it is not known
    whether they read.

    Args:
        device: the node that is fed.
        proc: where Linux lists processes.
        probing_s: how long asking takes at most.
        watch: starts inotify; replaced in tests.

    Raises:
        OSError: there is no inotify.
    """

    def __init__(
        self,
        device: Path,
        proc: Path = PROC,
        probing_s: float = PROBING_S,
        watch: Callable[[Path], OpenWatch] = OpenWatch,
    ) -> None:
        self._device, self._proc, self._probing_s = device, proc, probing_s
        self._opens = watch(device)
        super().__init__(f"opens of {device}")
        self._thread.start()

    def _let_go(self) -> None:
        self._opens.close()

    def _watch(self) -> None:
        wait = self._poll(self._opens.descriptor, select.POLLIN)
        others = 0
        # Who was there before counts as well.
        look_in_s: float | None = 0.0
        while True:
            ready = wait(look_in_s)
            if self._woken in ready:
                return
            if self._opens.descriptor in ready:
                others = max(0, others + self._opens.read())
                # Each opening gets its time; when the last one goes, that is news at once.
                look_in_s = self._probing_s if others else 0.0
                continue
            readers = _readers(self._device, self._proc)
            unseen = bool(others) and not readers
            self.audience = Audience(None if unseen else bool(readers), readers)
            look_in_s = NAMES_EVERY_S if readers or unseen else None


def watch_readers(
    device: Path,
    ioctl: v4l2.Ioctl = v4l2.system_ioctl,
    proc: Path = PROC,
) -> Watcher | None:
    """The best watcher that this driver allows, None where there is none.

    Raises:
        OutputError: the device is gone.
    """
    try:
        return EventWatcher(device, ioctl, proc=proc)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
            raise OutputError(f"the virtual camera {device} was removed") from None
        logger.debug("%s sends no client-usage events: %s", device, error)
    try:
        return OpenWatcher(device, proc)
    except OSError as error:
        logger.warning("who reads %s cannot be told (%s), so the camera stays on", device, error)
        return None


def _readers(device: Path, proc: Path) -> tuple[Reader, ...]:
    return tuple(Reader(holder.program, holder.pid) for holder in holders_of(device, proc))
