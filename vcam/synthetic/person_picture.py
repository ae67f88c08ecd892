"""Draws the head-and-shoulders person by ray tracing."""

from __future__ import annotations

from math import exp, sin, sqrt

import cv2
import numpy as np
import numpy.typing as npt
from numba import prange

from vcam.synthetic.face import face_colour
from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.look import Colour, Look, Picture, linear, tone_map, unit
from vcam.synthetic.person_shape import (
    ALL,
    HEAD,
    SHIRT,
    hair_distance,
    head_distance,
    person_distance,
    person_normal,
    person_trace,
    shirt_distance,
)
from vcam.synthetic.vectors import (
    Vec3,
    along,
    compiled,
    compiled_parallel,
    dot,
    normalised,
    scaled,
    smoothstep,
    sub,
    value_noise,
    vec,
    wrapped,
)


@compiled
def _hair_light(hair: Vec3, p: Vec3, n: Vec3, direction: Vec3, light: Vec3) -> tuple[Vec3, float]:
    """Colour of the hair and its shine, a band across the strands (Kajiya and Kay 1989)."""
    bend = 1.6 * value_noise((p[0] * 0.35, p[1] * 0.35 + 9, p[2] * 0.35))
    strand = 0.5 + 0.5 * sin(p[0] * 9.0 + p[1] * 3.0 + 14.0 * bend)
    k = 0.65 + 0.35 * strand + 0.4 * (value_noise(scaled(p, 3.5, 0.8, 1.5)) - 0.5)
    tangent = normalised((0.35, -0.55 * n[2], 0.75 * n[1]))
    half = normalised(sub(light, direction))
    t_dot_h = dot(tangent, half)
    band = max(0.0, 1 - t_dot_h * t_dot_h) ** 24
    return scaled(hair, k, k, k), 0.10 * band * (0.4 + 0.6 * strand)


@compiled
def _occlusion(p: Vec3, n: Vec3, layer: int) -> float:
    open_ = 1.0
    for k in range(1, 5):
        h = 0.8 * k
        open_ -= 0.16 * max(0.0, h - person_distance(along(p, h, n), layer)) / h
    return max(0.1, open_)


@compiled
def _shadow(p: Vec3, n: Vec3, light: Vec3, layer: int) -> float:
    lit = 1.0
    t = 0.5
    start = along(p, 0.1, n)
    for _ in range(26):
        d = person_distance(along(start, t, light), layer)
        lit = min(lit, 6 * d / t)
        if lit < 0.02 or t > 40:
            break
        t += max(0.35, d)
    return max(0.0, lit)


@compiled
def _shade(
    p: Vec3,
    direction: Vec3,
    skin: Vec3,
    hair: Vec3,
    shirt: Vec3,
    light: Vec3,
    light_colour: Vec3,
    ambient: Vec3,
    openness: float,
    layer: int,
) -> Vec3:
    """Light from a point of the person, whichever of skin, hair and shirt is outermost there."""
    n = person_normal(p, layer)
    to_skin = head_distance(p) if layer != SHIRT else 1e9
    to_hair = hair_distance(p) if layer != SHIRT else 1e9
    to_shirt = shirt_distance(p) if layer != HEAD else 1e9
    n_dot_l = dot(n, light)
    half = normalised(sub(light, direction))
    gloss = max(0.0, dot(n, half)) ** 22
    red_wrap, other_wrap = 0.20, 0.20
    if to_hair <= to_skin and to_hair <= to_shirt:
        colour, shine = _hair_light(hair, p, n, direction, light)
    elif to_shirt <= to_skin:
        weave = 0.94 + 0.12 * value_noise(scaled(p, 1.3, 1.3, 1.3))
        seam = 1 - 0.35 * exp(-((to_skin - 1.1) ** 2) / 0.05)  # collar
        colour = scaled(shirt, weave * seam, weave * seam, weave * seam)
        shine = 0.0
    else:
        colour, strength = face_colour(skin, hair, p, openness)
        shine = strength * gloss
        red_wrap, other_wrap = 0.42, 0.20
    occlusion = _occlusion(p, n, layer)
    shadow = _shadow(p, n, light, layer)
    shine *= shadow
    edge = (1 - max(0.0, -dot(n, direction))) ** 3 * 0.12 * occlusion * smoothstep(-0.6, 0.4, n[1])
    red = light_colour[0] * wrapped(n_dot_l, red_wrap) * (shadow * 0.85 + 0.15)
    other = wrapped(n_dot_l, other_wrap) * shadow
    return (
        colour[0] * (red + ambient[0] * occlusion**0.8) + shine + edge * ambient[0],
        colour[1] * (light_colour[1] * other + ambient[1] * occlusion) + shine + edge * ambient[1],
        colour[2] * (light_colour[2] * other + ambient[2] * occlusion) + shine + edge * ambient[2],
    )


