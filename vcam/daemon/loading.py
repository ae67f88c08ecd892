"""The packs that are on, loaded; what the start needs of them and no more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import platformdirs

from vcam.core.errors import VcamError
from vcam.daemon.naming import unknown
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.settings.schema import ReactionSettings

logger = logging.getLogger(__name__)


def user_pack_folder() -> Path:
    """Where the packs are that the user has installed or made."""
    return platformdirs.user_data_path("vcam", appauthor=False) / "packs"


def found_packs(settings: ReactionSettings) -> dict[str, Path]:
    """The folders of all packs, shipped ones and the user's own, by name."""
    own = user_pack_folder()
    folders = own_pack_folders(settings)
    return find_packs([shipped_pack_folder(), *(f for f in folders if f != own or f.is_dir())])


def own_pack_folders(settings: ReactionSettings) -> list[Path]:
    """Where the user's packs are: what was installed, and the folders of the settings."""
    return [user_pack_folder(), *(Path(folder).expanduser() for folder in settings.pack_folders)]


def load_packs(settings: ReactionSettings) -> tuple[Pack, ...]:
    """The packs that are on; one that cannot be used is left out with a line in the log."""
    folders = found_packs(settings)
    packs = []
    for name in dict.fromkeys(settings.packs):
        try:
            if name not in folders:
                raise unknown("sticker pack", name, folders)
            packs.append(load_pack(folders[name]))
        except VcamError as error:
            logger.error("%s", error)
    return tuple(packs)


def load_found(settings: ReactionSettings, tell: Callable[[VcamError], None]) -> list[Pack]:
    """All packs that can be used, by name.

    Args:
        settings: where to look.
        tell: told of each that cannot; it is left out.
    """
    packs = []
    for _, folder in sorted(found_packs(settings).items()):
        try:
            packs.append(load_pack(folder))
        except VcamError as error:
            tell(error)
    return packs
