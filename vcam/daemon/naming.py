"""Names that do not exist, and what may have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from vcam.core.errors import VcamError


def unknown(kind: str, name: str, known: Iterable[str], where: str = "") -> VcamError:
    """The error for a name that there is not.

    Args:
        kind: what it should be the name of, such as `sticker pack`.
        name: what was asked for.
        known: what there is.
        where: where it was looked for, such as `in party`.
    """
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    fix = f"there are: {', '.join(names)}" if names else "there are none"
    place = f" {where}" if where else ""
    return VcamError(
        f"There is no {kind} {name!r}{place}", f"did you mean {near[0]}?" if near else fix
    )
