"""The API against its own description, and whatever JSON hypothesis thinks of."""

from __future__ import annotations

import asyncio
import json
import threading

import cv2
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from vcam.control.commands import COMMANDS
from vcam.control.server.access import Access
from vcam.control.server.application import Application
from vcam.core.clock import MonotonicClock
from vcam.testing import FakeDaemon, plain_image
from vcam.testing.fake_packs import small_pack

HOST = "testserver"

STREAM = "/api/preview.mjpeg"

PNG = cv2.imencode(".png", plain_image(16, 9))[1].tobytes()
JPEG = cv2.imencode(".jpg", plain_image(16, 9))[1].tobytes()
WEBP = cv2.imencode(".webp", plain_image(16, 9))[1].tobytes()


@pytest.fixture(scope="module")
def access() -> Access:
    return Access(MonotonicClock())


@pytest.fixture(scope="module")
def app(access, tmp_path_factory):
    """The application over a fake daemon that has pictures, a pack and a snapshot."""
    daemon = FakeDaemon(tmp_path_factory.mktemp("snapshots"))
    daemon.run(COMMANDS.validate_python({"do": "snapshot"}))
    stop = threading.Event()

    def show() -> None:
        while not stop.wait(0.005):
            daemon.pictures.show()

    showing = threading.Thread(target=show)
    showing.start()
    application = Application(daemon, access, frozenset({HOST}), lambda: "http://x/open?code=y")
    yield application.asgi
    stop.set()
    showing.join()
    application.stop()


for kind, picture in (("image/png", PNG), ("image/jpeg", JPEG), ("image/webp", WEBP)):
    schemathesis.openapi.media_type(kind, st.just(picture))
schemathesis.openapi.media_type("application/octet-stream", st.just(PNG))
for kind in ("application/zip", "application/x-zip-compressed"):
    schemathesis.openapi.media_type(kind, st.just(small_pack()))


@pytest.fixture(scope="module")
def operations(app, access):
    token = {"Authorization": f"Bearer {access.token}"}
    description = schemathesis.openapi.from_asgi("/api/openapi.json", app, headers=token)
    # An answer without an end is tested over sockets.
    limited = description.exclude(path=STREAM)
    return {found.ok().label: found.ok() for found in limited.get_all_operations()}


OPERATIONS = (
    "GET /api/cameras",
    "GET /api/history",
    "GET /api/meters",
    "DELETE /api/packs/{name}",
    "GET /api/packs/{name}/effects/{effect}/preview.webp",
    "GET /api/packs/{name}/export",
    "GET /api/packs/{name}/thumbnail",
    "GET /api/people/attendance.csv",
    "GET /api/poses/export",
    "GET /api/poses/samples/{sample}",
    "GET /api/preview.jpg",
    "GET /api/settings",
    "GET /api/settings/schema",
    "GET /api/snapshots/{name}",
    "GET /api/snapshots/{name}/thumbnail",
    "GET /api/state",
    "POST /api/commands",
    "POST /api/links",
    "POST /api/packs",
    "POST /api/poses",
    "POST /api/try",
)


TAKING_A_BODY = ("POST /api/commands", "POST /api/packs", "POST /api/poses", "POST /api/try")


def test_every_operation_is_described(operations):
    assert sorted(operations) == sorted(OPERATIONS)


CAN_BE_WRONG = tuple(name for name in OPERATIONS if "{" in name or name in TAKING_A_BODY)


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        *((label, GenerationMode.POSITIVE) for label in OPERATIONS),
        *((label, GenerationMode.NEGATIVE) for label in CAN_BE_WRONG),
    ],
)
def test_api_is_as_it_describes_itself(operations, access, label, mode):
    operation = operations[label]
    # Bytes are bytes to a description; that they must be an export's, it cannot tell.
    untold = [positive_data_acceptance] if label == "POST /api/poses" else []
    examples = 20 if label in TAKING_A_BODY else 5

    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(case=operation.as_strategy(generation_mode=mode))
    def check(case):
        case.call_and_validate(
            headers={"Authorization": f"Bearer {access.token}"}, excluded_checks=untold
        )

    check()


def post(app, access: Access, body: bytes) -> tuple[int, bytes]:
    """One command as raw bytes, in pieces."""
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/commands",
        "raw_path": b"/api/commands",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", HOST.encode()),
            (b"authorization", f"Bearer {access.token}".encode()),
            (b"content-type", b"application/json"),
        ],
    }
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)] or [b""]
    sent = []

    async def receive():
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent)


def check_refused(app, access, body: bytes) -> None:
    status, answer = post(app, access, body)
    told = json.loads(answer)
    if status != 200:
        assert status in (409, 413, 422)
        assert set(told) == {"error", "fix", "place"}
        assert told["error"]
        assert "Traceback" not in answer.decode()


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
names = st.sampled_from(["set", "unset", "name", "on", "start", "gesture", "pack", "effect"])
commands = st.builds(
    lambda do, rest: {"do": do, **rest},
    st.sampled_from(["pause", "pack", "settings", "profile", "wrong", "play", "fly", ""]),
    st.dictionaries(names, documents),
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(document=commands | documents)
def test_any_json_is_answered_in_the_words_of_the_api(app, access, document):
    check_refused(app, access, json.dumps(document).encode())


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(body=st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_answered_in_the_words_of_the_api(app, access, body):
    check_refused(app, access, body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"do":' * 10_000,
        b'{"do":"settings","set":{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}}",
        b'{"do":"wrong","start":' + b"9" * 60_000 + b"}",
        b'{"do":"wrong","start":1e999}',
        b'{"do":"settings","set":{"camera.fps":NaN}}',
        b'{"do":"pack","name":"\\ud800","on":true}',
        b'{"do":"pause","do":"stop","do":7}',
        b'\xef\xbb\xbf{"do":"pause"}',
        '{"do":"pause"}'.encode("utf-16"),
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_json_made_to_break_parsers_breaks_none(app, access, body):
    check_refused(app, access, body)
