from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import numpy as np
import pytest
import simplejpeg

import vcam.outputs.jpeg_feed as feed_module
from vcam.core.contracts import VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.preview import PreviewOutput
from vcam.settings.schema import PreviewSettings
from vcam.testing import plain_image

FORMAT = VideoFormat(64, 48, 30)


@contextmanager
def served(settings: PreviewSettings | None = None) -> Iterator[PreviewOutput]:
    output = PreviewOutput(settings or PreviewSettings(port=0))
    output.open(FORMAT)
    try:
        yield output
    finally:
        output.close()


@contextmanager
def fed(output: PreviewOutput, value: int = 90) -> Iterator[None]:
    """Sends frames, as the output thread would."""
    stop = threading.Event()

    def send() -> None:
        index = 0
        while not stop.wait(0.01):
            output.send(Frame(plain_image(value=value), time.monotonic(), index))
            index += 1

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def port_of(output: PreviewOutput) -> int:
    assert output.address is not None
    return int(output.address.rstrip("/").rpartition(":")[2])


def get(
    output: PreviewOutput, path: str, method: str = "GET", **headers: str
) -> tuple[http.client.HTTPResponse, bytes]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port_of(output), timeout=5)
    with closing(connection):
        connection.request(method, path, headers=sent)
        answer = connection.getresponse()
        return answer, answer.read()


@contextmanager
def watching(output: PreviewOutput) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port_of(output)), timeout=5) as connection:
        request = f"GET /stream.mjpg HTTP/1.1\r\nHost: localhost:{port_of(output)}\r\n\r\n"
        connection.sendall(request.encode())
        yield connection


def read_pictures(connection: socket.socket, count: int) -> list[np.ndarray]:
    data = b""
    pictures: list[np.ndarray] = []
    while len(pictures) < count:
        received = connection.recv(65536)
        assert received, "the stream ended"
        data += received
        while part := re.search(rb"Content-Length: (\d+)\r\n\r\n", data):
            end = part.end() + int(part[1])
            if len(data) < end + len(b"\r\n--frame\r\n"):
                break
            pictures.append(simplejpeg.decode_jpeg(data[part.end() : end], "BGR"))
            assert data[end:].startswith(b"\r\n--frame\r\n")
            data = data[end:]
    return pictures


def wait_until(condition, timeout_s: float = 5.0) -> bool:
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.005)
    return True


def test_page_is_served_with_a_strict_policy():
    with served() as output:
        answer, body = get(output, "/")
        assert answer.status == 200
        policy = answer.headers["Content-Security-Policy"]
        (nonce,) = set(re.findall(r"'nonce-([^']+)'", policy))
        assert body.decode().count(f'nonce="{nonce}"') == 2
        assert "{{" not in body.decode()
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        other, _ = get(output, "/")
        assert nonce not in other.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/status.json", "/nothing", "/frame.jpg"])
def test_every_answer_is_closed_to_other_sites(path):
    with served() as output, fed(output):
        answer, _ = get(output, path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Access-Control-Allow-Origin"] is None
        assert answer.headers["Cache-Control"] == "no-store"


def test_picture_is_the_frame():
    with served() as output, fed(output, value=140):
        answer, body = get(output, "/frame.jpg")
        assert answer.headers["Content-Type"] == "image/jpeg"
        picture = simplejpeg.decode_jpeg(body, "BGR")
        assert picture.shape == (48, 64, 3)
        assert abs(int(picture.mean()) - 140) <= 2


def test_stream_gives_pictures():
    with served() as output, fed(output, value=40), watching(output) as connection:
        pictures = read_pictures(connection, 3)
        assert all(abs(int(picture.mean()) - 40) <= 2 for picture in pictures)


def test_wide_pictures_are_scaled_down():
    output = PreviewOutput(PreviewSettings(port=0))
    output.open(VideoFormat(2560, 1440, 30))
    try:
        with watching(output) as connection:
            assert wait_until(lambda: output.watchers == 1)
            output.send(Frame(plain_image(2560, 1440), 0.0, 0))
            assert read_pictures(connection, 1)[0].shape == (720, 1280, 3)
    finally:
        output.close()


def test_nothing_is_encoded_while_nobody_watches_and_once_for_all(monkeypatch):
    encoded = []
    encode = simplejpeg.encode_jpeg

    def counted(*args, **named):
        encoded.append(1)
        return encode(*args, **named)

    monkeypatch.setattr(feed_module.simplejpeg, "encode_jpeg", counted)
    with served() as output:
        for index in range(50):
            output.send(Frame(plain_image(), 0.0, index))
        assert not encoded
        with watching(output) as one, watching(output) as two:
            assert wait_until(lambda: output.watchers == 2)
            output.send(Frame(plain_image(), 0.0, 51))
            read_pictures(one, 1)
            read_pictures(two, 1)
            assert len(encoded) == 1


def test_rate_is_limited():
    class Clock:
        at = 0.0

        def now(self) -> float:
            return self.at

        def wait(self, interrupt: threading.Event, timeout_s: float) -> bool:
            raise AssertionError

    clock = Clock()
    feed = feed_module.JpegFeed(clock, max_fps=15)
    taken = []
    with feed.watch():
        feed._images.put = taken.append  # type: ignore[method-assign]
        for index in range(60):
            clock.at = index / 60
            feed.offer(Frame(plain_image(), 0.0, index))
    del feed._images.put
    feed.close()
    assert len(taken) == 15


def test_sent_image_may_change_after_send():
    with served() as output, watching(output) as connection:
        assert wait_until(lambda: output.watchers == 1)
        image = plain_image(value=200)
        output.send(Frame(image, 0.0, 0))
        image[:] = 0
        assert abs(int(read_pictures(connection, 1)[0].mean()) - 200) <= 2


def test_no_fresh_picture_is_said(monkeypatch):
    monkeypatch.setattr("vcam.outputs.preview_server.PICTURE_TIMEOUT_S", 0.05)
    with served() as output:
        with fed(output):
            assert get(output, "/frame.jpg")[0].status == 200
        assert get(output, "/frame.jpg")[0].status == 503


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "", "127.0.0.1.evil.example"])
def test_foreign_host_is_refused(host):
    with served() as output:
        for path in ("/", "/frame.jpg", "/stream.mjpg", "/status.json"):
            assert get(output, path, Host=host)[0].status == 403


