"""One picture of an effect at its height, for people to choose by before anything moves."""

from __future__ import annotations

from io import BytesIO

import cv2
from PIL import Image as Pillow

from vcam.core.errors import PackError
from vcam.effects.pack import Pack
from vcam.effects.preview import companions, scene_of
from vcam.effects.preview_scenes import FPS, scene
from vcam.effects.rendering import render_effect
from vcam.effects.schema import ParticlesSpec
from vcam.settings.schema import EffectSettings

_EVERY = 3
"""Of the scene's pictures, one in so many is drawn: what enters has entered, what flies has flown,
and it takes a tenth of the time that a moving preview takes."""

_AT = 0.75
"""Share of the scene's round at which the picture is taken."""

_SCALE = 2
"""Drawn so many times larger and made small, as moving previews are."""

_QUALITY = 75

_TEXTS = EffectSettings(name_tag="vcam", speech="Hello!")


def effect_poster(pack: Pack, effect: str) -> bytes:
    """A still WebP of 320 by 180 pixels; takes less than a tenth of a second of one core.

    Args:
        pack: holds the effect.
        effect: its name.

    Raises:
        PackError: the pack has no such effect.
    """
    if effect not in pack.effects:
        raise PackError(
            f"The pack {pack.name} has no effect {effect!r}", f"one of {', '.join(pack.effects)}"
        )
    views = list(scene(scene_of(pack, effect)))
    ends = round(len(views) * _AT)
    if isinstance(pack.effects[effect].spec, ParticlesSpec):
        # What rises or bursts takes its time: it has gone round once before.
        views, ends = views * 2, ends + len(views)
    views = views[:ends:_EVERY]
    height, width = views[0][0].shape[:2]
    drawn = render_effect(
        pack,
        (*companions(pack, effect), effect),
        views,
        size=(width * _SCALE, height * _SCALE),
        fps=FPS / _EVERY,
        seed=5,
        settings=_TEXTS,
    )
    *_, last = drawn
    small = cv2.resize(last, (width, height), interpolation=cv2.INTER_AREA)
    out = BytesIO()
    picture = Pillow.fromarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
    picture.save(out, "WEBP", quality=_QUALITY)
    return out.getvalue()
