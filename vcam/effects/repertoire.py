"""The effects that can be drawn: those of the packs, and of gone packs what still shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from vcam.core.events import LiveEffect
from vcam.effects.pack import Effect, Pack


class Item(NamedTuple):
    """A live effect, and what its pack says about it."""

    effect: Effect
    shown: LiveEffect


class Repertoire:
    """Of a pack that is gone, what was drawn last is known until it has left the stage."""

    def __init__(self) -> None:
        self._packs: dict[str, Pack] = {}
        self._leaving: dict[str, Pack] = {}
        self._drawn: frozenset[str] = frozenset()

    def set_packs(self, packs: Sequence[Pack]) -> bool:
        """Knows these packs from now on.

        Returns:
            Whether one that was known is gone, or was read again.
        """
        known = self._leaving | self._packs
        self._packs = {pack.name: pack for pack in packs}
        self._leaving = {
            name: pack
            for name, pack in known.items()
            if name in self._drawn and name not in self._packs
        }
        return any(self._packs.get(name) is not pack for name, pack in known.items())

    def items(self, live: Sequence[LiveEffect]) -> list[Item]:
        """What there is to draw, with what its packs say, in the order in which it came."""
        items = []
        for shown in live:
            pack = self._packs.get(shown.pack) or self._leaving.get(shown.pack)
            effect = pack.effects.get(shown.effect) if pack else None
            if effect is not None:
                items.append(Item(effect, shown))
        return items

    def note_drawn(self, live: Sequence[LiveEffect]) -> None:
        """This is drawn now: packs that are gone, and of which nothing is, are forgotten."""
        self._drawn = frozenset(shown.pack for shown in live)
        if self._leaving:
            self._leaving = {n: pack for n, pack in self._leaving.items() if n in self._drawn}
