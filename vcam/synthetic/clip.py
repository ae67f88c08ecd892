"""Renders the demo clip: a person in a room who shows V, thumb up and metal, and other things.

`python -m vcam.synthetic.clip --out demo.mp4` writes the clip and, beside it, demo.csv with
the spans in which a gesture is held (needs ffmpeg with libx264 on PATH; about 15 CPU minutes).
`--out strip.png --every 20` writes a contact sheet of every 20th frame instead.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vcam.synthetic.background import room
from vcam.synthetic.camera import rotation_matrix
from vcam.synthetic.clip_script import (
    DURATION_S,
    HandState,
    HeadState,
    hand_at,
    head_at,
    spans,
)
from vcam.synthetic.hand_picture import draw_hand
from vcam.synthetic.hand_shape import build_shape
from vcam.synthetic.look import SKIN_TONES, Look, Picture, over
from vcam.synthetic.person_picture import draw_person
from vcam.synthetic.person_shape import ALL, HEAD, SHIRT
from vcam.synthetic.sample import contact_sheet

Image = npt.NDArray[np.uint8]
Plate = npt.NDArray[np.float32]

FPS: Final = 30
FULL_SIZE: Final = (1280, 720)
_FOCAL_WIDTHS = 0.95
_HEAD_POSITION = (1.5, 0.5, -90.0)  # cm
_HAND_DETAIL = 0.75
_NECK_CM = -18.0  # pivot of the head's roll, below the head's centre
_EYE_STATES = (0.05, 0.3, 0.55, 0.85)
_SKIN, _PALM = SKIN_TONES["light"]
_LOOK = Look(
    light=(-0.55, 0.75, 0.75),
    light_colour=(0.92, 0.87, 0.80),
    ambient=(0.30, 0.31, 0.34),
    skin=_SKIN,
    palm=_PALM,
    fill=(0.8, -0.1, 0.5),
    fill_colour=(0.14, 0.14, 0.15),
    cloth=(0.16, 0.24, 0.36),
    specular=0.08,
)


def frame(index: int, size: tuple[int, int] = FULL_SIZE) -> Image:
    """Frame number `index` of the clip: uint8 BGR, `size` = (width, height)."""
    t = index / FPS
    picture = over(_background(size), _person(head_at(t), size).astype(np.float64))
    for side in ("right", "left"):
        state = hand_at(side, t)
        if state is not None:
            picture = _with_hand(picture, state, mirrored=side == "left")
    rng = np.random.default_rng(index)
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.5 * size[0] / FULL_SIZE[0])
    noisy = blurred + rng.normal(0, 0.004, picture.shape)
    return np.ascontiguousarray(np.clip(noisy * 255, 0, 255).astype(np.uint8)[..., ::-1])


def _with_hand(picture: Picture, state: HandState, mirrored: bool) -> Picture:
    roll, yaw, pitch = state.turn
    rotation = rotation_matrix("x", pitch) @ rotation_matrix("y", yaw)
    rotation = rotation @ rotation_matrix("z", roll)
    shape, _ = build_shape(state.angles, sleeve_cm=9)
    focal = picture.shape[1] * _FOCAL_WIDTHS
    look = _LOOK
    if mirrored:  # a left hand is a right hand in a mirror, and so is its light
        look = replace(
            look,
            light=(-look.light[0], look.light[1], look.light[2]),
            fill=(-look.fill[0], look.fill[1], look.fill[2]),
        )
        picture = np.ascontiguousarray(picture[:, ::-1])
    drawn = draw_hand(picture, shape, rotation, state.wrist, focal, look, detail=_HAND_DETAIL)
    return drawn[:, ::-1] if mirrored else drawn


@cache
def _background(size: tuple[int, int]) -> Picture:
    return room(np.random.default_rng(5), size[1], size[0], blur_px=5.0 * size[0] / FULL_SIZE[0])


@cache
def _plate(size: tuple[int, int], layer: int, front_only: bool, eyes_open: float) -> Plate:
    """A layer of the person, drawn once and then only moved, turned and scaled."""
    return draw_person(
        (size[1], size[0]),
        _LOOK,
        position=_HEAD_POSITION,
        focal=size[0] * _FOCAL_WIDTHS,
        turn=0.1,
        eyes_open=eyes_open,
        samples=2,
        layer=layer,
        front_only=front_only,
    ).astype(np.float32)


def _person(head: HeadState, size: tuple[int, int]) -> Plate:
    """The person in this state, premultiplied, (h, w, 4).

    From back to front: the shirt, the head turned about the foot of the neck, and the shirt's
    collar before it.
    """
    width, height = size
    unit = width / FULL_SIZE[0]
    eyes = min(_EYE_STATES, key=lambda state: abs(state - head.eyes_open))
    focal_per_cm = width * _FOCAL_WIDTHS / -_HEAD_POSITION[2]
    neck = (
        width / 2 + _HEAD_POSITION[0] * focal_per_cm,
        height / 2 - (_HEAD_POSITION[1] + _NECK_CM) * focal_per_cm,
    )
    shift = (head.shift[0] * unit, head.shift[1] * unit)
    body = _affine((width / 2, float(height)), 0.12 * head.roll_deg, head.scale, shift)
    turned = _affine(neck, 0.88 * head.roll_deg, 1.0, (0.0, 0.0))
    shirt = _warped(_plate(size, SHIRT, False, 1.0), body)
    head_layer = _warped(_plate(size, HEAD, False, eyes), body @ turned)
    collar = _warped(_plate(size, ALL, True, 1.0), body)
    for layer in (head_layer, collar):
        shirt = shirt * (1 - layer[..., 3:]) + layer
    return shirt


def _affine(
    pivot: tuple[float, float], degrees: float, scale: float, shift: tuple[float, float]
) -> npt.NDArray[np.float64]:
    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D(pivot, degrees, scale)
    matrix[:2, 2] += shift
    return matrix


def _warped(plate: Plate, matrix: npt.NDArray[np.float64]) -> Plate:
    height, width = plate.shape[:2]
    warped = cv2.warpAffine(
        plate, matrix[:2], (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.clip(warped, 0, 1).astype(np.float32)


def frames(indices: Sequence[int], size: tuple[int, int], processes: int) -> Iterator[Image]:
    """The frames with these numbers, in order, drawn by so many processes."""
    if processes == 1:
        yield from (frame(index, size) for index in indices)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(frame, indices, [size] * len(indices), chunksize=8)


def write_video(path: Path, pictures: Iterator[Image], size: tuple[int, int]) -> None:
    """Encodes BGR pictures as H.264 in MP4.

    Raises:
        SystemExit: ffmpeg is missing or failed.
    """
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        raise SystemExit("ffmpeg was not found on PATH: install it, or write a .png instead")
    command = [ffmpeg, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{size[0]}x{size[1]}", "-r", str(FPS), "-i", "-", "-c:v", "libx264"]
    command += ["-pix_fmt", "yuv420p", "-crf", "23", "-preset", "slow", "-g", "60"]
    command += ["-movflags", "+faststart", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for picture in pictures:
            process.stdin.write(picture.tobytes())
        process.stdin.close()
    if process.returncode:
        raise SystemExit(f"ffmpeg failed with status {process.returncode}")


def write_spans(path: Path) -> None:
    """Writes the labelled spans as CSV: gesture, start_s, end_s."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["gesture", "start_s", "end_s"])
        writer.writerows([span.gesture, span.start_s, span.end_s] for span in spans())


def main(argv: Sequence[str] | None = None) -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(description="Render the demo clip")
    parser.add_argument("--out", type=Path, required=True, help=".mp4 clip or .png contact sheet")
    parser.add_argument("--every", type=int, default=1, help="only every Nth frame")
    parser.add_argument("--width", type=int, default=FULL_SIZE[0], help="pixels; height is 9/16")
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args(argv)
    size = (arguments.width, arguments.width * 9 // 16)
    indices = range(0, round(DURATION_S * FPS), arguments.every)
    pictures = frames(indices, size, arguments.processes)
    if arguments.out.suffix == ".mp4":
        write_video(arguments.out, pictures, size)
        write_spans(arguments.out.with_suffix(".csv"))
    else:
        sheet = contact_sheet(list(pictures), columns=6, cell=(320, 180))
        cv2.imwrite(str(arguments.out), sheet)


if __name__ == "__main__":
    main()
