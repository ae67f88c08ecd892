"""Taught poses, the attendance and previews of effects over HTTP."""

from __future__ import annotations

import json
from io import BytesIO
from threading import Event, Thread

import pytest
from PIL import Image as Pillow

from vcam.control.commands import Teach
from vcam.control.server.bodies import MAX_POSES_BYTES
from vcam.control.state import AttendanceLine
from vcam.core.errors import VcamError

BYTES = "application/octet-stream"
WAIT_S = 20.0
PREVIEW = "/api/packs/party/effects/hat/preview.webp"


@pytest.fixture
def taught(daemon):
    daemon.run(Teach(pose="five", samples=3))
    return daemon.taught


@pytest.mark.parametrize("who", ["program", "browser"])
def test_poses_are_exported_forgotten_and_taken_in_again(who, request, daemon, taught):
    client = request.getfixturevalue(who)
    exported = client.get("/api/poses/export")
    assert exported.headers["content-type"] == BYTES
    assert exported.headers["content-disposition"] == 'attachment; filename="poses.vcamposes"'
    client.post("/api/commands", {"do": "forget_pose", "pose": "five"})
    assert daemon.state().teaching.poses == ()
    answer = client.post("/api/poses", exported.body, Content_Type=BYTES)
    assert (answer.status, answer.json) == (200, {"names": ["five"]})
    assert [pose.name for pose in daemon.state().teaching.poses] == ["five"]


def test_network_is_exported_under_a_name_of_its_own(program, taught):
    answer = program.get("/api/poses/export?form=tflite")
    assert answer.body.startswith(b"TFL3")
    assert answer.headers["content-disposition"] == 'attachment; filename="poses.tflite"'
    assert program.get("/api/poses/export?form=keras").status == 422


def test_samples_are_shown_as_long_as_they_are_there(program, daemon, taught):
    sample = daemon.state().teaching.poses[0].samples[1].id
    answer = program.get(f"/api/poses/samples/{sample}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    with Pillow.open(BytesIO(answer.body)) as picture:
        assert picture.format == "JPEG"
    program.post("/api/commands", {"do": "samples", "samples": [sample]})
    assert program.get(f"/api/poses/samples/{sample}").status == 404
    assert program.get("/api/poses/samples/one").status == 422


def test_without_poses_there_is_nothing_to_export(program):
    answer = program.get("/api/poses/export")
    assert answer.status == 404
    assert "vcam poses teach" in answer.json["fix"]


def test_files_that_are_no_poses_are_refused_and_change_nothing(program, daemon):
    for content in (b"", b"\x00\xff", b"7", b"[]", b"[" * 60_000):
        assert program.post("/api/poses", content, Content_Type=BYTES).status == 422
    assert program.post("/api/poses", b"[]", Content_Type="application/json").status == 415
    too_long = b" " * (MAX_POSES_BYTES + 1)
    assert program.post("/api/poses", too_long, Content_Type=BYTES).status == 413
    assert daemon.state().teaching.poses == ()


def test_one_file_of_poses_is_taken_in_at_a_time(program, daemon):
    begun, go_on = Event(), Event()

    def wait(content: bytes) -> tuple[str, ...]:
        begun.set()
        go_on.wait(WAIT_S)
        raise VcamError("It was not fit")

    daemon.taught.install = wait
    first = Thread(target=program.post, args=("/api/poses", b"x"), kwargs={"Content_Type": BYTES})
    first.start()
    assert begun.wait(WAIT_S)
    assert program.post("/api/poses", b"x", Content_Type=BYTES).status == 429
    go_on.set()
    first.join()


def test_poses_of_strangers_and_other_sites_are_not_read(stranger, browser, daemon, taught):
    content = json.dumps({"evil": 12}).encode()
    paths = ("/api/poses/export", "/api/poses/samples/1", "/api/people/attendance.csv", PREVIEW)
    for path in paths:
        assert stranger.get(path).status == 401
    assert stranger.post("/api/poses", content, Content_Type=BYTES).status == 401
    foreign = {"Origin": "http://evil.example", "Content-Type": BYTES}
    assert browser.ask("POST", "/api/poses", content, foreign).status == 403
    assert [pose.name for pose in daemon.state().teaching.poses] == ["five"]


def test_attendance_is_a_file(program, daemon):
    daemon.people.see(AttendanceLine(name="Siti", day="2026-01-02", first=1, last=61, minutes=1))
    answer = program.get("/api/people/attendance.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="attendance.csv"'
    assert answer.body.decode().splitlines()[1].startswith("Siti,2026-01-02")


def test_preview_moves_unless_it_is_not_to(program):
    for still, pictures in ((False, 4), (True, 1)):
        answer = program.get(PREVIEW + ("?still=true" if still else ""))
        assert (answer.status, answer.headers["content-type"]) == (200, "image/webp")
        with Pillow.open(BytesIO(answer.body)) as picture:
            assert picture.size == (320, 180)
            assert getattr(picture, "n_frames", 1) == pictures
    again = program.get(PREVIEW, If_None_Match=program.get(PREVIEW).headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize(
    "path", ["party/effects/none", "none/effects/hat", "..%2Fparty/effects/hat", "party/effects/.."]
)
def test_previews_of_what_is_not_there_are_not_found(program, path):
    assert program.get(f"/api/packs/{path}/preview.webp").status == 404


def test_one_preview_is_made_at_a_time_and_few_wait(program, daemon):
    begun, go_on = Event(), Event()
    at_once: list[int] = []
    drawing: list[str] = []

    def draw(name: str, effect: str, still: bool) -> bytes:
        drawing.append(effect)
        at_once.append(len(drawing))
        begun.set()
        go_on.wait(WAIT_S)
        drawing.pop()
        raise VcamError("It cannot be drawn")

    daemon.packs.preview = draw
    statuses: list[int] = []

    def ask() -> None:
        statuses.append(program.get(PREVIEW).status)
        if statuses[-1] == 503:
            go_on.set()

    threads = [Thread(target=ask) for _ in range(14)]
    for thread in threads:
        thread.start()
    assert begun.wait(WAIT_S)
    assert go_on.wait(WAIT_S), "nobody was sent away"
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [404] * 13 + [503]
    assert max(at_once) == 1
