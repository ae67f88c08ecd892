"""`vcam pack check`: what vcam would make of a pack, and what its maker may have overlooked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from vcam.effects.pack import MAX_PACK_DECODED_BYTES, Pack, load_pack
from vcam.effects.pack_file import PACK_FILE, suggest
from vcam.packs.archive import PICTURES, SOUNDS, VIDEOS

_LARGE = 0.5
"""Share of what a pack may take in memory from which that is worth a word."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack that can be used.

    Attributes:
        pack: as it was read.
        decoded_mib: memory that its pictures take.
        warnings: what is probably not meant, one line each.
    """

    pack: Pack
    decoded_mib: float
    warnings: tuple[str, ...]


def check_pack(folder: Path, gestures: Collection[str]) -> Checked:
    """Reads a pack as vcam does, and looks for what is allowed but probably not meant.

    Args:
        folder: of the pack.
        gestures: names of those that vcam knows.

    Raises:
        PackError: vcam could not use it; the message names the place and the fix.
    """
    pack = load_pack(folder)
    decoded = _decoded_bytes(pack)
    found = [*_unknown_gestures(pack, gestures), *_unplayed(pack), *_unused(folder, pack)]
    if decoded > _LARGE * MAX_PACK_DECODED_BYTES:
        found.append(
            f"its pictures take {decoded / 2**20:.0f} MiB of memory: smaller ones look the same "
            "at the size of a face"
        )
    return Checked(pack, round(decoded / 2**20, 2), tuple(found))


def _decoded_bytes(pack: Pack) -> int:
    sprites = {
        id(sprite): sprite.decoded_bytes
        for effect in pack.effects.values()
        for sprite in (*effect.sprites, effect.coming, effect.going)
        if sprite is not None
    }
    return sum(sprites.values())


def _unknown_gestures(pack: Pack, gestures: Collection[str]) -> Iterator[str]:
    for gesture in dict.fromkeys(rule.gesture for rule in pack.rules):
        if gesture not in gestures:
            hint = suggest(gesture, sorted(gestures))
            yield f"no gesture is called {gesture}, so what it plays never comes: {hint}"


def _unplayed(pack: Pack) -> Iterator[str]:
    played = {rule.effect for rule in pack.rules}
    for name in pack.effects:
        if name not in played:
            yield f"no gesture plays {name}; it comes by `vcam play {pack.name} {name}` alone"


def _unused(folder: Path, pack: Pack) -> Iterator[str]:
    text = (folder / PACK_FILE).read_text(encoding="utf-8-sig")
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in (*PICTURES, *SOUNDS, *VIDEOS) and path.is_file():
            name = path.relative_to(folder).as_posix()
            if name not in text:
                yield f"{name} is not used"
