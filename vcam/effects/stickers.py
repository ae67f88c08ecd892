"""Draws stickers and texts: one picture each, that holds on to something."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from functools import lru_cache

from vcam.core.events import LiveEffect
from vcam.effects import placing
from vcam.effects.anchor import AnchorPose
from vcam.effects.animation import Motion, entering, idling, leaving
from vcam.effects.blend import Blender
from vcam.effects.chance import chance
from vcam.effects.moment import STILL_FADE_MS, Moment, Taste, done
from vcam.effects.pack import Effect
from vcam.effects.pose2d import Pose2D
from vcam.effects.schema import PlacedPart, StickerSpec, TextSpec
from vcam.effects.sprite import Sprite
from vcam.effects.word_pictures import WordPictures


class Stickers:
    """Draws stickers and texts.

    Args:
        blender: lays them down.
        words: makes the pictures of texts.
    """

    def __init__(self, blender: Blender, words: WordPictures) -> None:
        self._blender = blender
        self._words = words
        self._sides: dict[tuple[int, int], placing.Offset] = {}

    def draw(
        self, moment: Moment, effect: Effect, spec: StickerSpec | TextSpec, shown: LiveEffect
    ) -> None:
        """Draws it on every anchor that it has."""
        motion = _motion(spec, shown, moment, effect.leave_ms)
        if motion.opacity <= 0 or motion.scale <= 0:
            return
        if isinstance(spec, TextSpec):
            made = self._words.picture(spec, _words(spec, moment.taste))
            if made is None:
                return
            sprite, width = made
            self._draw(moment, _sized(spec, width), sprite, 0, shown, motion)
        else:
            sprite, frame = _frame(effect, spec, shown, moment)
            self._draw(moment, spec, sprite, frame, shown, motion)

    def keep(self, keys: AbstractSet[int]) -> None:
        """Forgets all showings but these."""
        for side in [side for side in self._sides if side[0] not in keys]:
            del self._sides[side]

    def _draw(
        self,
        moment: Moment,
        spec: PlacedPart,
        sprite: Sprite,
        frame: int,
        shown: LiveEffect,
        motion: Motion,
    ) -> None:
        if spec.anchor == "screen":
            pose = placing.on_screen(spec, sprite, moment.size, motion)
            self._lay(moment, spec, sprite, frame, pose)
            return
        if spec.anchor.startswith("hand"):
            motion = motion.then(Motion(scale=moment.taste.size))
        for anchor in moment.anchors(spec.anchor, spec.whose, shown.track_ids):
            pose = self._pose(moment, spec, sprite, anchor, shown, motion)
            self._lay(moment, spec, sprite, frame, pose)

    def _lay(
        self, moment: Moment, spec: PlacedPart, sprite: Sprite, frame: int, pose: Pose2D
    ) -> None:
        self._blender.draw(moment.canvas, sprite, frame, pose, spec.blend, moment.person)

    def _pose(
        self,
        moment: Moment,
        spec: PlacedPart,
        sprite: Sprite,
        anchor: AnchorPose,
        shown: LiveEffect,
        motion: Motion,
    ) -> Pose2D:
        if spec.anchor != "hand":
            pose = placing.on_anchor(spec, sprite, anchor, motion)
            # Words that are cut off say something else.
            if not isinstance(spec, TextSpec):
                return pose
            resting = placing.on_anchor(spec, sprite, anchor, motion.in_place())
            return placing.moved_inside(pose, resting, moment.size)
        if spec.side == "fixed":
            return placing.beside_hand(spec, sprite, anchor, spec.offset, motion)
        side = self._side(moment, spec, sprite, anchor, shown)
        pose = placing.beside_hand(spec, sprite, anchor, side, motion)
        resting = placing.beside_hand(spec, sprite, anchor, side, motion.in_place())
        return placing.moved_inside(pose, resting, moment.size)

    def _side(
        self,
        moment: Moment,
        spec: PlacedPart,
        sprite: Sprite,
        anchor: AnchorPose,
        shown: LiveEffect,
    ) -> placing.Offset:
        """Chosen once for a showing: a sticker that changes sides is worse than one in the way."""
        key = (shown.key, anchor.track_id)
        if key not in self._sides:
            faces = moment.anchors("face.eyes", "each", ())
            self._sides[key] = placing.choose_side(spec, sprite, anchor, faces, moment.size)
        return self._sides[key]


def _words(spec: TextSpec, taste: Taste) -> str:
    if spec.says == "text":
        return spec.text
    return taste.speech if spec.says == "speech" else taste.name_tag


@lru_cache(maxsize=32)
def _sized(spec: TextSpec, width: float) -> TextSpec:
    """The same with the width that its words take, for placing."""
    return spec.model_copy(update={"size": width})


def _frame(
    effect: Effect, spec: StickerSpec, shown: LiveEffect, moment: Moment
) -> tuple[Sprite, int]:
    """Which picture is due."""
    variant = float(chance(shown.seed, 0, 0, 0)) * len(effect.sprites)
    sprite = effect.sprites[min(int(variant), len(effect.sprites) - 1)]
    if moment.taste.still:
        return sprite, 0
    elapsed_s = moment.at - shown.started_at
    if effect.going is not None and shown.leaving_at is not None and moment.at >= shown.leaving_at:
        return effect.going, effect.going.frame_index(moment.at - shown.leaving_at, repeat=False)
    if effect.coming is not None:
        if elapsed_s < effect.coming.duration_s:
            return effect.coming, effect.coming.frame_index(elapsed_s, repeat=False)
        elapsed_s -= effect.coming.duration_s
    return sprite, sprite.frame_index(elapsed_s, spec.repeat)


def _motion(spec: PlacedPart, shown: LiveEffect, moment: Moment, leave_ms: int) -> Motion:
    """Entrance, idling and exit together."""
    elapsed_s = moment.at - shown.started_at
    still = moment.taste.still
    if elapsed_s < 0:
        return Motion(opacity=0.0)
    if still:
        motion = entering("fade", done(elapsed_s, STILL_FADE_MS))
    else:
        motion = entering(spec.enter.style, done(elapsed_s, spec.enter.ms))
        settled_s = elapsed_s - spec.enter.ms / 1000
        loop = spec.loop
        motion = motion.then(idling(loop.style, settled_s, loop.period_ms / 1000, loop.amount))
    if shown.leaving_at is not None and moment.at >= shown.leaving_at:
        # A clip that shows how it goes plays first; the exit is its end.
        late_s = (leave_ms - spec.leave.ms) / 1000
        since_s = moment.at - shown.leaving_at - late_s
        if since_s >= 0:
            style = "fade" if still and spec.leave.style != "none" else spec.leave.style
            motion = motion.then(leaving(style, done(since_s, spec.leave.ms)))
    return motion
