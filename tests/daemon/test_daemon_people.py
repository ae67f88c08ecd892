from __future__ import annotations

import errno
import math
import os

import numpy as np
import pytest

from vcam.control.commands import ChangeSettings, Enrol, Forget, ForgetPerson
from vcam.core.errors import VcamError, WeightsError
from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape
from vcam.daemon import people as people_module
from vcam.daemon import private_file
from vcam.daemon.people_enrolment import TIMEOUT_S, WANTED
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.private_file import PersonalError
from vcam.pipeline.mode import Mode
from vcam.recognizers.people_gallery import Gallery, Person, to_bytes
from vcam.recognizers.people_gates import Fault
from vcam.recognizers.people_model import load_card
from vcam.recognizers.people_reader import SeenFace
from vcam.settings.writing import Unwritable

from .fake_pipeline import start_of

SIZE = 256


def numbers(seed, like=None, likeness=0.7):
    given = np.random.default_rng(seed).normal(size=SIZE).astype(np.float32)
    given /= np.linalg.norm(given)
    if like is not None:
        given = like * likeness + given * math.sqrt(1 - likeness**2)
        given /= np.linalg.norm(given)
    return given.astype(np.float32)


SITI = numbers(1)


def seen(name="", turn=(0, 0), look=None, fault=None, track=1, size=100):
    yaw, pitch = (math.radians(each) for each in turn)
    spot = np.zeros(2, np.float32)
    eyes = np.zeros((2, 2), np.float32)
    shape = FaceShape(spot, spot, eyes, yaw, pitch)
    face = Face(track, Box(0, 0, size, size), eyes, spot, spot, 1.0, shape)
    given = None if look is None else numbers(look, SITI)
    return SeenFace(face, name, given, fault)


@pytest.fixture
def look_at():
    """Makes what looks at faces before a daemon, a fifth of a second after the last."""

    def of(desk):
        def look(*faces, seconds=0.2):
            desk.clock.advance(seconds)
            desk.people._note(faces, desk.clock.now())
            return desk.daemon.state().people

        return look

    return of


@pytest.fixture
def look(desk, look_at):
    """Looks at faces."""
    return look_at(desk)


def enrol(desk, look, name="Siti"):
    desk.daemon.run(Enrol(name=name, consent=True))
    turns = [(0, 0)] * 5 + [(20, 0)] * 3 + [(-20, 0)] * 3 + [(0, -15)] * 2 + [(0, 15)] * 2
    for number, turn in enumerate(turns):
        people = look(seen(turn=turn, look=number))
    return people


def switch_on(desk, **settings):
    settings = {"enabled": True, **settings}
    desk.daemon.run(ChangeSettings(set={f"people.{key}": on for key, on in settings.items()}))


def files(desk):
    folder = desk.personal.learnt.file.path.parent
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.is_file()}


def test_nobody_is_enrolled_who_has_not_agreed(desk):
    with pytest.raises(VcamError, match="has to agree"):
        desk.daemon.run(Enrol(name="Siti"))
    assert desk.daemon.state().people.enrolment is None
    assert not desk.pipeline.recognisers.carried.get("people")


def test_enrolment_leads_through_all_turns_and_keeps_numbers_alone(desk, look):
    desk.daemon.run(Enrol(name="Siti", consent=True))
    assert desk.pipeline.face_names.insisted
    assert len(desk.pipeline.recognisers.carried["people"]) == 1
    people = enrol_rest(desk, look)
    assert people.enrolment.phase == "done"
    assert people.enrolment.taken == people.enrolment.wanted == WANTED
    assert [(each.name, each.faces) for each in people.people] == [("Siti", WANTED)]
    assert not desk.pipeline.face_names.insisted
    assert desk.pipeline.recognisers.carried["people"] == ()
    kept = {item.kind: item for item in desk.daemon.state().kept.items}
    assert kept["people"].count is not None
    assert PeopleFiles(desk.personal.learnt.file.path.parent).gallery().names == ("Siti",)


def enrol_rest(desk, look):
    told = set()
    turns = [(0, 0)] * 5 + [(20, 0)] * 3 + [(-20, 0)] * 3 + [(0, -15)] * 2 + [(0, 15)] * 2
    for number, turn in enumerate(turns):
        told.add(desk.daemon.state().people.enrolment.message)
        people = look(seen(turn=turn, look=number))
    assert len(told) == 5
    return people


@pytest.mark.parametrize(
    ("faces", "problem"),
    [
        ((), "no face"),
        ((seen(look=1), seen(look=2, track=2, size=90)), "more than one face"),
        ((seen(look=1, fault=Fault.BLURRED),), "blurred"),
        ((seen(look=1, turn=(20, 0)),), "look at the camera"),
        ((seen(),), "turned"),
    ],
)
def test_what_is_wrong_with_a_look_is_told(desk, look, faces, problem):
    desk.daemon.run(Enrol(name="Siti", consent=True))
    enrolment = look(*faces).enrolment
    assert problem in enrolment.problem
    assert enrolment.taken == 0


