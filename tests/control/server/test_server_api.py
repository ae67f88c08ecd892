from __future__ import annotations

import base64
import threading

import cv2
import numpy as np
import pytest
from pydantic import TypeAdapter

from vcam.control.commands import React, SwitchPack
from vcam.control.server.workers import Workers
from vcam.control.state import CameraChoice, Judgement, Meters, SettingValue, Start, State
from vcam.core.errors import VcamError
from vcam.testing import plain_image

WAIT_S = 10.0


@pytest.fixture
def png() -> bytes:
    return cv2.imencode(".png", plain_image(64, 36))[1].tobytes()


def test_state_meters_history_and_cameras_are_the_daemons(program, daemon):
    assert State.model_validate_json(program.get("/api/state").body) == daemon.state()
    assert Meters.model_validate_json(program.get("/api/meters").body) == daemon.meters()
    history = program.get("/api/history").json["history"]
    assert TypeAdapter(tuple[Start, ...]).validate_python(history) == daemon.history()
    cameras = program.get("/api/cameras").json["cameras"]
    assert TypeAdapter(tuple[CameraChoice, ...]).validate_python(cameras) == daemon.cameras()


def test_settings_are_the_daemons(program, daemon):
    values = program.get("/api/settings").json["values"]
    told = [SettingValue.model_validate(value) for value in values]
    assert [value.key for value in told] == [value.key for value in daemon.settings()]
    assert program.get("/api/settings/schema").json["title"] == "vcam settings"


@pytest.mark.parametrize("who", ["program", "browser"])
def test_command_is_carried_out(who, request, daemon):
    client = request.getfixturevalue(who)
    answer = client.post("/api/commands", {"do": "pack", "name": "party", "on": True})
    assert (answer.status, answer.json["message"]) == (200, "pack done")
    assert daemon.commands == [SwitchPack(name="party", on=True)]


def test_command_that_is_not_possible_tells_cause_and_fix(program, daemon):
    daemon.refusal = VcamError("The camera is paused", "run: vcam resume")
    answer = program.post("/api/commands", {"do": "react", "gesture": "v_sign"})
    told = {"error": "The camera is paused", "fix": "run: vcam resume", "place": ""}
    assert (answer.status, answer.json) == (409, told)
    assert program.post("/api/commands", {"do": "react", "gesture": "v_sign"}).status == 200
    assert daemon.commands == [React(gesture="v_sign")]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"do": "pack", "name": "party"}, "pack.on"),
        ({"do": "pack", "name": "party", "on": "yes"}, "pack.on"),
        ({"do": "pack", "name": "", "on": True}, "pack.name"),
        ({"do": "pause", "now": True}, "pause.now"),
        ({"do": "fly"}, ""),
        ([], ""),
    ],
)
def test_malformed_command_is_refused_with_the_place(program, daemon, body, place):
    answer = program.post("/api/commands", body)
    assert (answer.status, answer.json["place"]) == (422, place)
    assert answer.json["error"].startswith(place)
    assert daemon.commands == []


def test_failure_of_ours_is_told_without_internals(server, program, daemon, caplog):
    def fail(command):
        raise RuntimeError("secret path /home/somebody")

    daemon.run = fail
    answer = program.post("/api/commands", {"do": "pause"})
    assert answer.status == 500
    assert answer.json["error"] == "vcam failed at this"
    assert "secret" not in answer.body.decode()
    server.stop()  # The log is written after the answer.
    assert "secret path" in caplog.text


def test_snapshot_is_taken_and_fetched(program):
    taken = program.post("/api/commands", {"do": "snapshot"}).json["data"]
    answer = program.get(f"/api/snapshots/{taken['name']}")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == f'attachment; filename="{taken["name"]}"'
    picture = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(picture, plain_image())


def test_snapshot_that_was_deleted_is_told(program, tmp_path):
    name = program.post("/api/commands", {"do": "snapshot"}).json["data"]["name"]
    (tmp_path / "snapshots" / name).unlink()
    answer = program.get(f"/api/snapshots/{name}")
    assert answer.status == 404
    assert str(tmp_path) not in answer.body.decode()


def test_thumbnail_is_a_picture(program):
    answer = program.get("/api/packs/party/thumbnail")
    assert answer.headers["content-type"] == "image/png"
    assert answer.body.startswith(b"\x89PNG")
    assert program.get("/api/packs/nothing/thumbnail").status == 404


