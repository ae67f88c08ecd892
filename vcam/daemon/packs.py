"""The sticker packs: all that were found, and those that are on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from vcam.control.state import EffectState, PackState
from vcam.core.errors import VcamError
from vcam.daemon.loading import found_packs, user_pack_folder
from vcam.daemon.naming import unknown
from vcam.effects.pack import Pack, load_pack
from vcam.settings.schema import ReactionSettings

logger = logging.getLogger(__name__)


class PackLibrary:
    """Finds packs, loads those that are on, and tells about all of them.

    Any thread. Packs that are off are looked at once, when somebody asks what there is, and their
    pictures are not kept.

    Args:
        settings: which packs are on, and where to look for them.
        packs: those of them that were loaded already.
    """

    def __init__(self, settings: ReactionSettings, packs: Sequence[Pack] = ()) -> None:
        self._lock = threading.RLock()
        self._settings = settings
        self._folders: dict[str, Path] | None = None
        self._loaded = {pack.name: pack for pack in packs}
        self._lent: dict[str, Pack] = {}
        self._told: dict[str, PackState] = {}
        self._thumbnails: dict[str, bytes] = {}

    def take(self, settings: ReactionSettings, *, anew: bool = False) -> tuple[Pack, ...]:
        """Takes new settings over.

        Args:
            settings: which packs are on, and where to look for them.
            anew: look for packs and read them again. One that is on and cannot be used any more
                stays as it was.

        Returns:
            The packs that are on and can be used, the lowest first; none while reactions are off.
        """
        with self._lock:
            moved = settings.pack_folders != self._settings.pack_folders
            self._settings = settings
            if anew or moved or self._folders is None:
                self._folders = found_packs(settings)
                self._told.clear()
                self._thumbnails.clear()
                self._lent.clear()
            wanted = dict.fromkeys(settings.packs) if settings.enabled else {}
            kept = {name: pack for name, pack in self._loaded.items() if name in wanted}
            self._loaded = {}
            for name in wanted:
                pack = kept.get(name)
                if pack is None or anew or moved:
                    pack = self._load(name, pack)
                if pack is not None:
                    self._loaded[name] = pack
            return tuple(self._loaded.values())

    def lend(self, name: str) -> Pack:
        """A pack, on or not: some of its effects answer what no pack does.

        Raises:
            VcamError: there is none of that name, or it cannot be used.
        """
        with self._lock:
            if name in self._loaded:
                return self._loaded[name]
            if name not in self._lent:
                self._lent[name] = load_pack(self._folder(name))
            return self._lent[name]

    def states(self) -> tuple[PackState, ...]:
        """All packs that were found or are asked for, by name."""
        with self._lock:
            folders, own = self._found_folders(), user_pack_folder()
            names = sorted({*folders, *self._settings.packs})
            return tuple(
                self._state(name).model_copy(
                    update={
                        "on": name in self._settings.packs,
                        "own": name in folders and folders[name].parent == own,
                    }
                )
                for name in names
            )

    def folders_on(self) -> tuple[Path, ...]:
        """The folders of the packs that are on and were found."""
        with self._lock:
            found = self._found_folders()
            return tuple(found[name] for name in self._settings.packs if name in found)

    def state(self, name: str) -> PackState:
        """One pack.

        Raises:
            VcamError: there is none of that name.
        """
        for pack in self.states():
            if pack.name == name:
                return pack
        raise unknown("sticker pack", name, self._found_folders())

    def thumbnail(self, name: str) -> bytes:
        """A PNG that shows the pack.

        Raises:
            VcamError: there is none of that name, or it cannot be used.
        """
        with self._lock:
            if name not in self._thumbnails:
                folder = self._folder(name)
                from vcam.daemon.thumbnails import pack_thumbnail

                try:
                    self._thumbnails[name] = pack_thumbnail(load_pack(folder), folder)
                except OSError as error:
                    raise VcamError(f"The pack {name} cannot be read ({error})") from error
            return self._thumbnails[name]

    def folder(self, name: str) -> Path:
        """Where a pack is.

        Raises:
            VcamError: there is none of that name.
        """
        with self._lock:
            return self._folder(name)

    def _found_folders(self) -> dict[str, Path]:
        if self._folders is None:
            self._folders = found_packs(self._settings)
        return self._folders

    def _folder(self, name: str) -> Path:
        folders = self._found_folders()
        if name not in folders:
            raise unknown("sticker pack", name, folders)
        return folders[name]

    def _load(self, name: str, older: Pack | None) -> Pack | None:
        """The pack, `older` if it cannot be used; notes what is to be told about it."""
        try:
            pack = load_pack(self._folder(name))
        except VcamError as error:
            logger.error("%s", error)
            self._told[name] = _broken(name, error, older)
            return older
        self._told[name] = _told(pack)
        return pack

    def _state(self, name: str) -> PackState:
        if name not in self._told:
            try:
                self._told[name] = _told(load_pack(self._folder(name)))
            except VcamError as error:
                self._told[name] = _broken(name, error)
        return self._told[name]


def _told(pack: Pack) -> PackState:
    return PackState(
        name=pack.name,
        title=pack.title,
        on=False,
        author=pack.author,
        licence=pack.licence,
        effects=tuple(
            EffectState(
                name=name,
                gestures=tuple(rule.gesture for rule in pack.rules if rule.effect == name),
            )
            for name in pack.effects
        ),
        thumbnail=True,
    )


def _broken(name: str, error: VcamError, older: Pack | None = None) -> PackState:
    told = _told(older) if older else PackState(name=name, title=name, on=False)
    return told.model_copy(update={"problem": str(error), "thumbnail": False})
