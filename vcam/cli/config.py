"""`vcam config`: where the settings are, what they are, and what they may be."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from vcam.cli.options import json_option, print_json, settings_options

_file_option = click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="Settings file [default: $VCAM_CONFIG or the user's own].",
)


@click.group()
def config() -> None:
    """Look at the settings, check them, change them."""


@config.command()
def path() -> None:
    """Tell where the settings file is, or would be."""
    from vcam.settings.loader import config_path

    click.echo(config_path())


@config.command()
@settings_options
@json_option
def show(config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show all settings in force, and where they came from."""
    from vcam.settings.explain import effective_data, effective_yaml
    from vcam.settings.loader import load_settings

    loaded = load_settings(config_file, overrides)
    if as_json:
        print_json(effective_data(loaded))
    else:
        click.echo(effective_yaml(loaded), nl=False)


@config.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Check a settings file; exit status 1 if it cannot be used."""
    from vcam.settings.loader import load_settings

    loaded = load_settings(file)
    if loaded.from_file:
        click.echo(f"{loaded.path} is right")
    else:
        click.echo(f"There is no {loaded.path}: the defaults are in force")


@config.command(name="set")
@click.argument("assignments", metavar="KEY=VALUE...", nargs=-1, required=True)
@_file_option
@json_option
def set_values(assignments: tuple[str, ...], config_file: Path | None, as_json: bool) -> None:
    """Set settings in the file, such as camera.fps=15.

    Its comments stay. A vcam that runs takes the change over within a second.
    """
    from vcam.settings.wishes import assignment

    _change(config_file, dict(map(assignment, assignments)), (), as_json)


@config.command()
@click.argument("keys", metavar="KEY...", nargs=-1, required=True)
@_file_option
@json_option
def unset(keys: tuple[str, ...], config_file: Path | None, as_json: bool) -> None:
    """Take settings out of the file: the defaults hold again."""
    _change(config_file, {}, keys, as_json)


@config.command()
@_file_option
def edit(config_file: Path | None) -> None:
    """Open the file in your editor, and check it afterwards.

    The editor is $VISUAL or $EDITOR, else what this system has.
    """
    from vcam.settings.loader import config_path, load_settings

    file = config_file or config_path()
    if not file.exists():
        _change(file, {}, (), as_json=False)
    click.edit(filename=str(file))
    click.echo(f"{load_settings(file).path} is right")


def _change(
    config_file: Path | None, values: dict[str, Any], keys: Sequence[str], as_json: bool
) -> None:
    from vcam.core.errors import SettingsError
    from vcam.settings.changes import changed_keys, needed
    from vcam.settings.fields import APPLIES_TEXT
    from vcam.settings.store import SettingsStore

    store = SettingsStore(config_file, must_exist=False)
    before = store.loaded.settings
    after = store.change(values, keys).settings
    if store.warning:
        raise SettingsError(store.warning)
    changed = changed_keys(before, after)
    needs = needed(changed)
    if as_json:
        print_json({"file": str(store.path), "changed": list(changed), "needs": list(needs)})
        return
    click.echo(f"{store.path} is saved; changed: {', '.join(changed) or 'nothing'}")
    for need in needs:
        click.echo(f"  in a vcam that runs: {APPLIES_TEXT[need]}")


@config.command()
@click.argument("key", default="")
@json_option
def explain(key: str, as_json: bool) -> None:
    """Explain a setting such as camera.fps, a section, or everything."""
    from vcam.settings import explain as explanations

    if as_json:
        print_json(explanations.explain_data(key))
    else:
        click.echo(explanations.explain(key))


@config.command()
def schema() -> None:
    """Print the JSON Schema of a settings file, for editors."""
    from vcam.settings.explain import json_schema

    click.echo(json.dumps(json_schema(), indent=2))
