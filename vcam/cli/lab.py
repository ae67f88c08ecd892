"""`vcam lab`: measuring, on pictures, on clips, and on this machine."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcam.cli.bench import bench
from vcam.cli.options import FiniteRange, json_option, print_json, settings_options
from vcam.cli.streams import progress_is_seen

if TYPE_CHECKING:
    from vcam.lab.film import Kind

_NEW_FILE = click.Path(path_type=Path, dir_okay=False, writable=True)


@click.group()
def lab() -> None:
    """Measure recognition and speed."""


lab.add_command(bench)


@lab.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--label",
    "labels",
    metavar="FOLDER=POSE",
    multiple=True,
    help="What a folder's name stands for, such as 2=v_sign; repeatable.",
)
@click.option("--html", type=_NEW_FILE, help="Write a report with plots and pictures.")
@click.option("--figures", type=_NEW_FILE, help="Write the summary, as JSON.")
@settings_options
@json_option
def images(
    folder: Path,
    labels: tuple[str, ...],
    html: Path | None,
    figures: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Recognise the pictures of FOLDER, and judge the result.

    FOLDER holds one folder a class.
    """
    from vcam.cli.weights import ensure_weights
    from vcam.daemon.loading import load_packs
    from vcam.daemon.recognition import HandRecognizer
    from vcam.daemon.thresholds import answered_gestures, card_thresholds
    from vcam.lab.images import ImagesRun, find_pictures, summary_text
    from vcam.lab.images_page import ImagesPage
    from vcam.lab.replay_run import write_text
    from vcam.poses.vocabulary import GESTURES
    from vcam.settings.loader import load_settings

    settings = load_settings(config_file, overrides).settings
    meanings = _parsed_labels(labels)
    pictures = find_pictures(folder)
    ensure_weights()
    run = ImagesRun(
        HandRecognizer.load(settings.vision),
        settings.triggers,
        meanings=meanings,
        card=card_thresholds(),
        answered=answered_gestures(load_packs(settings.reactions)),
    )
    report = ImagesPage(GESTURES, meanings)
    hidden = as_json or not progress_is_seen()
    with click.progressbar(run.run(pictures), len(pictures), file=sys.stderr, hidden=hidden) as bar:
        for result in bar:
            if html is not None:
                report.add(result)
            if as_json:
                print_json(result.as_json())
    summary = run.summary()
    if figures is not None:
        write_text(figures, json.dumps(summary, indent=1) + "\n")
    if html is not None:
        write_text(html, report.html(summary))
    if as_json:
        print_json({"summary": summary})
    else:
        click.echo(summary_text(summary))
    if run.errors == len(pictures):
        sys.exit(1)


