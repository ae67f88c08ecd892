"""The user's own packs, installed, removed and exported while the daemon runs."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from vcam.core.errors import PackError, PackTaken
from vcam.daemon.effect_previews import EffectPreviews
from vcam.daemon.loading import user_pack_folder
from vcam.daemon.packs import PackLibrary

_UPLOAD = "pack.zip"


class OwnPacks:
    """Implements `vcam.control.contracts.Packs`. Any thread.

    Args:
        library: all packs.
        reload: reads the packs again.
    """

    def __init__(self, library: PackLibrary, reload: Callable[[], object]) -> None:
        self._library = library
        self._reload = reload
        self._previews = EffectPreviews()

    def install(self, archive: bytes, replace: bool) -> str:
        """Installs the pack of a zip file, wholly or not at all; see the contract.

        Raises:
            PackTaken: there is one of that name, and `replace` is false.
            PackError: it is not fit, or cannot be written.
        """
        # Pillow's readers and the re-encoding are of use here alone.
        from vcam.packs.store import PackStore

        with tempfile.TemporaryDirectory(prefix="vcam-") as folder:
            file = Path(folder) / _UPLOAD
            try:
                file.write_bytes(archive)
                pack = PackStore(user_pack_folder()).install(file, replace)
            except PackTaken as error:
                raise PackTaken(error.message, "replace it, or rename yours") from None
            except PackError as error:
                # Where it lay for a moment is nobody's business.
                raise PackError(error.message.replace(str(file), _UPLOAD), error.fix) from None
            except OSError as error:
                raise PackError(
                    f"The upload cannot be kept ({error.strerror})", "check the disk's free space"
                ) from error
        self._reload()
        return pack.name

    def remove(self, name: str) -> None:
        """Deletes one of the user's packs.

        Raises:
            PackError: there is none of that name, or it came with vcam.
        """
        from vcam.packs.store import PackStore

        PackStore(user_pack_folder()).remove(name)
        self._reload()

    def export(self, name: str) -> bytes:
        """A zip file of a pack, which `install` takes.

        Raises:
            VcamError: there is none of that name, or it is not fit.
        """
        from vcam.packs.store import PackStore

        source = self._library.folder(name)
        with tempfile.TemporaryDirectory(prefix="vcam-") as folder:
            return PackStore(user_pack_folder()).export(source, Path(folder) / _UPLOAD).read_bytes()

    def preview(self, name: str, effect: str, still: bool) -> bytes:
        """A WebP of what an effect looks like; see the contract.

        Raises:
            VcamError: there is no such pack or effect, or the pack is not fit.
        """
        return self._previews.preview(self._library.folder(name), effect, still)
