"""`vcam people`."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from vcam.cli import main
from vcam.control.client import Client
from vcam.control.commands import Enrol, ForgetPerson
from vcam.control.server import ControlServer
from vcam.core.errors import VcamError
from vcam.daemon import people_folder
from vcam.daemon.people_attendance import DayLine
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.people_folder import FolderReader
from vcam.recognizers.people_gallery import Person
from vcam.settings.schema import PageSettings
from vcam.testing.daemon import FakeDaemon


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A user with nobody enrolled, and no daemon."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("VCAM_RUNTIME_DIR", str(runtime))
    monkeypatch.setattr(
        "vcam.daemon.private_file.platformdirs.user_data_path",
        lambda *args, **options: tmp_path / "data",
    )
    return tmp_path


@pytest.fixture
def daemon(home):
    fake = FakeDaemon()
    server = ControlServer(fake, PageSettings(port=0), home / "runtime")
    server.start()
    yield fake
    server.stop()


@pytest.fixture
def files(home):
    return PeopleFiles(home / "data" / "personal")


def vcam(*arguments, **options):
    return CliRunner().invoke(main, ["people", *arguments], **options)


def numbers(seed):
    return np.random.default_rng(seed).normal(size=(1, 256)).astype(np.float32)


def test_people_are_listed_and_forgotten_without_a_daemon(files):
    assert vcam("list").output == "Nobody is enrolled\n"
    for number, name in enumerate(("Siti", "Budi")):
        files.add(Person(name, 1.7e9, numbers(number)))
    files.keep_attendance([DayLine(name="Siti", day="2026-01-02", first=1, last=61, seconds=60)])
    listed = [json.loads(line) for line in vcam("list", "--json").output.splitlines()]
    assert [each["name"] for each in listed] == ["Budi", "Siti"]
    assert "Siti" in vcam("attendance").output
    assert vcam("attendance", "--csv").output.startswith("name,day,first,last,minutes\nSiti,2026-")
    assert vcam("forget", "Sity").exit_code == 1
    assert vcam("forget", "Siti").output == "Siti is forgotten\n"
    assert files.attendance() == ()
    assert vcam("forget-all", "--json").exit_code == 0
    assert vcam("attendance").output == "Nobody was noted\n"
    assert files.gallery().names == ()


def test_without_consent_nothing_begins(daemon, files):
    answer = vcam("enrol", "Siti", "--json")
    assert answer.exit_code == 1
    assert "agree" in json.loads(answer.output)["error"]
    assert daemon.commands == []


def test_camera_enrolment_tells_what_to_do_until_it_is_done(daemon, monkeypatch):
    def watch(self, period_s=0.0):
        for taken in (3, 15):
            yield self.state()
            daemon.people.look(taken, "blurred")
        yield self.state()

    monkeypatch.setattr(Client, "watch", watch)
    answer = vcam("enrol", "Siti", "--consent")
    assert answer.output.splitlines() == [
        "Look at the camera  (0 of 15)",
        "Look at the camera  (3 of 15)  blurred",
        "Siti is enrolled",
    ]
    assert daemon.commands == [Enrol(name="Siti", consent=True)]
    assert vcam("forget", "Siti").exit_code == 0
    assert daemon.commands[-1] == ForgetPerson(name="Siti")


def test_interrupted_enrolment_is_cancelled(daemon, monkeypatch):
    def watch(self, period_s=0.0):
        yield self.state()
        raise KeyboardInterrupt

    monkeypatch.setattr(Client, "watch", watch)
    assert "nothing was kept" in vcam("enrol", "Siti", "--consent").output
    assert daemon.state().people.enrolment.phase == "cancelled"


class Looked:
    """What a folder's pictures show: a brightness for each person, in place of networks."""

    def __init__(self):
        self.warp = self

    def faces(self, image):
        return [] if image.max() == 0 else [object()]

    def mesh(self, image, face):
        return image

    def straighten(self, image, mesh):
        return image

    def embed(self, image):
        given = numbers(int(image.mean() // 50))[0]
        return given / np.linalg.norm(given)


def test_folder_gives_faces_of_one_person_and_says_what_it_left_out(tmp_path, monkeypatch):
    monkeypatch.setattr(people_folder, "fault_of", lambda face, texture, gates: None)
    looked = Looked()
    reader = FolderReader(looked, looked.faces, looked.mesh)
    for number, light in enumerate((110, 120, 130, 220, 0)):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((8, 8, 3), light, np.uint8))
    (tmp_path / "5.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("none", encoding="utf-8")
    found = reader.read(tmp_path)
    assert len(found.faces) == 3
    assert [line.split(":")[0] for line in found.refused] == ["4.png", "5.jpg", "3.png"]
    assert "somebody else" in found.refused[-1]
    for path in tmp_path.glob("[0-2].png"):
        path.unlink()
    with pytest.raises(VcamError, match="1 of 3 pictures"):
        reader.read(tmp_path)
    with pytest.raises(VcamError, match="cannot be read"):
        reader.read(tmp_path / "missing")
