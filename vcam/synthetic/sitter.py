"""A person at a camera as flat layers: drawn once, then only moved, turned and scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.look import Colour, Look, Picture
from vcam.synthetic.person_picture import draw_person
from vcam.synthetic.person_shape import ALL, HEAD, SHIRT

Bytes = npt.NDArray[np.uint8]

_DETAIL = 0.55
_NECK_CM = -18.0
_EYE_CM = (3.2, 1.2, 8.0)
_BLINK_S = 0.11
HAIR: Final[tuple[Colour, ...]] = (
    (0.07, 0.06, 0.05),
    (0.16, 0.11, 0.08),
    (0.33, 0.22, 0.13),
    (0.62, 0.48, 0.28),
    (0.60, 0.58, 0.56),
    (0.45, 0.18, 0.09),
)


@dataclass(frozen=True)
class _Layer:
    """Premultiplied BGR and coverage, uint8 (h, w, 4), and where its corner is in the picture."""

    pixels: Bytes
    corner: tuple[int, int]

    @classmethod
    def of(cls, rgba: Picture, size: tuple[int, int], margin: tuple[int, int]) -> _Layer:
        enlarged = cv2.resize(rgba.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
        pixels = (np.clip(enlarged, 0, 1)[..., (2, 1, 0, 3)] * 255).astype(np.uint8)
        left, top, width, height = cv2.boundingRect(pixels[..., 3])
        cut = np.ascontiguousarray(pixels[top : top + height, left : left + width])
        return cls(cut, (left - margin[0], top - margin[1]))

    def lay_over(self, picture: Bytes, matrix: FloatArray) -> None:
        """Draws it over the picture, in place, moved by an affine (3, 3)."""
        height, width = self.pixels.shape[:2]
        if not width:
            return
        moved = matrix.copy()
        moved[:2, 2] += matrix[:2, :2] @ self.corner
        ends = moved[:2, :2] @ np.array([[0, width, 0, width], [0, 0, height, height]], float)
        ends += moved[:2, 2:]
        left, top = np.maximum(0, np.floor(ends.min(axis=1)).astype(int))
        limit = np.array([picture.shape[1], picture.shape[0]])
        right, bottom = np.minimum(limit, np.ceil(ends.max(axis=1)).astype(int))
        if right <= left or bottom <= top:
            return
        moved[:2, 2] -= left, top
        laid = cv2.warpAffine(self.pixels, moved[:2], (int(right - left), int(bottom - top)))
        through = cv2.cvtColor(cv2.bitwise_not(laid[..., 3]), cv2.COLOR_GRAY2BGR)
        part = picture[top:bottom, left:right]
        behind = cv2.multiply(part, through, scale=1 / 255)
        part[:] = cv2.add(behind, cv2.cvtColor(laid, cv2.COLOR_BGRA2BGR))


class Sitter:
    """One person, and how the head moves: nods, leans, looks about, blinks.

    Args:
        rng: hair, glasses and the head's ways.
        look: light and colours.
        size: width and height of the picture, pixels.
        focal: pixels.
        head: (3,) where the head is, camera frame, cm.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        look: Look,
        size: tuple[int, int],
        focal: float,
        head: FloatArray,
    ) -> None:
        self._size = size
        self._px_per_cm = focal / -float(head[2])
        self._middle = np.array(
            [size[0] / 2 + head[0] * self._px_per_cm, size[1] / 2 - head[1] * self._px_per_cm]
        )
        self._phases = rng.uniform(0, 2 * np.pi, 8)
        self._strength = float(rng.uniform(0.4, 1.4))
        self._blinks_every_s = float(rng.uniform(2.2, 6))
        hair = HAIR[int(rng.integers(len(HAIR)))]
        turn = float(rng.normal(0, 0.12))
        # Layers reach beyond the picture on all sides, for when they are moved.
        self._margin = (size[0] // 6, size[1] // 4)
        wide = size[0] + 2 * self._margin[0], size[1] + 2 * self._margin[1]
        small = round(wide[1] * _DETAIL), round(wide[0] * _DETAIL)

        def layer(part: int, eyes_open: float = 1.0, front_only: bool = False) -> Picture:
            return draw_person(
                small,
                look,
                (float(head[0]), float(head[1]), float(head[2])),
                focal * _DETAIL,
                turn,
                eyes_open,
                hair,
                layer=part,
                front_only=front_only,
            )

        heads = [layer(HEAD, 0.85), layer(HEAD, 0.05)]
        if rng.random() < 0.35:
            shade = float(rng.uniform(0.02, 0.25))
            for drawn in heads:
                self._put_on_glasses(drawn, turn, shade)
        self._heads = [_Layer.of(drawn, wide, self._margin) for drawn in heads]
        self._shirt = _Layer.of(layer(SHIRT), wide, self._margin)
        self._collar = _Layer.of(layer(ALL, front_only=True), wide, self._margin)

    def laid_over(self, picture: Bytes, t: float) -> Bytes:
        """The picture with the person in it at media time `t`; uint8 (h, w, 3) BGR."""
        p, k = self._phases, self._strength
        unit = self._px_per_cm
        shift = np.array([np.sin(0.45 * t + p[0]) + 0.4 * np.sin(1.3 * t + p[1]), 0.0])
        shift[1] = 0.5 * np.sin(0.8 * t + p[2]) + 0.25 * np.sin(2.2 * t + p[3])
        roll = k * (5 * np.sin(0.37 * t + p[4]) + 3 * np.sin(1.1 * t + p[5]))
        scale = 1 + 0.05 * k * float(np.sin(0.29 * t + p[6]))
        blink = abs((t + p[7]) % self._blinks_every_s - _BLINK_S) < _BLINK_S
        neck = self._middle + np.array([0, -_NECK_CM * unit])
        foot = self._middle + np.array([0, 40 * unit])
        body = _affine(foot, 0.1 * roll, scale, 1.5 * k * unit * shift)
        head = _affine(neck, 0.9 * roll, 1.0, 0.3 * k * unit * shift)
        out = picture.copy()
        self._shirt.lay_over(out, body)
        self._heads[int(blink)].lay_over(out, body @ head)
        self._collar.lay_over(out, body)
        return out

    def _put_on_glasses(self, drawn: Picture, turn: float, shade: float) -> None:
        """Draws a pair of glasses on a head layer, in place."""
        unit = self._px_per_cm * _DETAIL
        centre = (self._middle + self._margin) * _DETAIL
        rims = []
        for side in (-1, 1):
            x = side * _EYE_CM[0] * np.cos(turn) + _EYE_CM[2] * np.sin(turn)
            rims.append(centre + np.array([x * unit, -_EYE_CM[1] * unit]))
        rgb = np.ascontiguousarray(drawn[..., :3])
        thick = max(1, round(0.3 * unit))
        colour = (shade, shade, 1.1 * shade)
        axes = max(2, round(2.5 * unit)), max(2, round(1.9 * unit))
        for rim in rims:
            at = round(float(rim[0])), round(float(rim[1]))
            cv2.ellipse(rgb, at, axes, 0, 0, 360, colour, thick, cv2.LINE_AA)
        ends = [
            (round(float(rim[0]) + way * axes[0]), round(float(rim[1])))
            for rim, way in zip(rims, (1, -1), strict=True)
        ]
        cv2.line(rgb, ends[0], ends[1], colour, thick, cv2.LINE_AA)
        drawn[..., :3] = rgb * drawn[..., 3:]


def _affine(pivot: FloatArray, degrees: float, scale: float, shift: FloatArray) -> FloatArray:
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D((float(pivot[0]), float(pivot[1])), degrees, scale)
    matrix[:2, 2] += shift
    return matrix
