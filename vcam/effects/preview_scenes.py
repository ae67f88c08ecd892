"""Short scenes of a person, recorded with what is seen in them: previews need no networks.

`tools/preview_scenes.py` makes them out of the demo clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image as Pillow
from PIL import ImageSequence

from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.observation import Face, FaceShape, Hand, Observation

ASSETS: Final = Path(__file__).with_name("assets")
SIZE: Final = (320, 180)
MASK_SIZE: Final = (160, 90)
FPS: Final = 12
FRAMES: Final = 13
"""Of a scene; played to its end and back, it has no seam and lasts 2 s."""

FACE: Final = "face"
"""The scene without a hand."""

SCENE_OF: Final[dict[str, str]] = {
    "v_sign": "v_sign",
    "thumb_up": "thumb_up",
    "metal": "metal",
    "ily": "metal",
    "thumb_down": "fist",
    "fist": "fist",
    "shaka": "fist",
    "one": "one",
    "palm": "palm",
    "three": "palm",
    "four": "palm",
    "ok": "palm",
    "wave": "palm",
    "swipe_left": "palm",
    "swipe_right": "palm",
    "two_v_signs": "two_v_signs",
    "two_thumbs_up": "two_thumbs_up",
    "two_metals": "two_metals",
    "heart_hands": "two_palms",
}
"""The scene that comes nearest to a gesture; of others it is `FACE`."""

_HAND, _FACE = 21 * 3, 8 + 10
Numbers = npt.NDArray[np.float32]


@lru_cache(maxsize=4)
def scene(name: str) -> tuple[tuple[Image, Observation], ...]:
    """The pictures of a scene, each with what is seen in it; to its end and back.

    Args:
        name: of the scene.

    Returns:
        Pictures uint8 (180, 320, 3) BGR. The observations are `1 / FPS` seconds apart.

    Raises:
        OSError: the installation lacks it.
    """
    pictures = _frames(ASSETS / f"{name}.webp", "RGB")
    masks = _frames(ASSETS / f"{name}-mask.webp", "L")
    with np.load(ASSETS / "scenes.npz") as kept:
        hands, faces = kept[f"{name}_hands"], kept[f"{name}_faces"]
    views = []
    for number, (picture, mask) in enumerate(zip(pictures, masks, strict=True)):
        at = number / FPS
        seen = Observation(
            number,
            at,
            SIZE,
            tuple(_hand(index + 1, row) for index, row in enumerate(hands[number])),
            tuple(_face(row) for row in faces[number]),
            mask.astype(np.float32) / np.float32(255),
            at,
        )
        views.append((np.ascontiguousarray(picture[:, :, ::-1]), seen))
    return (*views, *views[-2:0:-1])


def pack_numbers(name: str, seen: Sequence[Observation]) -> dict[str, Numbers]:
    """What is kept of a scene's sightings, as arrays by name; the opposite of what `scene` does.

    Every observation must have as many hands and faces as the first.
    """
    hands = [
        [np.concatenate([np.ravel(hand.points), np.ravel(hand.depth)]) for hand in each.hands]
        for each in seen
    ]
    faces = [[_face_row(face) for face in each.faces] for each in seen]
    count = len(seen)
    return {
        f"{name}_hands": np.array(hands, np.float32).reshape(count, -1, _HAND).round(2),
        f"{name}_faces": np.array(faces, np.float32).reshape(count, -1, _FACE).round(3),
    }


def _frames(path: Path, mode: str) -> list[npt.NDArray[np.uint8]]:
    with Pillow.open(path, formats=("WEBP",)) as picture:
        return [np.asarray(each.convert(mode)) for each in ImageSequence.Iterator(picture)]


def _hand(track_id: int, row: Numbers) -> Hand:
    points, depth = row[:42].reshape(21, 2), row[42:]
    return Hand(track_id, points, depth, np.zeros((21, 3), np.float32), "right", 1.0)


def _face_row(face: Face) -> Numbers:
    shape = face.shape
    if shape is None:
        raise ValueError("a scene's faces must have been looked at closely")
    points = (face.eyes, face.nose, face.mouth, shape.forehead, shape.chin, shape.cheeks)
    angles = np.array([shape.yaw, shape.pitch], np.float32)
    return np.concatenate([*(np.ravel(each) for each in points), angles])


def _face(row: Numbers) -> Face:
    points = row[:16].reshape(8, 2)
    shape = FaceShape(points[4], points[5], points[6:8], float(row[16]), float(row[17]))
    return Face(1, Box.around(points), points[:2], points[2], points[3], 1.0, shape)
