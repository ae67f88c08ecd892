from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from vcam.control.client import Client, CommandRefusedError, NoDaemonError, PageOffError
from vcam.control.commands import Outcome, Pause, SwitchPack
from vcam.control.instance import InstanceLock
from vcam.control.server import ControlServer
from vcam.control.state import Start, State
from vcam.core.errors import VcamError
from vcam.settings.schema import PageSettings
from vcam.testing.daemon import FakeDaemon


@pytest.fixture
def daemon(tmp_path):
    return FakeDaemon(tmp_path)


@pytest.fixture
def runtime(tmp_path):
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def served(daemon, runtime):
    server = ControlServer(daemon, PageSettings(port=0), runtime)
    with InstanceLock(runtime):
        server.start()
        yield server
        server.stop()


def write_address(runtime, url="http://127.0.0.1:9", pid=None, token="t"):
    content = {"url": url, "token": token, "pid": os.getpid() if pid is None else pid}
    (runtime / "control.json").write_text(json.dumps(content))


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_commands_reach_the_daemon_and_bring_the_outcome(served, daemon, runtime):
    client = Client.connect(runtime)
    outcome = client.run({"do": "pack", "name": "party", "on": True})
    assert daemon.commands == [SwitchPack(name="party", on=True)]
    assert Outcome.model_validate(outcome).message == "pack done"


def test_state_and_history_are_the_wire_forms(served, daemon, runtime):
    client = Client.connect(runtime)
    assert State.model_validate_json(json.dumps(client.state())) == daemon.state()
    starts = tuple(Start.model_validate_json(json.dumps(start)) for start in client.history())
    assert starts == daemon.history()


def test_refusal_tells_message_and_fix(served, daemon, runtime):
    daemon.refusal = VcamError("There is no gesture 'v_sgn'", "did you mean v_sign?")
    with pytest.raises(CommandRefusedError) as caught:
        Client.connect(runtime).run({"do": "react", "gesture": "v_sgn"})
    assert caught.value.message == "There is no gesture 'v_sgn'"
    assert caught.value.fix == "did you mean v_sign?"
    assert daemon.commands == []


def test_words_outside_the_vocabulary_are_refused(served, runtime):
    with pytest.raises(CommandRefusedError):
        Client.connect(runtime).run({"do": "explode"})


def test_link_is_a_fresh_one_each_time(served, runtime):
    client = Client.connect(runtime)
    first, second = client.link(), client.link()
    assert first.startswith(f"{served.url}/open?code=")
    assert first != second


def test_watch_gives_the_state_again(served, daemon, runtime):
    states = Client.connect(runtime).watch(period_s=0)
    before = next(states)
    daemon.run(Pause())
    after = next(states)
    assert (before["mode"], after["mode"]) == ("live", "paused")
    assert after["version"] > before["version"]


def test_no_daemon(runtime):
    with pytest.raises(NoDaemonError, match="vcam run"):
        Client.connect(runtime)


def test_folder_that_does_not_exist_is_no_daemon_and_stays_away(tmp_path):
    with pytest.raises(NoDaemonError):
        Client.connect(tmp_path / "missing")
    assert not (tmp_path / "missing").exists()


def test_page_that_is_off_names_the_process_and_the_setting(runtime):
    with InstanceLock(runtime), pytest.raises(PageOffError, match="page") as caught:
        Client.connect(runtime)
    assert caught.value.pid == os.getpid()
    assert "control.page.enabled" in caught.value.fix


@pytest.mark.skipif(sys.platform == "win32", reason="no pid is looked up there")
def test_file_of_a_dead_process_is_not_trusted(runtime):
    # Whoever has the port now must not be sent the token.
    with socket.create_server(("127.0.0.1", 0)) as thief:
        write_address(runtime, f"http://127.0.0.1:{thief.getsockname()[1]}", dead_pid())
        with pytest.raises(NoDaemonError):
            Client.connect(runtime).state()
        thief.settimeout(0)
        with pytest.raises(BlockingIOError):
            thief.accept()


def test_pid_that_another_process_has_now_is_found_out(runtime):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    write_address(runtime, f"http://127.0.0.1:{port}")
    with pytest.raises(NoDaemonError):
        Client.connect(runtime).state()


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1:80", "http://example.org:8765", "http://127.0.0.1", "nonsense"]
)
def test_address_that_is_not_this_machine_is_refused(runtime, url):
    write_address(runtime, url)
    with pytest.raises(VcamError, match="not this machine"):
        Client.connect(runtime)


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"url": 1, "token": "t", "pid": "x"}', "\x00"]
)
def test_broken_file_is_told(runtime, content):
    (runtime / "control.json").write_text(content)
    with pytest.raises(VcamError, match=r"control\.json cannot be read"):
        Client.connect(runtime)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_file_of_another_user_is_told(runtime):
    write_address(runtime)
    (runtime / "control.json").chmod(0)
    with pytest.raises(VcamError, match="not yours"):
        Client.connect(runtime)


def test_page_that_moved_is_followed(daemon, runtime):
    first = ControlServer(daemon, PageSettings(port=0), runtime)
    first.start()
    client = Client.connect(runtime)
    first.stop()
    second = ControlServer(daemon, PageSettings(port=0), runtime)
    second.start()
    try:
        assert client.state()["version"] == 1
        assert client.url == second.url
    finally:
        second.stop()


def test_new_token_is_taken_and_an_old_one_refused(served, daemon, runtime):
    right = json.loads((runtime / "control.json").read_text())["token"]
    client = Client(served.url, "wrong", runtime)
    client.run({"do": "pause"})
    assert daemon.commands == [Pause()]
    write_address(runtime, served.url, token="wrong")
    with pytest.raises(CommandRefusedError):
        Client.connect(runtime).run({"do": "pause"})
    assert right != "wrong"
    assert len(daemon.commands) == 1


class _Odd(BaseHTTPRequestHandler):
    answer = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    def log_message(self, format, *args):
        pass


def test_answer_that_is_no_json_is_told(runtime):
    server = HTTPServer(("127.0.0.1", 0), _Odd)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    write_address(runtime, f"http://127.0.0.1:{server.server_port}")
    with pytest.raises(PageOffError, match="no JSON"):
        Client.connect(runtime).state()
    thread.join()
    server.server_close()


def test_silence_ends_after_the_time_out(runtime):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_address(runtime, f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(PageOffError, match="no answer in time"):
            Client.connect(runtime, timeout_s=0.1).state()


def test_neither_pydantic_nor_fastapi_is_loaded():
    code = (
        "import sys, vcam.cli, vcam.control.client\n"
        "print(*sorted({n.partition('.')[0] for n in sys.modules}\n"
        "  & {'pydantic', 'fastapi', 'uvicorn', 'numpy', 'cv2', 'yaml', 'PIL', 'dbus_fast'}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert told.strip() == ""
