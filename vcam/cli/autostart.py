"""`vcam autostart`: start vcam at login, or no longer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from vcam.cli.options import json_option, print_json


@click.group()
def autostart() -> None:
    """Start vcam when you log in, or no longer."""


@autostart.command("on")
@json_option
def turn_on(as_json: bool) -> None:
    """Start vcam at every login from now on."""
    from vcam.autostart.choose import choose_autostart

    chosen = choose_autostart()
    _tell(chosen.turn_on(), chosen.standing(), as_json)


@autostart.command("off")
@json_option
def turn_off(as_json: bool) -> None:
    """No longer start vcam at login; one that runs goes on."""
    from vcam.autostart.choose import choose_autostart

    chosen = choose_autostart()
    _tell(chosen.turn_off(), chosen.standing(), as_json)


@autostart.command("status")
@json_option
def status(as_json: bool) -> None:
    """Tell whether vcam starts at login."""
    from vcam.autostart.choose import choose_autostart

    _tell((), choose_autostart().standing(), as_json)


def _tell(done: tuple[str, ...], standing: Any, as_json: bool) -> None:
    if as_json:
        print_json(asdict(standing) | {"done": list(done)})
        return
    for line in done:
        click.echo(line)
    state = "on" if standing.on else "off"
    click.echo(f"autostart is {state} ({standing.where})")
    if standing.note:
        click.echo(f"  {standing.note}")