def test_missing_and_double_host_are_refused():
    with served() as output:
        port = port_of(output)
        for lines in ("", f"Host: localhost:{port}\r\nHost: evil.example\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(f"GET / HTTP/1.1\r\n{lines}\r\n".encode())
                assert b" 403 " in connection.recv(200)


def test_own_names_are_served():
    with served() as output:
        for name in ("localhost", "LOCALHOST", "127.0.0.1", "[::1]"):
            assert get(output, "/status.json", Host=f"{name}:{port_of(output)}")[0].status == 200


@pytest.mark.parametrize("path", ["/frame.jpg", "/stream.mjpg", "/status.json"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_may_not_embed(path, site):
    with served() as output:
        answer, _ = get(output, path, Sec_Fetch_Site=site, Sec_Fetch_Dest="image")
        assert answer.status == 403


def test_link_to_the_page_works_but_not_its_embedding():
    with served() as output:
        link, _ = get(output, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="document")
        assert link.status == 200
        framed, _ = get(output, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Dest="iframe")
        assert framed.status == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(method):
    with served() as output:
        assert get(output, "/", method=method)[0].status == 501


def test_unknown_path():
    with served() as output:
        assert get(output, "/../preview.html")[0].status == 404


def test_head():
    with served() as output:
        for path in ("/", "/stream.mjpg", "/status.json"):
            answer, body = get(output, path, method="HEAD")
            assert answer.status == 200
            assert body == b""


def test_status_tells_size_and_rate():
    with served() as output:
        assert json.loads(get(output, "/status.json")[1])["live"] is False
        with fed(output):
            assert wait_until(lambda: json.loads(get(output, "/status.json")[1])["live"])
            told = json.loads(get(output, "/status.json")[1])
        assert (told["width"], told["height"]) == (64, 48)
        assert told["fps"] > 0


def test_too_many_watchers_are_refused_and_let_in_later():
    with served() as output, fed(output):
        streams = [watching(output) for _ in range(feed_module.MAX_WATCHERS)]
        connections = [stream.__enter__() for stream in streams]
        assert wait_until(lambda: output.watchers == feed_module.MAX_WATCHERS)
        assert get(output, "/frame.jpg")[0].status == 503
        for stream in streams:
            stream.__exit__(None, None, None)
        assert all(connection.fileno() == -1 for connection in connections)
        assert wait_until(lambda: output.watchers == 0)
        assert get(output, "/frame.jpg")[0].status == 200


def test_too_many_connections_are_hung_up_on(monkeypatch):
    monkeypatch.setattr("vcam.outputs.preview_server.MAX_CONNECTIONS", 2)
    with served() as output, fed(output), watching(output), watching(output):
        assert wait_until(lambda: output.watchers == 2)
        with (
            socket.create_connection(("127.0.0.1", port_of(output)), timeout=5) as third,
            suppress(ConnectionError),
        ):
            third.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert third.recv(10) == b""


def test_closing_ends_streams_and_frees_the_port_at_once():
    output = PreviewOutput(PreviewSettings(port=0))
    output.open(FORMAT)
    port = port_of(output)
    with watching(output) as connection:
        assert wait_until(lambda: output.watchers == 1)
        started_at = time.monotonic()
        output.close()
        assert time.monotonic() - started_at < 4
        connection.settimeout(1)
        with suppress(ConnectionError):
            while connection.recv(65536):
                pass
    assert output.address is None
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1)
    output = PreviewOutput(PreviewSettings(port=port))
    output.open(FORMAT)
    assert port_of(output) == port
    output.close()


def test_closing_is_not_held_up_by_a_watcher_that_takes_nothing():
    output = PreviewOutput(PreviewSettings(port=0))
    output.open(VideoFormat(1280, 720, 30))
    noise = np.random.default_rng(0).integers(0, 255, (720, 1280, 3), np.uint8)
    with watching(output) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        assert wait_until(lambda: output.watchers == 1)
        for index in range(12):
            output.send(Frame(noise, 0.0, index))
            time.sleep(0.07)
        started_at = time.monotonic()
        output.close()
        assert time.monotonic() - started_at < 4


def test_taken_port_is_replaced_by_a_following_one(caplog):
    with served() as first:
        taken = port_of(first)
        with served(PreviewSettings(port=taken)) as second:
            assert taken < port_of(second) < taken + 10
            assert get(second, "/status.json")[0].status == 200
            assert str(second.address) in caplog.text
    assert f"port {taken} is taken" in caplog.text


def test_no_free_port_is_an_error(monkeypatch):
    monkeypatch.setattr("vcam.outputs.preview.PORTS_TRIED", 1)
    with served() as first:
        second = PreviewOutput(PreviewSettings(port=port_of(first)))
        with pytest.raises(OutputError, match=f"port {port_of(first)} is taken") as caught:
            second.open(FORMAT)
        assert "outputs.preview.port" in caught.value.fix
        assert second.address is None


def test_wrong_size_is_refused():
    with served() as output, pytest.raises(OutputError, match="32x32"):
        output.send(Frame(plain_image(32, 32), 0.0, 0))
