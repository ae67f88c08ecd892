"""Procedural backgrounds: a gradient, coloured noise, a room out of focus."""

from __future__ import annotations

import cv2
import numpy as np

from vcam.synthetic.kinematics import FloatArray
from vcam.synthetic.look import Colour, Picture, random_colour


def fractal_noise(rng: np.random.Generator, height: int, width: int, octaves: int = 6) -> Picture:
    """Zero-mean noise, mostly grey, (height, width, 3); octave k has 2^(k+1) cells across."""
    out = np.zeros((height, width, 3))
    amplitude = 1.0
    for octave in range(octaves):
        columns = 2 * 2**octave
        rows = max(2, int(columns * height / width) + 1)
        colour = rng.normal(0, 1, (rows, columns + 1, 3)) * [0.6, 0.54, 0.54]
        grey = rng.normal(0, 0.5, (rows, columns + 1, 1))
        out += amplitude * cv2.resize(colour + grey, (width, height), interpolation=cv2.INTER_CUBIC)
        amplitude *= 0.6
    return out


def gradient(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Four corner colours, with a little noise."""
    corners = rng.uniform(0.1, 0.9, (4, 3)) * 0.4 + rng.uniform(0.15, 0.85) * 0.6
    plain = cv2.resize(corners.reshape(2, 2, 3), (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(plain + fractal_noise(rng, height, width) * rng.uniform(0.01, 0.12), 0, 1)


def noise(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Coloured noise about a middle grey."""
    return np.clip(0.5 + fractal_noise(rng, height, width) * 0.25, 0, 1)


def room(
    rng: np.random.Generator, height: int, width: int, blur_px: float | None = None
) -> Picture:
    """A wall with some of window, shelves, picture frames, plant and table, out of focus.

    Args:
        rng: what stands where.
        height: of the picture, pixels.
        width: of the picture, pixels.
        blur_px: standard deviation of the blur; None for a random one.
    """
    wall = _Wall(
        height,
        width,
        np.array([0.78, 0.75, 0.70]) * rng.uniform(0.5, 1.15) + rng.normal(0, 0.05, 3),
    )
    if rng.random() < 0.6:
        wall.window(rng)
    if rng.random() < 0.7:
        wall.shelves(rng)
    for _ in range(int(rng.integers(0, 3))):
        wall.frame(rng)
    if rng.random() < 0.5:
        wall.plant(rng)
    if rng.random() < 0.6:
        wall.table(rng)
    sigma = blur_px if blur_px is not None else float(rng.uniform(1, 7)) * width / 640
    pixels = cv2.GaussianBlur(wall.pixels, (0, 0), sigma)
    return np.clip(pixels + fractal_noise(rng, height, width, 4) * 0.015, 0, 1)


def _muted(colour: Colour) -> Colour:
    """A colour as things in rooms have them: half as strong."""
    grey = sum(colour) / 3
    red, green, blue = ((grey + channel) / 2 for channel in colour)
    return red, green, blue


class _Wall:
    """Canvas for the room; coordinates are fractions of width and height."""

    def __init__(self, height: int, width: int, colour: FloatArray) -> None:
        self.height, self.width, self.colour = height, width, colour
        vertical = np.linspace(1.08, 0.82, height)[:, None, None]
        horizontal = np.linspace(1.1, 0.85, width)[None, :, None]
        self.pixels = np.ones((height, width, 3)) * colour * vertical * horizontal

    def rectangle(
        self, x0: float, y0: float, x1: float, y1: float, colour: FloatArray | Colour
    ) -> None:
        top_left = (int(x0 * self.width), int(y0 * self.height))
        bottom_right = (int(x1 * self.width), int(y1 * self.height))
        cv2.rectangle(self.pixels, top_left, bottom_right, [float(c) for c in colour], -1)

    def window(self, rng: np.random.Generator) -> None:
        x = rng.uniform(0, 0.7)
        self.rectangle(x - 0.01, 0.04, x + 0.29, 0.62, self.colour * 0.8)
        self.rectangle(x, 0.06, x + 0.135, 0.6, (0.9, 0.96, 1))
        self.rectangle(x + 0.145, 0.06, x + 0.28, 0.6, (0.88, 0.95, 1))

    def shelves(self, rng: np.random.Generator) -> None:
        left = rng.uniform(-0.1, 0.7)
        wood = np.array([0.45, 0.3, 0.2]) * rng.uniform(0.6, 1.4)
        self.rectangle(left, 0.1, left + 0.36, 0.9, wood * 0.55)
        for shelf in range(4):
            y = 0.13 + 0.19 * shelf
            x = left + 0.015
            while x < left + 0.33:  # books
                width, height = rng.uniform(0.01, 0.03), rng.uniform(0.09, 0.15)
                book = _muted(random_colour(rng, 0.08, 0.85))
                self.rectangle(x, y + 0.16 - height, x + width, y + 0.16, book)
                x += width + 0.002
            self.rectangle(left, y + 0.16, left + 0.36, y + 0.18, wood)

    def frame(self, rng: np.random.Generator) -> None:
        x, y = rng.uniform(0, 0.8), rng.uniform(0.05, 0.4)
        size = rng.uniform(0.06, 0.16)
        border = (x - 0.008, y - 0.012, x + size + 0.008, y + size * 1.2 + 0.012)
        self.rectangle(*border, (0.1, 0.09, 0.08))
        self.rectangle(x, y, x + size, y + size * 1.2, _muted(random_colour(rng, 0.2, 0.9)))

    def plant(self, rng: np.random.Generator) -> None:
        x = rng.uniform(0.05, 0.95)
        axes = (int(0.035 * self.width), int(0.010 * self.width))
        for _ in range(40):
            angle = float(np.degrees(rng.uniform(0, 3.14)))
            column = int((x + rng.normal(0, 0.05)) * self.width)
            row = int(rng.uniform(0.35, 0.8) * self.height)
            green = (0.12, float(rng.uniform(0.25, 0.5)), 0.14)
            cv2.ellipse(self.pixels, (column, row), axes, angle, 0, 360, green, -1)

    def table(self, rng: np.random.Generator) -> None:
        y = rng.uniform(0.72, 0.92)
        self.rectangle(0, y, 1, 1, np.array([0.5, 0.36, 0.25]) * rng.uniform(0.5, 1.5))
        self.rectangle(0, y, 1, y + 0.012, (0.6, 0.45, 0.33))