@lab.command()
@click.argument("clips", nargs=-1, required=True, metavar="CLIP...")
@click.option(
    "--all", "watch_all", is_flag=True, help="Watch for every pose, not just those with an answer."
)
@click.option(
    "--negative", is_flag=True, help="In clips without labels every start counts as false."
)
@click.option("--curve", is_flag=True, help="Also try other values of enter on what was seen.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--html", type=_NEW_FILE, help="Write a report with plots and pictures.")
@click.option("--figures", type=_NEW_FILE, help="Write what it all comes to, as JSON.")
@click.option(
    "--save-readings", type=_NEW_FILE, help="Keep what was seen (.npz), to be replayed as a CLIP."
)
@settings_options
@json_option
def replay(
    clips: tuple[str, ...],
    watch_all: bool,
    negative: bool,
    curve: bool,
    jobs: int,
    html: Path | None,
    figures: Path | None,
    save_readings: Path | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Play each CLIP, and tell what starts when.

    A CLIP is a video file, a folder of them, demo, or synthetic film such as
    synth:negative?minutes=10&seed=1. It goes through vision and triggers as in a run.

    Watched for are the gestures that the packs answer which are on, as in the daemon.

    Labels beside a clip (NAME.csv, or labels.csv with a column clip) are compared with it.
    """
    from vcam.cli.weights import ensure_weights
    from vcam.lab.clips import find_clips
    from vcam.lab.playing import PlayPlan, watched_gestures
    from vcam.lab.replay_run import Keeping, run
    from vcam.lab.replay_text import replay_text
    from vcam.poses.vocabulary import GESTURES
    from vcam.settings.loader import load_settings

    settings = load_settings(config_file, overrides).settings
    ensure_weights()
    plan = PlayPlan(settings, GESTURES if watch_all else watched_gestures(settings), negative)
    keeping = Keeping(curve, html, figures, save_readings)
    results = []
    for result in run(find_clips(clips), plan, keeping, jobs):
        results.append(result)
        if as_json:
            print_json(result.as_json())
    if not as_json:
        click.echo(replay_text(results, keeping.found))
    if any(result.error for result in results):
        sys.exit(1)


@lab.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--kind",
    type=click.Choice(["negative", "poses", "mixed"]),
    default="mixed",
    show_default=True,
    help="Ordinary movement, deliberate poses, or both.",
)
@click.option("--minutes", type=FiniteRange(0.05, 6000), help="How long [default: 1].")
@click.option("--hours", type=FiniteRange(0.001, 100), help="The same in hours.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of all chance.")
@click.option("--fps", type=FiniteRange(1, 120), default=30, show_default=True, help="Frame rate.")
@click.option("--gestures", default="", help="Shown on purpose [default: v_sign,thumb_up,metal].")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@json_option
def synth(
    out: Path,
    kind: Kind,
    minutes: float | None,
    hours: float | None,
    seed: int,
    fps: float,
    gestures: str,
    jobs: int,
    as_json: bool,
) -> None:
    """Draw clips of people at a camera, with labels.

    They go into the folder OUT, each with a CSV beside it. The same seed gives the same clips.
    """
    from vcam.lab.film import FilmSpec
    from vcam.lab.synth import write_film

    if minutes is not None and hours is not None:
        raise click.UsageError("--minutes and --hours mean the same: give one of them")
    names = tuple(name.strip() for name in gestures.split(",") if name.strip())
    length = hours * 60 if hours is not None else minutes or 1.0
    spec = FilmSpec(kind, length, seed, fps, names)
    hidden = as_json or not progress_is_seen()
    written = write_film(out, spec, jobs)
    with click.progressbar(written, spec.takes, file=sys.stderr, hidden=hidden) as bar:
        for clip in bar:
            if as_json:
                print_json(clip)
    if not as_json:
        click.echo(f"{spec.takes} clips in {out}; vcam lab replay {out} judges them")


@lab.command()
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--page", type=_NEW_FILE, help="Also write a page in Markdown that shows them.")
@json_option
def gallery(out: Path, page: Path | None, as_json: bool) -> None:
    """Draw every effect of the shipped packs, moving.

    The pictures go into the folder OUT, with an index in JSON.
    """
    from vcam.lab.gallery import Gallery, shipped_packs
    from vcam.lab.replay_run import write_text

    made = Gallery(out, shipped_packs())
    hidden = as_json or not progress_is_seen()
    total = 0
    with click.progressbar(made.write(), made.total, file=sys.stderr, hidden=hidden) as bar:
        for entry in bar:
            total += entry.bytes
            if as_json:
                print_json(asdict(entry))
    if page is not None:
        write_text(page, made.page(Path(os.path.relpath(out, page.parent)).as_posix()))
    if not as_json:
        click.echo(f"{made.total} pictures in {out}, {total / 2**20:.1f} MiB")


def _parsed_labels(labels: tuple[str, ...]) -> dict[str, str]:
    meanings = {}
    for text in labels:
        folder, equals, pose = text.rpartition("=")
        if not (folder and equals and pose):
            raise click.BadParameter(f"{text!r} is not FOLDER=POSE", param_hint="--label")
        meanings[folder] = pose
    return meanings
