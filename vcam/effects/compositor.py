"""Draws the live effects on a picture."""

from __future__ import annotations

from collections.abc import Sequence

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects import placing
from vcam.effects.anchor import AnchorPose, AnchorTracker
from vcam.effects.animation import Motion, entering, idling, leaving
from vcam.effects.blend import Blender, Pose2D
from vcam.effects.pack import Effect, Pack
from vcam.effects.particles import Area, draw_paper, draw_pictures, swarm_at
from vcam.effects.schema import ParticlesSpec, StickerSpec
from vcam.settings.schema import EffectSettings

_IN_PLACE = Placement()


class Compositor:
    """Draws the live effects, in their order, later ones on top. Used from one thread only.

    It follows faces and hands itself between observations, so it wants to see every observation
    while anything is drawn.

    Args:
        packs: where effects come from.
    """

    def __init__(self, packs: Sequence[Pack] = ()) -> None:
        self._settings = EffectSettings()
        self._packs: dict[str, Pack] = {}
        self._leaving: dict[str, Pack] = {}
        self._drawn: frozenset[str] = frozenset()
        self._tracker = AnchorTracker()
        self._blender = Blender()
        self._sides: dict[tuple[int, int], placing.Offset] = {}
        self.set_packs(packs)

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """Draws from these packs from now on.

        Of a pack that is gone, what was drawn last is still drawn until it has left the stage.
        """
        known = self._leaving | self._packs
        self._packs = {pack.name: pack for pack in packs}
        self._leaving = {
            name: pack
            for name, pack in known.items()
            if name in self._drawn and name not in self._packs
        }
        if any(known.get(name) is not pack for name, pack in self._packs.items()):
            # A pack that was read again may put its stickers elsewhere.
            self._sides.clear()

    def apply(self, effects: EffectSettings) -> None:
        """Takes other settings over; the next picture is drawn by them."""
        self._settings = effects

    def draw(
        self,
        canvas: Image,
        live: Sequence[LiveEffect],
        observation: Observation | None,
        at: float,
        place: Placement = _IN_PLACE,
        frame_at: float | None = None,
    ) -> None:
        """Draws on `canvas` in place. An effect that is not known or has no anchor is left out.

        Args:
            canvas: uint8 (H, W, 3) BGR.
            live: what to draw.
            observation: the newest there is; the same one may come again and again.
            at: the time of the picture that goes out, seconds: where animations stand.
            place: how the observed frame lies on the canvas.
            frame_at: when the frame on the canvas was taken, seconds: faces and hands are carried
                on to where they were then. None for `at`.
        """
        seen_at = at if frame_at is None else frame_at
        self._tracker.update(observation, seen_at)
        keys = {effect.key for effect in live}
        for side in [side for side in self._sides if side[0] not in keys]:
            del self._sides[side]
        self._drawn = frozenset(effect.pack for effect in live)
        if self._leaving:
            self._leaving = {n: pack for n, pack in self._leaving.items() if n in self._drawn}
        for shown in live:
            pack = self._packs.get(shown.pack) or self._leaving.get(shown.pack)
            effect = pack.effects.get(shown.effect) if pack else None
            if effect is None:
                continue
            if isinstance(effect.spec, StickerSpec):
                self._draw_sticker(canvas, effect, effect.spec, shown, at, seen_at, place)
            elif isinstance(effect.spec, ParticlesSpec):
                self._draw_particles(canvas, effect, effect.spec, shown, at, seen_at, place)

    def _draw_sticker(
        self,
        canvas: Image,
        effect: Effect,
        spec: StickerSpec,
        shown: LiveEffect,
        at: float,
        seen_at: float,
        place: Placement,
    ) -> None:
        motion = _motion(spec, shown, at)
        if motion.opacity <= 0 or motion.scale <= 0:
            return
        sprite = effect.sprites[0]
        frame = sprite.frame_index(at - shown.started_at, spec.repeat)
        for pose in self._poses(canvas, effect, spec, shown, motion, seen_at, place):
            self._blender.draw(canvas, sprite, frame, pose)

    def _poses(
        self,
        canvas: Image,
        effect: Effect,
        spec: StickerSpec,
        shown: LiveEffect,
        motion: Motion,
        seen_at: float,
        place: Placement,
    ) -> list[Pose2D]:
        size = (canvas.shape[1], canvas.shape[0])
        sprite = effect.sprites[0]
        if spec.anchor == "screen":
            return [placing.on_screen(spec, sprite, size, motion)]
        anchors = self._tracker.poses(spec.anchor, shown.track_ids, seen_at, place)
        if spec.anchor != "hand":
            return [placing.on_anchor(spec, sprite, anchor, motion) for anchor in anchors]
        poses = []
        for anchor in anchors:
            if spec.side == "fixed":
                poses.append(placing.beside_hand(spec, sprite, anchor, spec.offset, motion))
                continue
            side = self._side(effect, spec, shown, anchor, seen_at, place, size)
            pose = placing.beside_hand(spec, sprite, anchor, side, motion)
            poses.append(placing.kept_inside(pose, size) if motion.down == 0 else pose)
        return poses

    def _side(
        self,
        effect: Effect,
        spec: StickerSpec,
        shown: LiveEffect,
        anchor: AnchorPose,
        seen_at: float,
        place: Placement,
        size: tuple[int, int],
    ) -> placing.Offset:
        """Chosen once for a showing: a sticker that changes sides is worse than one in the way."""
        key = (shown.key, anchor.track_id)
        if key not in self._sides:
            faces = self._tracker.poses("face.eyes", (), seen_at, place)
            self._sides[key] = placing.choose_side(spec, effect.sprites[0], anchor, faces, size)
        return self._sides[key]

    def _draw_particles(
        self,
        canvas: Image,
        effect: Effect,
        spec: ParticlesSpec,
        shown: LiveEffect,
        at: float,
        seen_at: float,
        place: Placement,
    ) -> None:
        elapsed_s = at - shown.started_at
        left, born_until_s = 1.0, elapsed_s
        if shown.leaving_at is not None and at > shown.leaving_at:
            left = leaving("fade", _share(at - shown.leaving_at, spec.leave.ms)).opacity
            born_until_s = shown.leaving_at - shown.started_at
        if left <= 0:
            return
        for area, visibility in self._areas(canvas, spec, shown, seen_at, place):
            swarm = swarm_at(spec, area, shown.seed, elapsed_s, born_until_s)
            share = left * visibility
            if spec.paper:
                draw_paper(canvas, swarm, spec.paper, share)
            else:
                draw_pictures(canvas, swarm, effect.sprites, self._blender, elapsed_s, share)

    def _areas(
        self,
        canvas: Image,
        spec: ParticlesSpec,
        shown: LiveEffect,
        seen_at: float,
        place: Placement,
    ) -> list[tuple[Area, float]]:
        height, width = canvas.shape[:2]
        if spec.anchor == "screen":
            right, down = spec.offset[0] * height, spec.offset[1] * height
            margin = spec.size.most * height
            if spec.start == "point":
                return [(Area(width / 2 + right, height / 2 + down, 0.0, height), 1.0)]
            y = -margin if spec.start == "top" else height + margin
            return [(Area(right, y + down, width, height, spec.start == "corners"), 1.0)]
        anchors = self._tracker.poses(spec.anchor, shown.track_ids, seen_at, place)
        return [
            (
                Area(
                    anchor.x + spec.offset[0] * anchor.unit,
                    anchor.y + spec.offset[1] * anchor.unit,
                    0.0,
                    anchor.unit,
                ),
                anchor.visibility,
            )
            for anchor in anchors
        ]


def _share(elapsed_s: float, length_ms: int) -> float:
    return min(1.0, elapsed_s * 1000 / length_ms) if length_ms else 1.0


def _motion(spec: StickerSpec, shown: LiveEffect, at: float) -> Motion:
    """Entrance, idling and exit together."""
    elapsed_s = at - shown.started_at
    if elapsed_s < 0:
        return Motion(opacity=0.0)
    motion = entering(spec.enter.style, _share(elapsed_s, spec.enter.ms))
    settled_s = elapsed_s - spec.enter.ms / 1000
    loop = spec.loop
    motion = motion.then(idling(loop.style, settled_s, loop.period_ms / 1000, loop.amount))
    if shown.leaving_at is not None and at >= shown.leaving_at:
        share = _share(at - shown.leaving_at, spec.leave.ms)
        motion = motion.then(leaving(spec.leave.style, share))
    return motion
