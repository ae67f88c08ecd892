"""Draws the live effects on a picture: what is behind the person, the person, what is in front."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.allowance import Allowance
from vcam.effects.anchor import AnchorTracker
from vcam.effects.blend import Blender
from vcam.effects.dark import Dark
from vcam.effects.faults import Faults
from vcam.effects.lights import Lights
from vcam.effects.matting import Cutout, Matte, Shade
from vcam.effects.moment import Moment, Taste
from vcam.effects.name_tags import NameTags
from vcam.effects.outline import Outline
from vcam.effects.pack import Pack
from vcam.effects.person_mask import PersonMask
from vcam.effects.repertoire import Item, Repertoire
from vcam.effects.scenery import Scenery
from vcam.effects.schema import (
    BackgroundSpec,
    DimSpec,
    FlashSpec,
    LasersSpec,
    LightningSpec,
    ParticlesSpec,
    StickerSpec,
    TextSpec,
)
from vcam.effects.stickers import Stickers
from vcam.effects.swarms import Swarms
from vcam.effects.word_pictures import WordPictures
from vcam.settings.schema import EffectSettings
from vcam.settings.schema.showing import BackgroundSettings

_IN_PLACE = Placement()

_THEIRS = 0.25
"""Share of the time for drawing that swarms have in any case."""

_A_FEW = 6
"""Pictures that are hidden one by one; more of them, and the person is laid over all."""


class Compositor:
    """Draws the live effects by their `z`, of equals later ones on top. Used from one thread only.

    It follows faces and hands itself between observations, so it wants to see every observation
    while anything is drawn.

    Args:
        packs: where effects come from.
        governed: while swarms take longer than they may, fewer pieces fly. Where nobody waits for
            the pictures, the same input shall give the same ones.
        waits: for what takes longer than there is between two pictures, such as to set a text; else
            it is shown some pictures later. None for where it is not governed.
    """

    def __init__(
        self, packs: Sequence[Pack] = (), governed: bool = False, waits: bool | None = None
    ) -> None:
        self._settings = EffectSettings()
        self._taste = Taste.of(self._settings)
        self._repertoire = Repertoire()
        self._tracker = AnchorTracker()
        self._mask = PersonMask(self._settings.background)
        # Where the room stays as it is, a rough edge shows only where an effect passes behind it.
        self._rough_mask = PersonMask(BackgroundSettings(quality="fast"), crisp=True)
        self._small_mask = PersonMask(BackgroundSettings(quality="fast"), crisp=True)
        self._scenery = Scenery()
        self._matte = Matte()
        self._faults = Faults()
        self._allowance = Allowance() if governed else None
        self._swarms_s = 0.0
        self._cutout = Cutout()
        blender = Blender()
        words = WordPictures(not governed if waits is None else waits)
        self._stickers = Stickers(blender, words)
        self._swarms = Swarms(blender)
        self._lights = Lights()
        self._dark = Dark()
        self._name_tags = NameTags(blender, words)
        self.set_packs(packs)

    def mask_hz(self, live: Sequence[LiveEffect]) -> float:
        """How often it wants to know where the person is; 0 for not at all."""
        return self._settings.background.rate_hz if self.wants_mask(live) else 0.0

    @property
    def background_problem(self) -> str:
        """Why the background is not the one that was asked for; empty while it is."""
        return self._scenery.problem

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """Draws from these packs from now on.

        Of a pack that is gone, what was drawn last is still drawn until it has left the stage.
        """
        if self._repertoire.set_packs(packs):
            # A pack that was read again may put its stickers elsewhere, and has other pictures.
            self._stickers.keep(frozenset())
            self._scenery.keep(frozenset())
            self._swarms.clear()

    def apply(self, effects: EffectSettings) -> None:
        """Takes other settings over; the next picture is drawn by them."""
        if effects == self._settings:
            return
        self._settings = effects
        self._taste = Taste.of(effects)
        self._mask.apply(effects.background)
        if self._allowance is not None:
            # What could be afforded depended on the budget and on what is behind the person.
            self._allowance = Allowance()
        self._scenery.apply(effects.background)

    def set_names(self, names: Mapping[int, str]) -> None:
        """Draws these names below the faces with these numbers from now on."""
        self._name_tags.names = names

    def close(self) -> None:
        """Ends what works in the background; it may be used again."""
        self._scenery.close()

    def wants(self, live: Sequence[LiveEffect]) -> bool:
        """Whether anything would be drawn."""
        return bool(live) or self._scenery.is_set or bool(self._name_tags.names)

    def wants_mask(self, live: Sequence[LiveEffect]) -> bool:
        """Whether it matters where the person is."""
        if self._scenery.is_set:
            return True
        return any(
            isinstance(item.effect.spec, BackgroundSpec) or self._is_behind(item)
            for item in self._repertoire.items(live)
        )

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
        began_s = time.perf_counter()
        seen_at = at if frame_at is None else frame_at
        self._tracker.update(observation, seen_at)
        self._mask.update(observation, seen_at)
        self._rough_mask.update(observation, seen_at)
        self._small_mask.update(observation, seen_at)
        self._forget(live)
        items = sorted(self._repertoire.items(live), key=lambda item: item.effect.spec.z)
        allowed = 1.0
        if self._allowance is not None:
            allowed = self._allowance.share(frozenset((e.pack, e.effect) for e in live))
        self._swarms_s = 0.0
        moment = Moment(canvas, at, seen_at, place, self._tracker, self._taste, allowed)
        brought = [
            (item.effect, item.effect.spec, item.shown)
            for item in items
            if isinstance(item.effect.spec, BackgroundSpec)
        ]
        behind = [item for item in items if self._is_behind(item)]
        front = [item for item in items if not self._is_behind(item)]
        hides_room = bool(brought) or self._scenery.is_set
        outline = room = None
        if not hides_room and all(self._hides_itself(item.effect.spec) for item in behind):
            beyond = moment
            if behind and self._rough_mask.is_fresh:
                beyond = replace(moment, person=self._shade(moment))
            for item in behind:
                self._draw(beyond, item)
            behind = []
        if hides_room or behind:
            outline = self._outline(moment, self._mask if hides_room else self._rough_mask)
        if hides_room:
            room = self._scenery.room(moment, brought, outline)
        if behind and outline is not None:
            self._cutout.keep(canvas, outline)
            if room is not None:
                np.copyto(canvas, room)
            for item in behind:
                self._draw(moment, item)
            self._cutout.put_back(canvas)
        else:
            if room is not None:
                self._matte.lay(canvas, room, outline)
            for item in behind:
                self._draw(moment, item)
        for item in front:
            self._draw(moment, item)
        self._draw_names(moment)
        spent_s = time.perf_counter() - began_s
        if self._allowance is not None:
            self._mask.note_drawing(spent_s, seen_at)
            several = len(items) > 1 or hides_room
            budget_s = self._settings.drawing_budget_ms / 1000 * (1 + several)
            # Fewer pieces make nothing else cheaper: what all else takes is no reason for fewer,
            # but for a part of the budget that is theirs.
            left_s = budget_s - (spent_s - self._swarms_s)
            self._allowance.note(self._swarms_s, at, max(left_s, _THEIRS * budget_s))

    def _draw_names(self, moment: Moment) -> None:
        try:
            self._name_tags.draw(moment)
        except Exception as error:
            self._faults.tell("The name tags cannot be drawn", error)

    def _outline(self, moment: Moment, mask: PersonMask) -> Outline | None:
        """Where the person is; None hides the whole room, whatever has failed."""
        try:
            return mask.outline(moment.size, moment.place, moment.canvas)
        except Exception as error:
            self._faults.tell("The person's mask cannot be drawn", error)
            return None

    def _shade(self, moment: Moment) -> Shade:
        """The person, as large as what is drawn behind wants it."""
        width, height = moment.size
        place = moment.place
        half_place = Placement(place.scale / 2, place.left / 2, place.top / 2)
        half = (-(-width // 2), -(-height // 2))
        return Shade(
            partial(self._rough_mask.sure_outline, moment.size, place, moment.canvas),
            partial(self._small_mask.sure_outline, half, half_place, moment.canvas),
        )

    def _hides_itself(self, spec: object) -> bool:
        """Whether it can be drawn behind the person piece by piece, which is cheaper for a few."""
        if isinstance(spec, ParticlesSpec):
            if spec.paper:
                return False
            return spec.is_light or self._taste.count(spec.count) <= _A_FEW
        return isinstance(spec, StickerSpec | TextSpec | LasersSpec | LightningSpec | DimSpec)

    def _draw(self, moment: Moment, item: Item) -> None:
        """Draws an effect; one that fails must not cost the others, nor the background."""
        try:
            self._draw_kind(moment, item)
        except Exception as error:
            shown = item.shown
            self._faults.tell(f"The effect {shown.pack}/{shown.effect} cannot be drawn", error)

    def _draw_kind(self, moment: Moment, item: Item) -> None:
        effect, shown = item
        spec = effect.spec
        if isinstance(spec, StickerSpec | TextSpec):
            self._stickers.draw(moment, effect, spec, shown)
        elif isinstance(spec, ParticlesSpec):
            began_s = time.perf_counter()
            self._swarms.draw(moment, effect, spec, shown)
            self._swarms_s += time.perf_counter() - began_s
        elif isinstance(spec, LasersSpec):
            self._lights.draw_lasers(moment, spec, shown)
        elif isinstance(spec, LightningSpec):
            self._lights.draw_lightning(moment, spec, shown)
        elif isinstance(spec, DimSpec):
            self._dark.draw(moment, spec, shown)
        elif isinstance(spec, FlashSpec):
            self._lights.draw_flash(moment, spec, shown)

    def _is_behind(self, item: Item) -> bool:
        spec = item.effect.spec
        if isinstance(spec, BackgroundSpec):
            return False
        return spec.layer == "behind" and self._settings.behind_person

    def _forget(self, live: Sequence[LiveEffect]) -> None:
        """Lets go of everything that belongs to showings which are over."""
        keys = {shown.key for shown in live}
        self._stickers.keep(keys)
        self._lights.keep(keys)
        self._scenery.keep(keys)
        self._repertoire.note_drawn(live)
