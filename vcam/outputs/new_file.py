"""Names for new files: nothing that exists is ever overwritten."""

from __future__ import annotations

import os
from pathlib import Path

from vcam.core.errors import OutputError

MAX_NUMBER = 9999


def reserve(wanted: Path) -> Path:
    """Creates an empty file under the wanted name, or with `-2`, `-3` … before its ending.

    The folder is made if need be.

    Raises:
        OutputError: the folder cannot be made or written to.
    """
    try:
        wanted.parent.mkdir(parents=True, exist_ok=True)
        for number in range(1, MAX_NUMBER + 1):
            name = wanted.name if number == 1 else f"{wanted.stem}-{number}{wanted.suffix}"
            path = wanted.with_name(name)
            try:
                # Exclusive creation, not a look beforehand: two programs may do this at once.
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            except FileExistsError:
                continue
            return path
    except OSError as error:
        raise OutputError(
            f"{wanted} cannot be written ({error.strerror or error})",
            "choose a folder that you may write to",
        ) from error
    raise OutputError(f"there are too many files like {wanted}", "clear the folder")