def test_somebody_else_is_not_enrolled_under_the_same_name(desk, look):
    desk.daemon.run(Enrol(name="Siti", consent=True))
    look(seen(look=1))
    other = SeenFace(seen().face, "", -SITI, None)
    assert "somebody else" in look(other).enrolment.problem


def test_enrolment_without_a_good_look_fails_and_keeps_nothing(desk, look):
    desk.daemon.run(Enrol(name="Siti", consent=True))
    look(seen(look=1))
    people = look(seconds=TIMEOUT_S + 1)
    assert people.enrolment.phase == "failed"
    assert "no face" in people.enrolment.message
    assert people.people == ()
    assert "people.json" not in files(desk)


def test_cancelled_enrolment_keeps_nothing_and_needs_one(desk, look):
    with pytest.raises(VcamError, match="No enrolment"):
        desk.daemon.run(Enrol(name="Siti", cancel=True))
    desk.daemon.run(Enrol(name="Siti", consent=True))
    with pytest.raises(VcamError, match="already"):
        desk.daemon.run(Enrol(name="Budi", consent=True))
    look(seen(look=1))
    desk.daemon.run(Enrol(name="Siti", cancel=True))
    assert desk.daemon.state().people.enrolment.phase == "cancelled"
    assert not desk.pipeline.face_names.insisted
    assert "people.json" not in files(desk)


def test_paused_vcam_enrols_nobody(desk):
    desk.pipeline.mode = Mode.PAUSED
    with pytest.raises(VcamError, match="paused"):
        desk.daemon.run(Enrol(name="Siti", consent=True))


def test_full_disk_enrols_nobody_and_says_so(desk, look, monkeypatch):
    def full(*_args):
        raise Unwritable(os.strerror(errno.ENOSPC), "make room on the disk")

    monkeypatch.setattr(private_file, "write_file", full)
    people = enrol(desk, look)
    assert people.enrolment.phase == "failed"
    assert "make room" in people.enrolment.message
    assert people.people == ()


