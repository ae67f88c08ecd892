"""`vcam poses`: poses of your own, taught before the camera."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vcam.cli.asking import answering, connect, names_in, order
from vcam.cli.calibrate import CLEAR_LINE, is_terminal
from vcam.cli.options import print_json
from vcam.core.errors import VcamError

if TYPE_CHECKING:
    from vcam.control.client import Client

LOOK_EVERY_S = 0.25

_WORKING = ("countdown", "taking", "training")

_TAUGHT = names_in(lambda state: [pose["name"] for pose in state["teaching"]["poses"]])


@click.group(invoke_without_command=True)
@click.pass_context
def poses(ctx: click.Context) -> None:
    """Teach vcam poses of your own, and look after them."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_poses)


@poses.command("list")
@answering
def list_poses(as_json: bool) -> None:
    """Tell which poses were taught, and how well they are told apart."""
    teaching = connect().state()["teaching"]
    if as_json:
        print_json(teaching)
    else:
        click.echo(poses_text(teaching))


@poses.command()
@click.argument("name", shell_complete=_TAUGHT)
@click.option("--samples", type=click.IntRange(1, 300), default=30, show_default=True)
@click.option(
    "--countdown", type=click.FloatRange(0, 30), default=3, show_default=True, metavar="SECONDS"
)
@click.option("--no-train", is_flag=True, help="Only take samples; teach other poses first.")
@click.option("--yes", is_flag=True, help="Let it go live without asking.")
@answering
def teach(
    name: str, samples: int, countdown: float, no_train: bool, yes: bool, as_json: bool
) -> None:
    """Teach vcam the pose NAME.

    Hold it before the camera, and turn and move the hand a little meanwhile. Teaching a pose again
    adds samples to it. Afterwards all taught poses are learnt anew, and you are
    told how well they are told apart before they go live. Ctrl-C stops; what was taken stays.
    """
    client = connect()
    client.run({"do": "teach", "pose": name, "samples": samples, "countdown_s": countdown})
    try:
        teaching = _follow(client, as_json)
    except KeyboardInterrupt:
        if is_terminal() and not as_json:
            click.echo(CLEAR_LINE, nl=False)
        client.run({"do": "teach", "pose": name, "cancel": True})
        raise VcamError("Stopped", "what was taken stays; see: vcam poses list") from None
    if teaching["phase"] == "failed":
        raise VcamError(teaching["message"], f"try again: vcam poses teach {name}")
    if no_train:
        if as_json:
            print_json(teaching)
        else:
            click.echo(poses_text(teaching))
        return
    _learn(client, yes, as_json)


@poses.command()
@click.option("--yes", is_flag=True, help="Let it go live without asking.")
@answering
def train(yes: bool, as_json: bool) -> None:
    """Learn the taught poses from their samples."""
    _learn(connect(), yes, as_json)


@poses.command()
@click.argument("name", required=False, shell_complete=_TAUGHT)
@click.option("--all", "every", is_flag=True, help="Forget all taught poses.")
@answering
def forget(name: str | None, every: bool, as_json: bool) -> None:
    """Delete the taught pose NAME with its samples."""
    if (name is None) != every:
        raise click.UsageError("give the name of one pose, or --all")
    order({"do": "forget_pose", "pose": name}, as_json)


@poses.command()
@click.argument("name", shell_complete=_TAUGHT)
@click.argument("to")
@answering
def rename(name: str, to: str, as_json: bool) -> None:
    """Give the taught pose NAME another name.

    What it plays, and its thresholds, go with it.
    """
    order({"do": "rename_pose", "pose": name, "to": to}, as_json)


@poses.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Write over FILE.")
@answering
def export(file: Path, force: bool, as_json: bool) -> None:
    """Write the taught poses to FILE, which holds no picture.

    A name that ends in .tflite gets a network for other programs; any other a file that `vcam
    poses import` takes.
    """
    if file.suffix == ".keras":
        raise VcamError(
            "vcam itself writes no .keras",
            "vcam poses export mine.vcamposes, then with the extra train: "
            f"python -m training poses export-taught mine.vcamposes --keras {file.name}",
        )
    if file.exists() and not force:
        raise VcamError(f"{file} exists", "choose another name, or give --force")
    content = connect().export_poses("tflite" if file.suffix == ".tflite" else "vcam")
    try:
        file.write_bytes(content)
    except OSError as error:
        raise VcamError(f"{file} cannot be written ({error.strerror})") from error
    if as_json:
        print_json({"file": str(file), "size": len(content)})
    else:
        click.echo(f"Wrote {file}")


