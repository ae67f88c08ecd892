"""Packs that come and go over HTTP, and what somebody may try with them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from threading import Event, Thread

import pytest

from vcam.control.server.bodies import MAX_PACK_BYTES
from vcam.core.errors import PackError
from vcam.testing.fake_packs import small_pack

ZIP = "application/zip"
WAIT_S = 10.0


def own_packs(daemon) -> list[str]:
    return [pack.name for pack in daemon.state().packs if pack.own]


@pytest.mark.parametrize("who", ["program", "browser"])
def test_pack_is_installed_exported_and_removed(who, request, daemon):
    client = request.getfixturevalue(who)
    answer = client.post("/api/packs", small_pack(), Content_Type=ZIP)
    assert (answer.status, answer.json) == (200, {"name": "cats"})
    assert own_packs(daemon) == ["cats"]
    exported = client.get("/api/packs/cats/export")
    assert exported.headers["content-type"] == ZIP
    assert exported.headers["content-disposition"] == 'attachment; filename="cats.zip"'
    names = zipfile.ZipFile(BytesIO(exported.body)).namelist()
    assert "cats/pack.yaml" in names
    assert client.ask("DELETE", "/api/packs/cats").json == {"name": "cats"}
    assert own_packs(daemon) == []
    assert client.ask("DELETE", "/api/packs/cats").status == 404
    assert client.get("/api/packs/cats/export").status == 404


def test_pack_that_is_there_is_replaced_only_when_asked(program, daemon):
    for title, path, status in (
        ("Cats", "/api/packs", 200),
        ("More cats", "/api/packs", 409),
        ("Best cats", "/api/packs?replace=true", 200),
    ):
        answer = program.post(path, small_pack(title=title), Content_Type=ZIP)
        assert answer.status == status
    assert [pack.title for pack in daemon.state().packs if pack.own] == ["Best cats"]


def test_pack_that_came_with_vcam_is_neither_replaced_nor_removed(program, daemon):
    answer = program.post("/api/packs?replace=true", small_pack("party"), Content_Type=ZIP)
    assert answer.status == 422
    assert "comes with vcam" in answer.json["error"]
    assert program.ask("DELETE", "/api/packs/party").status == 404
    assert own_packs(daemon) == []


def bomb() -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("pack.yaml", b"#" * (48 << 20))
    return archive.getvalue()


def linked() -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        link = zipfile.ZipInfo("pack.yaml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        opened.writestr(link, "/etc/passwd")
    return archive.getvalue()


@pytest.mark.parametrize(
    "archive",
    [
        b"",
        b"PK\x03\x04 no zip file",
        small_pack("../../cats"),
        small_pack(**{"../out.png": b"x"}),
        small_pack(**{"/etc/out.png": b"x"}),
        small_pack(**{"run.exe": b"MZ"}),
        bomb(),
        linked(),
    ],
    ids=["nothing", "no zip", "name", "up", "root", "program", "bomb", "link"],
)
def test_hostile_packs_are_refused_and_leave_nothing(program, daemon, tmp_path, archive):
    answer = program.post("/api/packs", archive, Content_Type=ZIP)
    assert answer.status == 422
    assert answer.json["error"]
    assert answer.json["fix"]
    assert own_packs(daemon) == []
    left = [path for path in (tmp_path / "snapshots" / "packs").rglob("*")]
    assert left == []
    assert not list(tmp_path.rglob("out.png"))


def test_packs_of_strangers_and_other_sites_are_not_read(stranger, browser, daemon):
    pack = small_pack()
    assert stranger.post("/api/packs", pack, Content_Type=ZIP).status == 401
    assert stranger.ask("DELETE", "/api/packs/cats").status == 401
    foreign = {"Origin": "http://evil.example", "Content-Type": ZIP}
    assert browser.ask("POST", "/api/packs", pack, foreign).status == 403
    assert browser.ask("DELETE", "/api/packs/cats", headers=foreign).status == 403
    browser.always = {}
    assert browser.post("/api/packs", pack, Content_Type=ZIP).status == 403
    assert browser.ask("DELETE", "/api/packs/cats").status == 403
    assert own_packs(daemon) == []


def test_forms_install_nothing(browser, daemon):
    for kind in ("multipart/form-data; boundary=x", "text/plain", "application/json"):
        assert browser.post("/api/packs", small_pack(), Content_Type=kind).status == 415
    assert own_packs(daemon) == []


def test_pack_files_are_bounded(program, daemon):
    chunk = b" " * (1 << 20)
    announced = program.post("/api/packs", b" " * (MAX_PACK_BYTES + 1), Content_Type=ZIP)
    pieces = iter([chunk] * (MAX_PACK_BYTES // len(chunk) + 1))
    chunked = program.post("/api/packs", pieces, Content_Type=ZIP)
    assert (announced.status, chunked.status) == (413, 413)
    assert own_packs(daemon) == []


def test_one_pack_is_installed_at_a_time(program, daemon):
    begun, go_on = Event(), Event()

    def wait(archive: bytes, replace: bool) -> str:
        begun.set()
        go_on.wait(WAIT_S)
        raise PackError("It was not fit", "draw it anew")

    daemon.packs.install = wait
    first = Thread(target=program.post, args=("/api/packs", b"x"), kwargs={"Content_Type": ZIP})
    first.start()
    assert begun.wait(WAIT_S)
    assert program.post("/api/packs", b"x", Content_Type=ZIP).status == 429
    go_on.set()
    first.join()
    assert program.post("/api/packs", b"x", Content_Type=ZIP).status == 422


@pytest.mark.parametrize("name", [".hidden", "..", "a%2Fb", "..%2F..%2Fcats", "C:cats", "a%5Cb"])
def test_names_of_packs_lead_out_of_no_folder(program, name):
    assert program.ask("DELETE", f"/api/packs/{name}").status in (404, 405)
    assert program.get(f"/api/packs/{name}/export").status == 404
