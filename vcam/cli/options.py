"""Options and printing that several commands share."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from vcam.core.errors import VcamError

Command = TypeVar("Command", bound=Callable[..., Any])


class FiniteRange(click.FloatRange):
    """A number within bounds; unlike its base class, never `nan` or `inf`."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number.

        Raises:
            click.BadParameter: it is none, out of bounds, or not finite.
        """
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


def settings_options(command: Command) -> Command:
    """Adds `--config` and `--set`."""
    command = click.option(
        "--set",
        "overrides",
        metavar="KEY=VALUE",
        multiple=True,
        help="Set one setting for this run, such as triggers.defaults.dwell_ms=700; repeatable.",
    )(command)
    return click.option(
        "--config",
        "config_file",
        type=click.Path(path_type=Path),
        help="Settings file [default: $VCAM_CONFIG or the user's own].",
    )(command)


def json_option(command: Command) -> Command:
    """Adds `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")(command)


def tell_left_out(error: VcamError) -> None:
    """Tells of a thing that cannot be used where all else goes on without it."""
    click.echo(f"vcam: {error}; left out", err=True)


def print_json(data: Any) -> None:
    """Prints one line of JSON, at once, so that a reader can follow.

    It is ASCII: neither a terminal's code page nor a file name that is no Unicode can spoil it.
    """
    click.echo(json.dumps(data))
