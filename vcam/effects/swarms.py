"""Draws particles of every look."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vcam.core.events import LiveEffect
from vcam.effects.atlas import MAX_SIDE, MAX_SWAYING_SIDE, Atlas
from vcam.effects.blend import Blender
from vcam.effects.bursts import draw_bursts
from vcam.effects.chance import chosen
from vcam.effects.colour import palette
from vcam.effects.flight import Area, Swarm, swarm_of
from vcam.effects.glow import Glow, ages, twinkling
from vcam.effects.lives import lives_at
from vcam.effects.moment import Moment, Presence, presence
from vcam.effects.pack import Effect
from vcam.effects.paper import draw_paper
from vcam.effects.schema import AnchorName, ParticlesSpec, Point, Start, Whose
from vcam.effects.streaks import draw_streaks


class Swarms:
    """Draws particles.

    Args:
        blender: lays down what is large.
    """

    def __init__(self, blender: Blender) -> None:
        self._blender = blender
        self._atlas = Atlas()
        self._glow = Glow()

    def clear(self) -> None:
        """Forgets the pictures that it keeps."""
        self._atlas.clear()

    def draw(self, moment: Moment, effect: Effect, spec: ParticlesSpec, shown: LiveEffect) -> None:
        """Draws the pieces from everything that they start from."""
        now = presence(spec, shown, moment)
        if now.share <= 0:
            return
        elapsed_s, born_until_s = _times(spec, now, moment.taste.still)
        count = moment.pieces(spec.count)
        for area, visibility in areas(
            moment, spec.anchor, spec.start, spec.offset, spec.whose, shown, spec.size.most
        ):
            lives = lives_at(spec, shown.seed, elapsed_s, born_until_s, count)
            swarm = swarm_of(spec, area, lives)
            swarm = replace(swarm, size=swarm.size * moment.taste.size)
            share = now.share * visibility
            self._draw_look(moment, effect, spec, swarm, elapsed_s, share)
            if spec.burst is not None:
                draw_bursts(
                    self._glow,
                    moment.canvas,
                    spec,
                    spec.burst,
                    area,
                    shown.seed,
                    lives,
                    share,
                    moment.taste.size,
                    moment.person,
                )

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
            draw_streaks(canvas, swarm, spec.streak_s, spec.streaks, share, moment.person)
        elif spec.glow:
            twinkle = 0.0 if moment.taste.still else spec.twinkle
            light = twinkling(swarm.opacity, swarm.age, swarm.look, twinkle) * share
            ways = [swarm.way(age) for age in ages(swarm.age, spec.trail_s)]
            looks = chosen(swarm.look, len(spec.glow))
            colours = palette(spec.glow)
            self._glow.draw(canvas, ways, swarm.size, light, looks, colours, moment.person)
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


def _only_sways(spec: ParticlesSpec) -> bool:
    # What holds on to a hand grows as that comes near.
    keeps_size = spec.anchor == "screen" and spec.grow[0] == spec.grow[1]
    return keeps_size and spec.spin_deg.least == spec.spin_deg.most == 0


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
