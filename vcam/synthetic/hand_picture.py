"""Draws a posed hand over a picture."""

from __future__ import annotations

from math import ceil
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.synthetic.camera import project
from vcam.synthetic.hand_light import View, outline_coverage, render_rectangle
from vcam.synthetic.hand_quick import quick_rectangle
from vcam.synthetic.hand_shape import Shape
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.look import Look, Picture, linear, over, tone_map, unit
from vcam.synthetic.skin import Material

_NEAREST_CM = 3.0  # parts nearer to the camera than this are left out of the covered rectangle


def draw_hand(
    picture: Picture,
    shape: Shape,
    rotation: FloatArray,
    translation: FloatArray,
    focal: float,
    look: Look,
    detail: float = 1.0,
    quick: bool = False,
) -> Picture:
    """The picture with the hand drawn over it; the camera looks through its middle.

    Args:
        picture: (h, w, 3) sRGB, 0..1; not changed.
        shape: the hand.
        rotation: (3, 3), hand frame to camera frame.
        translation: (3,), the wrist in the camera frame, cm.
        focal: pixels.
        look: light and colours.
        detail: rays per pixel and axis, 1 or less; 0.75 halves the time and looks like a webcam.
        quick: simpler light, at a tenth of the cost.
    """
    height, width = picture.shape[:2]
    left, top, right, bottom = _covered(shape, rotation, translation, focal, (width, height))
    if right <= left or bottom <= top:
        return picture
    rows, columns = ceil((bottom - top) * detail), ceil((right - left) * detail)
    view = _view(rotation, translation, focal, (width, height), (left, top), detail)
    material = _material(look, rotation)
    if quick:
        colour = quick_rectangle(shape, view, material, rows, columns)
        coverage, colour = colour[..., 3], colour[..., :3]
    else:
        traced = render_rectangle(shape, view, material, rows, columns)
        coverage = outline_coverage(shape, view, np.ascontiguousarray(traced[..., 3]))
        colour = _extended(traced)
    alpha = coverage[..., None].astype(np.float64)
    rgba = np.concatenate([tone_map(colour) * alpha, alpha], axis=2)
    if detail != 1:
        rgba = _enlarged(rgba, detail, (right - left, bottom - top))
    out = picture.copy()
    out[top:bottom, left:right] = over(out[top:bottom, left:right], rgba)
    return out


