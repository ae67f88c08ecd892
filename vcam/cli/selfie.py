"""`vcam selfie`: a selfie by command, or by a key that the desktop binds to it."""

from __future__ import annotations

import sys
from collections.abc import Container
from typing import TYPE_CHECKING

import click

from vcam.cli.asking import answering, connect
from vcam.cli.options import print_json

if TYPE_CHECKING:
    from vcam.control.client import Client

LOOK_EVERY_S = 0.25


@click.command()
@click.option(
    "--take",
    type=click.Choice(["still", "burst", "strip", "clip"]),
    help="One picture, several in a row, a strip of four, or a clip.",
)
@click.option(
    "--in", "countdown_s", type=click.FloatRange(0, 30), metavar="SECONDS", help="Count down from."
)
@click.option(
    "--looks",
    type=click.Choice(["decorated", "clean", "both"]),
    help="With the effects that others see, without, or both.",
)
@click.option("--cancel", is_flag=True, help="Give up the selfie that goes on.")
@click.option("--no-wait", is_flag=True, help="Do not wait until it is saved.")
@answering
def selfie(
    take: str | None,
    countdown_s: float | None,
    looks: str | None,
    cancel: bool,
    no_wait: bool,
    as_json: bool,
) -> None:
    """Take a selfie, and tell where it is.

    While one goes on, the same command gives it up. What is not said here is as the settings have
    it (selfie).
    """
    client = connect()
    known = {picture["name"] for picture in client.state()["pictures"]}
    outcome = client.run(
        {
            "do": "selfie",
            "take": take,
            "countdown_s": countdown_s,
            "looks": looks,
            "cancel": cancel,
        }
    )
    is_begun = "take" in outcome["data"]
    names, problem = _saved(client, known) if is_begun and not no_wait else ([], "")
    if as_json:
        told = {"error": problem} if problem else {}
        print_json({**outcome, **told, "data": {**outcome["data"], "names": names}})
    elif names:
        click.echo("\n".join(f"Saved {name}" for name in names))
    elif not problem:
        click.echo(outcome["message"])
    if problem:
        if not as_json:
            click.echo(f"vcam: {problem}", err=True)
        sys.exit(1)


def _saved(client: Client, known: Container[str]) -> tuple[list[str], str]:
    """Names of the files once the selfie is over, and what went wrong, if only in part."""
    for state in client.watch(LOOK_EVERY_S):
        if state["selfie"] is not None:
            continue
        names = [p["name"] for p in reversed(state["pictures"]) if p["name"] not in known]
        cancelled = "" if names else "The selfie was cancelled"
        return names, state["selfie_problem"] or cancelled
    raise AssertionError("a state comes for as long as there is a daemon")
