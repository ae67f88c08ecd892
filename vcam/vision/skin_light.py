"""Takes the colour of the light out of a picture, by what it does to the skin of a face.

The networks know skin as daylight and lamps show it. In the light of a screen, or of coloured
lamps, they overlook hands that anybody sees (measured in docs/vision.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Image
from vcam.core.observation import Face

Ratios = tuple[float, float]
"""Logarithms of red by blue and of red by green."""

_SKIN: Ratios = (math.log(2.2), math.log(1.5))
_SKIN_SPREAD: tuple[Ratios, Ratios] = (
    (math.log(1.0), math.log(3.2)),
    (math.log(0.98), math.log(2.1)),
)
"""What skin is corrected to, and between what it is left as it is. Of 361 photographed faces the
median is 1.54 and 1.40; somewhat redder serves the networks as well, and a slight cast harms
nothing."""

_ROOM: Ratios = (math.log(1.32), math.log(1.15))
_ROOM_SPREAD: tuple[Ratios, Ratios] = (
    (math.log(0.72), math.log(1.75)),
    (math.log(0.72), math.log(1.45)),
)
"""The mean of a whole picture, which may well show a blue wall: so only extremes count (5 of 420
photographs)."""

_CALM = 0.12
"""Once the light is told to be coloured, so much more is needed to tell that it no longer is."""
_FOLLOW_S = 1.0
"""Time constant: exposure and colours of the face flicker, the light of a room does not."""
_FACE_GONE_S = 3.0
_FACE_FORGOTTEN_S = 60.0
"""So long after the last face the picture as a whole is asked: if it has other colours since, or in
any case."""
_OTHER_COLOURS = 0.25
_SURE_LOOKS = 2
"""So many looks must agree before anything is changed: one face may be none."""
_GREY = 3.0
"""Levels: channels that differ by less are those of a camera that sees no colours."""

_MOST_GAIN = 2.5
_LEAST_EYES_PX = 6.0
_LEAST_LIGHT, _MOST_LIGHT = 10.0, 245.0
"""Darker or brighter pictures, and skin, have no colour to go by."""
_LUMA = np.array([0.114, 0.587, 0.299])
"""ITU-R BT.601, blue, green, red."""
_STEP = 0.04
"""Gains are changed by no less: each change looks like movement."""
_EVERY_S = 0.3


class SkinLight:
    """Knows the colour of the light in a picture, and takes it out. Used from one thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forgets the light."""
        self._gains = np.ones(3)
        self._ratios: Ratios | None = None
        self._at = self._face_at = -math.inf
        self._of_face = False
        self._room: Ratios | None = None
        self._coloured_looks = 0

    @property
    def is_coloured(self) -> bool:
        """Whether pictures are changed."""
        return bool((self._gains != 1).any())

    def corrected(self, image: Image) -> Image:
        """The picture as ordinary light would show it; itself where the light is ordinary.

        Args:
            image: uint8 (h, w, 3), BGR; is not changed.
        """
        if not self.is_coloured:
            return image
        # A sixth of what a table of 256 colours costs.
        return np.asarray(cv2.transform(image, np.diag(self._gains)), np.uint8)

    def note(self, image: Image, faces: Sequence[Face], at: float) -> None:
        """Looks at the light.

        Args:
            image: uint8 (h, w, 3), BGR, as the camera gave it.
            faces: those in it, the largest first.
            at: its time, seconds.
        """
        if 0 <= at - self._at < _EVERY_S:
            return
        skin = next((colour for face in faces if (colour := _skin_of(image, face))), None)
        room = _ratios_of(image)
        if skin is not None:
            self._face_at, self._room = at, room
        elif at - self._face_at < (_FACE_GONE_S if self._differs(room) else _FACE_FORGOTTEN_S):
            return
        seen = room if skin is None else skin
        if seen is None:
            self._at = at
            return
        of_face = skin is not None
        if self._ratios is not None and self._of_face == of_face and at >= self._at:
            share = 1 - math.exp(-(at - self._at) / _FOLLOW_S)
            old = self._ratios
            seen = old[0] + share * (seen[0] - old[0]), old[1] + share * (seen[1] - old[1])
        self._ratios, self._at, self._of_face = seen, at, of_face
        self._decide(seen, of_face)

    def _differs(self, room: Ratios | None) -> bool:
        """Whether the picture has other colours than when the last face was seen."""
        if room is None or self._room is None:
            return room is not self._room
        return max(abs(a - b) for a, b in zip(room, self._room, strict=True)) > _OTHER_COLOURS

    def _decide(self, seen: Ratios, of_face: bool) -> None:
        usual, spread = (_SKIN, _SKIN_SPREAD) if of_face else (_ROOM, _ROOM_SPREAD)
        calm = _CALM if self.is_coloured else 0.0
        ordinary = all(
            low + calm <= ratio <= high - calm
            for ratio, (low, high) in zip(seen, spread, strict=True)
        )
        self._coloured_looks = 0 if ordinary else self._coloured_looks + 1
        if not ordinary and self._coloured_looks < _SURE_LOOKS:
            return
        gains = np.ones(3) if ordinary else _gains(seen, usual)
        if ordinary or np.abs(gains / self._gains - 1).max() >= _STEP:
            self._gains = gains


def still_light(
    image: Image, find_faces: Callable[[Image], tuple[Face, ...]] | None
) -> tuple[SkinLight, tuple[Face, ...]]:
    """The light in a single picture, and the faces in it.

    In strongly coloured light faces are overlooked too, and found once the picture as a whole was
    corrected; then they tell the light better than that.

    Args:
        image: uint8 (h, w, 3), BGR.
        find_faces: None looks for none.
    """
    light = SkinLight()
    found = find_faces(image) if find_faces else ()
    for look in range(_SURE_LOOKS):
        light.note(image, found, look * _EVERY_S)
    if light.is_coloured and not found and find_faces:
        found = find_faces(light.corrected(image))
        light.note(image, found, _SURE_LOOKS * _EVERY_S)
    return light, found


def _skin_of(image: Image, face: Face) -> Ratios | None:
    """The colour of nose and cheeks; None where it cannot be told."""
    middle = (face.eyes.mean(axis=0) + face.mouth) / 2
    between = float(np.hypot(*(face.eyes[1] - face.eyes[0])))
    if not (between >= _LEAST_EYES_PX and np.isfinite((between, *middle)).all()):
        return None
    height, width = image.shape[:2]
    left, right = (int(middle[0] + sign * 0.6 * between) for sign in (-1, 1))
    top, bottom = (int(middle[1] + sign * 0.25 * between) for sign in (-1, 1))
    part = image[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    return _ratios_of(part) if part.size and min(cv2.mean(part)[:3]) >= 1 else None


def _ratios_of(part: Image) -> Ratios | None:
    """Those of its mean; None where it is too dark, too bright or too grey to have a colour."""
    colour = cv2.mean(part)[:3]
    if not _LEAST_LIGHT <= float(np.dot(colour, _LUMA)) <= _MOST_LIGHT:
        return None
    if max(colour) - min(colour) < _GREY:
        return None
    blue, green, red = (max(1.0, value) for value in colour)
    return math.log(red / blue), math.log(red / green)


def _gains(seen: Ratios, usual: Ratios) -> npt.NDArray[np.float64]:
    """Factors on blue, green, red that take one to the other, and leave it as bright."""
    gains = np.exp([seen[0] - usual[0], seen[1] - usual[1], 0.0])
    colour = np.exp([-seen[0], -seen[1], 0.0])
    gains *= float(colour @ _LUMA) / float((gains * colour) @ _LUMA)
    return np.asarray(np.clip(gains, 1 / _MOST_GAIN, _MOST_GAIN), np.float64)
