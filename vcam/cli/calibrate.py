"""`vcam calibrate`: personal thresholds, found with the person in front of the camera."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from vcam.cli.asking import answering, connect, names_in
from vcam.cli.options import print_json
from vcam.core.errors import VcamError

if TYPE_CHECKING:
    from vcam.control.client import Client

LOOK_EVERY_S = 0.25

CLEAR_LINE = "\r\x1b[K"

_OVER = ("done", "failed", "cancelled")

_ANSWERED = names_in(lambda state: [g["name"] for g in state["gestures"] if g["answered"]])


@click.command()
@click.argument("gestures", nargs=-1, shell_complete=_ANSWERED)
@click.option("--cancel", is_flag=True, help="Give up the calibration that goes on.")
@answering
def calibrate(gestures: tuple[str, ...], cancel: bool, as_json: bool) -> None:
    """Find thresholds of your own.

    You talk for a minute, then show each pose three times. Without GESTURES, it takes the poses
    of one hand that your packs answer. Gestures are not answered
    meanwhile. Ctrl-C gives up, and changes nothing.
    """
    client = connect()
    if cancel:
        outcome = client.run({"do": "calibrate", "cancel": True})
        if as_json:
            print_json(outcome)
        else:
            click.echo(outcome["message"])
        return
    client.run({"do": "calibrate", "gestures": list(gestures) or None})
    try:
        calibration = _follow(client, as_json)
    except KeyboardInterrupt:
        if is_terminal() and not as_json:
            click.echo(CLEAR_LINE, nl=False)
        client.run({"do": "calibrate", "cancel": True})
        raise VcamError("Cancelled", "the thresholds stay as they are") from None
    if calibration["phase"] != "done":
        raise VcamError(calibration["message"], "try again: vcam calibrate")
    if not as_json:
        click.echo(results_text(calibration))


def is_terminal() -> bool:
    """Whether a line can be replaced where the output goes."""
    return sys.stdout.isatty()


def _follow(client: Client, as_json: bool) -> Mapping[str, Any]:
    """Shows how it goes on until it is over; the calibration as it is then."""
    in_place = is_terminal() and not as_json
    seen: tuple[object, ...] = ()
    for state in client.watch(LOOK_EVERY_S):
        calibration: dict[str, Any] | None = state["calibration"]
        if calibration is None:
            raise VcamError("The calibration has gone", "vcam was started again; try again")
        is_over = calibration["phase"] in _OVER
        step = calibration["phase"], calibration["gesture"], calibration["take"]
        if in_place:
            click.echo(CLEAR_LINE + ("" if is_over else step_line(calibration)), nl=False)
        elif step != seen and as_json:
            print_json(calibration)
        elif step != seen and not is_over:
            click.echo(step_line(calibration))
        seen = step
        if is_over:
            return calibration
    raise AssertionError("a state comes for as long as there is a daemon")


def step_line(calibration: Mapping[str, Any]) -> str:
    """What the person is to do now, and for how long, in one line.

    Args:
        calibration: wire form of `vcam.control.state.CalibrationState`.
    """
    take = f" ({calibration['take']} of {calibration['takes']})" if calibration["take"] else ""
    line = f"{calibration['message']}{take}"
    if calibration["left_s"]:
        line += f"  {calibration['left_s']:.0f} s, {calibration['total_left_s']:.0f} s in all"
    return line


def results_text(calibration: Mapping[str, Any]) -> str:
    """What came of it, a line for each gesture.

    Args:
        calibration: wire form of `vcam.control.state.CalibrationState`, done.
    """
    widest = max((len(result["gesture"]) for result in calibration["results"]), default=0)
    lines = [calibration["message"]]
    for result in calibration["results"]:
        change = f"{result['before']:.2f} -> " if result["changed"] else ""
        lines.append(
            f"  {result['gesture']:{widest}}  {change}{result['enter']:.2f}  {result['message']}"
        )
    return "\n".join(lines)
