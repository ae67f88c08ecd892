"""A running `vcam` as a user has it: the process, its output, its API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

QUICK = (
    "--set",
    "control.page.port=0",
    "--set",
    "control.tray.enabled=false",
    "--set",
    "outputs.virtual_camera.enabled=false",
    "--set",
    "outputs.pipewire.enabled=false",
)
PATIENCE_S = 90
"""Far beyond what anything takes, for machines that are busy with other things."""

DEMO_SETTINGS = """\
# for the stand-up
triggers:
  gestures:
    thumb_up:
      enter: 0.99  # never by accident
outputs:
  virtual_camera: {enabled: false}
  pipewire: {enabled: false}
control:
  page: {port: 0}
  tray: {enabled: false}
"""


class Daemon:
    """A running `vcam`, and the lines it has written to stderr."""

    def __init__(
        self, arguments: tuple[str, ...], environment: dict[str, str], session: bool = False
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "vcam", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env=environment,
            start_new_session=session,
        )
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._news:
                self.lines.append(line.rstrip())
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def end(self) -> None:
        """Kills it, if it still runs."""
        self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first line that matches, as soon as it is there."""

        def found() -> re.Match[str] | None:
            return next((m for line in self.lines if (m := re.search(pattern, line))), None)

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE_S)
            match = found()
        assert match is not None, f"no line matches {pattern!r}:\n" + "\n".join(self.lines)
        return match


class Api:
    """The daemon's HTTP API, as a program of the same user finds it."""

    def __init__(self, runtime: Path) -> None:
        told = json.loads((runtime / "control.json").read_text())
        self.url, self._token = told["url"], told["token"]

    def ask(self, path: str, body: object = None) -> bytes:
        """The answer to a GET, or with a body to a POST."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as response:
            return response.read()

    def read(self, path: str, body: object = None) -> Any:
        """The answer, where it is JSON."""
        return json.loads(self.ask(path, body))

    def state(self) -> dict[str, Any]:
        return self.read("/api/state")

    def do(self, **command: object) -> dict[str, Any]:
        return self.read("/api/commands", command)

    def started(self) -> list[str]:
        """The gestures that have started, the newest first."""
        return [start["gesture"] for start in self.read("/api/history")["history"]]

    def wait_for(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The state as soon as it is as wanted."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds(state := self.state()):
            assert time.monotonic() < deadline, state
            time.sleep(0.1)
        return state


def until(question: Callable[[], Any]) -> None:
    """Waits until `question()` is true."""
    end = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < end, "it has not come to pass"
        time.sleep(0.1)


@contextmanager
def demo(folder: Path) -> Iterator[tuple[Api, Path]]:
    """A running vcam that sees the demo clip: its API, and its settings file."""
    file, runtime = folder / "config.yaml", folder / "run"
    file.write_text(DEMO_SETTINGS, encoding="utf-8")
    runtime.mkdir(mode=0o700)
    daemon = Daemon(
        ("run", "--source", "demo", "--config", str(file)),
        {**os.environ, "VCAM_RUNTIME_DIR": str(runtime)},
    )
    try:
        until((runtime / "control.json").exists)
        yield Api(runtime), file
        daemon.process.terminate()
        assert daemon.process.wait(PATIENCE_S) == 0
    finally:
        daemon.end()
