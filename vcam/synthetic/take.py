"""A take: one person in one room before one camera, drawn frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.observation import Side
from vcam.synthetic.background import gradient, room
from vcam.synthetic.hand_picture import hand_layer
from vcam.synthetic.hand_shape import build_shape
from vcam.synthetic.kinematics import FloatArray, Proportions, random_proportions
from vcam.synthetic.look import Colour, Look, random_colour, random_look
from vcam.synthetic.motion import HandPose, Restlessness, hand_between
from vcam.synthetic.placing import PALM_CENTRE, Frame
from vcam.synthetic.props import draw_prop
from vcam.synthetic.script import GESTURES, Kind, Script, Shown, write_script
from vcam.synthetic.sitter import Sitter

Image = npt.NDArray[np.uint8]
Layer = npt.NDArray[np.float32]

SIZE: Final = (640, 360)
"""Width and height of synthetic film, pixels: what vision needs, at a price that can be paid."""

_DETAIL = 0.55
_DISTANCE_CM = (72.0, 165.0)
_FOCAL_WIDTHS = (0.82, 1.15)
_DUSK_SHARE = 0.3
_NOISE_PICTURES = 6
_SHORTEST_SMEAR_PX = 2.0


@dataclass(frozen=True)
class Camera:
    """What the camera does to a picture.

    Attributes:
        dusk: whether there is little light.
        gain: of the light.
        gamma: of the light, above 1 in the dark.
        noise: standard deviation, of 255.
        blur_px: standard deviation.
        exposure_s: what moves meanwhile is smeared.
    """

    dusk: bool
    gain: float
    gamma: float
    noise: float
    blur_px: float
    exposure_s: float


def random_camera(rng: np.random.Generator, width: int) -> Camera:
    """A camera in daylight or lamplight, or at dusk."""
    unit = width / 640
    if rng.random() < _DUSK_SHARE:
        return Camera(
            True,
            float(rng.uniform(0.3, 0.65)),
            float(rng.uniform(1.1, 1.6)),
            float(rng.uniform(2.5, 6)),
            float(rng.uniform(0.5, 1.0)) * unit,
            float(rng.uniform(0.02, 0.04)),
        )
    return Camera(
        False,
        float(rng.uniform(0.85, 1.1)),
        1.0,
        float(rng.uniform(0.8, 3)),
        float(rng.uniform(0.3, 0.8)) * unit,
        float(rng.uniform(0.004, 0.02)),
    )


class Take:
    """One person doing things for a while; the same for the same arguments.

    Args:
        seed: of all chance.
        kind: what is done.
        seconds: how long, at least.
        size: width and height, pixels.
        gestures: shown on purpose, see `write_script`.

    Raises:
        KeyError: nobody can show such a gesture.
    """

    def __init__(
        self,
        seed: tuple[int, ...],
        kind: Kind = "negative",
        seconds: float = 60.0,
        size: tuple[int, int] = SIZE,
        gestures: tuple[str, ...] = GESTURES,
    ) -> None:
        rng = np.random.default_rng(seed)
        self._seed = seed
        self._size = size
        self._focal = size[0] * float(rng.uniform(*_FOCAL_WIDTHS))
        distance = float(rng.uniform(*_DISTANCE_CM))
        self._head = np.array(
            [rng.normal(0, 0.07) * distance, rng.uniform(-0.02, 0.07) * distance, -distance]
        )
        self._look = random_look(rng)
        self._person: Proportions = random_proportions(rng)
        self._thickness = float(rng.uniform(0.92, 1.06)), float(rng.uniform(0.92, 1.08))
        self._sleeve_cm = float(rng.uniform(7, 16)) if rng.random() < 0.65 else None
        self._unrest = Restlessness(float(rng.uniform(0.15, 0.5)), float(rng.uniform(0.8, 2.5)))
        self.camera = random_camera(rng, size[0])
        self._prop_colour = random_colour(rng, 0.05, 0.95)
        frame = Frame(size, self._focal, self._head)
        self.script: Script = write_script(rng, frame, self._person, kind, seconds, gestures)
        self._curve = self._tone_curve()
        self._scene: _Scene | None = None

    @property
    def duration_s(self) -> float:
        """How long it takes."""
        return self.script.duration_s

    @property
    def shown(self) -> tuple[Shown, ...]:
        """What is held on purpose."""
        return self.script.shown

    def frame(self, t: float) -> Image:
        """The picture at media time `t`, uint8 (h, w, 3) BGR; the same whenever it is asked for."""
        if self._scene is None:
            # Only now: a script is had in no time, a person's layers take seconds.
            self._scene = _Scene.of(self._seed, self._look, self._size, self._focal, self._head)
        picture = self._scene.sitter.laid_over(self._scene.room, t)
        sides: tuple[Side, ...] = ("right", "left")
        hands = [(side, self._hand(side, t)) for side in sides]
        # The farther hand first.
        for side, hand in sorted(hands, key=lambda each: float(each[1].place[2])):
            self._draw_hand(picture, side, hand, t)
        return self._scene.through(picture, self.camera, self._curve, round(t * 1000))

    def _hand(self, side: Side, t: float) -> HandPose:
        unrest = self._unrest if side == "right" else replace(self._unrest, phase=1.9)
        return hand_between(self.script.keys[side], t, unrest)

    def _draw_hand(self, picture: Image, side: Side, hand: HandPose, t: float) -> None:
        look = self._look
        wrist = self._wrist(side, hand)
        if side == "left":  # a left hand is a right hand in a mirror, and so is its light
            look = _mirrored(look)
        palm, fingers = self._thickness
        shape, _ = build_shape(hand.angles, self._person, palm, fingers, self._sleeve_cm)
        drawn = hand_layer(shape, hand.rotation, wrist, self._focal, look, self._size, _DETAIL)
        if drawn is None:
            return
        canvas = picture[:, ::-1] if side == "left" else picture
        if hand.prop:
            colour = self._prop_colour
            draw_prop(canvas, hand.prop, hand.rotation, wrist, self._focal, colour)
        layer, (left, top) = drawn
        layer = self._smeared(layer, side, hand, wrist, t)
        part = canvas[top : top + layer.shape[0], left : left + layer.shape[1]]
        through = cv2.cvtColor(1 - layer[..., 3], cv2.COLOR_GRAY2BGR)
        shown = cv2.multiply(part.astype(np.float32), through)
        part[:] = cv2.add(shown, 255 * layer[..., 2::-1]).astype(np.uint8)

    def _wrist(self, side: Side, hand: HandPose) -> FloatArray:
        """Camera frame, cm; of a left hand in the mirrored picture."""
        head = self._head * ([-1, 1, 1] if side == "left" else [1, 1, 1])
        wrist: FloatArray = head + hand.place - hand.rotation @ PALM_CENTRE
        return wrist

    def _smeared(
        self,
        layer: npt.NDArray[np.float32],
        side: Side,
        hand: HandPose,
        wrist: FloatArray,
        t: float,
    ) -> npt.NDArray[np.float32]:
        """The layer, smeared along the way that the hand goes while the shutter is open."""
        later = self._wrist(side, self._hand(side, t + self.camera.exposure_s))
        way = (later[:2] / -later[2] - wrist[:2] / -wrist[2]) * self._focal * [1, -1]
        length = float(np.hypot(way[0], way[1]))
        if length < _SHORTEST_SMEAR_PX:
            return layer
        reach = min(24, int(np.ceil(length / 2)))
        kernel = np.zeros((2 * reach + 1, 2 * reach + 1), np.float32)
        half = way / length * min(reach, length / 2)
        start = (round(reach - float(half[0])), round(reach - float(half[1])))
        end = (round(reach + float(half[0])), round(reach + float(half[1])))
        cv2.line(kernel, start, end, 1.0, 1, cv2.LINE_AA)
        smeared = cv2.filter2D(layer, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
        return np.asarray(smeared, np.float32)

    def _tone_curve(self) -> Image:
        levels = np.linspace(0, 1, 256)
        dimmed = self.camera.gain * levels**self.camera.gamma
        return np.clip(dimmed * 255, 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class _Scene:
    """What is drawn once a take: the room, the person's layers, the sensor's noise."""

    room: Image
    sitter: Sitter
    noise: tuple[Image, ...]

    @classmethod
    def of(
        cls,
        seed: tuple[int, ...],
        look: Look,
        size: tuple[int, int],
        focal: float,
        head: FloatArray,
    ) -> _Scene:
        rng = np.random.default_rng([*seed, 1])
        width, height = size
        paint = room if rng.random() < 0.8 else gradient
        behind = (paint(rng, height, width)[..., ::-1] * 255).astype(np.uint8)
        grain = tuple(
            np.clip(rng.normal(128, 32, (height, width, 3)), 0, 255).astype(np.uint8)
            for _ in range(_NOISE_PICTURES)
        )
        sitter = Sitter(rng, look, size, focal, head)
        return cls(np.ascontiguousarray(behind), sitter, grain)

    def through(self, picture: Image, camera: Camera, curve: Image, frame_seed: int) -> Image:
        """The picture as the camera gives it."""
        dimmed = cv2.LUT(cv2.GaussianBlur(picture, (0, 0), camera.blur_px), curve)
        rng = np.random.default_rng([frame_seed, 7])
        grain = cv2.flip(self.noise[int(rng.integers(len(self.noise)))], int(rng.integers(-1, 2)))
        share = camera.noise / 32
        return np.asarray(cv2.addWeighted(dimmed, 1.0, grain, share, -128 * share), np.uint8)


def _mirrored(look: Look) -> Look:
    def flip(vector: Colour) -> Colour:
        return -vector[0], vector[1], vector[2]

    return replace(look, light=flip(look.light), fill=flip(look.fill))
