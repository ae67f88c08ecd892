"""`vcam devices` and `vcam doctor`: what there is, and what is wrong with it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from vcam.cli.options import json_option, print_json, settings_options


@click.command()
@json_option
def devices(as_json: bool) -> None:
    """List the cameras that vcam could read, with their formats."""
    from vcam.capture.devices import list_cameras

    cameras = list_cameras()
    if as_json:
        for camera in cameras:
            print_json(asdict(camera))
        return
    if not cameras:
        click.echo("No camera was found; try: vcam doctor")
    for camera in cameras:
        kind = "  (virtual)" if camera.is_loopback else ""
        click.echo(f"{camera.device}  {camera.name}{kind}")
        if camera.problem:
            click.echo(f"    {camera.problem}")
        for mode in camera.modes:
            rates = ", ".join(f"{fps:g}" for fps in mode.fps)
            click.echo(f"    {mode.fourcc}  {mode.width}x{mode.height}  {rates} fps".rstrip())


@click.command()
@settings_options
@json_option
def doctor(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Look for what keeps vcam from working, and tell how to mend it."""
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