@poses.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@answering
def install(file: Path, as_json: bool) -> None:
    """Take the poses of an exported FILE in; they are live at once."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise VcamError(f"{file} cannot be read ({error.strerror})") from error
    names = connect().install_poses(content)
    if as_json:
        print_json({"poses": names})
    else:
        click.echo(f"Taken in: {', '.join(names)}")


def _learn(client: Client, yes: bool, as_json: bool) -> None:
    """Learns, shows the judgement, and asks before it goes live."""
    client.run({"do": "train"})
    teaching = _follow(client, as_json)
    if teaching["phase"] == "failed":
        raise VcamError(teaching["message"], "what was live before still is")
    if as_json:
        print_json(teaching)
    else:
        click.echo(judgement_text(teaching))
    if not yes and not (not as_json and is_terminal() and click.confirm("Let it go live?")):
        if not as_json:
            click.echo("Not live yet: vcam poses train --yes lets it go live")
        return
    outcome = client.run({"do": "use_taught", "on": True})
    if not as_json:
        click.echo(outcome["message"])


def _follow(client: Client, as_json: bool) -> Mapping[str, Any]:
    """Shows how it goes on until it is over; how teaching stands then."""
    in_place = is_terminal() and not as_json
    seen = ""
    for state in client.watch(LOOK_EVERY_S):
        teaching: dict[str, Any] = state["teaching"]
        is_over = teaching["phase"] not in _WORKING
        line = "" if is_over else step_line(teaching)
        if in_place:
            click.echo(CLEAR_LINE + line, nl=False)
        elif line and not as_json and teaching["message"] != seen:
            click.echo(line)
        seen = teaching["message"]
        if is_over:
            return teaching
    raise AssertionError("a state comes for as long as there is a daemon")


def step_line(teaching: Mapping[str, Any]) -> str:
    """What the person is to do now, in one line.

    Args:
        teaching: wire form of `vcam.control.state.TeachingState`.
    """
    if teaching["phase"] == "countdown":
        return f"{teaching['pose']} in {teaching['countdown_s']:.0f} s"
    if teaching["phase"] == "taking":
        return f"{teaching['message']}  {teaching['left']} samples to go"
    return f"{teaching['message']} …"


def poses_text(teaching: Mapping[str, Any]) -> str:
    """What `vcam poses list` prints.

    Args:
        teaching: as of `step_line`.
    """
    if not teaching["poses"]:
        return "No pose has been taught. Teach one with `vcam poses teach NAME`"
    widest = max(len(pose["name"]) for pose in teaching["poses"])
    return "\n".join(_pose_line(pose, widest) for pose in teaching["poses"])


def judgement_text(teaching: Mapping[str, Any]) -> str:
    """How well the poses are told apart, on samples that they were not learnt from.

    Args:
        teaching: as of `step_line`, in the phase `judged`.
    """
    classes = teaching["classes"]
    widest = max(map(len, classes))
    columns = [max(5, len(name)) for name in classes]
    lines = [
        f"Learnt in {teaching['trained_in_s']:.1f} s. Held-out samples:",
        "",
        f"{'pose':{widest}}  {'precision':>9}  {'recall':>6}  samples  looks like",
    ]
    for pose in teaching["poses"]:
        figures = pose["figures"]
        if figures is not None:
            alike = ", ".join(f"{name} {share:.0%}" for name, share in figures["look_alikes"])
            precision = _share(figures["precision"])
            lines.append(
                f"{pose['name']:{widest}}  {precision:>9}  {_share(figures['recall']):>6}  "
                f"{figures['support']:>7}  {alike or '-'}"
            )
    lines += ["", "shown, and taken for:"]
    head = "  ".join(f"{name:>{width}}" for name, width in zip(classes, columns, strict=True))
    lines.append(f"{'':{widest}}  {head}")
    for name, row in zip(classes, teaching["confusion"], strict=True):
        shown = "  ".join(f"{each:>{width}}" for each, width in zip(row, columns, strict=True))
        lines.append(f"{name:{widest}}  {shown}")
    if teaching["message"]:
        lines += ["", *teaching["message"].split("; ")]
    return "\n".join(lines)


def _pose_line(pose: Mapping[str, Any], widest: int) -> str:
    told = "came with vcam" if pose["ready_made"] else f"{len(pose['samples'])} samples"
    parts = [told, "live" if pose["live"] else "not live"]
    if pose["figures"] is not None:
        parts.append(f"recall {_share(pose['figures']['recall'])}")
    if pose["answer"]:
        parts.append(f"plays {pose['answer']}")
    return f"{pose['name']:{widest}}  {', '.join(parts)}"


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
