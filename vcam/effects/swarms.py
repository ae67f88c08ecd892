"""Draws particles of every look."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import numpy as np

from vcam.core.events import LiveEffect
from vcam.effects.atlas import MAX_SIDE, MAX_SWAYING_SIDE, Atlas
from vcam.effects.blend import Blender
from vcam.effects.bursts import draw_bursts
from vcam.effects.chance import Numbers, chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Area, Swarm, swarm_at
from vcam.effects.glow import Dots, Spots, draw_dots, draw_streaks, draw_tails, tail_ages, twinkling
from vcam.effects.light import LightLayer
from vcam.effects.moment import Moment, Presence, presence
from vcam.effects.pack import Effect
from vcam.effects.paper import draw_paper
from vcam.effects.schema import AnchorName, ParticlesSpec, Point, Start, Whose


class Swarms:
    """Draws particles.

    Args:
        blender: lays down what is large.
    """

    def __init__(self, blender: Blender) -> None:
        self._blender = blender
        # Tails are soft; at half the size they cost a third.
        self._layer = LightLayer(2)
        self._atlas = Atlas()
        self._dots = Dots()

    def clear(self) -> None:
        """Forgets the pictures that it keeps."""
        self._atlas.clear()

    def draw(self, moment: Moment, effect: Effect, spec: ParticlesSpec, shown: LiveEffect) -> None:
        """Draws the pieces from everything that they start from."""
        now = presence(spec, shown, moment)
        if now.share <= 0:
            return
        elapsed_s, born_until_s = _times(spec, now, moment.taste.still)
        self._layer.begin(moment.canvas)
        count = moment.taste.count(spec.count)
        for area, visibility in areas(
            moment, spec.anchor, spec.start, spec.offset, spec.whose, shown, spec.size.most
        ):
            swarm = swarm_at(spec, area, shown.seed, elapsed_s, born_until_s, count)
            swarm = replace(swarm, size=swarm.size * moment.taste.size)
            share = now.share * visibility
            self._draw_look(moment, effect, spec, swarm, elapsed_s, share)
            if spec.burst is not None:
                draw_bursts(
                    self._spots(moment),
                    self._layer,
                    spec,
                    spec.burst,
                    area,
                    shown.seed,
                    elapsed_s,
                    born_until_s,
                    share,
                    count,
                    moment.taste.size,
                )
        self._layer.bring(moment.canvas, spec.blend == "screen", moment.person)

    def _spots(self, moment: Moment) -> Spots:
        """What draws points of light: on the picture, or on the layer that lies behind."""
        if moment.person is None:
            return partial(self._dots.draw, moment.canvas)
        return partial(self._layer.dots, self._dots)

    def _draw_look(
        self,
        moment: Moment,
        effect: Effect,
        spec: ParticlesSpec,
        swarm: Swarm,
        elapsed_s: float,
        share: float,
    ) -> None:
        canvas = moment.canvas
        if spec.paper:
            draw_paper(canvas, swarm, spec.paper, share)
        elif spec.streaks:
            draw_streaks(
                canvas,
                self._dots,
                self._layer,
                swarm,
                spec.streak_s,
                spec.streaks,
                share,
                spec.blend == "screen",
            )
        elif spec.glow:
            self._draw_glow(moment, spec, swarm, share)
        else:
            animated_s = 0.0 if moment.taste.still else elapsed_s
            self._atlas.draw(
                canvas,
                swarm,
                effect.sprites,
                self._blender,
                animated_s,
                share,
                spec.blend,
                moment.person,
                MAX_SWAYING_SIDE if _only_sways(spec) else MAX_SIDE,
            )

    def _draw_glow(self, moment: Moment, spec: ParticlesSpec, swarm: Swarm, share: float) -> None:
        colours = palette(spec.glow)
        twinkle = 0.0 if moment.taste.still else spec.twinkle
        light: Numbers = twinkling(swarm.opacity, swarm.age, swarm.look, twinkle) * share
        if spec.trail_s > 0:
            ways = [swarm.flight.at(age) for age in tail_ages(swarm.age, spec.trail_s)]
            looks = chosen(swarm.look, len(colours))
            draw_tails(self._layer, ways, swarm.size, light, looks, colours)
        draw_dots(self._spots(moment), swarm, colours, light)


def _only_sways(spec: ParticlesSpec) -> bool:
    return spec.spin_deg.least == spec.spin_deg.most == 0 and spec.grow[0] == spec.grow[1]


def _times(spec: ParticlesSpec, now: Presence, still: bool) -> tuple[float, float]:
    """Where the flight stands, and until when pieces come, seconds."""
    if still:
        # A moment of the flight in which there is much to see.
        elapsed_s = 0.6 * spec.over_ms / 1000 + 0.35 * (spec.life_s.least + spec.life_s.most) / 2
        if spec.burst is not None:
            elapsed_s += 0.5 * spec.life_s.least + 0.3 * spec.burst.life_s.least
        return elapsed_s, math.inf
    return now.elapsed_s, now.elapsed_s if now.ended_s is None else now.ended_s


def areas(
    moment: Moment,
    anchor: AnchorName,
    start: Start,
    offset: Point,
    whose: Whose,
    shown: LiveEffect,
    margin: float = 0.0,
) -> list[tuple[Area, float]]:
    """What something starts from, and how visible that is, 0..1.

    Args:
        moment: the picture and who is in it.
        anchor: what it holds on to.
        start: of the screen: which part.
        offset: shift, units.
        whose: of each or of one.
        shown: what called it.
        margin: how large things that come from an edge are, heights of the picture.
    """
    if anchor == "screen":
        width, height = moment.size
        right, down = offset[0] * height, offset[1] * height
        if start == "point":
            return [(Area(width / 2 + right, height / 2 + down, 0.0, height), 1.0)]
        if start == "everywhere":
            return [(Area(right, height + down, width, height, height=height), 1.0)]
        beyond = margin * height
        y = -beyond if start == "top" else height + beyond
        return [(Area(right, y + down, width, height, start == "corners"), 1.0)]
    found = []
    for pose in moment.anchors(anchor, whose, shown.track_ids):
        x, y = pose.x + offset[0] * pose.unit, pose.y + offset[1] * pose.unit
        if np.isfinite((x, y, pose.unit)).all():
            found.append((Area(x, y, 0.0, pose.unit), pose.visibility))
    return found
