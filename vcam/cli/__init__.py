"""The command line. Every command imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import click

from vcam import __version__
from vcam.cli.autostart import autostart
from vcam.cli.calibrate import calibrate
from vcam.cli.completion import completion
from vcam.cli.config import config
from vcam.cli.group import CommandGroup
from vcam.cli.inspect import devices, doctor
from vcam.cli.lab import lab
from vcam.cli.models import models
from vcam.cli.packs import pack
from vcam.cli.people import people
from vcam.cli.poses import poses
from vcam.cli.privacy import privacy
from vcam.cli.run import demo, run
from vcam.cli.selfie import selfie
from vcam.cli.status import status
from vcam.cli.steer import (
    freeze,
    gesture,
    history,
    open_page,
    pause,
    play,
    profile,
    react,
    reactions,
    reload,
    resume,
    snap,
    undo,
    wrong,
)
from vcam.cli.stop import stop
from vcam.cli.weights import weights


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="vcam")
def main() -> None:
    """A virtual camera that answers hand poses with stickers, on the CPU."""


assert isinstance(main, CommandGroup)
main.add_sections(
    {
        "Run": (run, demo, stop, autostart),
        "Steer the vcam that runs": (
            status,
            open_page,
            pause,
            resume,
            freeze,
            snap,
            selfie,
            reload,
        ),
        "Stickers and gestures": (
            react,
            play,
            undo,
            pack,
            gesture,
            reactions,
            profile,
            history,
            wrong,
            calibrate,
            poses,
        ),
        "Set up and look after": (
            config,
            models,
            people,
            privacy,
            devices,
            doctor,
            weights,
            completion,
            lab,
        ),
    }
)
