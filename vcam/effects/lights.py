"""Draws what is light alone: lasers, lightning and flashes."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from vcam.core.events import LiveEffect
from vcam.effects.anchor import AnchorPose
from vcam.effects.colour import veil
from vcam.effects.flashes import FlashGuard, flash_at
from vcam.effects.lasers import beams_at, draw_beams
from vcam.effects.light import LightLayer, hot
from vcam.effects.lightning import Strike, bolts_at, draw_bolts
from vcam.effects.moment import Moment, presence
from vcam.effects.schema import AnchorName, FlashSpec, LasersSpec, LightningSpec
from vcam.effects.swarms import areas

_BEAM_ROWS, _BOLT_ROWS = 240, 360
"""Rows that beams and bolts are drawn on: bolts are thin."""


class Lights:
    """Draws lasers, lightning and flashes."""

    def __init__(self) -> None:
        self._beams = LightLayer(_BEAM_ROWS)
        self._bolts = LightLayer(_BOLT_ROWS, grey=True)
        self._guard = FlashGuard()

    def keep(self, keys: AbstractSet[int]) -> None:
        """Forgets all showings but these."""
        self._guard.keep(keys)

    def draw_lasers(self, moment: Moment, spec: LasersSpec, shown: LiveEffect) -> None:
        """Draws beams."""
        now = presence(spec, shown, moment)
        if now.share <= 0:
            return
        count, still = moment.taste.count(spec.count), moment.taste.still
        fans = [
            (
                beams_at(spec, area, shown.seed, now.elapsed_s, still, count),
                area.unit,
                now.share * visibility,
            )
            for area, visibility in areas(
                moment, spec.anchor, spec.start, spec.offset, spec.whose, shown
            )
        ]
        self._beams.begin(moment.canvas)
        draw_beams(self._beams, fans, spec)
        self._beams.bring(moment.canvas, spec.blend == "screen", moment.person)

    def draw_lightning(self, moment: Moment, spec: LightningSpec, shown: LiveEffect) -> None:
        """Draws bolts."""
        now = presence(spec, shown, moment)
        if now.share <= 0:
            return
        count, still = moment.taste.count(spec.count), moment.taste.still
        strikes = [
            (
                bolts_at(spec, strike, shown.seed + number, now.elapsed_s, still, count),
                strike.unit,
                now.share * visibility,
            )
            for number, (strike, visibility) in enumerate(_strikes(moment, spec, shown))
        ]
        self._bolts.begin(moment.canvas)
        draw_bolts(self._bolts, strikes, spec)
        self._bolts.bring(moment.canvas, spec.blend == "screen", moment.person, hot(spec.colour))

    def draw_flash(self, moment: Moment, spec: FlashSpec, shown: LiveEffect) -> None:
        """Lights the picture up, unless that would be too often."""
        if moment.taste.still:
            return
        now = presence(spec, shown, moment)
        number, share = flash_at(spec, now.elapsed_s)
        if number >= 0 and self._guard.lets(shown.key, number, moment.at):
            veil(moment.canvas, spec.colour, share * now.share)


def _strikes(moment: Moment, spec: LightningSpec, shown: LiveEffect) -> list[tuple[Strike, float]]:
    """From where to where bolts go, and how visible that is."""
    starts = _anchors(moment, spec, spec.anchor, shown)
    if spec.to is None:
        return [(Strike(_shifted(pose, spec), None, pose.unit), pose.visibility) for pose in starts]
    if spec.to == "other_hand":
        return _across(moment, spec, shown, starts)
    found = []
    for pose in starts:
        ends = _anchors(moment, spec, spec.to, shown)
        # Of the same hand or face where it has such a place, else of whatever has.
        end = next((each for each in ends if each.track_id == pose.track_id), None)
        end = end or (ends[0] if ends else None)
        if end is not None:
            strike = Strike(_shifted(pose, spec), (end.x, end.y), pose.unit)
            found.append((strike, min(pose.visibility, end.visibility)))
    return found


def _across(
    moment: Moment, spec: LightningSpec, shown: LiveEffect, starts: list[AnchorPose]
) -> list[tuple[Strike, float]]:
    """From a hand to another, whether that one called or not."""
    if not starts:
        return []
    others = [
        pose
        for pose in moment.anchors(spec.anchor, "each", ())
        if pose.track_id != starts[0].track_id
    ]
    if not others:
        return []
    start, end = starts[0], others[0]
    strike = Strike(_shifted(start, spec), _shifted(end, spec), (start.unit + end.unit) / 2)
    return [(strike, min(start.visibility, end.visibility))]


def _anchors(
    moment: Moment, spec: LightningSpec, anchor: AnchorName, shown: LiveEffect
) -> list[AnchorPose]:
    if anchor == "screen":
        width, height = moment.size
        return [AnchorPose(0, width / 2, height / 2, height)]
    return moment.anchors(anchor, spec.whose, shown.track_ids)


def _shifted(pose: AnchorPose, spec: LightningSpec) -> tuple[float, float]:
    return pose.x + spec.offset[0] * pose.unit, pose.y + spec.offset[1] * pose.unit
