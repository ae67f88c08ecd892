"""Memory that is kept from picture to picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Scratch:
    """Arrays by name, used again and again; one per thread.

    The system hands fresh memory out page by page, as it is first written to: for arrays of the
    size of a picture, that costs more than what is done with them.
    """

    def __init__(self) -> None:
        self._kept: dict[str, npt.NDArray[np.uint8]] = {}

    def take(
        self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike = np.uint8
    ) -> npt.NDArray[Any]:
        """An array with anything in it; what was taken by this name before is overwritten."""
        kind = np.dtype(dtype)
        wanted = kind.itemsize
        for side in shape:
            wanted *= side
        kept = self._kept.get(name)
        if kept is None or kept.size < wanted:
            kept = self._kept[name] = np.empty(wanted, np.uint8)
        return kept[:wanted].view(kind).reshape(shape)
