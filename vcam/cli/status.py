"""`vcam status`: what the daemon does now."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from vcam.cli.asking import answering, connect
from vcam.cli.options import print_json

if TYPE_CHECKING:
    from vcam.control.client import Client

CLEAR = "\x1b[H\x1b[J"
"""Cursor to the top left, then everything after it away: less flicker than clearing first."""


@click.command()
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C.")
@answering
def status(watch: bool, as_json: bool) -> None:
    """Tell what vcam does now.

    That is: camera, who watches, outputs, packs, profile, settings, figures.
    With --watch a terminal shows it anew twice a second; anything else gets one line for each
    change.
    """
    from vcam.cli.status_text import status_text

    client = connect()
    if watch:
        try:
            _watch(client, as_json)
        except KeyboardInterrupt:
            return
    elif as_json:
        print_json(client.state())
    else:
        click.echo(status_text(client.state()))


def _watch(client: Client, as_json: bool) -> None:
    from vcam.cli.status_text import change_line, status_text

    in_place = sys.stdout.isatty() and not as_json
    seen: int | str | None = None
    for state in client.watch():
        if in_place:
            click.echo(f"{CLEAR}{status_text(state)}")
            continue
        news = state["version"] if as_json else change_line(state)
        if news == seen:
            continue
        seen = news
        if as_json:
            print_json(state)
        else:
            click.echo(f"{time.strftime('%H:%M:%S')}  {news}")
