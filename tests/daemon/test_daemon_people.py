from __future__ import annotations

import errno
import os

import numpy as np
import pytest

from vcam.control.commands import Enrol
from vcam.core.errors import VcamError, WeightsError
from vcam.daemon import people as people_module
from vcam.daemon import private_file
from vcam.daemon.people_enrolment import TIMEOUT_S, WANTED
from vcam.daemon.people_files import PeopleFiles
from vcam.pipeline.mode import Mode
from vcam.recognizers.people_gallery import Gallery, Person, to_bytes
from vcam.recognizers.people_gates import Fault
from vcam.recognizers.people_model import load_card
from vcam.recognizers.people_reader import SeenFace
from vcam.settings.writing import Unwritable

from .people_desk import SITI, enrol, files, seen


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
