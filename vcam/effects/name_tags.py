"""Names below the faces of people who were recognised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from vcam.effects import placing
from vcam.effects.animation import Motion
from vcam.effects.blend import Blender
from vcam.effects.moment import Moment
from vcam.effects.pose2d import Pose2D
from vcam.effects.schema import TextSpec
from vcam.effects.word_pictures import WordPictures

TAG: Final = TextSpec(
    kind="text",
    says="name_tag",
    look="tag",
    anchor="face.chin",
    whose="each",
    size=2.6,
    letter=0.34,
    offset=(0.0, 0.75),
    rotate=False,
)
"""Looks as the name tag of the pack `faces`, smaller, and for each face its own."""

MOST_LETTERS: Final = 24

MOST_HEIGHT: Final = 0.1
"""Of the picture: the tag of a face that fills it would cover the mouth."""


class NameTags:
    """Draws them. Used from one thread only.

    Args:
        blender: lays them down.
        words: makes their pictures.
    """

    def __init__(self, blender: Blender, words: WordPictures) -> None:
        self._blender = blender
        self._words = words
        self.names: Mapping[int, str] = {}

    def draw(self, moment: Moment) -> None:
        """Draws the name of each face that has one, as far as it is in view."""
        if not self.names:
            return
        for anchor in moment.anchors(TAG.anchor, "each", ()):
            name = self.names.get(anchor.track_id, "")
            made = self._words.picture(TAG, _short(name)) if name else None
            if made is None:
                continue
            sprite, width = made
            spec = TAG.model_copy(update={"size": width})
            pose = _bounded(placing.on_anchor(spec, sprite, anchor, Motion()), moment.size[1])
            pose = placing.moved_inside(pose, pose, moment.size)
            self._blender.draw(moment.canvas, sprite, 0, pose, TAG.blend, None)


def _bounded(pose: Pose2D, height: int) -> Pose2D:
    share = min(1.0, MOST_HEIGHT * height / max(pose.height, 1e-6))
    return replace(pose, width=pose.width * share, height=pose.height * share)


def _short(name: str) -> str:
    return name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
