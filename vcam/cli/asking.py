"""What all commands share that speak to the running daemon."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from vcam.cli.options import json_option, print_json
from vcam.core.errors import VcamError

if TYPE_CHECKING:
    from vcam.control.client import Client

NO_DAEMON_STATUS = 3
"""Exit status where no daemon runs; 1 is any other failure, 2 a wrong use of the command line."""

COMPLETION_TIMEOUT_S = 0.5
"""Longest that a person who presses Tab waits for names."""

Function = TypeVar("Function", bound=Callable[..., Any])


def exit_status(error: VcamError) -> int:
    """The exit status that tells of `error`."""
    from vcam.control.client import NoDaemonError

    return NO_DAEMON_STATUS if isinstance(error, NoDaemonError) else 1


def answering(function: Function) -> Function:
    """Adds `--json`, and tells failures in that form where it is given."""

    @functools.wraps(function)
    def wrapper(*args: Any, as_json: bool, **options: Any) -> Any:
        try:
            return function(*args, as_json=as_json, **options)
        except VcamError as error:
            if not as_json:
                raise
            print_json({"error": error.message, "fix": error.fix})
            sys.exit(exit_status(error))

    return json_option(wrapper)  # type: ignore[return-value]


def connect() -> Client:
    """The running daemon; raises as `Client.connect` does."""
    from vcam.control.client import Client

    return Client.connect()


def order(command: Mapping[str, Any], as_json: bool) -> None:
    """Has one command carried out, and tells what came of it.

    Raises:
        VcamError: it was refused, or there is nobody to carry it out.
    """
    outcome = connect().run(command)
    if as_json:
        print_json(outcome)
    else:
        click.echo(outcome["message"])


def names_in(choose: Callable[[Mapping[str, Any]], list[str]]) -> Callable[..., list[str]]:
    """A completion of names that the running daemon knows; none where there is no daemon.

    Args:
        choose: takes the names out of the state's wire form.
    """

    def complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
        from vcam.control.client import Client

        try:
            state = Client.connect(timeout_s=COMPLETION_TIMEOUT_S).state()
        except VcamError:
            return []
        return [name for name in choose(state) if name.startswith(incomplete)]

    return complete
