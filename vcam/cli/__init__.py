"""The command line. Every command imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import sys
from typing import Any

import click

from vcam import __version__
from vcam.cli.asking import exit_status
from vcam.cli.autostart import autostart
from vcam.cli.completion import completion
from vcam.cli.config import config
from vcam.cli.inspect import devices, doctor
from vcam.cli.lab import lab
from vcam.cli.run import demo, run
from vcam.cli.status import status
from vcam.cli.steer import (
    freeze,
    gesture,
    history,
    open_page,
    pack,
    pause,
    play,
    profile,
    react,
    reactions,
    reload,
    resume,
    snap,
    wrong,
)
from vcam.cli.stop import stop
from vcam.cli.streams import prepare_streams
from vcam.cli.weights import weights
from vcam.core.errors import VcamError


class _Commands(click.Group):
    """Tells expected failures in one line on stderr; 1 is the exit status, 3 without a daemon."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        prepare_streams()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except VcamError as error:
            click.echo(f"vcam: {error}", err=True)
            sys.exit(exit_status(error))
        except ImportError as error:
            # Native code that this machine cannot load, or a package that somebody removed.
            click.echo(f"vcam: a package does not load ({error}): install vcam again", err=True)
            sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vcam")
def main() -> None:
    """A virtual camera that answers hand poses with stickers, on the CPU."""


for _command in (
    run,
    demo,
    stop,
    status,
    pause,
    resume,
    freeze,
    snap,
    react,
    play,
    pack,
    gesture,
    reactions,
    profile,
    reload,
    open_page,
    history,
    wrong,
    devices,
    doctor,
    autostart,
    weights,
    config,
    lab,
    completion,
):
    main.add_command(_command)