def test_link_opens_the_page_in_one_browser(program, stranger, server):
    url = program.post("/api/links").json["url"]
    assert url.startswith(f"{server.url}/open?code=")
    path = url.removeprefix(server.url)
    assert stranger.get(path).status == 303
    assert stranger.get(path).status == 403


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream"])
def test_uploaded_picture_is_judged(browser, png, daemon, kind):
    answer = browser.post("/api/try", png, Content_Type=kind)
    assert answer.status == 200
    told = answer.json
    jpeg = base64.b64decode(told["picture"], validate=True)
    assert Judgement.model_validate({**told, "picture": jpeg}) == daemon.judge(png)


def test_upload_that_is_no_picture_is_told(program):
    answer = program.post("/api/try", b"GIF87a", Content_Type="image/png")
    assert (answer.status, answer.json["error"]) == (422, "This is no picture")


def test_one_picture_is_judged_at_a_time_and_few_wait(program, daemon, png):
    release, at_once, seen = threading.Event(), threading.Semaphore(0), []
    judge, entered = daemon.judge, []

    def slowly(picture):
        entered.append(None)
        seen.append(len(entered))
        at_once.release()
        release.wait(WAIT_S)
        entered.pop()
        return judge(picture)

    daemon.judge = slowly
    statuses = []

    def upload():
        statuses.append(program.post("/api/try", png, Content_Type="image/png").status)

    uploads = [threading.Thread(target=upload) for _ in range(3)]
    for thread in uploads:
        thread.start()
    assert at_once.acquire(timeout=WAIT_S)
    refused = program.post("/api/try", png, Content_Type="image/png")
    while refused.status != 429:  # The third may not have come in yet.
        refused = program.post("/api/try", png, Content_Type="image/png")
    assert refused.headers["retry-after"] == "1"
    assert program.get("/api/state").status == 200
    release.set()
    for thread in uploads:
        thread.join()
    assert statuses.count(200) >= 2
    assert set(seen) == {1}


def test_calls_that_hang_leave_state_and_errors(program, daemon, monkeypatch):
    release = threading.Event()
    daemon.run = lambda command: release.wait(WAIT_S)
    statuses = []

    def command():
        statuses.append(program.post("/api/commands", {"do": "reload"}).status)

    calls = [threading.Thread(target=command) for _ in range(30)]
    for thread in calls:
        thread.start()
    try:
        while len(statuses) < 10:
            assert program.get("/api/state").status == 200
        assert set(statuses) == {503}
        assert program.get("/api/cameras").status == 503
    finally:
        release.set()
        for thread in calls:
            thread.join()


def test_preview_gives_one_picture(program, beat):
    answer = program.get("/api/preview.jpg")
    assert answer.headers["content-type"] == "image/jpeg"
    picture = cv2.imdecode(np.frombuffer(answer.body, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (36, 64, 3)


def test_preview_without_pictures_is_told(program, monkeypatch):
    monkeypatch.setattr("vcam.control.server.stream.FIRST_PICTURE_S", 0.01)
    answer = program.get("/api/preview.jpg")
    assert (answer.status, answer.json["error"]) == (503, "No picture comes in")


def test_preview_that_has_ended_is_told(program, daemon):
    daemon.pictures.close()
    assert program.get("/api/preview.jpg").status == 503
    assert program.get("/api/preview.mjpeg").status == 503


def test_preview_is_refused_where_the_daemon_lets_nobody_watch(program, daemon):
    daemon.pictures.max_watchers = 0
    assert program.get("/api/preview.mjpeg").status == 503
    assert daemon.pictures.watchers == 0


def test_unknown_paths_and_methods_are_json(program):
    for method, path, status in [
        ("GET", "/nothing", 404),
        ("GET", "/api/nothing", 404),
        ("DELETE", "/api/state", 405),
        ("GET", "/api/commands", 405),
        ("GET", "/api/state/", 404),
    ]:
        answer = program.ask(method, path)
        assert answer.status == status
        assert answer.headers["content-type"] == "application/json"
        assert answer.json["error"]
    assert program.ask("DELETE", "/api/state").headers["allow"] == "GET"


def test_page_and_its_files_come_from_memory_with_a_tag(browser):
    page = browser.get("/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    again = browser.get("/", If_None_Match=page.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert browser.get("/static/index.html").body == page.body


def test_threads_of_calls_end_with_the_server(server, program):
    assert program.get("/api/cameras").status == 200
    assert "page call" in {thread.name for thread in threading.enumerate()}
    waiting = [thread for thread in threading.enumerate() if thread.name == "page call"]
    server.stop()
    for thread in waiting:
        thread.join(WAIT_S)
        assert not thread.is_alive()


async def _call_and_fail() -> None:
    workers = Workers("test", threads=1, waiting=0)
    try:
        await workers.call(int, "x")
    finally:
        workers.stop()


def test_errors_of_calls_come_back():
    import asyncio

    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(_call_and_fail())
