"""`vcam selfie`: a selfie by command, or by a key that the desktop binds to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from vcam.cli.asking import answering, connect
from vcam.cli.options import print_json
from vcam.core.errors import VcamError

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
    before = client.state()
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
    names = _saved(client, before) if is_begun and not no_wait else []
    if as_json:
        print_json({**outcome, "data": {**outcome["data"], "names": names}})
    elif names:
        click.echo("\n".join(f"Saved {name}" for name in names))
    else:
        click.echo(outcome["message"])


def _saved(client: Client, before: Mapping[str, Any]) -> list[str]:
    """Names of the files, once the selfie is over.

    Raises:
        VcamError: there are none.
    """
    known = {picture["name"] for picture in before["pictures"]}
    for state in client.watch(LOOK_EVERY_S):
        if state["selfie"] is not None:
            continue
        names = [p["name"] for p in reversed(state["pictures"]) if p["name"] not in known]
        if names:
            return names
        problems = [line for line in state["notices"] if line not in before["notices"]]
        raise VcamError("; ".join(problems) or "The selfie was cancelled", "see: vcam status")
    raise AssertionError("a state comes for as long as there is a daemon")
