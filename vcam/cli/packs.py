"""`vcam pack`: switching packs, and making, checking and moving them."""

from __future__ import annotations

import getpass
import json
import tempfile
from pathlib import Path

import click

from vcam.cli.asking import answering, names_in, order
from vcam.cli.options import json_option, print_json, settings_options
from vcam.core.errors import PackError

_ALL = names_in(lambda state: [pack["name"] for pack in state["packs"]])


@click.group()
def pack() -> None:
    """Switch sticker packs on and off; make, check and install them."""


@pack.command("on")
@click.argument("name", shell_complete=_ALL)
@answering
def switch_on(name: str, as_json: bool) -> None:
    """Switch the sticker pack NAME on, for good."""
    order({"do": "pack", "name": name, "on": True}, as_json)


@pack.command("off")
@click.argument("name", shell_complete=_ALL)
@answering
def switch_off(name: str, as_json: bool) -> None:
    """Switch the sticker pack NAME off, for good."""
    order({"do": "pack", "name": name, "on": False}, as_json)


@pack.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--author", help="Who draws it [default: your user name].")
@answering
def new(folder: Path, author: str | None, as_json: bool) -> None:
    """Make a pack in FOLDER, as a start for your own.

    It is named like the folder. A name alone makes it where vcam finds it.
    """
    from vcam.daemon.loading import user_pack_folder
    from vcam.packs.scaffold import new_pack

    if len(folder.parts) == 1 and not folder.is_absolute():
        folder = user_pack_folder() / folder
    made = new_pack(folder, author or _user_name())
    if as_json:
        print_json({"file": str(made)})
    else:
        click.echo(f"Made {made}")
        click.echo(
            f"Look at it with `vcam pack preview {folder}`, use it with `vcam pack on "
            f"{folder.name}`"
        )


@pack.command()
@click.argument("folder", type=click.Path(path_type=Path))
@answering
def check(folder: Path, as_json: bool) -> None:
    """Tell whether vcam can use the pack in FOLDER.

    And what is probably not meant.
    """
    from vcam.packs.checking import check_pack
    from vcam.poses.vocabulary import GESTURES

    checked = check_pack(folder.resolve(), GESTURES)
    if as_json:
        print_json(
            {
                "name": checked.pack.name,
                "effects": list(checked.pack.effects),
                "decoded_mib": checked.decoded_mib,
                "warnings": list(checked.warnings),
            }
        )
        return
    for warning in checked.warnings:
        click.echo(f"note: {warning}")
    count = len(checked.pack.effects)
    click.echo(
        f"{checked.pack.name} is good: {count} effect{'' if count == 1 else 's'}, "
        f"{checked.decoded_mib:.1f} MiB in memory"
    )


@pack.command()
@click.argument("archive", type=click.Path(path_type=Path), metavar="FILE.zip")
@click.option("--replace", is_flag=True, help="Take the place of an installed pack of its name.")
@answering
def install(archive: Path, replace: bool, as_json: bool) -> None:
    """Install the pack of a zip file, wholly or not at all."""
    from vcam.daemon.loading import user_pack_folder
    from vcam.packs.store import PackStore

    store = PackStore(user_pack_folder())
    installed = store.install(archive, replace)
    folder = store.folder / installed.name
    if as_json:
        print_json({"name": installed.name, "folder": str(folder)})
    else:
        click.echo(f"Installed {installed.title} by {installed.author} ({installed.licence})")
        click.echo(f"Switch it on with `vcam pack on {installed.name}`")


@pack.command()
@click.argument("name", shell_complete=_ALL)
@answering
def remove(name: str, as_json: bool) -> None:
    """Delete a pack that you installed or made."""
    from vcam.daemon.loading import user_pack_folder
    from vcam.packs.store import PackStore

    folder = PackStore(user_pack_folder()).remove(name)
    if as_json:
        print_json({"removed": str(folder)})
    else:
        click.echo(f"Removed {folder}")


@pack.command()
@click.argument("name_or_folder", shell_complete=_ALL)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.zip")
@settings_options
@answering
def export(
    name_or_folder: str,
    file: Path,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write a pack to FILE.zip, which `vcam pack install` takes."""
    from vcam.daemon.loading import user_pack_folder
    from vcam.packs.store import PackStore

    folder = _pack_folder(name_or_folder, config_file, overrides)
    written = PackStore(user_pack_folder()).export(folder, file)
    if as_json:
        print_json({"file": str(written)})
    else:
        click.echo(f"Wrote {written}")


@pack.command()
@click.argument("name_or_folder", shell_complete=_ALL)
@click.option("--effect", help="This effect alone.")
@click.option(
    "--to",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the page to this file, and do not open it.",
)
@settings_options
@answering
def preview(
    name_or_folder: str,
    effect: str | None,
    file: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show every effect of a pack, moving, in a web browser.

    It needs neither camera nor a running vcam.
    """
    from vcam.effects.pack import load_pack
    from vcam.packs.preview_page import moving_effects, moving_gestures, preview_page

    shown = load_pack(_pack_folder(name_or_folder, config_file, overrides))
    effects = list(moving_effects(shown, effect))
    gestures = list(moving_gestures(shown)) if effect is None else []
    target = file or Path(tempfile.mkdtemp(prefix="vcam-preview-")) / f"{shown.name}.html"
    try:
        target.write_text(preview_page(shown, effects, gestures), encoding="utf-8")
    except OSError as error:
        raise PackError(
            f"{target} cannot be written ({error.strerror or error})", "name another file"
        ) from None
    if as_json:
        print_json({"file": str(target), "effects": [each.name for each in effects]})
    else:
        click.echo(f"Wrote {target}")
    if file is None:
        click.launch(target.resolve().as_uri())


@pack.command()
@json_option
def schema(as_json: bool) -> None:
    """Print the JSON Schema of pack.yaml, for editors."""
    from vcam.packs.scaffold import pack_schema

    if as_json:
        print_json(pack_schema())
    else:
        click.echo(json.dumps(pack_schema(), indent=1))


def _pack_folder(name: str, config_file: Path | None, overrides: tuple[str, ...]) -> Path:
    """A folder that is named, or the pack of that name that vcam finds."""
    from vcam.daemon.loading import found_packs
    from vcam.daemon.naming import unknown
    from vcam.settings.loader import load_settings

    folder = Path(name)
    if len(folder.parts) > 1 or (folder / "pack.yaml").is_file():
        return folder.resolve()
    packs = found_packs(load_settings(config_file, overrides).settings.reactions)
    if name not in packs:
        raise unknown("sticker pack", name, packs)
    return packs[name]


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "me"
