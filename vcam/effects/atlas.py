"""Small pictures that are drawn by the hundred: turned and scaled once, then only laid down."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterator

import cv2
import numpy as np

from vcam.core.frame import Image
from vcam.effects.blend import Blender, warped
from vcam.effects.chance import chosen
from vcam.effects.flight import Swarm
from vcam.effects.matting import Shade
from vcam.effects.pose2d import MIN_OPACITY, Pose2D
from vcam.effects.schema import Blend
from vcam.effects.sprite import Sprite

MAX_BYTES = 24 * 1024 * 1024
MAX_SIDE = 64
"""Larger ones, in pixels, are warped anew each time: they are few, and steps would show."""
MAX_SWAYING_SIDE = 256
"""The same of those that keep their size and only sway: nearly all were there before."""

_SIZES_PER_OCTAVE = 24
_COARSE = 4
"""Of small ones, and of all that keep their size, only each fourth size is made."""
_OPACITIES = 32
"""Steps of opacity."""


class Stamp:
    """A picture ready to be laid down: canvas = canvas * cover / 255 + colour.

    Args:
        colour: uint8 (h, w, 3); None adds nothing.
        cover: uint8 (h, w, 3); None takes nothing away.
        left: of its first column, seen from the pixel that holds the middle.
        top: of its first row.
    """

    __slots__ = ("colour", "cover", "height", "left", "top", "width")

    def __init__(self, colour: Image | None, cover: Image | None, left: int, top: int) -> None:
        pixels = colour if colour is not None else cover
        shape = (0, 0, 3) if pixels is None else pixels.shape
        self.height: int = shape[0]
        self.width: int = shape[1]
        self.colour = colour
        self.cover = cover
        self.left = left
        self.top = top

    @property
    def light(self) -> Image:
        """Its colour, of a stamp that has one."""
        assert self.colour is not None
        return self.colour

    def faded(self, opacity: float) -> Stamp:
        """The same, so much of it, 0..1."""
        colour, cover = self.colour, self.cover
        if colour is not None:
            colour = np.asarray(cv2.convertScaleAbs(colour, alpha=opacity), np.uint8)
        if cover is not None:
            clear = 255 * (1 - opacity)
            cover = np.asarray(cv2.convertScaleAbs(cover, alpha=opacity, beta=clear), np.uint8)
        return Stamp(colour, cover, self.left, self.top)

    def behind(self, person: Shade, column: int, row: int, canvas: Image) -> Stamp:
        """What a person leaves of it who stands before it; see `lay`."""
        left, top = column + self.left, row + self.top
        from_x, from_y = max(0, -left), max(0, -top)
        rows, columns = canvas.shape[:2]
        part = np.s_[from_y : max(0, rows - top), from_x : max(0, columns - left)]
        place = max(0, left), max(0, top)
        colour, cover = self.colour, self.cover
        shown = colour if colour is not None else cover
        if shown is None or not shown[part].size or not person.touches(shown[part], *place):
            return self
        if colour is not None:
            colour = colour[part].copy()
            person.hide(colour, *place)
        if cover is not None:
            taken = np.asarray(cv2.bitwise_not(cover[part]), np.uint8)
            person.hide(taken, *place)
            cover = np.asarray(cv2.bitwise_not(taken), np.uint8)
        return Stamp(colour, cover, self.left + from_x, self.top + from_y)

    @property
    def nbytes(self) -> int:
        """What it takes in memory, roughly."""
        return 2 * 3 * self.width * self.height + 200


_Key = tuple[Sprite, int, int, int, int, int, Blend, int]


class Atlas:
    """Stamps of sprites; the ones not used for the longest make room.

    Args:
        max_bytes: what they may take in all.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._stamps: OrderedDict[_Key, Stamp] = OrderedDict()
        self.used_bytes = 0

    def clear(self) -> None:
        """Forgets all, and the sprites they were made of."""
        self._stamps.clear()
        self.used_bytes = 0

    def draw(
        self,
        canvas: Image,
        swarm: Swarm,
        sprites: tuple[Sprite, ...],
        blender: Blender,
        elapsed_s: float,
        share: float = 1.0,
        mode: Blend = "normal",
        person: Shade | None = None,
        max_side: int = MAX_SIDE,
    ) -> None:
        """Draws pieces that are pictures, in the swarm's order.

        Args:
            canvas: uint8 (H, W, 3), written in place.
            swarm: the pieces.
            sprites: the pictures to choose from.
            blender: draws the large ones.
            elapsed_s: for animated pictures, seconds since the start.
            share: factor on all opacities, 0..1.
            mode: how they are laid over the canvas.
            person: they pass behind.
            max_side: larger ones, in pixels, are not kept ready; above `MAX_SIDE` for pieces that
                keep the size with which they came, and only sway.
        """
        steady = max_side > MAX_SIDE
        frames = [sprite.frame_index(elapsed_s) for sprite in sprites]
        for look, x, y, size, angle, opacity in _pieces(canvas, swarm, sprites, share):
            sprite = sprites[look]
            ratio = sprite.height / sprite.width
            if size * max(1.0, ratio) > max_side:
                pose = Pose2D(x, y, size, size * ratio, angle, opacity)
                blender.draw(canvas, sprite, frames[look], pose, mode, person)
                continue
            level = round(opacity * _OPACITIES)
            key, column, row = _kind(sprite, frames[look], x, y, size, angle, mode, level, steady)
            stamp = self._stamp(key)
            if person is not None:
                stamp = stamp.behind(person, column, row, canvas)
            lay(canvas, stamp, column, row)

    def _stamp(self, key: _Key) -> Stamp:
        """The kept one, or a new one."""
        stamp = self._stamps.get(key)
        if stamp is not None:
            self._stamps.move_to_end(key)
            return stamp
        level = key[-1]
        if level < _OPACITIES:
            stamp = self._stamp((*key[:-1], _OPACITIES)).faded(level / _OPACITIES)
        else:
            stamp = _made(key)
        self._stamps[key] = stamp
        self.used_bytes += stamp.nbytes
        while self.used_bytes > self._max_bytes:
            _, oldest = self._stamps.popitem(last=False)
            self.used_bytes -= oldest.nbytes
        return stamp


