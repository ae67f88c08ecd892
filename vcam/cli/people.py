"""`vcam people`: who is recognised, and who was seen when."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcam.cli.asking import answering, connect, names_in
from vcam.cli.calibrate import CLEAR_LINE, is_terminal
from vcam.cli.options import print_json
from vcam.core.errors import VcamError

if TYPE_CHECKING:
    from vcam.control.client import Client
    from vcam.daemon.people_files import PeopleFiles

LOOK_EVERY_S = 0.25

CONSENT = (
    "vcam will keep numbers of {name}'s face on this machine, to recognise them before this "
    "camera.\nHas {name} agreed to that?"
)

_KNOWN = names_in(lambda state: [each["name"] for each in state["people"]["people"]])


@click.group()
def people() -> None:
    """Enrol people to be recognised, and forget them again."""


@click.command(name="list")
@answering
def list_(as_json: bool) -> None:
    """List who is enrolled.

    Works with and without a running vcam.
    """
    told = _told()
    if as_json:
        for person in told["people"]:
            print_json(person)
        return
    if not told["people"]:
        click.echo("Nobody is enrolled")
    for person in told["people"]:
        day = time.strftime("%Y-%m-%d", time.localtime(person["since"]))
        here = ", seen now" if person["present"] else ""
        click.echo(f"{person['name']}  {person['faces']} looks, enrolled {day}{here}")
    if told["problem"]:
        click.echo(f"vcam: {told['problem']}", err=True)


@click.command()
@click.argument("name", required=False)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    help="Take pictures of this folder in place of the camera.",
)
@click.option("--consent", is_flag=True, help="The person has agreed; else you are asked.")
@click.option("--cancel", is_flag=True, help="Give up the enrolment that goes on.")
@answering
def enrol(
    name: str | None, folder: Path | None, consent: bool, cancel: bool, as_json: bool
) -> None:
    """Enrol NAME, before the camera or from pictures.

    The running vcam tells what to do: look at the camera, turn a little to both sides, up and
    down. Who was enrolled before under this name is replaced. Pictures are not kept, but numbers
    made of them.
    """
    if cancel:
        _say(connect().run({"do": "enrol", "name": name or "-", "cancel": True}), as_json)
        return
    if name is None:
        raise VcamError("There is no name", "say who: vcam people enrol NAME")
    if not (consent or (is_terminal() and not as_json and _agreed(name))):
        raise VcamError(f"{name} has to agree to being recognised", "ask, then give --consent")
    if folder is not None:
        _say(_enrol_folder(name, folder), as_json)
        return
    client = connect()
    client.run({"do": "enrol", "name": name, "consent": True})
    try:
        enrolment = _follow(client, as_json)
    except KeyboardInterrupt:
        client.run({"do": "enrol", "name": name, "cancel": True})
        raise VcamError("Cancelled", "nothing was kept") from None
    if enrolment["phase"] != "done":
        raise VcamError(enrolment["message"], f"try again: vcam people enrol {name}")
    if not as_json:
        click.echo(enrolment["message"])


@click.command()
@click.argument("name", shell_complete=_KNOWN)
@answering
def forget(name: str, as_json: bool) -> None:
    """Delete NAME: the face, and the attendance."""
    _say(_forget(name), as_json)


@click.command(name="forget-all")
@answering
def forget_all(as_json: bool) -> None:
    """Delete everybody, and the attendance."""
    _say(_forget(None), as_json)


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="As a table for a spreadsheet.")
@answering
def attendance(as_csv: bool, as_json: bool) -> None:
    """Tell who was seen on which day, from when to when.

    Noted only while people.enabled and people.attendance are on. Works with and without a running
    vcam; what it has seen in the last minute may not be on disk yet.
    """
    from vcam.daemon import people_attendance as log

    lines = log.Attendance(_files().attendance()).lines
    if as_csv:
        click.echo(log.as_csv(lines), nl=False)
        return
    if not lines and not as_json:
        click.echo("Nobody was noted")
    for line in lines:
        told = line.told()
        if as_json:
            print_json(told.model_dump(mode="json"))
            continue
        first, last = (log.local(at).strftime("%H:%M") for at in (told.first, told.last))
        click.echo(f"{told.day}  {told.name}  {first} to {last}, {told.minutes:.0f} min")


for _command in (list_, enrol, forget, forget_all, attendance):
    people.add_command(_command)


def enrolment_line(enrolment: Mapping[str, Any]) -> str:
    """What the person is to do now, in one line.

    Args:
        enrolment: wire form of `vcam.control.state.EnrolmentState`.
    """
    line = f"{enrolment['message']}  ({enrolment['taken']} of {enrolment['wanted']})"
    return f"{line}  {enrolment['problem']}" if enrolment["problem"] else line


def _agreed(name: str) -> bool:
    return click.confirm(CONSENT.format(name=name), default=False)


def _say(outcome: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(outcome)
    else:
        click.echo(outcome["message"])
        for line in outcome["data"].get("refused", ()):
            click.echo(f"  left out {line}")


def _follow(client: Client, as_json: bool) -> Mapping[str, Any]:
    """Shows how it goes on until it is over; the enrolment as it is then."""
    in_place = is_terminal() and not as_json
    seen: tuple[object, ...] = ()
    for state in client.watch(LOOK_EVERY_S):
        enrolment: dict[str, Any] | None = state["people"]["enrolment"]
        if enrolment is None:
            raise VcamError("The enrolment has gone", "vcam was started again; try again")
        is_over = enrolment["phase"] != "looking"
        step = enrolment["phase"], enrolment["message"], enrolment["taken"]
        if in_place:
            click.echo(CLEAR_LINE + ("" if is_over else enrolment_line(enrolment)), nl=False)
        elif step != seen and as_json:
            print_json(enrolment)
        elif step != seen and not is_over:
            click.echo(enrolment_line(enrolment))
        seen = step
        if is_over:
            return enrolment
    raise AssertionError("a state comes for as long as there is a daemon")


def _files() -> PeopleFiles:
    from vcam.daemon.people_files import PeopleFiles
    from vcam.daemon.private_file import personal_folder

    return PeopleFiles(personal_folder())


def _told() -> Mapping[str, Any]:
    """Wire form of `vcam.control.state.PeopleState`, from the daemon or from the files."""
    from vcam.control.client import NoDaemonError, PageOffError

    try:
        told: dict[str, Any] = connect().state()["people"]
    except (NoDaemonError, PageOffError):
        files = _files()
        known = files.gallery().people
        return {
            "people": [
                {
                    "name": each.name,
                    "faces": len(each.faces),
                    "since": each.since,
                    "present": False,
                }
                for each in known
            ],
            "problem": files.problem,
        }
    return told


def _enrol_folder(name: str, folder: Path) -> Mapping[str, Any]:
    from vcam.control.client import NoDaemonError
    from vcam.daemon.people_folder import FolderReader
    from vcam.recognizers.people_gallery import Person, checked_name

    name = checked_name(name)
    found = FolderReader.load().read(folder)
    _files().add(Person(name, time.time(), found.faces))
    with suppress(NoDaemonError):
        # Who is enrolled is read again with settings and packs.
        connect().run({"do": "reload"})
    message = f"{name} is enrolled with {len(found.faces)} pictures"
    return {"message": message, "data": {"refused": list(found.refused)}}


def _forget(name: str | None) -> Mapping[str, Any]:
    """As the daemon does it, or in the files without one; the wire form of an outcome."""
    from vcam.control.client import NoDaemonError
    from vcam.daemon.history import StartHistory
    from vcam.daemon.personal import HISTORY_FILE
    from vcam.daemon.private_file import PrivateFile, personal_folder

    try:
        return connect().run({"do": "forget_person", "name": name})
    except NoDaemonError:
        message = _files().forget(name)
        StartHistory(file=PrivateFile(personal_folder() / HISTORY_FILE)).forget_person(name)
    return {"message": message, "data": {}}
