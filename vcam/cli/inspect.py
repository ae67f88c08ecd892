"""`vcam devices` and `vcam doctor`: what there is, and what is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vcam.cli.options import json_option, print_json, settings_options


@click.command()
@json_option
def devices(as_json: bool) -> None:
    """List cameras, and the devices that vcam writes to.

    Of cameras, all that could be read; of devices, also who reads them.
    """
    from vcam.control.client import Client
    from vcam.control.instance import running_pid
    from vcam.lab.device_list import (
        camera_json,
        camera_text,
        list_outputs,
        mark_untouched,
        output_text,
    )
    from vcam.lab.doctor_devices import spare_finder

    running = running_pid()
    finder = spare_finder(running)
    # Where cameras are listed by opening them, the daemon's is not to be had.
    may_list = finder.has_nodes or running is None
    cameras = finder.list_cameras() if may_list else ()
    cameras = mark_untouched(cameras, finder.untouched)
    outputs = list_outputs(running, finder, lambda: Client.connect().state())
    if as_json:
        for data in [*map(camera_json, cameras), *(output.as_json() for output in outputs)]:
            print_json(data)
        return
    click.echo("Cameras:")
    if not may_list:
        click.echo("  the running vcam has them; stop it to list them")
    elif not cameras:
        click.echo("  none was found; try: vcam doctor")
    for camera in cameras:
        _echo_indented(camera_text(camera))
    click.echo("Outputs:")
    if not outputs:
        click.echo("  none")
    for output in outputs:
        _echo_indented(output_text(output))


def _echo_indented(lines: list[str]) -> None:
    for line in lines:
        click.echo(f"  {line}")


@click.command()
@settings_options
@json_option
def doctor(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Look for what keeps vcam from working; tell how to mend it."""
    from vcam.lab.checks import checks_text, has_failures
    from vcam.lab.doctor import run_doctor

    checks = []
    for check in run_doctor(config_file, overrides):
        checks.append(check)
        if as_json:
            print_json(check.as_json())
    if not as_json:
        click.echo(checks_text(checks))
    if has_failures(checks):
        sys.exit(1)
