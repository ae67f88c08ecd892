"""Parts of the picture in which small and far things are large enough for a detector."""

from __future__ import annotations

import math

from vcam.core.geometry import Box

# In heights of the face's box, brow to chin: half of it to each side and below are in reach of
# the arms, and two above.
_REACH, _ABOVE = 9.0, 3.0
_NEAR_SHARE = 0.75

# Sides of the squares of a second look, in shorter sides of the picture. In the smaller one a hand
# of 6 % of the picture's height is 26 pixels of the detector's 192, and 7 to 11 in the whole.
_ZOOMS = (0.6, 0.45)
_LEAST_ZOOM_PX = 16
_ZOOM_STEP = 2 / 3  # of a side: what one square's border cuts in two, another holds whole


def tiles(width: int, height: int) -> list[Box]:
    """Two overlapping squares that cover a picture which is longer than wide, or wider than high.

    In them small things are up to twice as large for a detector. Empty for a picture that is
    nearly square.
    """
    side, longer = min(width, height), max(width, height)
    if longer < 1.2 * side:
        return []
    side = max(side, -(-longer // 2))
    far = longer - side
    if width > height:
        return [Box(0, 0, side, height), Box(far, 0, side, height)]
    return [Box(0, 0, width, side), Box(0, far, width, side)]


def zooms(width: int, height: int) -> list[Box]:
    """Overlapping squares of two sizes, the larger ones first, each size covering the picture.

    For hands that the detector misses in the whole picture; 26 for a picture of 16:9, none for one
    in which they would show nothing.
    """
    found = []
    for share in _ZOOMS:
        side = share * min(width, height)
        if side < _LEAST_ZOOM_PX:
            continue
        columns, rows = (
            1 + math.ceil(round((length - side) / (_ZOOM_STEP * side), 6))
            for length in (width, height)
        )
        across, down = (width - side) / max(1, columns - 1), (height - side) / max(1, rows - 1)
        found += [
            Box(column * across, row * down, side, side)
            for row in range(rows)
            for column in range(columns)
        ]
    return found


def in_reach(face: Box, width: int, height: int) -> Box | None:
    """The part of the picture that the hands of a far person reach, seen from the face.

    Args:
        face: brow to chin, ear to ear, pixels.
        width: of the picture.
        height: of the picture.

    Returns:
        A square, cut off at the picture's border; None for somebody so near that it would hardly
        be smaller than the picture.
    """
    side = _REACH * face.height
    if side > _NEAR_SHARE * max(width, height):
        return None
    x, y = face.centre
    left, top = max(0.0, x - side / 2), max(0.0, y - _ABOVE * face.height)
    right = min(float(width), x + side / 2)
    bottom = min(float(height), y + side - _ABOVE * face.height)
    if right - left < 1 or bottom - top < 1:
        return None
    return Box(left, top, right - left, bottom - top)
