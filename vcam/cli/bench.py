"""`vcam lab bench`: what everything costs on this machine, in real time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcam.cli.options import (
    FiniteRange,
    json_option,
    print_json,
    settings_options,
    tell_left_out,
)

if TYPE_CHECKING:
    from vcam.lab.bench import BenchPlan
    from vcam.settings.schema import Settings

MAX_SIDE = 7680
"""As in the settings."""


@click.command()
@click.option("--clip", default="demo", show_default=True, help="Clip to play, over and over.")
@click.option("--size", metavar="WxH", help="Size of the pictures [default: the clip's].")
@click.option("--fps", type=FiniteRange(1, 120), help="Their rate [default: the clip's].")
@click.option("--seconds", type=FiniteRange(1), help="How long [default: 20; each effect: 6].")
@click.option(
    "--effect", help="What drawing costs: an effect, several as A+B+C, all (one by one), or none."
)
@click.option(
    "--background",
    type=click.Choice(["none", "blur", "colour", "gradient"]),
    help="With --effect: what is behind the person [default: as in the settings].",
)
@settings_options
@json_option
def bench(
    clip: str,
    size: str | None,
    fps: float | None,
    seconds: float | None,
    effect: str | None,
    background: str | None,
    config_file: Path | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Run everything on a clip in real time, and tell what it costs."""
    from vcam.app import leave_stragglers
    from vcam.cli.weights import ensure_weights
    from vcam.lab.bench import BenchPlan, bench_text, run_bench
    from vcam.settings.loader import load_settings

    if background is not None and effect is None:
        raise click.UsageError("--background belongs to --effect")
    usual_s = 20.0 if effect is None else 6.0
    plan = BenchPlan(clip, _parsed_size(size), fps, seconds or usual_s)
    settings = load_settings(config_file, overrides).settings
    ensure_weights()
    if effect is not None:
        _bench_effects(plan, settings, effect, background, as_json)
    else:
        result = run_bench(plan, settings)
        if as_json:
            print_json(result.as_json())
        else:
            click.echo(bench_text(result))
    leave_stragglers()


def _bench_effects(
    plan: BenchPlan, settings: Settings, effect: str, background: str | None, as_json: bool
) -> None:
    from vcam.daemon.loading import load_found
    from vcam.effects.naming import find_groups
    from vcam.lab.effect_bench import costs_text, run_effect_bench, with_background

    packs = load_found(settings.reactions, tell_left_out)
    if background is not None:
        settings = with_background(settings, background)
    costs = []
    for cost in run_effect_bench(plan, settings, packs, find_groups(effect, packs)):
        costs.append(cost)
        if as_json:
            print_json(cost.as_json())
    if not as_json:
        click.echo(costs_text(costs))


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
