"""`vcam lab`: measuring, on pictures, on clips, and on this machine."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from vcam.cli.options import FiniteRange, json_option, print_json, settings_options
from vcam.cli.streams import progress_is_seen

MAX_SIDE = 7680
"""As in the settings."""


@click.group()
def lab() -> None:
    """Measure recognition and speed."""


@lab.command()
@click.argument("folder", type=click.Path(path_type=Path))
@settings_options
@json_option
def images(
    folder: Path, config_file: Path | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Recognise the pictures of FOLDER, and judge the result.

    FOLDER holds one folder a class.
    """
    from vcam.cli.weights import ensure_weights
    from vcam.daemon.loading import load_packs
    from vcam.daemon.recognition import HandRecognizer
    from vcam.daemon.thresholds import answered_gestures, card_thresholds
    from vcam.lab.images import ImagesRun, find_pictures, summary_text
    from vcam.settings.loader import load_settings

    settings = load_settings(config_file, overrides).settings
    pictures = find_pictures(folder)
    ensure_weights()
    run = ImagesRun(
        HandRecognizer.load(settings.vision),
        settings.triggers,
        card=card_thresholds(),
        answered=answered_gestures(load_packs(settings.reactions)),
    )
    hidden = as_json or not progress_is_seen()
    with click.progressbar(run.run(pictures), len(pictures), file=sys.stderr, hidden=hidden) as bar:
        for result in bar:
            if as_json:
                print_json(result.as_json())
    summary = run.summary()
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
@settings_options
@json_option
def replay(
    clips: tuple[str, ...],
    watch_all: bool,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Play each CLIP (or demo), and tell what starts when.

    It goes through vision and triggers as in a run.

    Watched for are the gestures that the packs answer which are on, as in the daemon.

    Labels beside a clip (NAME.csv, or labels.csv with a column clip) are compared with it.
    """
    from vcam.cli.weights import ensure_weights
    from vcam.lab.replay import replay_text, run_replay
    from vcam.poses.vocabulary import GESTURES
    from vcam.settings.loader import load_settings

    settings = load_settings(config_file, overrides).settings
    ensure_weights()
    results = []
    gestures = GESTURES if watch_all else None
    for result in run_replay(clips, settings, gestures=gestures):
        results.append(result)
        if as_json:
            print_json(result.as_json())
    if not as_json:
        click.echo(replay_text(results))
    if any(result.error for result in results):
        sys.exit(1)


@lab.command()
@click.option("--clip", default="demo", show_default=True, help="Clip to play, over and over.")
@click.option("--size", metavar="WxH", help="Size of the pictures [default: the clip's].")
@click.option("--fps", type=FiniteRange(1, 120), help="Their rate [default: the clip's].")
@click.option("--seconds", type=FiniteRange(1), default=20, show_default=True, help="How long.")
@settings_options
@json_option
def bench(
    clip: str,
    size: str | None,
    fps: float | None,
    seconds: float,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run everything on a clip in real time, and tell what it costs."""
    from vcam.cli.weights import ensure_weights
    from vcam.lab.bench import BenchPlan, bench_text, run_bench
    from vcam.settings.loader import load_settings

    plan = BenchPlan(clip, _parsed_size(size), fps, seconds)
    settings = load_settings(config_file, overrides).settings
    ensure_weights()
    result = run_bench(plan, settings)
    if as_json:
        print_json(result.as_json())
    else:
        click.echo(bench_text(result))


def _parsed_size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise click.BadParameter(f"{text!r} is no size such as 1280x720", param_hint="--size")
    size = int(width), int(height)
    if not all(16 <= side <= MAX_SIDE for side in size):
        raise click.BadParameter(
            f"{text!r}: sides are from 16 to {MAX_SIDE} pixels", param_hint="--size"
        )
    return size