@compiled_parallel
def _render(
    height: int,
    width: int,
    focal: float,
    position: FloatArray,
    turn: float,
    colours: FloatArray,
    light: FloatArray,
    light_colour: FloatArray,
    ambient: FloatArray,
    openness: float,
    samples: int,
    layer: int,
    front_only: bool,
) -> npt.NDArray[np.float32]:
    """Linear RGB (not premultiplied) and coverage, float32 (height, width, 4)."""
    out = np.zeros((height, width, 4), np.float32)
    cos_turn = np.cos(turn)
    sin_turn = np.sin(turn)
    x, y, z = -position[0], -position[1], -position[2]
    origin = (cos_turn * x - sin_turn * z, y, sin_turn * x + cos_turn * z)
    t_start = max(1.0, z - 40.0)
    for row in prange(height):
        for column in range(width):
            total = (0.0, 0.0, 0.0)
            hits = 0.0
            for s in range(samples * samples):
                u = (column + (s % samples + 0.5) / samples - width / 2) / focal
                v = -(row + (s // samples + 0.5) / samples - height / 2) / focal
                n = 1.0 / sqrt(u * u + v * v + 1)
                direction = (
                    cos_turn * u * n + sin_turn * n,
                    v * n,
                    sin_turn * u * n - cos_turn * n,
                )
                t = person_trace(origin, direction, t_start, z + 40, layer)
                if t < 0:
                    continue
                p = along(origin, t, direction)
                if front_only and shirt_distance(p) > head_distance(p):
                    continue
                colour = _shade(
                    p,
                    direction,
                    vec(colours[0]),
                    vec(colours[1]),
                    vec(colours[2]),
                    vec(light),
                    vec(light_colour),
                    vec(ambient),
                    openness,
                    layer,
                )
                total = along(total, 1.0, colour)
                hits += 1
            if hits > 0:
                out[row, column, 0] = total[0] / hits
                out[row, column, 1] = total[1] / hits
                out[row, column, 2] = total[2] / hits
                out[row, column, 3] = hits / (samples * samples)
    return out


def draw_person(
    size: tuple[int, int],
    look: Look,
    position: tuple[float, float, float] = (0.0, -4.0, -95.0),
    focal: float | None = None,
    turn: float = 0.0,
    eyes_open: float = 1.0,
    hair: Colour = (0.16, 0.11, 0.08),
    samples: int = 1,
    layer: int = ALL,
    front_only: bool = False,
) -> Picture:
    """The person as premultiplied sRGB and coverage, (h, w, 4).

    Args:
        size: height and width, pixels.
        look: light and colours.
        position: of the head's centre in the camera frame, cm.
        focal: pixels; None for 0.95 widths.
        turn: about the upright axis, radians.
        eyes_open: 0 shut, 1 wide.
        hair: colour, sRGB.
        samples: squared rays per pixel.
        layer: ALL, HEAD or SHIRT.
        front_only: leave out all but the shirt that stands before the neck (with `layer` ALL).
    """
    height, width = size
    rgba = _render(
        height,
        width,
        float(focal or width * 0.95),
        np.asarray(position, np.float64),
        float(turn),
        np.array([linear(look.skin), linear(hair), linear(look.cloth)]),
        unit(look.light),
        np.asarray(look.light_colour, np.float64),
        np.asarray(look.ambient, np.float64),
        float(eyes_open),
        samples,
        layer,
        front_only,
    ).astype(np.float64)
    rgba[..., :3] = tone_map(rgba[..., :3]) * rgba[..., 3:]
    return rgba


def draw_blurred_person(
    size: tuple[int, int],
    look: Look,
    position: tuple[float, float, float],
    hair: Colour,
) -> Picture:
    """A person out of focus behind a hand: drawn at half the size, at a quarter of the cost."""
    height, width = size
    half = draw_person((height // 2, width // 2), look, position, hair=hair)
    blurred = cv2.GaussianBlur(half, (0, 0), 0.45)
    return np.asarray(cv2.resize(blurred, (width, height)), np.float64)
