from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from vcam.control.server import ControlServer, connections, live, serving
from vcam.control.state import Meter, Meters
from vcam.settings.schema import PageSettings

WAIT_S = 10.0


@pytest.fixture
def listen(server, port, program):
    """Opens sockets with the token."""
    with ExitStack() as stack:

        def opening() -> ClientConnection:
            headers = {"Authorization": f"Bearer {program.token}"}
            address = f"ws://127.0.0.1:{port}/api/live"
            socket = connect(address, additional_headers=headers, compression=None)
            return stack.enter_context(socket)

        yield opening


def bare_handshake(port: int, token: str) -> socket.socket:
    """A WebSocket that answers nothing by itself."""
    bare = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    lines = (
        "GET /api/live HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"Authorization: Bearer {token}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )
    bare.sendall("\r\n".join((*lines, "", "")).encode())
    assert bare.recv(12) == b"HTTP/1.1 101"
    return bare


def told(listener) -> dict:
    return json.loads(listener.recv(timeout=WAIT_S))


def silence(listener, duration_s=0.3) -> bool:
    try:
        listener.recv(timeout=duration_s)
    except TimeoutError:
        return True
    return False


def test_state_and_history_come_at_once_and_then_silence(listen, daemon):
    listener = listen()
    assert told(listener) == {"state": daemon.state().model_dump(mode="json")}
    assert told(listener) == {"history": [start.model_dump(mode="json") for start in daemon.starts]}
    assert silence(listener)


def test_change_is_told_to_all(listen, program):
    sockets = [listen(), listen()]
    for listener in sockets:
        told(listener), told(listener)
    program.post("/api/commands", {"do": "pause"})
    assert [told(listener)["state"]["mode"] for listener in sockets] == ["paused", "paused"]


def test_mark_is_told_as_history(listen, program):
    listener = listen()
    told(listener), told(listener)
    program.post("/api/commands", {"do": "wrong", "start": 1})
    parts = told(listener) | told(listener)
    assert parts["history"][0]["wrong"] is True


def test_of_many_changes_few_are_told_and_the_last_among_them(listen, daemon):
    listener = listen()
    told(listener), told(listener)
    for count in range(500):
        daemon.change(notices=(str(count),))
    messages = [told(listener)]
    while messages[-1]["state"]["notices"] != ["499"]:
        messages.append(told(listener))
    assert len(messages) < 100
    assert silence(listener)


