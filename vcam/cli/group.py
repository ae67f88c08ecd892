"""The group of all commands: how their help is ordered, and how their failures are told."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import click

from vcam.cli.asking import exit_status
from vcam.cli.streams import prepare_streams
from vcam.core.errors import VcamError


class CommandGroup(click.Group):
    """Tells expected failures in one line on stderr; 1 is the exit status, 3 without a daemon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections: dict[str, Sequence[click.Command]] = {}

    def add_sections(self, sections: Mapping[str, Sequence[click.Command]]) -> None:
        """Adds commands; the help lists them under these titles, in this order."""
        self._sections.update(sections)
        for commands in sections.values():
            for command in commands:
                self.add_command(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the sections, their columns aligned."""
        widest = max(len(name) for name in self.commands)
        for title, commands in self._sections.items():
            rows = [
                (f"{command.name:{widest}}", command.get_short_help_str(limit=formatter.width))
                for command in commands
            ]
            with formatter.section(title):
                formatter.write_dl(rows)

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs on streams that may be closed or lack characters."""
        prepare_streams()
        _ignore_harmless_warnings()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except VcamError as error:
            click.echo(f"vcam: {error}", err=True)
            sys.exit(exit_status(error))
        except ImportError as error:
            # Native code that this machine cannot load, or a package that somebody removed.
            click.echo(f"vcam: a package does not load ({error}): install vcam again", err=True)
            sys.exit(1)


def _ignore_harmless_warnings() -> None:
    """For the whole process, once: `warnings.catch_warnings` is not safe beside other threads."""
    # Of sizes, which are bounded where pictures are opened, and of oddities in EXIF data.
    warnings.filterwarnings("ignore", module="PIL")
    # Of a missing XDG_RUNTIME_DIR, instead of which another folder is taken.
    warnings.filterwarnings("ignore", message=r".*XDG_RUNTIME_DIR.*falling back")
