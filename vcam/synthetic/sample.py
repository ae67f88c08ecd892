"""Random labelled pictures of hands: `sample(pose, seed)` gives picture, joints and choices.

`python -m vcam.synthetic.sample --out DIR [--poses v_sign,metal] [--count 3] [--seed 0]`
writes POSE_SEED.png, and labels.json with the joints (pixels) and the random choices.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.observation import Landmark, Side
from vcam.synthetic import background
from vcam.synthetic.camera import project
from vcam.synthetic.hand_picture import draw_hand
from vcam.synthetic.hand_shape import Shape, build_shape
from vcam.synthetic.joints import random_rotation
from vcam.synthetic.kinematics import (
    PALM_LENGTH_CM,
    FloatArray,
    random_proportions,
)
from vcam.synthetic.look import Look, Picture, over, random_colour, random_look
from vcam.synthetic.person_picture import draw_blurred_person
from vcam.synthetic.poses import SHAPES, pose_angles

_BACK_SHARE = 0.2
_PALM_SHARE = (0.16, 0.36)  # palm length in picture heights, smallest and largest
_FAR_PALM_SHARE = (0.08, 0.34)
_QUICK_ROOMS = 40


@dataclass(frozen=True, eq=False)
class Sample:
    """One random picture of a hand, and the truth about it.

    Attributes:
        image: uint8 (h, w, 3) BGR.
        points: float64 (21, 2), true joints in pixels, MediaPipe's order.
        pose: key of `SHAPES`.
        side: the person's own hand, in a picture that is not mirrored.
        back: whether the back of the hand faces the camera.
        view_deg: angle by which the hand is turned away from the way its pose is held.
        palm_px: wrist to middle knuckle, in pixels: the natural unit for errors.
        background: gradient, noise, room or person.
        tone: name of the skin tone.
    """

    image: npt.NDArray[np.uint8]
    points: FloatArray
    pose: str
    side: Side
    back: bool
    view_deg: float
    palm_px: float
    background: str
    tone: str


def sample(
    pose: str,
    seed: int,
    size: tuple[int, int] = (640, 480),
    max_view_deg: float = 60.0,
    quick: bool = False,
    back_share: float = _BACK_SHARE,
) -> Sample:
    """A random picture of a pose; the same for the same arguments.

    Args:
        pose: a key of `SHAPES`.
        seed: chooses everything that is random.
        size: width and height, pixels.
        max_view_deg: how far the hand may be turned away from the way the pose is held.
        quick: as film is drawn, at a tenth of the cost: simpler light, one of a few rooms, hands
            farther away.
        back_share: of the pictures show the back of the hand.

    Raises:
        KeyError: no such pose.
    """
    rng = np.random.default_rng([seed, *pose.encode()])
    width, height = size
    look = random_look(rng)
    if quick:
        picture, background_name = _quick_room(int(rng.integers(_QUICK_ROOMS)), size), "room"
    else:
        picture, background_name = _random_background(rng, height, width, look)
    person = random_proportions(rng)
    shape, joints = build_shape(
        pose_angles(pose, rng, person),
        person,
        thickness=float(rng.uniform(0.92, 1.06)),
        finger_thickness=float(rng.uniform(0.92, 1.08)),
        sleeve_cm=float(rng.uniform(7, 16)) if rng.random() < 0.6 else None,
    )
    back = bool(rng.random() < back_share)
    rotation, view_deg = random_rotation(SHAPES[pose], back, rng, max_view_deg)
    palm_share = _FAR_PALM_SHARE if quick else _PALM_SHARE
    translation, focal = _random_placement(rng, shape, rotation, size, palm_share)
    picture = draw_hand(picture, shape, rotation, translation, focal, look, quick=quick)
    points, _ = project(joints, rotation, translation, focal, (width / 2, height / 2))
    side: Side = "right"
    if rng.random() < 0.5:
        side = "left"
        picture = picture[:, ::-1]
        points = points * [-1, 1] + [width, 0]
    reach = points[Landmark.MIDDLE_MCP] - points[Landmark.WRIST]
    return Sample(
        image=_camera_defects(rng, picture),
        points=points,
        pose=pose,
        side=side,
        back=back,
        view_deg=view_deg,
        palm_px=float(np.hypot(reach[0], reach[1])),
        background=background_name,
        tone=look.tone,
    )


def _random_background(
    rng: np.random.Generator, height: int, width: int, look: Look
) -> tuple[Picture, str]:
    """Picture and name of its kind. A person has the hand's skin but a shirt of their own."""
    kind = int(rng.integers(4))
    if kind == 0:
        return background.gradient(rng, height, width), "gradient"
    if kind == 1:
        return background.noise(rng, height, width), "noise"
    picture = background.room(rng, height, width)
    if kind == 2:
        return picture, "room"
    position = (
        float(rng.uniform(-15, 15)),
        float(rng.uniform(-8, 6)),
        float(rng.uniform(-120, -85)),
    )
    shade = float(rng.uniform(0.05, 0.4))
    dressed = Look(
        look.light,
        look.light_colour,
        look.ambient,
        look.skin,
        look.palm,
        cloth=random_colour(rng, 0.08, 0.8),
    )
    hair = (shade, 0.75 * shade, 0.55 * shade)
    return over(picture, draw_blurred_person((height, width), dressed, position, hair)), "person"


