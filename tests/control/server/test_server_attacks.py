"""What others may try, each line of docs/security.md: over real sockets, against a whole server."""

from __future__ import annotations

import json

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from vcam.control.server import ControlServer
from vcam.core.errors import VcamError
from vcam.settings.schema import PageSettings

WAIT_S = 10.0

COMMAND = {"do": "pause"}

READING = ("/api/state", "/api/history", "/api/preview.jpg", "/api/preview.mjpeg", "/")

FOREIGN_SITES = (
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
)


FOREIGN_HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "localhost.evil.example:{port}",
    "127.0.0.1",
    "127.0.0.1:1",
    "0.0.0.0:{port}",
    "[::ffff:127.0.0.1]:{port}",
    "127.0.0.1:{port}@evil.example",
    "evil.example:{port}, 127.0.0.1:{port}",
    "",
)


def test_foreign_host_gets_nothing(program, browser, port, daemon):
    browser.always = {}
    for host in FOREIGN_HOSTS:
        named = {"Host": host.format(port=port)}
        for client in (program, browser):
            for path in READING:
                assert client.ask("GET", path, headers=named).status == 403, (host, path)
            assert client.ask("POST", "/api/commands", COMMAND, named).status == 403, host
    assert daemon.commands == []


def test_own_names_are_served(program, port):
    for name in ("127.0.0.1", "localhost", "LOCALHOST", "[::1]"):
        assert program.get("/api/state", Host=f"{name}:{port}").status == 200, name


def test_two_hosts_are_refused(raw, port, program):
    both = (f"Host: 127.0.0.1:{port}", "Host: evil.example")
    for hosts in (both, both[::-1]):
        answer = raw("GET /api/state HTTP/1.1", *hosts, "Connection: close", "", "")
        assert answer.makefile("rb").read().split()[1] in (b"400", b"403")


def test_address_in_the_request_line_does_not_stand_for_the_host(raw, program, port):
    answer = raw(
        f"GET http://127.0.0.1:{port}/api/state HTTP/1.1",
        "Host: evil.example",
        f"Authorization: Bearer {program.token}",
        "Connection: close",
        "",
        "",
    )
    assert answer.makefile("rb").read().startswith(b"HTTP/1.1 403")


FOREIGN_ORIGINS = (
    "http://evil.example",
    "null",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost:{port}",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "",
)


def test_foreign_origin_gets_nothing(program, browser, port, daemon):
    for origin in FOREIGN_ORIGINS:
        foreign = {"Origin": origin.format(port=port)}
        for client in (program, browser):
            for path in READING:
                assert client.ask("GET", path, headers=foreign).status == 403, (origin, path)
            assert client.ask("POST", "/api/commands", COMMAND, foreign).status == 403, origin
    assert daemon.commands == []


def test_other_sites_can_embed_and_fetch_nothing(browser):
    browser.always = {}
    for metadata in FOREIGN_SITES:
        for path in (*READING, "/static/index.html", "/api/packs/party/thumbnail"):
            assert browser.ask("GET", path, headers=metadata).status == 403, (metadata, path)


def test_link_in_another_page_leads_to_the_page_alone(browser):
    visit = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    browser.always = {**visit, "Sec-Fetch-Dest": "document"}
    assert browser.get("/").status == 200
    assert browser.get("/api/state").status == 403
    assert browser.post("/", b"").status == 403


@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", ""],
)
def test_form_of_another_site_does_nothing(browser, program, kind, daemon, server):
    body = json.dumps(COMMAND).encode()
    browser.always = {}
    # Without an origin, as some old browsers post forms; then with the page's own.
    assert browser.post("/api/commands", body, Content_Type=kind).status == 403
    assert browser.post("/api/commands", body, Content_Type=kind, Origin=server.url).status == 415
    assert program.post("/api/commands", body, Content_Type=kind).status == 415
    if kind:
        assert program.post("/api/links", body, Content_Type=kind).status == 415
        assert program.post("/api/try", body, Content_Type=kind).status == 415
    assert daemon.commands == []


def test_cookie_alone_changes_nothing(browser, daemon, server):
    browser.always = {}
    for path, body in (("/api/commands", COMMAND), ("/api/links", None), ("/api/try", b"x")):
        assert browser.post(path, body).status == 403
    assert browser.get("/api/state").status == 200
    assert browser.post("/api/commands", COMMAND, Origin=server.url).status == 200
    assert browser.post("/api/commands", COMMAND, Sec_Fetch_Site="same-origin").status == 200
    assert browser.post("/api/commands", COMMAND, Sec_Fetch_Site="none").status == 403
    assert len(daemon.commands) == 2


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
def test_web_socket_of_another_site_is_refused(browser, port, server, origin, daemon):
    address = f"ws://127.0.0.1:{port}/api/live"
    headers = {"Cookie": f"vcam={browser.cookie}"}
    with pytest.raises(InvalidStatus) as caught:
        connect(address, additional_headers=headers, origin=origin)
    assert caught.value.response.status_code == 403
    assert not daemon._listeners
    with connect(address, additional_headers=headers, origin=server.url) as opened:
        assert b"state" in opened.recv(timeout=WAIT_S, decode=False)


def test_web_socket_needs_token_or_cookie(port, daemon):
    with pytest.raises(InvalidStatus) as caught, connect(f"ws://127.0.0.1:{port}/api/live"):
        pass
    assert caught.value.response.status_code == 401
    assert not daemon._listeners


