"""`vcam privacy`: everything that vcam keeps on this machine, and how to be rid of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

from vcam.cli.asking import answering, connect
from vcam.cli.options import print_json
from vcam.core.errors import SettingsError

KINDS = ("all", "wrong", "calibration", "history", "taught", "people", "attendance")

_FORGET_ALL = "vcam privacy forget"


@click.group()
def privacy() -> None:
    """Show or delete what vcam keeps of you."""


@click.command()
@answering
def show(as_json: bool) -> None:
    """Tell what is kept: what, where, how much, since when.

    Nothing of it leaves this machine. Works with and without a running vcam.
    """
    kept = _kept()
    if as_json:
        for item in kept:
            print_json(item)
    else:
        click.echo(kept_text(kept))


@click.command()
@click.argument("what", type=click.Choice(KINDS), default="all")
@answering
def forget(what: str, as_json: bool) -> None:
    """Delete what was learnt of you and others; without WHAT, all of it.

    WHAT is wrong (starts that you called wrong), calibration (your thresholds), history, taught
    (poses that you taught), people (who is enrolled, with the attendance) or attendance (that
    alone).
    Snapshots, recordings and settings are yours: no command deletes them.
    """
    from vcam.control.client import NoDaemonError

    try:
        outcome = connect().run({"do": "forget", "what": what})
    except NoDaemonError:
        outcome = _forget_files(what)
    if as_json:
        print_json(outcome)
    else:
        click.echo(outcome["message"])


privacy.add_command(show)
privacy.add_command(forget)


def kept_text(kept: Iterable[Mapping[str, Any]]) -> str:
    """What `vcam privacy show` prints.

    Args:
        kept: wire forms of `vcam.control.state.Kept`.
    """
    lines = ["vcam keeps this on this machine, and sends none of it anywhere:"]
    for item in kept:
        lines += ["", f"{item['kind']:12}{item['what']}"]
        lines += [f"{'':12}{line}" for line in _details(item)]
    return "\n".join(lines)


def _details(item: Mapping[str, Any]) -> list[str]:
    lines = []
    if item["path"]:
        lines.append(item["path"])
    told = []
    if item["count"] is not None:
        told.append("nothing now" if item["count"] == 0 else f"{item['count']} of them")
    if item["size"]:
        told.append(_bytes(item["size"]))
    if item["since"] is not None:
        told.append(f"since {_day(item['since'])}")
    if told:
        lines.append(", ".join(told))
    if item["forget"]:
        lines.append(f"to delete it: {_FORGET_ALL} {item['forget']}")
    return lines


def _kept() -> list[dict[str, Any]]:
    """Wire forms of all that is kept, from the running daemon or from the files."""
    from vcam.control.client import NoDaemonError, PageOffError

    try:
        items: list[dict[str, Any]] = connect().state()["kept"]["items"]
    except (NoDaemonError, PageOffError):
        return _kept_in_files()
    return items


def _kept_in_files() -> list[dict[str, Any]]:
    from vcam.daemon.history import StartHistory
    from vcam.daemon.kept import kept_state
    from vcam.daemon.personal import Personal
    from vcam.settings.loader import config_path, load_settings
    from vcam.settings.schema import Settings

    try:
        settings = load_settings().settings
    except SettingsError as error:
        # What is kept must be told whatever is wrong with the settings.
        click.echo(f"vcam: {error}", err=True)
        settings = Settings()
    personal = Personal(settings.personal)
    history = StartHistory(file=personal.history_file, keep=True)
    starts = [start.at for start in history.starts()]
    state = kept_state(settings, config_path(), personal, starts)
    return [item.model_dump(mode="json") for item in state.items]


def _forget_files(what: str) -> dict[str, Any]:
    """As the daemon does it; the wire form of an outcome.

    Raises:
        VcamError: some of it cannot be deleted; the rest is.
    """
    from vcam.daemon.forgetting import forget_kinds
    from vcam.daemon.people_files import PeopleFiles
    from vcam.daemon.personal import Personal
    from vcam.daemon.private_file import personal_folder
    from vcam.settings.schema import PersonalSettings

    personal, people = Personal(PersonalSettings()), PeopleFiles(personal_folder())
    outcome = forget_kinds(
        what,
        {
            "wrong": personal.learnt.forget,
            "calibration": personal.thresholds.forget,
            "history": personal.history_file.delete,
            "taught": personal.taught.forget,
            "people": lambda: people.forget(None),
            "attendance": lambda: people.keep_attendance(()),
        },
    )
    return outcome.model_dump(mode="json")


def _bytes(size: int) -> str:
    if size >= 1 << 20:
        return f"{size / (1 << 20):.1f} MB"
    return f"{size / 1024:.1f} kB" if size >= 1024 else f"{size} bytes"


def _day(at: float) -> str:
    import time

    return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
