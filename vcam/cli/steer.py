"""The commands that steer the running daemon."""

from __future__ import annotations

import click

from vcam.cli.asking import answering, connect, names_in, order
from vcam.cli.options import print_json
from vcam.core.errors import VcamError

SWITCH = click.Choice(["on", "off"])

_ACTIVE_PACKS = names_in(lambda state: [pack["name"] for pack in state["packs"] if pack["on"]])
_GESTURES = names_in(lambda state: [gesture["name"] for gesture in state["gestures"]])
_ANSWERED = names_in(lambda state: [g["name"] for g in state["gestures"] if g["answered"]])
_PROFILES = names_in(lambda state: list(state["profiles"]))
_EFFECTS = names_in(
    lambda state: [
        effect["name"] for pack in state["packs"] if pack["on"] for effect in pack["effects"]
    ]
)


@click.command()
@answering
def pause(as_json: bool) -> None:
    """Close the camera and show the pause picture."""
    order({"do": "pause"}, as_json)


@click.command()
@answering
def resume(as_json: bool) -> None:
    """End a pause or a freeze."""
    order({"do": "resume"}, as_json)


@click.command()
@answering
def freeze(as_json: bool) -> None:
    """Hold the present picture."""
    order({"do": "freeze"}, as_json)


@click.command()
@answering
def snap(as_json: bool) -> None:
    """Save the present picture, and tell where."""
    order({"do": "snapshot"}, as_json)


@click.command()
@click.argument("gesture", shell_complete=_ANSWERED)
@answering
def react(gesture: str, as_json: bool) -> None:
    """Play what answers GESTURE, such as v_sign, without showing it."""
    order({"do": "react", "gesture": gesture}, as_json)


@click.command()
@click.argument("pack", shell_complete=_ACTIVE_PACKS)
@click.argument("effect", shell_complete=_EFFECTS)
@answering
def play(pack: str, effect: str, as_json: bool) -> None:
    """Play one EFFECT of a PACK that is on."""
    order({"do": "play", "pack": pack, "effect": effect}, as_json)


@click.command()
@click.argument("switch", type=SWITCH)
@answering
def reactions(switch: str, as_json: bool) -> None:
    """Switch all answers to gestures on or off, for good."""
    order({"do": "reactions", "on": switch == "on"}, as_json)


@click.command()
@click.argument("switch", type=SWITCH)
@click.argument("name", shell_complete=_GESTURES)
@answering
def gesture(switch: str, name: str, as_json: bool) -> None:
    """Let the gesture NAME start (on) or never (off), for good."""
    order({"do": "gesture", "name": name, "on": switch == "on"}, as_json)


@click.command()
@click.argument("name", required=False, shell_complete=_PROFILES)
@click.option("--none", "no_profile", is_flag=True, help="Go back to none, or to automatic choice.")
@answering
def profile(name: str | None, no_profile: bool, as_json: bool) -> None:
    """Apply the profile NAME of the settings."""
    if (name is None) != no_profile:
        raise click.UsageError("Give either the name of a profile or --none.")
    order({"do": "profile", "name": name}, as_json)


@click.command()
@answering
def undo(as_json: bool) -> None:
    """Take back what has come last, and note it as a mistake."""
    order({"do": "undo"}, as_json)


@click.command()
@answering
def reload(as_json: bool) -> None:
    """Read the settings file and the packs again."""
    order({"do": "reload"}, as_json)


@click.command()
@click.argument("start", required=False, metavar="[ID]", type=click.IntRange(min=1))
@click.option("--undo", is_flag=True, help="It was none after all.")
@answering
def wrong(start: int | None, undo: bool, as_json: bool) -> None:
    """Note that the newest start of a gesture was a mistake.

    With ID, the start of that number in `vcam history`.
    """
    if start is None:
        starts = connect().history()
        if not starts:
            raise VcamError("Nothing has started yet", "see: vcam history")
        start = starts[0]["id"]
    order({"do": "wrong", "start": start, "wrong": not undo}, as_json)


@click.command()
@answering
def history(as_json: bool) -> None:
    """List the gestures that have started, the newest first."""
    import time

    starts = connect().history()
    if as_json:
        for start in starts:
            print_json(start)
        return
    if not starts:
        click.echo("Nothing has started yet")
    for start in starts:
        day = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(start["at"]))
        effects = ", ".join(start["effects"]) or "nothing played"
        marks = [mark for mark in ("wrong", "undone") if start[mark]]
        mark = click.style(f"  {', '.join(marks)}", fg="yellow") if marks else ""
        click.echo(
            f"{start['id']:4}  {day}  {start['gesture']}  held {start['held_ms']} ms, score "
            f"{start['score']:.2f}, {effects}{mark}"
        )


@click.command(name="open")
@click.option("--print", "only_print", is_flag=True, help="Print the link; open nothing.")
@answering
def open_page(only_print: bool, as_json: bool) -> None:
    """Open the page in the browser.

    Without a browser, or with --print, the link is printed; it works once.
    """
    link = connect().link()
    if as_json:
        print_json({"url": link})
    elif only_print or not _opened(link):
        click.echo(link)


def _opened(link: str) -> bool:
    import os
    import sys
    import webbrowser

    graphical = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    if sys.platform.startswith("linux") and not graphical:
        # Python would start a browser in the terminal, which cannot show the page.
        return False
    return webbrowser.open(link)