def test_full_disk_costs_no_attendance_while_vcam_runs(desk, look, monkeypatch):
    enrol(desk, look)
    switch_on(desk, attendance=True)

    def full(*_args):
        raise Unwritable(os.strerror(errno.ENOSPC), "make room on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(private_file, "write_file", full)
        people = look(seen("Siti"))
        assert "make room" in people.problem
        assert [line.name for line in people.attendance] == ["Siti"]
    desk.people.close()
    assert b"Siti" in files(desk)["attendance.json"]


def test_names_are_shown_and_times_are_noted_only_where_asked(desk, look):
    enrol(desk, look)
    look(seen("Siti"))
    assert desk.pipeline.face_names.names == {}
    switch_on(desk)
    people = look(seen("Siti"), seen("unknown", track=2))
    assert desk.pipeline.face_names.names == {1: "Siti"}
    assert (people.people[0].present, people.attendance) == (True, ())
    switch_on(desk, attendance=True, name_tag=False)
    for _ in range(130):
        people = look(seen("Siti"), seconds=1)
    assert desk.pipeline.face_names.names == {}
    assert [(line.name, line.minutes) for line in people.attendance] == [("Siti", 2.1)]
    assert desk.daemon.people.attendance_csv().count("Siti") == 1
    assert b"Siti" in files(desk)["attendance.json"]
    assert not look(seconds=20).people[0].present


def test_old_attendance_is_deleted(desk, look):
    enrol(desk, look)
    switch_on(desk, attendance=True, keep_days=2)
    look(seen("Siti"))
    people = look(seen("Siti"), seconds=86_400 * 4)
    assert len(people.attendance) == 1


def test_start_deletes_what_is_too_old_even_if_nothing_is_noted_any_more(desk, look):
    enrol(desk, look)
    switch_on(desk, attendance=True)
    look(seen("Siti"))
    switch_on(desk, attendance=False)
    desk.clock.advance(86_400 * 40)
    desk.people.start()
    assert "attendance.json" not in files(desk)


def test_forgetting_leaves_nothing_behind(desk, look):
    enrol(desk, look)
    enrol(desk, look, "Budi")
    switch_on(desk, attendance=True)
    look(seen("Siti"), seen("Budi", track=2))
    folder = desk.personal.learnt.file.path.parent
    (folder / "people.json.broken").write_bytes(b"Siti")
    desk.daemon.run(ForgetPerson(name="Siti"))
    state = desk.daemon.state().people
    assert [each.name for each in state.people] == ["Budi"]
    assert [line.name for line in state.attendance] == ["Budi"]
    assert not any(b"Siti" in content for content in files(desk).values())
    with pytest.raises(VcamError, match="no person 'Siti'"):
        desk.daemon.run(ForgetPerson(name="Siti"))
    desk.daemon.run(ForgetPerson(name=None))
    assert not any(name.startswith(("people", "attendance")) for name in files(desk))
    assert desk.daemon.state().people.people == ()
    assert desk.daemon.state().people.enrolment is None
    assert desk.pipeline.recognisers.carried["people"] == ()


def test_forgetting_that_fails_says_so_and_changes_nothing(desk, look, monkeypatch):
    enrol(desk, look)
    enrol(desk, look, "Budi")

    def full(*_args):
        raise Unwritable(os.strerror(errno.ENOSPC), "make room on the disk")

    monkeypatch.setattr(private_file, "write_file", full)
    with pytest.raises(PersonalError, match="make room"):
        desk.daemon.run(ForgetPerson(name="Siti"))
    assert len(desk.daemon.state().people.people) == 2


def test_faces_of_another_model_are_not_used_but_can_be_forgotten(tmp_path):
    kept = PeopleFiles(tmp_path)
    gallery = Gallery([Person(name, 1.0, SITI[np.newaxis]) for name in ("Siti", "Budi")])
    (tmp_path / "people.json").write_bytes(to_bytes(gallery, "0" * 64))
    assert kept.gallery().names == ()
    assert "another model" in kept.problem
    kept.forget("Siti")
    content = (tmp_path / "people.json").read_bytes()
    assert b"Siti" not in content
    assert b"Budi" in content


def test_damaged_file_is_set_aside_and_vcam_goes_on(tmp_path):
    (tmp_path / "people.json").write_bytes(b'{"people": "x"}')
    kept = PeopleFiles(tmp_path)
    assert kept.gallery().names == ()
    assert (tmp_path / "people.json.broken").exists()
    kept.forget(None)
    assert list(tmp_path.iterdir()) == []


def test_files_are_read_again_after_pictures_were_enrolled(desk, look):
    enrol(desk, look)
    other = PeopleFiles(desk.personal.learnt.file.path.parent)
    other.add(Person("Budi", 2.0, SITI[np.newaxis]))
    desk.daemon.file_changed()
    desk.daemon.ask_reload()
    desk.daemon.attend()
    assert [each.name for each in desk.daemon.state().people.people] == ["Budi", "Siti"]


def test_card_of_the_model_says_what_it_is_not_for():
    card = load_card()
    assert card.unknown < card.sure
    assert "locks" in card.not_for
    assert all(source.licence for source in card.data)


def test_one_command_deletes_all_that_is_kept_of_anybody(make_desk, look_at):
    desk = make_desk("personal: {keep_history: true}")
    look = look_at(desk)
    enrol(desk, look)
    switch_on(desk, attendance=True)
    look(seen("Siti"), seconds=1)
    look(seen("Siti"), seconds=70)
    for name in ("people:Siti", "people:Siti:500ms", "people:Sitiwati", "v_sign"):
        desk.daemon.note_event(start_of(name))
    desk.daemon.attend()
    folder = desk.personal.learnt.file.path.parent
    # What is left when the machine stops while a file is written.
    (folder / ".people.json.x1.tmp").write_bytes(b"Siti")
    assert {"people.json", "attendance.json", "starts.jsonl"} <= set(files(desk))
    kinds = {item.kind: item.forget for item in desk.daemon.state().kept.items if item.count}
    assert {"people": "people", "attendance": "attendance", "history": "history"}.items() <= (
        kinds.items()
    )

    desk.daemon.run(Forget(what="attendance"))
    assert "attendance.json" not in files(desk)
    assert desk.daemon.state().people.attendance == ()
    desk.daemon.run(ForgetPerson(name="Siti"))
    assert [each.gesture for each in desk.daemon.history()] == ["v_sign", "people:Sitiwati"]
    assert not any(b"Siti" in content.replace(b"Sitiwati", b"") for content in files(desk).values())
    enrol(desk, look)
    desk.daemon.run(Forget())
    assert files(desk) == {}
    state = desk.daemon.state()
    assert not any(item.count for item in state.kept.items if item.forget)
    assert (state.people.people, state.people.enrolment) == ((), None)
    assert desk.daemon.history() == ()


def test_an_enrolment_without_networks_fails_and_lets_the_camera_go(desk, monkeypatch):
    def load():
        raise WeightsError("no weights", "vcam weights pull")

    monkeypatch.setattr(people_module, "load_people", load)
    desk.daemon.run(Enrol(name="Siti", consent=True))
    (reader,) = desk.pipeline.recognisers.carried["people"]
    with pytest.raises(WeightsError):
        reader.prepare()
    enrolment = desk.daemon.state().people.enrolment
    assert (enrolment.phase, "vcam weights pull" in enrolment.message) == ("failed", True)
    assert not desk.pipeline.face_names.insisted
    assert desk.pipeline.recognisers.carried["people"] == ()


def test_nobody_is_present_whom_nobody_has_seen_lately(desk, look):
    enrol(desk, look)
    switch_on(desk)
    assert look(seen("Siti")).people[0].present
    desk.clock.advance(60)
    assert not desk.daemon.state().people.people[0].present
