"""Who is there: names, attendance, and what is forgotten."""

from __future__ import annotations

import errno
import os

import pytest

from vcam.control.commands import ChangeSettings, Forget, ForgetPerson
from vcam.core.errors import VcamError
from vcam.daemon import private_file
from vcam.daemon.private_file import PersonalError
from vcam.settings.writing import Unwritable

from .fake_pipeline import start_of
from .people_desk import enrol, files, seen


def switch_on(desk, **settings):
    settings = {"enabled": True, **settings}
    desk.daemon.run(ChangeSettings(set={f"people.{key}": on for key, on in settings.items()}))


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


def test_nobody_is_present_whom_nobody_has_seen_lately(desk, look):
    enrol(desk, look)
    switch_on(desk)
    assert look(seen("Siti")).people[0].present
    desk.clock.advance(60)
    assert not desk.daemon.state().people.people[0].present
