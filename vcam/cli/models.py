"""`vcam models`: image models that look at the picture beside the hands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcam.cli.asking import answering
from vcam.cli.options import print_json, settings_options

if TYPE_CHECKING:
    from vcam.settings.schema import Settings


def _names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the models in the folder, for completion."""
    from vcam.core.errors import SettingsError

    try:
        folder = _folder(None, ())
    except SettingsError:
        return []
    return [each.stem for each in folder.glob("*.tflite") if each.stem.startswith(incomplete)]


LARGE_MB = 20
"""Loading holds the interpreter lock: 6 to 16 ms for a MobileNetV2, some 130 ms for large ones."""


@click.group(invoke_without_command=True)
@settings_options
@answering
@click.pass_context
def models(
    ctx: click.Context, config_file: Path | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Tell which image models there are, and what is wrong with them."""
    if ctx.invoked_subcommand is not None:
        return
    told = _told(_settings(config_file, overrides))
    if as_json:
        print_json(told)
        return
    click.echo(f"Models lie in {told['folder']}")
    if not told["models"]:
        click.echo("There are none. Add one with `vcam models install FILE.tflite`")
    for model in told["models"]:
        click.echo("")
        click.echo(f"{model['name']}: {model['title']} ({'on' if model['on'] else 'off'})")
        if model["problem"]:
            click.echo(f"  cannot be used: {model['problem']}")
            continue
        click.echo(f"  looks at the {model['region']}; classes: {', '.join(model['classes'])}")
        for label, text in (("for", model["intended_use"]), ("not for", model["not_for"])):
            if text:
                click.echo(f"  {label}: {text}")
    for problem in told["problems"]:
        click.echo("")
        click.echo(f"Problem: {problem}")


@models.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.tflite")
@settings_options
@answering
def install(
    file: Path, config_file: Path | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Check a model with its card, and copy both where vcam finds them.

    The card lies beside FILE.tflite. A vcam that runs notices by itself. A model of the same name
    is replaced.
    """
    from vcam.daemon.model_files import install_model

    folder = _folder(config_file, overrides)
    name = install_model(file, folder)
    if as_json:
        print_json({"name": name, "folder": str(folder)})
    else:
        click.echo(f"Installed {name} in {folder}")
    size_mb = (folder / f"{name}.tflite").stat().st_size / (1 << 20)
    if size_mb > LARGE_MB:
        late = f"{name} has {size_mb:.0f} MB: while it is loaded, pictures may come late"
        click.echo(f"vcam: {late}", err=True)


@models.command()
@click.argument("name", shell_complete=_names)
@settings_options
@answering
def remove(name: str, config_file: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Delete a model and its card."""
    from vcam.daemon.model_files import remove_model

    folder = _folder(config_file, overrides)
    remove_model(name, folder)
    if as_json:
        print_json({"removed": name, "folder": str(folder)})
    else:
        click.echo(f"Removed {name} from {folder}")


def _settings(config_file: Path | None, overrides: tuple[str, ...]) -> Settings:
    from vcam.settings.loader import load_settings

    return load_settings(config_file, overrides).settings


def _folder(config_file: Path | None, overrides: tuple[str, ...]) -> Path:
    from vcam.daemon.model_files import models_folder

    return models_folder(_settings(config_file, overrides).recognisers)


def _told(settings: Settings) -> dict[str, Any]:
    from vcam.daemon.model_files import ModelFolder, is_on, models_folder
    from vcam.daemon.recogniser_rules import known_of, rules_in_force

    section = settings.recognisers
    folder = models_folder(section)
    found = ModelFolder(tell=False).look(folder)
    problems = rules_in_force(section, known_of(found, settings)).problems
    rows = []
    for model in found:
        row: dict[str, Any] = {"name": model.name, "title": model.title, "on": False}
        row |= {"file": str(model.path), "problem": model.problem}
        if model.card is not None:
            card = model.card
            used = section.models.get(model.name)
            row["on"] = is_on(model, section)
            row["region"] = (used.region if used is not None else None) or card.region
            row |= {"classes": list(card.classes), "licence": card.licence}
            row |= {"intended_use": card.intended_use, "not_for": card.not_for}
        rows.append(row)
    return {"folder": str(folder), "models": rows, "problems": list(problems)}
