"""Plays short sounds through the system's player, in the background."""

from __future__ import annotations

import logging
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

logger = logging.getLogger(__name__)

MOST_AT_A_TIME = 3
"""Sounds that come while so many play are left out: noise is no fun."""

MAX_S = 15.0
"""A player that takes longer is ended."""

_PLAYERS = {
    "linux": (("pw-play",), ("paplay",), ("aplay", "-q")),
    "darwin": (("afplay",),),
    "win32": (
        (
            "powershell",
            "-NoProfile",
            "-NonInteractive",
            "-Command",
            "(New-Object Media.SoundPlayer $env:VCAM_SOUND).PlaySync()",
        ),
    ),
}
_WAV_ONLY = ("aplay", "powershell")

_BY_ENVIRONMENT = ("powershell",)
"""Would take a file's name on its command line for a part of its script."""


class SoundPlayer:
    """Plays sound files. Never blocks and never raises; what cannot be played is told once.

    Args:
        platform: as `sys.platform`.
        find: gives the path of a program, or None.
        start: starts a program, with the sound's file in the environment as `VCAM_SOUND`.
    """

    def __init__(
        self,
        platform: str = sys.platform,
        find: Callable[[str], str | None] = shutil.which,
        start: Callable[[Sequence[str], Path], subprocess.Popen[bytes]] | None = None,
    ) -> None:
        self._platform = platform
        self._find = find
        self._start = start or _start
        self._wanted: queue.SimpleQueue[Path] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._playing: list[tuple[subprocess.Popen[bytes], threading.Timer]] = []
        self._told: set[str] = set()

    def play(self, file: Path) -> None:
        """Plays a WAV or OGG file as soon as may be; from one thread."""
        if self._thread is None:
            # Starting a process takes milliseconds that no picture has.
            self._thread = threading.Thread(target=self._work, name="sound", daemon=True)
            self._thread.start()
        self._wanted.put(file)

    def _work(self) -> None:
        while True:
            self.play_now(self._wanted.get())

    def play_now(self, file: Path) -> bool:
        """Starts to play a file on this thread; False if it cannot be played now."""
        for process, timer in self._playing:
            if process.poll() is not None:
                timer.cancel()
        self._playing = [each for each in self._playing if each[0].poll() is None]
        if len(self._playing) >= MOST_AT_A_TIME:
            return False
        command = self._command(file)
        if command is None:
            return False
        try:
            process = self._start(command, file)
        except OSError as error:
            self._tell(f"The sound player {command[0]} does not start ({error.strerror})")
            return False
        timer = threading.Timer(MAX_S, process.kill)
        timer.daemon = True
        timer.start()
        self._playing.append((process, timer))
        return True

    def _command(self, file: Path) -> list[str] | None:
        players = _PLAYERS.get(self._platform, _PLAYERS["linux"])
        for program, *options in players:
            if program in _WAV_ONLY and file.suffix.lower() != ".wav":
                continue
            path = self._find(program)
            if path is not None:
                names_file = program not in _BY_ENVIRONMENT
                return [path, *options, *([str(file)] if names_file else [])]
        names = ", ".join(player[0] for player in players)
        self._tell(f"No player for {file.suffix.lower()} sounds is installed: one of {names}")
        return None

    def _tell(self, message: str) -> None:
        if message not in self._told:
            self._told.add(message)
            logger.warning("%s", message)


def _start(command: Sequence[str], file: Path) -> subprocess.Popen[bytes]:
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    return subprocess.Popen(
        command,
        env={**os.environ, "VCAM_SOUND": str(file)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=hidden,
    )
