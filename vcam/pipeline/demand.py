"""Whether anybody needs the camera: open it for readers, close it a while after the last."""

from __future__ import annotations

from typing import Literal

When = Literal["on_demand", "always"]


class Demand:
    """Decides whether the camera is wanted. Pure: time is handed in.

    Args:
        when: `always` wants it whoever watches.
        release_after_ms: how long it stays wanted after the last reader has left: programs close
            and open a camera again when their settings change, and its light should not flicker.
    """

    def __init__(self, when: When, release_after_ms: int) -> None:
        self._watched_at: float | None = None
        self._insisting: set[str] = set()
        self.wanted = when == "always"
        self.apply(when, release_after_ms)

    def apply(self, when: When, release_after_ms: int) -> None:
        """Takes other settings over; they show at the next `update`."""
        self._always = when == "always"
        self._release_after_s = release_after_ms / 1000

    def insist(self, on: bool, who: str = "") -> None:
        """Whether the camera is wanted whoever watches; shows at the next `update`.

        It is for as long as anybody insists.
        """
        if on:
            self._insisting.add(who)
        else:
            self._insisting.discard(who)

    def update(self, at: float, watched: bool) -> bool:
        """Whether the camera is wanted now.

        Args:
            at: seconds; never earlier than before.
            watched: whether anybody takes pictures.
        """
        if watched or self._always or self._insisting:
            self._watched_at = at
        last = self._watched_at
        self.wanted = (last is not None and at - last < self._release_after_s) or self._always
        return self.wanted
