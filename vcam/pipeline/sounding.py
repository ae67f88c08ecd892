"""Plays the sounds of effects as they come in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from vcam.core.events import LiveEffect

if TYPE_CHECKING:
    from vcam.effects.pack import Pack


class Player(Protocol):
    """Plays sound files (`vcam.outputs.sound.SoundPlayer`)."""

    def play(self, file: Path) -> None:
        """Plays a file; returns at once and never raises."""
        ...


class Sounding:
    """Knows which effect sounds like what. Used from the output thread only.

    Args:
        player: plays them.
    """

    def __init__(self, player: Player) -> None:
        self._player = player
        self._is_on = False
        self._files: dict[tuple[str, str], Path] = {}

    def switch(self, on: bool) -> None:
        """Whether sounds are played at all."""
        self._is_on = on

    def set_packs(self, packs: Sequence[Pack]) -> None:
        """Takes over the packs that are on."""
        self._files = {
            (pack.name, name): effect.sound
            for pack in packs
            for name, effect in pack.effects.items()
            if effect.sound is not None
        }

    def came(self, effect: LiveEffect) -> None:
        """An effect has come in."""
        if self._is_on:
            file = self._files.get((effect.pack, effect.effect))
            if file is not None:
                self._player.play(file)