NO_CREDENTIALS = (
    {},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer wrong"},
    {"Authorization": "Basic {token}"},
    {"Authorization": "{token}"},
    {"Authorization": "Bearer {token}x"},
    {"Authorization": "Bearer \xff\xfe"},
    {"Cookie": "vcam={token}"},
    {"Cookie": "vcam="},
    {"Cookie": "vcam"},
    {"Cookie": "other={session}"},
    {"Authorization": "Bearer wrong", "Cookie": "vcam={session}"},
)


def test_without_good_credentials_nothing_is_told(stranger, browser, program, daemon):
    paths = (*READING, "/api/openapi.json", "/static/index.html", "/nothing", "/docs", "/redoc")
    for credentials in NO_CREDENTIALS:
        sent = {
            name: value.format(token=program.token, session=browser.cookie)
            for name, value in credentials.items()
        }
        for path in (*paths, f"/api/state?token={program.token}"):
            answer = stranger.ask("GET", path, headers=sent)
            assert answer.status == 401, (credentials, path)
            assert b"Fake Camera" not in answer.body
        assert stranger.ask("POST", "/api/commands", COMMAND, sent).status == 401
    assert daemon.commands == []


def test_token_and_cookie_of_an_earlier_run_are_worth_nothing(
    server, browser, program, daemon, tmp_path
):
    server.stop()
    later = ControlServer(daemon, PageSettings(port=0), tmp_path / "later")
    later.start()
    try:
        for client in (browser, program):
            client.port = int(later.url.rpartition(":")[2])
            client.always = {}
            assert client.get("/api/state").status == 401
    finally:
        later.stop()


def test_cookies_of_other_programs_do_not_lock_the_page_out(browser):
    odd = f'a={{"b":[1]}}; =; ;; vcam=tossed; x="y; vcam={browser.cookie}; c=d'
    assert browser.get("/api/state", Cookie=odd).status == 200


def test_one_time_link_opens_once(server, stranger):
    path = server.link().removeprefix(server.url)
    assert stranger.get(path).status == 303
    again = stranger.get(path)
    assert again.status == 403
    assert "set-cookie" not in again.headers


def test_browser_that_is_in_may_reload_the_link_but_uses_none_up(server, browser, stranger):
    path = server.link().removeprefix(server.url)
    assert browser.get(path).status == 303
    assert stranger.get(path).status == 303


def test_links_that_are_guessed_or_fetched_ahead_open_nothing(server, stranger):
    for query in ("", "?code=", "?code=x", "?code=%00", "?code=" + "x" * 5000):
        assert stranger.get(f"/open{query}").status == 403
    path = server.link().removeprefix(server.url)
    assert stranger.get(path, Sec_Purpose="prefetch;prerender").status == 503
    assert stranger.ask("HEAD", path).status == 405
    assert stranger.get(path).status == 303


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(server, stranger):
    entered = stranger.get(server.link().removeprefix(server.url))
    _, *attributes = entered.headers["set-cookie"].lower().split("; ")
    assert sorted(attributes) == ["httponly", "path=/", "samesite=strict"]
    assert entered.headers["location"] == "/"


BAD_NAMES = (
    "..",
    ".",
    ".hidden",
    "../../../etc/passwd",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..%5cwindows",
    "%2fetc%2fpasswd",
    "C:%5cx.png",
    "C:x.png",
    "a%00.png",
    "a%0d%0aSet-Cookie:%20x=y",
    "%ff",
    "%F0%9F%98%80",
    "x" * 101,
)


@pytest.mark.parametrize(
    "path", ["/static/{}", "/api/snapshots/{}", "/api/packs/{}/thumbnail", "/static/js/{}"]
)
def test_paths_out_of_their_folder_lead_nowhere(program, path, daemon):
    asked = []

    def find(name):
        asked.append(name)
        raise VcamError("There is none")

    daemon.snapshot = daemon.thumbnail = find
    for name in BAD_NAMES:
        answer = program.get(path.format(name))
        assert answer.status in (404, 422), name
        assert "set-cookie" not in answer.headers
    assert all(name.isprintable() and not set(name) & set("/\\:") for name in asked)
    assert not any(name.startswith(".") for name in asked)


def test_snapshots_are_the_daemons_own_pictures_alone(program, daemon, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    daemon.snapshot = lambda name: secret
    answer = program.get("/api/snapshots/secret.txt")
    assert answer.status == 404
    assert b"secret" not in answer.body.replace(b"secret.txt", b"")


def test_no_answer_lets_other_origins_read_it(program, stranger, browser):
    for client in (program, stranger, browser):
        for method, path in (
            ("GET", "/"),
            ("GET", "/api/state"),
            ("GET", "/nothing"),
            ("OPTIONS", "/api/commands"),
            ("GET", "/open"),
        ):
            asked = {"Access-Control-Request-Method": "POST"}
            answer = client.ask(method, path, headers=asked)
            assert not [name for name in answer.headers if name.startswith("access-control")]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] in ("no-store", "no-cache")
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; ")
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert "server" not in answer.headers


def test_page_for_strangers_says_what_to_do_in_both_languages(stranger):
    answer = stranger.get("/")
    assert answer.status == 401
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.body.decode()
    assert text.count("vcam open") == 2
    assert 'lang="id"' in text


def test_framework_has_no_pages_of_its_own(program):
    for path in ("/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"):
        assert program.get(path).status == 404