def _made(key: _Key) -> Stamp:
    sprite, frame, step, turn, half_x, half_y, mode, _ = key
    size = 2 ** (step / _SIZES_PER_OCTAVE)
    angle = 2 * math.pi * turn / _turns(step)
    height = size * sprite.height / sprite.width
    pose = Pose2D(0.25 + half_x / 2, 0.25 + half_y / 2, size, height, angle)
    patch, left, top = warped(sprite, frame, pose)
    colour = np.asarray(cv2.cvtColor(patch, cv2.COLOR_BGRA2BGR), np.uint8)
    alpha = np.asarray(cv2.extractChannel(patch, 3), np.uint8)
    cover: Image | None = None
    if mode == "screen":
        cover = np.asarray(cv2.bitwise_not(colour), np.uint8)
    elif mode == "multiply" or cv2.countNonZero(alpha):
        bare = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2BGR)
        # Premultiplied: neither can be above what the other leaves.
        cover = np.asarray(cv2.add(bare, colour) if mode == "multiply" else bare, np.uint8)
    return Stamp(None if mode == "multiply" else colour, cover, left, top)


def _kind(
    sprite: Sprite,
    frame: int,
    x: float,
    y: float,
    size: float,
    angle: float,
    mode: Blend,
    level: int,
    steady: bool,
) -> tuple[_Key, int, int]:
    """Which stamp shows a piece, and the column and row that its middle comes to lie in."""
    each = _COARSE if steady or size <= MAX_SIDE else 1
    step = each * round(_SIZES_PER_OCTAVE / each * math.log2(size))
    turns = _turns(step)
    turn = round(angle / (2 * math.pi) * turns) % turns
    column, row = math.floor(x), math.floor(y)
    # Of what turns or flies, nobody sees that its place is rounded; of what stands, one does.
    whole = steady or turn
    half_x, half_y = (0, 0) if whole else (int(2 * (x - column)), int(2 * (y - row)))
    return (sprite, frame, step, turn, half_x, half_y, mode, min(level, _OPACITIES)), column, row


def lay(canvas: Image, stamp: Stamp, column: int, row: int) -> None:
    """Lays a stamp down with its middle in one pixel of the canvas, as far as it reaches into it.

    Args:
        canvas: uint8 (H, W, 3), written in place.
        stamp: what is laid down.
        column: of the pixel.
        row: of the pixel.
    """
    left, top = column + stamp.left, row + stamp.top
    right, bottom = left + stamp.width, top + stamp.height
    colour, cover = stamp.colour, stamp.cover
    rows, columns = canvas.shape[:2]
    if left < 0 or top < 0 or right > columns or bottom > rows:
        from_x, from_y = max(0, -left), max(0, -top)
        left, top = max(0, left), max(0, top)
        right, bottom = min(columns, right), min(rows, bottom)
        if left >= right or top >= bottom:
            return
        part = np.s_[from_y : from_y + bottom - top, from_x : from_x + right - left]
        colour = None if colour is None else colour[part]
        cover = None if cover is None else cover[part]
    target = canvas[top:bottom, left:right]
    if cover is not None:
        cv2.multiply(target, cover, target, 1 / 255)
    if colour is not None:
        cv2.add(target, colour, target)


def _turns(step: int) -> int:
    """So many that from one to the next nothing at the edge moves by much more than a pixel."""
    return 16 * max(1, math.ceil(2 ** (step / _SIZES_PER_OCTAVE) / 8))


def _pieces(
    canvas: Image, swarm: Swarm, sprites: tuple[Sprite, ...], share: float
) -> Iterator[tuple[int, float, float, float, float, float]]:
    """Look, place, width, angle and opacity of the pieces that can be seen at all."""
    height, width = canvas.shape[:2]
    opacity = swarm.opacity * share
    reach = swarm.size * max(max(1.0, s.height / s.width) for s in sprites)
    seen = (opacity >= MIN_OPACITY) & (swarm.size >= 0.5) & (reach < 2**14)
    seen &= (swarm.x > -reach) & (swarm.x < width + reach)
    seen &= (swarm.y > -reach) & (swarm.y < height + reach) & np.isfinite(swarm.angle)
    looks = chosen(swarm.look, len(sprites))
    fields = (looks, swarm.x, swarm.y, swarm.size, swarm.angle, opacity)
    return zip(*(values[seen].tolist() for values in fields), strict=True)