def test_changes_from_many_threads_end_in_the_newest(listen, daemon):
    listener = listen()
    told(listener), told(listener)
    threads = [
        threading.Thread(target=lambda: [daemon.change() for _ in range(50)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while told(listener)["state"]["version"] != daemon.state().version:
        continue


def test_meters_come_while_they_are_wanted_and_change(listen, daemon):
    listener = listen()
    told(listener), told(listener)
    assert silence(listener)
    listener.send('{"meters": true}')
    assert told(listener) == {"meters": daemon.meters_now.model_dump(mode="json")}
    assert silence(listener)
    daemon.meters_now = Meters(at=2.0, gestures=(Meter(gesture="metal", score=0.5),))
    assert told(listener)["meters"]["at"] == 2.0
    listener.send('{"meters": false}')
    assert listener.ping().wait(WAIT_S)
    daemon.meters_now = Meters(at=3.0)
    assert silence(listener)


def test_meters_come_to_those_alone_who_asked(listen):
    asking, other = listen(), listen()
    for listener in (asking, other):
        told(listener), told(listener)
    asking.send('{"meters": true}')
    assert "meters" in told(asking)
    assert silence(other)


def test_second_who_asks_gets_meters_that_do_not_change(listen):
    first, second = listen(), listen()
    for listener in (first, second):
        told(listener), told(listener)
        listener.send('{"meters": true}')
        assert "meters" in told(listener)


@pytest.mark.parametrize(
    "message",
    ["", "{}", "[]", "null", '{"meters": 1}', '{"meters": true, "more": 1}', "{" * 500, b"\x00"],
)
def test_client_that_talks_nonsense_is_hung_up_on(listen, message):
    listener = listen()
    told(listener), told(listener)
    listener.send(message)
    with pytest.raises(ConnectionClosed) as caught:
        told(listener)
    assert caught.value.rcvd.code == live.POLICY_VIOLATION


def test_long_messages_are_not_read(listen):
    listener = listen()
    told(listener), told(listener)
    listener.send(json.dumps({"meters": "x" * serving.MAX_MESSAGE_BYTES}))
    with pytest.raises(ConnectionClosed) as caught:
        told(listener)
    assert caught.value.rcvd.code == 1009


def test_number_of_clients_is_bounded(listen):
    for _ in range(live.MAX_CLIENTS):
        told(listen())
    with pytest.raises(InvalidStatus) as caught:
        listen()
    assert caught.value.response.status_code == 503
    assert b'"error"' in caught.value.response.body


def test_daemon_is_asked_while_somebody_listens_alone(listen, daemon, server):
    assert not daemon._listeners
    sockets = [listen(), listen()]
    for listener in sockets:
        told(listener)
        assert len(daemon._listeners) == 1
        listener.close()
    server.stop()
    assert not daemon._listeners


def test_client_that_comes_back_is_told_everything_again(listen, daemon):
    for mode in ("paused", "live"):
        listener = listen()
        assert told(listener)["state"]["version"] == daemon.state().version
        assert "history" in told(listener)
        listener.close()
        daemon.change(mode=mode)


def test_clients_are_hung_up_on_when_the_server_stops(listen, server):
    listener = listen()
    told(listener), told(listener)
    server.stop()
    with pytest.raises(ConnectionClosed):
        told(listener)


def test_client_that_answers_no_ping_is_hung_up_on(monkeypatch, daemon, runtime):
    monkeypatch.setattr(serving, "PING_S", 0.1)
    server = ControlServer(daemon, PageSettings(port=0), runtime)
    server.start()
    try:
        port = int(server.url.rpartition(":")[2])
        with bare_handshake(port, server.token) as bare:
            while bare.recv(1 << 16):
                continue
    finally:
        server.stop()


def test_quiet_client_outlives_the_time_for_requests(monkeypatch, listen, daemon):
    monkeypatch.setattr(connections, "REQUEST_S", 0.1)
    monkeypatch.setattr(connections, "STALL_S", 0.1)
    quiet = listen()
    told(quiet), told(quiet)
    assert silence(quiet, 0.5)
    daemon.change(mode="frozen")
    assert told(quiet)["state"]["mode"] == "frozen"


def test_client_that_reads_nothing_is_hung_up_on(monkeypatch, server, port, listen, daemon):
    monkeypatch.setattr(connections, "STALL_S", 0.2)
    healthy = listen()
    with bare_handshake(port, server.token):
        assert len(clients(daemon)) == 2
        size = 0
        while len(clients(daemon)) > 1:
            size += 1
            daemon.change(notices=(str(size), "x" * 1_000_000))
            while str(size) not in told(healthy).get("state", {}).get("notices", []):
                continue


def clients(daemon) -> list[live.Client]:
    (subscribed,) = daemon._listeners
    return list(subscribed.__self__._clients)


def test_client_that_could_not_be_served_leaves_no_trace(
    server, port, program, daemon, monkeypatch
):
    def fail():
        raise RuntimeError("no state")

    with monkeypatch.context() as patch:
        patch.setattr(daemon, "state", fail)
        for _ in range(live.MAX_CLIENTS):
            with pytest.raises(InvalidStatus):
                connect(
                    f"ws://127.0.0.1:{port}/api/live",
                    additional_headers={"Authorization": f"Bearer {program.token}"},
                )
    assert not daemon._listeners
    with connect(
        f"ws://127.0.0.1:{port}/api/live",
        additional_headers={"Authorization": f"Bearer {program.token}"},
    ) as listener:
        assert "state" in told(listener)
