"""The virtual camera on Linux: a v4l2loopback device that is found or made, fed, and watched."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vcam.core import v4l2
from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError, OutputMissing
from vcam.core.frame import Image
from vcam.outputs.loopback import LoopbackDevice, LoopbackFinder, NoLoopbackDevice
from vcam.outputs.loopback_devices import ANY_NUMBER, LoopbackControl
from vcam.outputs.loopback_readers import Watcher, watch_readers
from vcam.outputs.loopback_writer import LoopbackWriter
from vcam.settings.schema import VirtualCameraSettings

UNREAD_EVERY_S = 0.4
"""While nobody reads, a picture now and then is enough: a reader that comes waits for the next one,
and its coming is known before that."""


@dataclass(frozen=True)
class LoopbackMachine:
    """What the Linux machine has; its parts are replaced in tests.

    Attributes:
        finder: finds devices.
        control: makes devices.
        ioctl: asks a device.
        watch: starts to watch a device's readers; None where that is impossible.
        now: seconds.
    """

    finder: LoopbackFinder = field(default_factory=LoopbackFinder)
    control: LoopbackControl = field(default_factory=LoopbackControl)
    ioctl: v4l2.Ioctl = v4l2.system_ioctl
    watch: Callable[[Path], Watcher | None] = watch_readers
    now: Callable[[], float] = time.monotonic


class LoopbackCamera:
    """A device that is fed until `close`; one that was made here is removed then.

    Attributes:
        is_exclusive: it says either output or capture, never both.

    Args:
        settings: which device, and whether to make one.
        video_format: what it is fed with.
        machine: where it is.

    Raises:
        OutputError: there is no device and none can be made, or none can be fed. Nothing is left
            open.
    """

    def __init__(
        self, settings: VirtualCameraSettings, video_format: VideoFormat, machine: LoopbackMachine
    ) -> None:
        self._machine = machine
        self._made: Path | None = None
        self._written_at = float("-inf")
        refusals: list[OutputError] = []
        for device in self._devices(settings):
            try:
                self._writer = LoopbackWriter(device.path, video_format, machine.ioctl)
            except OutputError as error:
                refusals.append(error)
                continue
            self._path = device.path
            break
        else:
            self._remove_made()
            raise refusals[0]
        try:
            self._watcher = machine.watch(device.path)
        except OutputError:
            self._writer.close()
            self._remove_made()
            raise
        self.is_exclusive = device.exclusive

    @property
    def device(self) -> str:
        """The node that is fed."""
        return str(self._path)

    def send(self, image: Image) -> None:
        """Writes a picture; most are left out while nobody reads.

        Raises:
            OutputError: the device does not take it.
        """
        now = self._machine.now()
        if self.audience().streaming is False and now - self._written_at < UNREAD_EVERY_S:
            return
        self._written_at = now
        self._writer.write(image)

    def audience(self) -> Audience:
        """Who reads the device; at once, from any thread."""
        return self._watcher.audience if self._watcher is not None else Audience(streaming=None)

    def close(self) -> None:
        """Stops feeding; a device that was made here goes, unless a program has it open."""
        if self._watcher is not None:
            self._watcher.close()
        self._writer.close()
        self._remove_made()

    def _devices(self, settings: VirtualCameraSettings) -> tuple[LoopbackDevice, ...]:
        try:
            return self._machine.finder.candidates(settings.device, settings.label)
        except NoLoopbackDevice as none:
            number = _number_to_make(settings)
            if number is None or not self._machine.control.is_there:
                raise
            try:
                self._made = self._machine.control.add(settings.label, number)
            except OutputError as error:
                raise OutputMissing(
                    f"{none.message}, and none can be made: {error.message}",
                    f"{none.fix}; {error.fix}",
                ) from None
            return (LoopbackDevice(self._made, settings.label, exclusive=True),)

    def _remove_made(self) -> None:
        if self._made is not None:
            self._machine.control.remove(self._made)
            self._made = None


def _number_to_make(settings: VirtualCameraSettings) -> int | None:
    """The number that a new device gets, None if none is to be made."""
    if not settings.create:
        return None
    if settings.device == "auto":
        return ANY_NUMBER
    path = re.fullmatch(r"/dev/video(\d+)", settings.device)
    return int(path[1]) if path else None