def hand_layer(
    shape: Shape,
    rotation: FloatArray,
    translation: FloatArray,
    focal: float,
    look: Look,
    size: tuple[int, int],
    detail: float,
    margin_px: int = 12,
) -> tuple[npt.NDArray[np.float32], tuple[int, int]] | None:
    """The hand alone, quickly drawn, and where it goes; None where it is out of the picture.

    Args:
        shape: the hand.
        rotation: as for `draw_hand`.
        translation: as for `draw_hand`.
        focal: pixels.
        look: light and colours.
        size: width and height of the picture it is for, pixels.
        detail: rays per pixel and axis, 1 or less.
        margin_px: room round it.

    Returns:
        Premultiplied sRGB and coverage, float32 (h, w, 4), and its left and top.
    """
    width, height = size
    left, top, right, bottom = _covered(shape, rotation, translation, focal, size)
    if right <= left or bottom <= top:
        return None
    left, top = max(0, left - margin_px), max(0, top - margin_px)
    right, bottom = min(width, right + margin_px), min(height, bottom + margin_px)
    rows, columns = ceil((bottom - top) * detail), ceil((right - left) * detail)
    view = _view(rotation, translation, focal, size, (left, top), detail)
    drawn = quick_rectangle(shape, view, _material(look, rotation), rows, columns)
    shown = drawn[..., 3] > 0
    drawn[shown, :3] = tone_map(drawn[shown, :3]) * drawn[shown, 3:]
    place = np.array([[detail, 0.0, 0.5 * detail - 0.5], [0.0, detail, 0.5 * detail - 0.5]])
    layer = cv2.warpAffine(
        drawn,
        place,
        (right - left, bottom - top),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(layer, np.float32), (left, top)


def _view(
    rotation: FloatArray,
    translation: FloatArray,
    focal: float,
    size: tuple[int, int],
    corner: tuple[int, int],
    detail: float,
) -> View:
    return View(
        rotation=np.ascontiguousarray(rotation, np.float64),
        translation=np.asarray(translation, np.float64),
        focal=focal * detail,
        centre_x=size[0] / 2 * detail,
        centre_y=size[1] / 2 * detail,
        left=corner[0] * detail,
        top=corner[1] * detail,
    )


def _curve(
    start: tuple[float, float],
    control: tuple[float, float],
    end: tuple[float, float],
    points: int = 9,
) -> FloatArray:
    """Segments (n, 4) of a quadratic Bezier curve."""
    t = np.linspace(0, 1, points)[:, None]
    p = (1 - t) ** 2 * np.array(start) + 2 * t * (1 - t) * np.array(control) + t * t * np.array(end)
    return np.hstack([p[:-1], p[1:]])


_PALM_CREASES: Final = np.vstack(
    [
        _curve((-3.9, 5.6), (-1.0, 5.6), (1.3, 8.0)),  # heart line
        _curve((3.0, 6.6), (1.0, 6.2), (-2.8, 3.9)),  # head line
        _curve((3.0, 6.4), (0.2, 5.2), (0.5, 0.9)),  # around the thenar
        _curve((-2.4, 0.1), (0, -0.2), (2.2, 0.3)),  # wrist
    ]
)


def _material(look: Look, rotation: FloatArray) -> Material:
    red, green, blue = look.palm
    nail = (min(1.0, red * 1.06), min(1.0, green * 1.04), min(1.0, blue * 1.06))
    return Material(
        skin=linear(look.skin),
        palm=linear(look.palm),
        nail=linear(nail),
        cloth=linear(look.cloth),
        light=np.ascontiguousarray(rotation.T @ unit(look.light)),
        light_colour=np.asarray(look.light_colour, np.float64),
        ambient=np.asarray(look.ambient, np.float64),
        fill=np.ascontiguousarray(rotation.T @ unit(look.fill)),
        fill_colour=np.asarray(look.fill_colour, np.float64),
        specular=float(look.specular),
        creases=_PALM_CREASES,
    )


def _covered(
    shape: Shape,
    rotation: FloatArray,
    translation: FloatArray,
    focal: float,
    size: tuple[int, int],
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the part of the picture that the hand may touch."""
    width, height = size
    cones = shape.cones
    points = np.vstack([cones[:, :3], cones[:, :3] + cones[:, 3:6]])
    radii = np.hstack([cones[:, 6], cones[:, 6] + cones[:, 7]])
    uv, distance = project(points, rotation, translation, focal, (width / 2, height / 2))
    near = distance > _NEAREST_CM
    if not near.any():
        return 0, 0, 0, 0
    margin = (focal * radii[near] / distance[near] * 1.15 + 4)[:, None]
    left, top = np.floor((uv[near] - margin).min(axis=0)).astype(int)
    right, bottom = np.ceil((uv[near] + margin).max(axis=0)).astype(int)
    return max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom))


def _enlarged(rgba: Picture, detail: float, size: tuple[int, int]) -> Picture:
    """The picture enlarged by 1/detail; it may end a fraction of a pixel beyond `size`."""
    shift = 0.5 * detail - 0.5
    enlarged = cv2.warpAffine(
        rgba.astype(np.float32),  # OpenCV 5.0 blackens the borders of 4-channel float64 pictures
        np.array([[detail, 0.0, shift], [0.0, detail, shift]]),
        size,
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.clip(enlarged, 0, 1).astype(np.float64)


def _extended(traced: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Colours (h, w, 3) of a traced picture, continued a pixel beyond the outline."""
    hit = traced[..., 3:]
    blurred = cv2.GaussianBlur(np.concatenate([traced[..., :3] * hit, hit], axis=2), (0, 0), 0.6)
    around = blurred[..., :3] / np.maximum(blurred[..., 3:], 1e-4)
    return np.where(hit > 0, traced[..., :3], around).astype(np.float32)
