"""`vcam run` and `vcam demo`: the daemon in the foreground."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vcam.cli.options import FiniteRange, settings_options, tell_left_out


def _run_options(command: click.decorators.FC) -> click.decorators.FC:
    for option in (
        click.option("-v", "--verbose", is_flag=True, help="Show more of what happens."),
        click.option("--seconds", type=FiniteRange(min=0), help="End after so many seconds."),
        click.option(
            "--record", type=click.Path(path_type=Path), help="Also record to this .mp4 or .avi."
        ),
    ):
        command = option(command)
    return settings_options(command)


@click.command()
@click.option(
    "--source",
    metavar="SOURCE",
    help="Read this instead of the camera of the settings: a device, a clip, a folder of "
    "pictures, or demo.",
)
@_run_options
def run(source: str | None, **options: Any) -> None:
    """Read the camera, answer poses, publish the virtual camera.

    Ctrl-C ends it, and so does `vcam stop`.
    """
    _run(source, **options, must_recognize=False)


@click.command()
@click.option(
    "--effect",
    metavar="NAME",
    help="Play this effect over and over: its name, pack/name, A+B for several, or list.",
)
@_run_options
def demo(effect: str | None, **options: Any) -> None:
    """Run the same on a bundled clip, without a camera.

    Its page shows the picture at once (vcam open); Ctrl-C ends it.
    """
    # The clip is there to be seen; nobody has to open the virtual camera for it.
    always = ("camera.when=always", *options.pop("overrides"))
    encore: list[tuple[str, str]] = []
    source = "demo"
    if effect is not None:
        encore, names, for_two = _found_effects(effect, options["config_file"], always)
        if effect == "list":
            click.echo("\n".join(names))
            return
        packs = json.dumps(sorted({pack for pack, _ in encore}))
        always = (*always, f"reactions.packs={packs}")
        source = "demo-two-hands" if for_two else source
    _run(source, **options, overrides=always, must_recognize=True, encore=encore)


def _found_effects(
    effect: str, config_file: Path | None, overrides: tuple[str, ...]
) -> tuple[list[tuple[str, str]], list[str], bool]:
    """The effects that are meant, the names of all, and whether it takes two hands to see one."""
    from vcam.daemon.loading import load_found
    from vcam.effects.naming import effect_names, find_groups
    from vcam.settings.loader import load_settings

    reactions = load_settings(config_file, overrides).settings.reactions
    packs = load_found(reactions, tell_left_out)
    names = [f"{pack}/{name}" for pack, name in effect_names(packs)]
    if effect == "list":
        return [], names, False
    meant = [each for group in find_groups(effect, packs) for each in group]
    specs = [pack.effects[name].spec for pack in packs for own, name in meant if own == pack.name]
    for_two = any(
        getattr(spec, "anchor", "") == "hands.between" or getattr(spec, "to", None) == "other_hand"
        for spec in specs
    )
    return meant, names, for_two


def _run(
    source: str | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    record: Path | None,
    seconds: float | None,
    verbose: bool,
    must_recognize: bool,
    encore: Sequence[tuple[str, str]] = (),
) -> None:
    from vcam.app import leave_stragglers, run_daemon
    from vcam.cli.weights import ensure_weights
    from vcam.control.instance import InstanceLock
    from vcam.core.errors import WeightsError
    from vcam.settings.store import SettingsStore

    if record is not None:
        overrides = (*overrides, f"outputs.record_to={json.dumps(str(record))}")
    if verbose:
        overrides = (*overrides, "log_level=debug")
    store = SettingsStore(config_file, overrides)
    with InstanceLock():
        try:
            ensure_weights()
        except WeightsError as error:
            if must_recognize:
                raise
            click.echo(f"vcam: {error}", err=True)
            click.echo("vcam: the camera goes on without hand recognition", err=True)
        run_daemon(store, source, seconds, encore)
    leave_stragglers()
