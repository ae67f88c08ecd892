"""Plays effects on pictures, one by one: for gallery, previews of packs, and measuring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import cv2
import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack
from vcam.settings.schema import EffectSettings

View = tuple[Image, Observation | None]
"""A picture and what is seen in it; the observation's time is overwritten by the picture's."""


def render_effect(
    pack: Pack,
    effects: str | Sequence[str],
    views: Iterable[View],
    *,
    size: tuple[int, int] | None = None,
    fps: float = 30.0,
    seed: int = 0,
    settings: EffectSettings | None = None,
    lasts_s: float | None = None,
) -> Iterator[Image]:
    """The pictures with effects of a pack drawn on them; the same input gives the same pictures.

    The effects come in with the first picture, for all hands in view.

    Args:
        pack: holds the effects.
        effects: name of the effect, or of several that come in together, the lowest first.
        views: pictures with their observations, one a frame; may be endless.
        size: width and height of what comes out; pictures are scaled to it. None keeps theirs.
        fps: pictures a second.
        seed: of what chance decides.
        settings: how much of a show, the texts, the background; None for the defaults.
        lasts_s: when the effects begin to leave, seconds after they came; None for never.

    Yields:
        uint8 (H, W, 3) BGR, each a new array.
    """
    compositor = Compositor([pack])
    compositor.apply(settings or EffectSettings())
    names = [effects] if isinstance(effects, str) else list(effects)
    for number, (picture, observation) in enumerate(views):
        at = number / fps
        live = [
            LiveEffect(key, pack.name, name, "manual", 0.0, lasts_s, (), seed + key)
            for key, name in enumerate(names)
            if lasts_s is None or at < lasts_s + pack.effects[name].leave_ms / 1000
        ]
        canvas, place = _canvas(picture, size)
        seen = None if observation is None else _at(observation, at, number)
        compositor.draw(canvas, live, seen, at, place, at)
        yield canvas


def _canvas(picture: Image, size: tuple[int, int] | None) -> tuple[Image, Placement]:
    height, width = picture.shape[:2]
    if size is None or size == (width, height):
        return picture.copy(), Placement()
    # The picture fills the canvas; what is over is cut off evenly.
    scale = max(size[0] / width, size[1] / height)
    left, top = (size[0] - scale * width) / 2, (size[1] - scale * height) / 2
    matrix = np.array([[scale, 0, left + scale / 2 - 0.5], [0, scale, top + scale / 2 - 0.5]])
    flags = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas = cv2.warpAffine(picture, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(canvas, np.uint8), Placement(scale, left, top)


def _at(observation: Observation, at: float, number: int) -> Observation:
    """The same as seen at another time."""
    since_s = observation.at - observation.mask_at
    return replace(observation, frame_index=number, at=at, mask_at=at - since_s)
