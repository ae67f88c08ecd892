"""`vcam config`: where the settings are, what they are, and what they may be."""

from __future__ import annotations

import json
from pathlib import Path

import click

from vcam.cli.options import json_option, print_json, settings_options


@click.group()
def config() -> None:
    """Look at the settings and check them."""


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
