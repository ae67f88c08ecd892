"""A started server over a fake daemon, and a plain client for it."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from vcam.control.server import ControlServer
from vcam.settings.schema import PageSettings
from vcam.testing import FakeDaemon

WAIT_S = 10.0


@dataclass
class Answer:
    """An answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Client:
    """Sends single requests; `cookie` and `token` go along if they are set."""

    port: int
    token: str | None = None
    cookie: str | None = None
    always: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        sent = {**self.always, **(headers or {})}
        if self.token is not None:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        if self.cookie is not None:
            sent.setdefault("Cookie", f"vcam={self.cookie}")
        if isinstance(body, dict | list):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.ask("POST", path, body, named)


@pytest.fixture
def daemon(tmp_path) -> FakeDaemon:
    folder = tmp_path / "snapshots"
    folder.mkdir()
    return FakeDaemon(folder)


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def server(daemon, runtime) -> Iterator[ControlServer]:
    running = ControlServer(daemon, PageSettings(port=0), runtime)
    running.start()
    assert running.wait_ready(WAIT_S)
    yield running
    running.stop()


@pytest.fixture
def port(server) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.fixture
def program(server, port) -> Client:
    """A client with the token."""
    return Client(port, token=server.token)


@pytest.fixture
def stranger(port) -> Client:
    """A client without anything."""
    return Client(port)


@pytest.fixture
def browser(server, port) -> Client:
    """A client that came in by a link, as browsers do: with the cookie and an origin."""
    code = server.link().partition("=")[2]
    entered = Client(port).get(f"/open?code={code}")
    assert entered.status == 303
    cookie = entered.headers["set-cookie"].partition("=")[2].partition(";")[0]
    return Client(port, cookie=cookie, always={"Origin": server.url})


@pytest.fixture
def raw(port):
    """Opens bare connections and sends them lines."""
    opened = []

    def send(*lines: str, receive_buffer: int | None = None) -> socket.socket:
        connection = socket.socket()
        if receive_buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(WAIT_S)
        connection.connect(("127.0.0.1", port))
        opened.append(connection)
        connection.sendall("\r\n".join(lines).encode())
        return connection

    yield send
    for connection in opened:
        connection.close()


@pytest.fixture
def beat(daemon) -> Iterator[threading.Event]:
    """Keeps pictures coming while the test runs; set it to end them."""
    stop = threading.Event()

    def show() -> None:
        while not stop.wait(0.005):
            daemon.pictures.show()

    thread = threading.Thread(target=show)
    thread.start()
    yield stop
    stop.set()
    thread.join()
