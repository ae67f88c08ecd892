"""Where new hands are looked for, and whether it is worth it: one part of the picture at a time."""

from __future__ import annotations

import math
from functools import partial

from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.vision.change import ChangeGate
from vcam.vision.hands import hand_size, is_sure
from vcam.vision.pace import Pace
from vcam.vision.parts import in_reach
from vcam.vision.tracks import HandTrack, HandTracker
from vcam.vision.zoom import ZoomRound, round_lost

_FORCED_SEARCH_S = 1.0
"""Hands are looked for so often though nothing has changed."""


class HandSearch:
    """Searches for hands that are not followed yet. Used from one thread.

    Args:
        zoom_rate_hz: how often part of the picture may be looked at enlarged.
        beside_faces: faces are looked for: what is found in part of the picture is judged by them.
    """

    def __init__(self, zoom_rate_hz: float, *, beside_faces: bool) -> None:
        self._zoom_pace = Pace(zoom_rate_hz)
        self._beside_faces = beside_faces
        self._zooms = ZoomRound()
        self._gate = ChangeGate()
        self._searches = 0
        self._turns_after_loss = 0
        self._searched_at = -math.inf

    def reset(self) -> None:
        """Forgets what was seen, as for a new source."""
        self._zoom_pace.now()
        self._gate.reset()
        self._zooms.reset()
        self._searched_at = -math.inf

    def hand_lost(self) -> None:
        """A hand was lost: the next search is done, whether anything has changed or not."""
        self._gate.reset()

    def look(self, hands: HandTracker, faces: list[Box], image: Image, at: float) -> bool:
        """Looks for new hands, if anything but the known faces has moved since the last time.

        Args:
            hands: follows what is found from now on.
            faces: those that are known, pixels.
            image: BGR.
            at: when it was taken, seconds.

        Returns:
            Whether one was found.
        """
        height, width = image.shape[:2]
        lost = hands.lost(at)
        changed = self._gate.changed(image, faces)
        if changed and self._gate.where is not None:
            self._zooms.note_movement(self._gate.where, at)
        if not (changed or lost or at - self._searched_at >= _FORCED_SEARCH_S):
            return False
        self._searched_at = at
        sure = partial(is_sure, faces=faces if self._beside_faces else None)
        part = self._part_of_lost(lost, (width, height), at)
        if part is not None:
            found = hands.search(image, at, part, sure)
        else:
            found = hands.search(image, at, self._next_part((width, height), faces))
        if not (found or hands.hands or lost) and self._zoom_pace.due(at):
            part = self._zooms.next_part(faces, (width, height), at)
            if part is not None:
                self._zoom_pace.done(at)
                found = hands.search(image, at, part, sure)
        return found

    def _part_of_lost(self, lost: list[HandTrack], size: tuple[int, int], at: float) -> Box | None:
        """Where a hand that was just lost should be; every other time, after the first."""
        self._turns_after_loss = self._turns_after_loss + 1 if lost else 0
        if self._turns_after_loss % 2 == 0:
            return None
        track = lost[self._turns_after_loss // 2 % len(lost)]
        return round_lost(track.points_at(at), hand_size(track.reading.points), size)

    def _next_part(self, size: tuple[int, int], faces: list[Box]) -> Box | None:
        """Where to look for new hands: in the whole picture and round each far person in turn."""
        far = [part for face in faces if (part := in_reach(face, *size)) is not None]
        self._searches += 1
        return [None, *far][self._searches % (1 + len(far))]
