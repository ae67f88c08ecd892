"""Packs that are installed and removed for real, in a folder of the test's."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from PIL import Image as Pillow

from vcam.control.state import EffectState, PackState
from vcam.core.errors import PackError
from vcam.effects.pack import Pack, load_pack
from vcam.packs.store import PackStore


def small_pack(name: str = "cats", title: str = "Cats", **more: bytes | str) -> bytes:
    """A zip file of a pack of one sticker.

    Args:
        name: of the pack.
        title: what people call it.
        more: contents of more members, by name.
    """
    picture, archive = BytesIO(), BytesIO()
    Pillow.new("RGBA", (16, 16), (200, 80, 120, 255)).save(picture, "PNG")
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr(
            "pack.yaml",
            f"name: {name}\ntitle: {title}\nauthor: us\nlicence: MIT\neffects:\n"
            "  ears:\n    kind: sticker\n    picture: ears.png\n    anchor: face.top\n"
            "reactions:\n  - {gesture: v_sign, effect: ears}\n",
        )
        opened.writestr("ears.png", picture.getvalue())
        for member, content in more.items():
            opened.writestr(member, content)
    return archive.getvalue()


class FakePacks:
    """The real store; what it holds is told as own packs.

    Args:
        folder: for packs and uploads; None refuses them.
        packs: those that the daemon knows now.
        tell: takes what it is to know from now on.
    """

    def __init__(
        self,
        folder: Path | None,
        packs: Callable[[], tuple[PackState, ...]],
        tell: Callable[[tuple[PackState, ...]], None],
    ) -> None:
        self._folder = folder
        self._packs = packs
        self._tell = tell

    def install(self, archive: bytes, replace: bool) -> str:
        """Installs it, and tells of it."""
        file = self._place() / "upload.zip"
        file.write_bytes(archive)
        pack = self._store().install(file, replace)
        others = tuple(known for known in self._packs() if known.name != pack.name)
        self._tell((*others, _told(pack)))
        return pack.name

    def remove(self, name: str) -> None:
        """Removes it, and tells of that."""
        self._store().remove(name)
        self._tell(tuple(known for known in self._packs() if known.name != name))

    def export(self, name: str) -> bytes:
        """The zip file of an installed one."""
        source = self._store().folder / name
        load_pack(source)
        file = self._place() / "export.zip"
        file.unlink(missing_ok=True)
        return self._store().export(source, file).read_bytes()

    def preview(self, name: str, effect: str, still: bool) -> bytes:
        """A WebP of four colours, one after the other, or of one."""
        known = {pack.name: pack for pack in self._packs()}
        if name not in known or effect not in {each.name for each in known[name].effects}:
            raise PackError(f"There is no effect {effect!r} in {name!r}", "look at the packs")
        shades = [Pillow.new("RGB", (320, 180), (60 * k, 90, 200 - 40 * k)) for k in range(4)]
        buffer = BytesIO()
        rest = [] if still else shades[1:]
        shades[0].save(buffer, "WEBP", save_all=True, append_images=rest, duration=200)
        return buffer.getvalue()

    def _store(self) -> PackStore:
        return PackStore(self._place() / "packs")

    def _place(self) -> Path:
        if self._folder is None:
            raise PackError("The folder cannot be written to", "choose another")
        return self._folder


def _told(pack: Pack) -> PackState:
    return PackState(
        name=pack.name,
        title=pack.title,
        on=False,
        author=pack.author,
        licence=pack.licence,
        effects=tuple(EffectState(name=name) for name in pack.effects),
        own=True,
    )
