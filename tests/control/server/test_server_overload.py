"""What others may try to keep vcam busy: too much, too slowly, too often."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest

from vcam.control.server import ControlServer, bodies, connections, serving, stream
from vcam.settings.schema import PageSettings

WAIT_S = 10.0

COMMAND = {"do": "pause"}


def read_to_the_end(connection: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := connection.recv(1 << 16):
            received += chunk
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    ("path", "kind", "limit"),
    [
        ("/api/commands", "application/json", bodies.MAX_JSON_BYTES),
        ("/api/try", "image/png", bodies.MAX_PICTURE_BYTES),
    ],
)
def test_bodies_are_bounded_with_and_without_a_length(program, path, kind, limit, daemon):
    chunk = b" " * (1 << 16)
    announced = program.post(path, b" " * (limit + 1), Content_Type=kind)
    chunked = program.post(path, iter([chunk] * (limit // len(chunk) + 1)), Content_Type=kind)
    just = program.post(path, b" " * limit, Content_Type=kind)
    assert (announced.status, chunked.status, just.status) == (413, 413, 422)
    assert daemon.commands == []


def test_body_of_a_stranger_is_not_kept(stranger):
    answer = stranger.post("/api/try", b" " * (4 << 20), Content_Type="image/png")
    assert answer.status == 401


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "9" * 5000, "5, 6"])
def test_odd_lengths_are_refused(raw, port, program, length):
    answer = raw(
        "POST /api/commands HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {program.token}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "Connection: close",
        "",
        "{}",
    )
    assert read_to_the_end(answer).split()[1] in (b"400", b"413")


def test_length_and_chunks_at_once_smuggle_nothing(raw, port, program, daemon):
    smuggled = json.dumps(COMMAND)
    answer = raw(
        "POST /api/links HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {program.token}",
        "Content-Length: 4",
        "Transfer-Encoding: chunked",
        "",
        "0",
        "",
        "POST /api/commands HTTP/1.1",
        f"Host: evil.example\r\nContent-Length: {len(smuggled)}",
        "",
        smuggled,
    )
    answer.shutdown(socket.SHUT_WR)
    read_to_the_end(answer)
    assert daemon.commands == []


def test_long_heads_are_refused(raw, port):
    endless = "X-Long: " + "x" * (serving.MAX_HEAD_BYTES + 1024)
    answer = raw("GET / HTTP/1.1", f"Host: 127.0.0.1:{port}", endless)
    assert read_to_the_end(answer)[:12] in (b"HTTP/1.1 400", b"")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("GET / HT",),
        ("GET / HTTP/1.1", "Host: 127.0.0.1:{port}", "X-Slow: "),
        (
            "POST /api/commands HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Authorization: Bearer {token}",
            "Content-Type: application/json",
            "Content-Length: 100",
            "",
            "{{",
        ),
        (
            "POST /api/commands HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Content-Length: 100",
            "",
            "{{",
        ),
        (
            "GET /api/meters HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Authorization: Bearer {token}",
            "",
            "POST /api/links HTTP/1.1",
            "Host: 127.0.0.1:{port}",
            "Authorization: Bearer {token}",
            "Content-Length: 100",
            "",
            "{{",
        ),
    ],
    ids=["silent", "line", "head", "body", "stranger's body", "pipelined body"],
)
def test_slow_requests_are_hung_up_on(monkeypatch, server, daemon, runtime, lines, program, port):
    server.stop()
    monkeypatch.setattr(connections, "REQUEST_S", 0.3)
    later = ControlServer(daemon, PageSettings(port=0), runtime)
    later.start()
    try:
        port = int(later.url.rpartition(":")[2])
        text = "\r\n".join(lines).format(port=port, token=later.token)
        with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as slow:
            assert later.wait_ready(WAIT_S)
            slow.sendall(text.encode())
            stop = threading.Event()

            def drip() -> None:
                while not stop.wait(0.02):
                    try:
                        slow.sendall(b" " if lines else b"")
                    except OSError:
                        return

            dripping = threading.Thread(target=drip)
            dripping.start()
            read_to_the_end(slow)  # Comes back because the other end hung up.
            stop.set()
            dripping.join()
    finally:
        later.stop()
    assert daemon.commands == []


def test_number_of_connections_is_bounded(raw, port):
    held = [raw() for _ in range(connections.MAX_CONNECTIONS)]
    assert read_to_the_end(raw()) == b""
    for connection in held:
        connection.close()


def test_stalled_preview_readers_cost_the_others_nothing(
    monkeypatch, raw, port, server, program, daemon
):
    monkeypatch.setattr(connections, "STALL_S", 2.0)
    stop, read_enough, beats, received = threading.Event(), threading.Event(), [], []
    picture = b"\xff\xd8" + b"x" * 150_000

    def show() -> None:
        while not stop.wait(0.01):
            beats.append(daemon.pictures._jpegs.put(picture))

    def read() -> None:
        while not read_enough.is_set() and (chunk := healthy.recv(1 << 18)):
            received.append(len(chunk))

    request = (
        "GET /api/preview.mjpeg HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {program.token}",
        "",
        "",
    )
    showing, reading = threading.Thread(target=show), threading.Thread(target=read)
    showing.start()
    try:
        stalled = [raw(*request, receive_buffer=2048) for _ in range(20)]
        healthy = raw(*request)
        for connection in (*stalled, healthy):
            assert connection.recv(12) == b"HTTP/1.1 200"
        reading.start()
        _wait_until(lambda: len(beats) > 50)
        assert daemon.pictures.watchers == 1  # The server watches once for all of them.
        assert program.get("/api/state").status == 200
        _wait_until(lambda: len(held_by(server)) == 1)  # Only the healthy one is left.
        before, beat = len(received), len(beats)
        _wait_until(lambda: len(beats) > beat + 20)
        _wait_until(lambda: len(received) > before + 20)
        read_enough.set()
        reading.join()
    finally:
        stop.set()
        showing.join()


def held_by(server) -> set:
    return server._running[1].server_state.connections


def _wait_until(true) -> None:
    end = time.monotonic() + 3 * WAIT_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_slow_reader_gets_new_pictures_not_all(monkeypatch, raw, port, program, daemon):
    monkeypatch.setattr(connections, "STALL_S", 60)
    reader = raw(
        "GET /api/preview.mjpeg HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {program.token}",
        "",
        "",
        receive_buffer=4096,
    )
    assert reader.recv(12) == b"HTTP/1.1 200"
    _wait_until(lambda: daemon.pictures.watchers)
    for _ in range(200):
        daemon.pictures._jpegs.put(b"x" * 100_000)
        time.sleep(0.001)
    daemon.pictures._jpegs.put(b"the last")
    received = b""
    while b"the last" not in received:
        chunk = reader.recv(1 << 20)
        assert chunk
        received += chunk
    assert len(received) < 10_000_000


def test_readers_of_the_preview_are_bounded(raw, port, program, daemon, monkeypatch):
    monkeypatch.setattr(stream, "MAX_READERS", 3)
    request = (
        "GET /api/preview.mjpeg HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {program.token}",
        "",
        "",
    )
    readers = [raw(*request) for _ in range(3)]
    for reader in readers:
        assert reader.recv(12) == b"HTTP/1.1 200"
    assert program.get("/api/preview.mjpeg").status == 503
    for reader in readers:
        reader.close()
    _wait_until(lambda: daemon.pictures.watchers == 0)
    assert raw(*request).recv(12) == b"HTTP/1.1 200"