@lru_cache(maxsize=_QUICK_ROOMS)
def _quick_room(number: int, size: tuple[int, int]) -> Picture:
    rng = np.random.default_rng([number, 3])
    paint = background.gradient if rng.random() < 0.2 else background.room
    return paint(rng, size[1], size[0])


def _random_placement(
    rng: np.random.Generator,
    shape: Shape,
    rotation: FloatArray,
    size: tuple[int, int],
    palm_share: tuple[float, float],
) -> tuple[FloatArray, float]:
    """Translation (3,) in cm and focal length in pixels, with the hand inside the picture."""
    width, height = size
    focal = width * float(rng.uniform(0.85, 1.4))
    palm = float(rng.uniform(*palm_share)) * height
    distance = PALM_LENGTH_CM * focal / palm
    fingers = shape.finger_spheres
    reach = palm * 2.1
    u = width / 2 if reach > width / 2 else float(rng.uniform(reach, width - reach))
    v = height / 2 if reach > height / 2 else float(rng.uniform(reach, height - reach))
    place = np.array([(u - width / 2) / focal, -(v - height / 2) / focal, -1.0]) * distance
    middle = fingers[:, :3].mean(axis=0) * 0.8
    return place - rotation @ middle, focal


def _camera_defects(rng: np.random.Generator, picture: Picture) -> npt.NDArray[np.uint8]:
    """Blur, sensor noise and JPEG compression; RGB 0..1 to uint8 BGR."""
    blurred = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 0.9)))
    noisy = blurred + rng.normal(0, 1, picture.shape) * rng.uniform(0.003, 0.02)
    pixels = np.clip(noisy * 255, 0, 255).astype(np.uint8)[..., ::-1]
    _, encoded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 96))])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


def contact_sheet(
    pictures: Sequence[npt.NDArray[np.uint8]], columns: int, cell: tuple[int, int] = (213, 160)
) -> npt.NDArray[np.uint8]:
    """The pictures, shrunk to `cell` (width, height), in rows of `columns`."""
    cells = [cv2.resize(p, cell, interpolation=cv2.INTER_AREA) for p in pictures]
    cells += [np.zeros_like(cells[0])] * (-len(cells) % columns)
    rows = [np.hstack(cells[i : i + columns]) for i in range(0, len(cells), columns)]
    return np.asarray(np.vstack(rows), np.uint8)


def main(argv: Sequence[str] | None = None) -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Write random labelled pictures of hands")
    parser.add_argument("--out", type=Path, required=True, help="folder for pictures and labels")
    parser.add_argument("--poses", default=",".join(SHAPES), help="comma-separated; default all")
    parser.add_argument("--count", type=int, default=3, help="pictures per pose")
    parser.add_argument("--seed", type=int, default=0, help="first seed")
    parser.add_argument("--max-view-deg", type=float, default=60.0, help="largest turn away")
    parser.add_argument("--sheet", action="store_true", help="also write sheet.png")
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.poses.split(",")) - set(SHAPES))
    if unknown:
        parser.error(f"--poses: no pose named {', '.join(unknown)}; known: {', '.join(SHAPES)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    labels: dict[str, dict[str, object]] = {}
    pictures = []
    for pose in arguments.poses.split(","):
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            drawn = sample(pose, seed, max_view_deg=arguments.max_view_deg)
            name = f"{pose}_{seed}.png"
            cv2.imwrite(str(arguments.out / name), drawn.image)
            labels[name] = {
                "pose": pose,
                "side": drawn.side,
                "back": drawn.back,
                "view_deg": round(drawn.view_deg, 1),
                "palm_px": round(drawn.palm_px, 1),
                "background": drawn.background,
                "tone": drawn.tone,
                "joints": np.round(drawn.points, 2).tolist(),
            }
            pictures.append(drawn.image)
    (arguments.out / "labels.json").write_text(json.dumps(labels, indent=1), encoding="utf-8")
    if arguments.sheet:
        cv2.imwrite(str(arguments.out / "sheet.png"), contact_sheet(pictures, arguments.count))


if __name__ == "__main__":
    main()
