"""What those who recognise people ask of the picture: names below faces, and an open camera."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vcam.pipeline.demand import Demand
from vcam.pipeline.painting import Drawer


class FaceNames:
    """Passes both on to the output thread, which they belong to. Any thread.

    Args:
        drawer: draws the names.
        demand: says whether the camera is wanted.
        post: has something done on the output thread.
    """

    def __init__(
        self, drawer: Drawer, demand: Demand, post: Callable[[Callable[[], None]], None]
    ) -> None:
        self._drawer = drawer
        self._demand = demand
        self._post = post

    def show(self, names: Mapping[int, str]) -> None:
        """Draws these names below these faces, by the number that vision has given each."""
        self._post(lambda: self._drawer.set_names(names))

    def insist(self, on: bool) -> None:
        """Whether the camera is open whoever watches."""
        self._post(lambda: self._demand.insist(on, "people"))
