"""Colour of the drawn person's face: eyes, brows, lips, cheeks and the skin between; compiled."""

from __future__ import annotations

from math import exp, sqrt

from vcam.synthetic.vectors import (
    Vec3,
    compiled,
    mix,
    scaled,
    smoothstep,
    value_noise,
)


@compiled
def _darken(colour: Vec3, amount: float) -> Vec3:
    return scaled(colour, 1 - amount, 1 - amount, 1 - amount)


@compiled
def _eye(colour: Vec3, x: float, y: float, side: float, openness: float) -> tuple[Vec3, float]:
    """Colour and shine at a place of the eye's surroundings, x = |x|, side = sign of x.

    The opening is an almond between two parabolas, the outer corner a little higher.
    """
    u = (x - 3.2) / 1.5
    tilt = 0.10 * u
    across = max(0.0, 1 - u * u)
    upper = 1.18 + tilt + (0.95 * openness - 0.26) * across
    lower = 1.18 + tilt - 0.42 * across * (0.35 + 0.65 * openness)
    upper = max(upper, lower)
    if abs(u) >= 1.25:
        return colour, 0.0
    # Crease of the upper lid, and shade in the socket's inner corner.
    crease = exp(-((y - upper - 0.42) ** 2) / 0.02) * smoothstep(1.1, 0.5, abs(u))
    corner = exp(-((x - 1.75) ** 2) / 0.5 - (y - 1.5) ** 2 / 1.2)
    colour = _darken(colour, 0.32 * crease + 0.28 * corner)
    lashes = smoothstep(0.16, 0.04, abs(y - upper - 0.05)) * smoothstep(1.15, 0.95, abs(u))
    lower_rim = smoothstep(0.07, 0.02, abs(y - lower)) * smoothstep(1.05, 0.8, abs(u)) * 0.45
    if lower < y < upper and abs(u) < 1:
        r = sqrt((x - 3.2) ** 2 + (y - 1.22) ** 2)
        shade = 0.72 + 0.28 * smoothstep(upper, upper - 0.45, y)  # the lid's shadow on the ball
        ball = scaled((0.72, 0.68, 0.66), shade, shade, shade)
        ball = mix(ball, (0.62, 0.36, 0.33), 0.5 * smoothstep(0.75, 1.0, -u))
        ring = smoothstep(0.35, 0.62, r)
        iris = mix((0.20, 0.105, 0.045), (0.05, 0.028, 0.016), ring)
        iris = scaled(iris, shade, shade, shade)
        colour = mix(ball, iris, smoothstep(0.66, 0.58, r))
        colour = mix(colour, (0.006, 0.006, 0.006), smoothstep(0.29, 0.23, r))
        glint_x, glint_y = x - 3.2 + 0.22 * side, y - 1.45
        glint = smoothstep(0.15, 0.09, sqrt(glint_x * glint_x + glint_y * glint_y))
        colour = mix(colour, (1.1, 1.1, 1.1), 0.9 * glint)
        colour = mix(colour, (0.02, 0.014, 0.01), lashes)
        return colour, 0.0
    colour = mix(colour, (0.02, 0.014, 0.01), max(lashes, lower_rim) * 0.9)
    return colour, 0.0


@compiled
def _brow(colour: Vec3, hair: Vec3, x: float, y: float) -> Vec3:
    middle = 3.55 + 0.34 * smoothstep(1.2, 4.2, x) - 0.75 * smoothstep(4.3, 5.9, x)
    width = 0.50 * smoothstep(6.1, 3.4, x)
    edge = smoothstep(1.0, 0.45, abs(y - middle) / (width + 0.02))
    edge *= smoothstep(1.05, 1.6, x) * smoothstep(6.0, 5.4, x)
    strands = 0.7 + 0.3 * value_noise((x * 5.5 + y * 4.0, y * 2.0 - x * 1.2, 0.0))
    return mix(colour, scaled(hair, 0.6, 0.6, 0.6), edge * strands * 0.92)


@compiled
def _lips(colour: Vec3, x: float, y: float) -> tuple[Vec3, float]:
    """Lips of a light smile: the corners rise, the upper lip has a bow."""
    rise = 0.055 * x * x
    line = -5.68 + rise
    corner = smoothstep(2.75, 2.1, x)
    bow = 0.62 + 0.16 * smoothstep(0.0, 0.7, x) - 0.09 * x * x
    upper = smoothstep(bow + 0.09, bow - 0.09, y - line) * smoothstep(-0.03, 0.03, y - line)
    depth = 0.86 - 0.115 * x * x
    lower = smoothstep(-depth - 0.1, -depth + 0.1, y - line) * smoothstep(0.03, -0.03, y - line)
    amount = max(upper, lower) * corner
    tone = 0.75 if upper > lower else 0.92
    tinted = scaled(colour, tone * 0.93, tone * 0.60, tone * 0.62)
    colour = mix(colour, tinted, amount)
    mouth = exp(-((y - line) ** 2) / 0.006) * smoothstep(2.85, 2.3, x)
    return _darken(colour, 0.72 * mouth), 0.10 * lower * corner


@compiled
def face_colour(skin: Vec3, hair: Vec3, p: Vec3, openness: float) -> tuple[Vec3, float]:
    """Linear colour and strength of the shine of the head's skin at p.

    Args:
        skin: linear colour.
        hair: linear colour; brows are a darker one.
        p: place on the head, cm.
        openness: of the eyes, 0..1.
    """
    x = abs(p[0])
    y = p[1]
    side = 1.0 if p[0] > 0 else -1.0
    mottled = value_noise(scaled(p, 1.1, 1.1, 1.1)) - 0.5
    pores = value_noise(scaled(p, 6.0, 6.0, 6.0)) - 0.5
    red = 0.15 + 0.5 * mottled
    red += 0.55 * exp(-((x - 4.6) ** 2 / 5.0 + (y + 2.4) ** 2 / 3.5))  # cheeks
    red += 0.5 * exp(-(x * x + (y + 2) ** 2) / 1.6)  # nose
    red += 0.5 * smoothstep(6.8, 7.6, x)  # ears
    colour = scaled(skin, 1 + 0.05 * pores, 1 - 0.2 * red + 0.05 * pores, 1 - 0.22 * red)
    shine = 0.055
    if p[2] > 2.5:  # the front of the head
        beard = smoothstep(-3.6, -6.5, y) * smoothstep(0.5, 2.5, x) * smoothstep(-12.5, -10.5, y)
        colour = mix(colour, scaled(colour, 0.90, 0.92, 0.96), 0.6 * beard)
        fold_x = x - 1.9 - 0.30 * (-2.6 - y)  # from nostril to the corner of the mouth
        fold = exp(-fold_x * fold_x / 0.06) * smoothstep(-2.2, -3.0, y) * smoothstep(-5.4, -4.2, y)
        colour = _darken(colour, 0.10 * fold)
        colour = _brow(colour, hair, x, y)
        colour, wet = _lips(colour, x, y)
        shine += wet
        nostril = exp(-((x - 0.78) ** 2 / 0.10 + (y + 3.02) ** 2 / 0.035)) * 0.75
        colour = _darken(colour, nostril)
        colour, wet = _eye(colour, x, y, side, openness)
        shine += wet
    return colour, shine
