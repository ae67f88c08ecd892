"""Speaks to the running daemon over its HTTP API, for the command line and for scripts.

The standard library alone, and plain JSON objects in place of `vcam.control.state`'s models: a
command that is bound to a key must be there at once, and pydantic alone would take longer than
all the rest. `tests/control/test_client.py` holds what passes here against those models.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from vcam.control.instance import running_pid, runtime_dir
from vcam.core.errors import VcamError

TIMEOUT_S = 10.0
"""A command takes the daemon some 2 s at most; a camera that blocks may delay it."""

POLL_S = 0.5
"""Between two looks of `Client.watch`."""

MAX_ANSWER_BYTES = 9 << 20
"""Far beyond any answer; a page that sends more is not ours."""

_BYTES = "application/octet-stream"

_LOOPBACK = ("127.0.0.1", "::1")


class NoDaemonError(VcamError):
    """No daemon runs."""

    def __init__(self) -> None:
        super().__init__("vcam is not running", "start it with: vcam run")


class PageOffError(VcamError):
    """A daemon runs, but it cannot be spoken to.

    Attributes:
        pid: its process, or None if it cannot be told.
    """

    def __init__(self, message: str, fix: str, pid: int | None) -> None:
        super().__init__(message, fix)
        self.pid = pid


class CommandRefusedError(VcamError):
    """The daemon does not carry it out; the message tells the cause and the fix."""


class Client:
    """The running daemon, as one user's programs see it. One thread at a time.

    Args:
        url: address of its page, on this machine.
        token: what it knows its user by.
        runtime: folder that both were read from.
        timeout_s: longest wait for an answer.

    Raises:
        VcamError: `url` is not on this machine.
    """

    def __init__(self, url: str, token: str, runtime: Path, timeout_s: float = TIMEOUT_S) -> None:
        self._runtime = runtime
        self._timeout_s = timeout_s
        self._settle(url, token)

    @classmethod
    def connect(cls, runtime: Path | None = None, timeout_s: float = TIMEOUT_S) -> Client:
        """The daemon that runs now; nothing is sent yet.

        Args:
            runtime: folder with the daemon's files; None takes the user's own.
            timeout_s: longest wait for each answer.

        Raises:
            NoDaemonError: none runs.
            PageOffError: one runs, with its page switched off.
            VcamError: the files of the daemon cannot be read.
        """
        folder = runtime or runtime_dir()
        found = _read_address(folder)
        if found is None or not _may_run(found["pid"], folder):
            raise _not_there(folder)
        return cls(found["url"], found["token"], folder, timeout_s)

    def run(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Has a command carried out.

        Args:
            command: wire form of a command of `vcam.control.commands`.

        Returns:
            The wire form of its `Outcome`: `message` and `data`.

        Raises:
            CommandRefusedError: it cannot be carried out, and nothing has changed.
            NoDaemonError: the daemon has ended.
            PageOffError: it does not answer.
        """
        outcome: dict[str, Any] = self._ask("POST", "/api/commands", dict(command))
        return outcome

    def state(self) -> dict[str, Any]:
        """The wire form of the daemon's `State`; raises as `run` does."""
        state: dict[str, Any] = self._ask("GET", "/api/state")
        return state

    def history(self) -> list[dict[str, Any]]:
        """The wire forms of all `Start`s, the newest first; raises as `run` does."""
        starts: list[dict[str, Any]] = self._ask("GET", "/api/history")["history"]
        return starts

    def link(self) -> str:
        """A link that opens the page in a browser, once; raises as `run` does."""
        return str(self._ask("POST", "/api/links", {})["url"])

    def export_poses(self, form: str) -> bytes:
        """The taught poses as a file, `vcam` or `tflite`; raises as `run` does."""
        content: bytes = self._ask("GET", f"/api/poses/export?form={form}")
        return content

    def install_poses(self, content: bytes) -> list[str]:
        """Takes such a file in; returns the names of its poses. Raises as `run` does."""
        names: list[str] = self._ask("POST", "/api/poses", content)["names"]
        return names

    def watch(self, period_s: float = POLL_S) -> Iterator[dict[str, Any]]:
        """The state at once, and again every `period_s` seconds, changed or not.

        Raises:
            NoDaemonError: the daemon has ended.
            PageOffError: it does not answer.
        """
        while True:
            yield self.state()
            time.sleep(period_s)

    def _settle(self, url: str, token: str) -> None:
        address = urlsplit(url)
        if address.hostname not in _LOOPBACK or address.port is None:
            raise VcamError(
                f"{self._runtime / 'control.json'} names {url!r}, which is not this machine",
                "stop vcam and start it again",
            )
        self.url = url.rstrip("/")
        self._host, self._port = address.hostname, address.port
        self._token = token

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        try:
            status, answer = self._send(method, path, body)
            # The page may have been started again, with another port or token. Either answer
            # says that nothing was carried out, so that asking twice does nothing twice.
            if status == 401 and self._renewed():
                status, answer = self._send(method, path, body)
        except ConnectionRefusedError:
            if not self._renewed():
                raise _not_there(self._runtime) from None
            status, answer = self._send_once(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(error) from None
        if status < 400:
            return answer
        told = answer if isinstance(answer, dict) else {}
        message = str(told.get("error") or f"vcam answers with HTTP status {status}")
        raise CommandRefusedError(message, str(told.get("fix") or ""))

    def _send_once(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        try:
            return self._send(method, path, body)
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(error) from None

    def _send(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        headers = {"Authorization": f"Bearer {self._token}"}
        data = None
        if isinstance(body, bytes):
            headers["Content-Type"] = _BYTES
            data = body
        elif body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            raw = response.read(MAX_ANSWER_BYTES)
            if response.getheader("Content-Type") == _BYTES:
                return response.status, raw
        finally:
            connection.close()
        try:
            return response.status, json.loads(raw)
        except ValueError:
            raise http.client.HTTPException("the answer is no JSON") from None

    def _renewed(self) -> bool:
        """Whether the daemon has another address or token by now, which is then taken."""
        found = _read_address(self._runtime)
        if found is None or (found["url"].rstrip("/"), found["token"]) == (self.url, self._token):
            return False
        self._settle(found["url"], found["token"])
        return True

    def _silent(self, error: Exception) -> VcamError:
        pid = running_pid(self._runtime)
        if pid is None and isinstance(error, ConnectionError):
            return NoDaemonError()
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
        return PageOffError(
            f"vcam does not answer at {self.url} ({why})", "look at its log, or: vcam stop", pid
        )


def _read_address(folder: Path) -> dict[str, Any] | None:
    """What `control.json` says; None if it is missing.

    Raises:
        VcamError: it cannot be read.
    """
    path = folder / "control.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return {
            "url": str(found["url"]),
            "token": str(found["token"]),
            "pid": int(found["pid"]),
        }
    except FileNotFoundError:
        return None
    except PermissionError:
        raise VcamError(
            f"{path} is not yours to read", "vcam answers only the user who started it"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VcamError(
            f"{path} cannot be read ({error})", "stop vcam and start it again"
        ) from None


def _may_run(pid: int, folder: Path) -> bool:
    """Whether `pid` may be our daemon: a file that a crash left over must not be trusted.

    Another program could have taken the port since, and would be sent the token.
    """
    if sys.platform == "win32":
        # There, os.kill ends the process, whatever the signal.
        return running_pid(folder) is not None
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def _not_there(folder: Path) -> VcamError:
    pid = running_pid(folder)
    if pid is None:
        return NoDaemonError()
    return PageOffError(
        f"vcam runs (pid {pid}), but its page, which takes the commands, is off or not up yet",
        "see that control.page.enabled is true in its settings",
        pid,
    )
