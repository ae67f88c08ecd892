"""A short animated picture of an effect, for people to choose by: drawn on a recorded scene."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from io import BytesIO
from weakref import WeakKeyDictionary

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow

from vcam.core.errors import PackError
from vcam.effects.pack import Pack
from vcam.effects.preview_scenes import FACE, FPS, SCENE_OF, scene
from vcam.effects.rendering import View, render_effect
from vcam.effects.schema import BackgroundSpec, DimSpec, ParticlesSpec, TextSpec
from vcam.settings.schema import EffectSettings

BUDGET_S = 8.0
"""Rendering stops there, and what is done by then is the preview: an animation that is shorter."""

_QUALITY = 55
_METHOD = 3
"""Of libwebp, 0..6: above 3 files get 5 % smaller and take twice the time."""

_SCALE = 2
"""Drawn so many times larger and made small: thin things keep their proportions."""

_RUN_UP = 7
"""Pictures of swarms that are drawn and left out: what rises has risen by then. All else is shown
as it comes."""

_TEXTS = EffectSettings(name_tag="vcam", speech="Hello!")

_lock = threading.Lock()
_kept: WeakKeyDictionary[Pack, dict[tuple[str, ...], bytes]] = WeakKeyDictionary()


def effect_preview(pack: Pack, effect: str, budget_s: float = BUDGET_S) -> bytes:
    """An animated WebP of 320 by 180 pixels, two seconds long; made once for each loaded pack.

    It takes about a second of one core the first time. Safe to be called from any thread.

    Args:
        pack: holds the effect.
        effect: its name.
        budget_s: rendering stops after so many seconds; the preview is shorter then.

    Raises:
        PackError: the pack has no such effect.
    """
    if effect not in pack.effects:
        raise PackError(
            f"The pack {pack.name} has no effect {effect!r}", f"one of {', '.join(pack.effects)}"
        )
    effects = (*companions(pack, effect), effect)
    return _preview(pack, effects, scene_of(pack, effect), budget_s)


def gesture_preview(pack: Pack, gesture: str, budget_s: float = BUDGET_S) -> bytes:
    """The same of all that the pack answers a gesture with.

    Raises:
        PackError: it answers that gesture with nothing.
    """
    effects = tuple(dict.fromkeys(rule.effect for rule in pack.rules if rule.gesture == gesture))
    if not effects:
        raise PackError(
            f"The pack {pack.name} does not answer {gesture!r}", "look into its `reactions`"
        )
    return _preview(pack, effects, SCENE_OF.get(gesture, FACE), budget_s)


def companions(pack: Pack, effect: str) -> tuple[str, ...]:
    """The dark and the backgrounds that a gesture brings with an effect: light needs them."""
    own = pack.effects[effect].spec
    if isinstance(own, DimSpec | BackgroundSpec):
        return ()
    gesture = next((rule.gesture for rule in pack.rules if rule.effect == effect), None)
    return tuple(
        rule.effect
        for rule in pack.rules
        if rule.gesture == gesture
        and isinstance(pack.effects[rule.effect].spec, DimSpec | BackgroundSpec)
    )


def scene_of(pack: Pack, effect: str) -> str:
    """Name of the scene that shows an effect best: of the first gesture that plays it."""
    anchor = getattr(pack.effects[effect].spec, "anchor", "screen")
    gestures = [rule.gesture for rule in pack.rules if rule.effect == effect]
    found = SCENE_OF.get(gestures[0], FACE) if gestures else FACE
    if anchor == "hands.between" and not found.startswith("two_"):
        return "two_palms"
    if anchor.startswith("hand") and found == FACE:
        return "palm"
    if isinstance(pack.effects[effect].spec, TextSpec):
        return FACE
    return found


def _preview(pack: Pack, effects: tuple[str, ...], name: str, budget_s: float) -> bytes:
    with _lock:
        known = _kept.setdefault(pack, {})
        key = (*effects, name)
        if key not in known:
            known[key] = animation(pack, effects, scene(name), budget_s)
        return known[key]


def animation(
    pack: Pack,
    effects: Sequence[str],
    views: Sequence[View],
    budget_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """Effects drawn on a scene that goes round, as an animated WebP.

    Args:
        pack: holds the effects.
        effects: by name, the lowest first.
        views: one round of the scene.
        budget_s: no picture is begun later; there is one at least.
        clock: seconds.
    """
    ends = clock() + budget_s
    height, width = views[0][0].shape[:2]
    swarms = any(isinstance(pack.effects[name].spec, ParticlesSpec) for name in effects)
    run_up = _RUN_UP if swarms else 0
    looped = [views[number % len(views)] for number in range(-run_up, len(views))]
    drawn = render_effect(
        pack,
        effects,
        looped,
        size=(width * _SCALE, height * _SCALE),
        fps=FPS,
        seed=5,
        settings=_TEXTS,
    )
    frames: list[Pillow.Image] = []
    for number, picture in enumerate(drawn):
        late = clock() >= ends
        if number >= run_up or late:
            frames.append(_small(picture, (width, height)))
        if late:
            break
    out = BytesIO()
    frames[0].save(
        out,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=round(1000 / FPS),
        loop=0,
        quality=_QUALITY,
        method=_METHOD,
    )
    return out.getvalue()


def _small(picture: npt.NDArray[np.uint8], size: tuple[int, int]) -> Pillow.Image:
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return Pillow.fromarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB))
