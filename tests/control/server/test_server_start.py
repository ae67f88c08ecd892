from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import socket
import stat
import subprocess
import sys
import threading

import pytest

from vcam.control.server import ControlServer
from vcam.control.server import listening as ports
from vcam.core.errors import OutputError
from vcam.settings.schema import PageSettings
from vcam.testing import FakeDaemon

WAIT_S = 10.0


def test_control_file_lets_its_user_in_and_nobody_else(server, runtime, program):
    path = runtime / "control.json"
    told = json.loads(path.read_text())
    assert told == {"url": server.url, "token": program.token, "pid": os.getpid()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(runtime) == ["control.json"]
    assert program.get("/api/state").status == 200


def test_control_file_goes_with_the_server(server, runtime):
    server.stop()
    assert os.listdir(runtime) == []


def test_control_file_of_a_successor_stays(server, runtime):
    (runtime / "control.json").write_text("{}")
    server.stop()
    assert (runtime / "control.json").read_text() == "{}"


def test_left_over_control_file_is_replaced_and_its_token_is_worth_nothing(
    daemon, runtime, server, stranger
):
    old = json.loads((runtime / "control.json").read_text())["token"]
    following = ControlServer(daemon, PageSettings(port=0), runtime)
    following.start()
    try:
        told = json.loads((runtime / "control.json").read_text())
        assert told["token"] != old
        stranger.port = int(told["url"].rpartition(":")[2])
        assert stranger.get("/api/state", Authorization=f"Bearer {old}").status == 401
    finally:
        following.stop()


def test_missing_runtime_folder_is_made_for_the_user_alone(daemon, tmp_path):
    folder = tmp_path / "new"
    starting = ControlServer(daemon, PageSettings(port=0), folder)
    starting.start()
    starting.stop()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_runtime_folder_that_others_can_write_to_is_refused(daemon, runtime, mode):
    runtime.chmod(mode)
    starting = ControlServer(daemon, PageSettings(port=0), runtime)
    with pytest.raises(OutputError, match="chmod 700"):
        starting.start()
    assert os.listdir(runtime) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_runtime_folder_that_others_can_replace_is_refused(daemon, tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    starting = ControlServer(daemon, PageSettings(port=0), tmp_path / "open" / "runtime")
    with pytest.raises(OutputError, match="VCAM_RUNTIME_DIR"):
        starting.start()


def test_planted_link_is_not_written_through(daemon, runtime, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (runtime / f".control.json.{os.getpid()}").symlink_to(victim)
    (runtime / "control.json").symlink_to(victim)
    starting = ControlServer(daemon, PageSettings(port=0), runtime)
    starting.start()
    starting.stop()
    assert victim.read_text() == "precious"


def test_taken_port_makes_room_for_the_next(server, port, daemon, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    second = ControlServer(daemon, PageSettings(port=port), tmp_path / "second")
    second.start()
    try:
        assert port < int(second.url.rpartition(":")[2]) < port + ports.PORTS_TRIED
        assert f"port {port} is taken" in caplog.text
    finally:
        second.stop()


def test_ten_taken_ports_are_told_with_the_fix(daemon, runtime, monkeypatch):
    def taken(host: str, port: int) -> socket.socket:
        raise OSError(ports.errno.EADDRINUSE, "Address already in use")

    monkeypatch.setattr(ports, "_bound", taken)
    starting = ControlServer(daemon, PageSettings(port=9000), runtime)
    with pytest.raises(OutputError, match=r"9000 to 9009.*control\.page\.port"):
        starting.start()
    assert os.listdir(runtime) == []


def test_address_that_this_machine_lacks_is_told_with_the_fix(daemon, runtime, monkeypatch):
    def missing(host: str, port: int) -> socket.socket:
        raise OSError(ports.errno.EADDRNOTAVAIL, "Cannot assign requested address")

    monkeypatch.setattr(ports, "_bound", missing)
    starting = ControlServer(daemon, PageSettings(host="::1"), runtime)
    with pytest.raises(OutputError, match=r"control\.page\.host"):
        starting.start()


def test_sixth_generation_address_serves(daemon, runtime):
    if not socket.has_ipv6:
        pytest.skip("Python has no IPv6 here")
    starting = ControlServer(daemon, PageSettings(host="::1", port=0), runtime)
    try:
        starting.start()
    except OutputError as error:
        pytest.skip(f"no IPv6 here: {error}")
    try:
        assert starting.url.startswith("http://[::1]:")
        port = int(starting.url.rpartition(":")[2])
        with socket.create_connection(("::1", port), timeout=WAIT_S) as client:
            client.sendall(f"GET / HTTP/1.1\r\nHost: [::1]:{port}\r\n\r\n".encode())
            assert client.recv(100).startswith(b"HTTP/1.1 401")
    finally:
        starting.stop()


def test_stop_ends_streams_frees_the_port_and_may_be_repeated(server, port, program, daemon, beat):
    streaming = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    head = f"GET /api/preview.mjpeg HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    streaming.sendall(f"{head}Authorization: Bearer {program.token}\r\n\r\n".encode())
    assert streaming.recv(10)
    server.stop()
    while streaming.recv(1 << 16):
        continue
    streaming.close()
    server.stop()
    assert daemon.pictures.watchers == 0
    with socket.create_server(("127.0.0.1", port)):
        pass
    assert "page server" not in {thread.name for thread in threading.enumerate()}


def test_server_that_is_stopped_while_it_loads_ends(daemon, runtime):
    for _ in range(3):
        starting = ControlServer(daemon, PageSettings(port=0), runtime)
        starting.start()
        starting.stop()
        assert os.listdir(runtime) == []


def test_command_that_hangs_does_not_keep_the_server(server, program, daemon):
    release, entered = threading.Event(), threading.Event()

    def hang(command):
        entered.set()
        release.wait(WAIT_S)

    daemon.run = hang

    def ask() -> None:
        try:
            program.post("/api/commands", {"do": "reload"})
        except OSError:
            return

    asking = threading.Thread(target=ask)
    asking.start()
    assert entered.wait(WAIT_S)
    server.stop()
    alive = "page server" in {thread.name for thread in threading.enumerate()}
    release.set()
    asking.join()
    assert not alive


def test_importing_the_server_loads_no_web_framework():
    code = (
        "import sys, vcam.control.server; "
        "print([name for name in ('fastapi', 'uvicorn', 'starlette') if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == "[]"


class Heard(logging.Handler):
    """On the root logger, where ours go; caplog hears loggers that pass nothing on, too."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


def test_what_uvicorn_says_is_for_debugging_alone(server, port, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    heard = Heard()
    monkeypatch.setattr(logging.getLogger(), "handlers", [heard])
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as client:
        client.sendall(b"nonsense\r\n\r\n")
        answer = client.makefile("rb").read()
    server.stop()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"error":"This is no valid HTTP request"' in answer
    assert "Invalid HTTP request received." in {line.getMessage() for line in heard.records}
    assert {record.levelno for record in heard.records} == {logging.DEBUG}
    assert all(record.name.startswith("vcam.") for record in heard.records)


def test_server_that_cannot_load_leaves_nothing_that_keeps_clients_waiting(
    daemon, runtime, monkeypatch, caplog
):
    monkeypatch.setitem(sys.modules, "vcam.control.server.application", None)
    starting = ControlServer(daemon, PageSettings(port=0), runtime)
    starting.start()
    port = int(starting.url.rpartition(":")[2])
    starting._thread.join(WAIT_S)
    try:
        assert os.listdir(runtime) == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
        assert "the page's server has ended" in caplog.text
    finally:
        starting.stop()


def test_who_comes_while_it_ends_is_hung_up_on(tmp_path):
    """No socket is left to be found by the garbage collector, whose warning fails this test."""
    came: list[socket.socket] = []

    def come(port: int) -> None:
        with contextlib.suppress(OSError):
            for _ in range(30):
                came.append(socket.create_connection(("127.0.0.1", port), 1))

    for number in range(2):
        server = ControlServer(FakeDaemon(), PageSettings(port=0), tmp_path / f"{number}")
        server.start()
        assert server.wait_ready(20)
        port = int(server.url.rpartition(":")[2])
        threads = [threading.Thread(target=come, args=(port,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        server.stop()
        for thread in threads:
            thread.join()
        for connection in came:
            connection.close()
        came.clear()
        gc.collect()
