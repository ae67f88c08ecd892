"""`vcam stop`: ends the daemon, also one that takes no commands."""

from __future__ import annotations

import os
import signal
import sys
import time

import click

from vcam.cli.asking import answering, connect
from vcam.cli.options import FiniteRange, print_json
from vcam.core.errors import VcamError

POLL_S = 0.05


@click.command()
@click.option(
    "--wait",
    "wait_s",
    type=FiniteRange(min=0),
    default=10,
    show_default=True,
    help="Seconds to wait for its end.",
)
@answering
def stop(wait_s: float, as_json: bool) -> None:
    """End vcam, and wait until it has ended."""
    from vcam.control.client import NoDaemonError, PageOffError
    from vcam.control.instance import running_pid

    pid = running_pid()
    try:
        connect().run({"do": "stop"})
    except PageOffError as error:
        _terminate(error)
    except NoDaemonError:
        # It may have gone while it answered.
        if pid is None:
            raise
    deadline = time.monotonic() + wait_s
    while running_pid() is not None:
        if time.monotonic() > deadline:
            raise VcamError(f"vcam (pid {pid}) has not ended within {wait_s:g} s", _by_force(pid))
        time.sleep(POLL_S)
    if as_json:
        print_json({"message": "vcam has ended", "data": {"pid": pid}})
    else:
        click.echo("vcam has ended")


def _terminate(error: VcamError) -> None:
    pid = getattr(error, "pid", None)
    if pid is None or sys.platform == "win32":
        # Windows knows no polite request: what os.kill does there leaves devices as they are.
        raise error
    try:
        os.kill(pid, signal.SIGTERM)
    except OSError as failure:
        raise VcamError(
            f"vcam (pid {pid}) cannot be ended ({failure.strerror})", _by_force(pid)
        ) from None


def _by_force(pid: int | None) -> str:
    if pid is None or sys.platform == "win32":
        return "end it where it was started"
    return f"kill -9 {pid}"
