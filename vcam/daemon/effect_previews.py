"""Previews of effects, made when somebody asks and kept for the next time."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

import platformdirs

import vcam
from vcam.core.errors import PackError
from vcam.effects.pack import load_pack

logger = logging.getLogger(__name__)

MOST_FILES = 400
"""Some 20 MB. Beyond, the half that was asked for longest ago goes."""


class EffectPreviews:
    """Keeps previews in the user's cache, by what they were made from. Any thread.

    Args:
        folder: for the files; None takes the user's cache.
    """

    def __init__(self, folder: Path | None = None) -> None:
        cache = platformdirs.user_cache_path("vcam", appauthor=False)
        self._folder = folder or cache / "previews"

    def preview(self, pack: Path, effect: str, still: bool) -> bytes:
        """A WebP of an effect; the first time, an animation takes a second of one core.

        Args:
            pack: the pack's folder.
            effect: its name.
            still: one picture; it takes less than a tenth of that.

        Raises:
            PackError: the pack is not fit, or has no such effect.
        """
        try:
            key = _key(pack, effect, still)
        except OSError as error:
            raise PackError(f"The pack {pack.name} cannot be read ({error.strerror})") from error
        file = self._folder / f"{key}.webp"
        try:
            kept = file.read_bytes()
            file.touch()
            return kept
        except OSError:
            pass
        # Whoever never looks at previews does not pay for what draws them.
        from vcam.effects.poster import effect_poster
        from vcam.effects.preview import effect_preview

        made = (effect_poster if still else effect_preview)(load_pack(pack), effect)
        self._keep(file, made)
        return made

    def _keep(self, file: Path, content: bytes) -> None:
        """Writes it at once, whole; a cache that cannot be written to is no reason to fail."""
        new = file.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            new.write_bytes(content)
            new.replace(file)
            self._make_room()
        except OSError as error:
            logger.info("previews are not kept (%s)", error)
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)

    def _make_room(self) -> None:
        files = sorted(self._folder.glob("*.webp"), key=lambda path: path.stat().st_mtime)
        if len(files) > MOST_FILES:
            for file in files[: len(files) - MOST_FILES // 2]:
                file.unlink(missing_ok=True)


def _key(pack: Path, effect: str, still: bool) -> str:
    """Changes with the pack's content, the effect, and the program that draws it."""
    digest = hashlib.sha256(f"{vcam.__version__}\0{effect}\0{still}".encode())
    for path in sorted(path for path in pack.rglob("*") if path.is_file()):
        digest.update(f"\0{path.relative_to(pack).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:40]
