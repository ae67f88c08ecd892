"""How well the person is told from the room, how steadily, and at what cost.

    python bench/background.py edges                 # drawn persons, whose true mask is known
    python bench/background.py flicker CLIP ...      # stretches in which the person sits still
    python bench/background.py cost CLIP             # CPU time of mask and background, ms a frame

CPU times are those of one thread (`time.thread_time`), OpenCV held to one thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import cv2
import numpy as np
import numpy.typing as npt

from vcam.core.frame import Frame, Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.background import Backdrop
from vcam.effects.matting import Matte
from vcam.effects.person_mask import PersonMask
from vcam.settings.schema import VisionSettings
from vcam.settings.schema.showing import BackgroundSettings
from vcam.vision.observer import Observer
from vcam.vision.person import PersonReading, PersonSegmenter
from vcam.vision.steady import SteadyMask

SIZE = (1280, 720)
BAND_PX = 24
"""Half the width of the band round the true edge in which errors are counted."""

Alpha = npt.NDArray[np.float32]


def enlarged(mask: npt.NDArray[np.float32], size: tuple[int, int]) -> Alpha:
    """The network's mask as it is."""
    return np.asarray(cv2.resize(mask, size), np.float32)


def fitted(mask: npt.NDArray[np.float32], picture: Image, quality: str) -> Alpha:
    """What `PersonMask` makes of it."""
    size = picture.shape[1], picture.shape[0]
    person = PersonMask(BackgroundSettings(kind="colour", quality=quality))  # type: ignore[arg-type]
    person.update(Observation(0, 0.0, size, mask=mask, mask_at=0.0))
    alpha = person.alpha(size, Placement(), picture)
    assert alpha is not None
    return np.asarray(alpha, np.float32) / 255


def edge_figures(alpha: Alpha, truth: Alpha) -> tuple[float, float, float, float]:
    """IoU at one half; mean error near the edge; room shown and person hidden, of the person."""
    mine, true = alpha > 0.5, truth > 0.5
    iou = (mine & true).sum() / max(1, (mine | true).sum())
    kernel = np.ones((2 * BAND_PX + 1, 2 * BAND_PX + 1), np.uint8)
    inner = cv2.erode(true.astype(np.uint8), kernel, borderValue=1)
    band = (cv2.dilate(true.astype(np.uint8), kernel) > 0) & (inner == 0)
    person = truth.sum()
    shown = (alpha * (1 - truth)).sum() / person
    hidden = ((1 - alpha) * truth).sum() / person
    return float(iou), float(np.abs(alpha - truth)[band].mean()), float(shown), float(hidden)


def drawn_persons(
    count: int, size: tuple[int, int], first: int = 0
) -> Iterator[tuple[Image, Alpha]]:
    """Persons before rooms, and which part of the picture they are."""
    from vcam.synthetic.background import room
    from vcam.synthetic.look import random_colour, random_look
    from vcam.synthetic.person_picture import draw_person

    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        place = (
            float(rng.uniform(-25, 25)),
            float(rng.uniform(-10, 2)),
            float(rng.uniform(-150, -75)),
        )
        # Drawn at half the size: rays are dear.
        person = draw_person(
            (size[1] // 2, size[0] // 2),
            random_look(rng),
            place,
            focal=0.475 * max(size),
            turn=float(rng.uniform(-0.4, 0.4)),
            hair=random_colour(rng, 0.05, 0.6),
        )
        person = cv2.resize(person, size, interpolation=cv2.INTER_CUBIC).clip(0, 1)
        truth = person[..., 3:]
        behind = room(rng, size[1], size[0])[..., :3]
        picture = 255 * (person[..., :3] + behind * (1 - truth)) + rng.normal(0, 3, behind.shape)
        rounded = np.round(np.clip(picture, 0, 255)).astype(np.uint8)
        yield np.ascontiguousarray(rounded[..., ::-1]), np.asarray(truth[..., 0], np.float32)


def frames_of(clip: Path, seconds: float) -> Iterator[tuple[float, Image]]:
    """Time and picture, 1280 by 720."""
    capture = cv2.VideoCapture(str(clip))
    fps = capture.get(cv2.CAP_PROP_FPS) or 30.0
    number = 0
    while number / fps < seconds:
        ok, picture = capture.read()
        if not ok:
            break
        yield number / fps, np.asarray(cv2.resize(picture, SIZE), np.uint8)
        number += 1
    capture.release()


@click.group()
def main() -> None:
    """Measures mask and background."""
    cv2.setNumThreads(1)


@main.command()
@click.option("--count", default=24, help="Persons")
@click.option("--first", default=0, help="Seed of the first one")
@click.option("--size", default="1280x720", help="Of the pictures")
def edges(count: int, first: int, size: str) -> None:
    """Errors against the true mask of drawn persons: mean over all."""
    width, height = map(int, size.split("x"))
    network = PersonSegmenter.load()
    figures: dict[str, list[tuple[float, float, float, float]]] = {}
    for picture, truth in drawn_persons(count, (width, height), first):
        mask = network.look(picture).mask
        for name, alpha in (
            ("network", enlarged(mask, (width, height))),
            ("fast", fitted(mask, picture, "fast")),
            ("good", fitted(mask, picture, "good")),
        ):
            figures.setdefault(name, []).append(edge_figures(alpha, truth))
    print(f"{count} drawn persons, {size}: IoU, error near the edge, room shown, person hidden")
    for name, rows in figures.items():
        iou, error, shown, hidden = np.mean(rows, axis=0)
        print(f"  {name:8s} {iou:.4f}  {error:.4f}  {shown:.4f}  {hidden:.4f}")


@main.command()
@click.argument("clips", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--seconds", default=4.0)
def flicker(clips: tuple[Path, ...], seconds: float) -> None:
    """Mean change of the person's share from frame to frame, of 255, where the picture is still."""
    network = PersonSegmenter.load()
    for clip in clips:
        steady = SteadyMask()
        people = {quality: _mask_of(quality) for quality in ("fast", "good")}
        before: dict[str, Alpha] = {}
        changes: dict[str, list[float]] = {}
        last: npt.NDArray[np.float32] | None = None
        for number, (at, picture) in enumerate(frames_of(clip, seconds)):
            grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.float32)
            grey = cv2.blur(grey, (9, 9))
            if number % 2 == 0:
                reading = network.look(picture)
                mask = steady.update(PersonReading(reading.mask, reading.seen), at)
                alphas = {"network": 255 * enlarged(reading.mask, SIZE)}
                told = Observation(number, at, SIZE, mask=mask, mask_at=at)
            else:
                alphas = {"network": before["network"]}
            for quality, person in people.items():
                person.update(told, at)
                alpha = person.alpha(SIZE, Placement(), picture)
                assert alpha is not None
                alphas[quality] = np.asarray(alpha, np.float32)
            if last is not None and number > 15:
                still = np.abs(grey - last) < 4
                for name, alpha in alphas.items():
                    change = np.abs(alpha - before[name])[still].mean()
                    changes.setdefault(name, []).append(float(change))
            before, last = alphas, np.asarray(grey, np.float32)
        told_of = ", ".join(f"{name} {np.mean(values):.3f}" for name, values in changes.items())
        print(f"  {clip.name}: {told_of}")


@main.command()
@click.argument("clip", type=click.Path(exists=True, path_type=Path))
@click.option("--seconds", default=6.0)
def cost(clip: Path, seconds: float) -> None:
    """CPU ms: of vision for each mask, of the mask and the background in each frame."""
    pictures = list(frames_of(clip, seconds))
    observer = Observer.load(VisionSettings())
    observer.wants_mask_hz = 15
    network = PersonSegmenter.load()
    print(f"  network and steadying: {_spread(_vision_cost(network, pictures))}")
    seen = {at: observer.observe(Frame(picture, at, n)) for n, (at, picture) in enumerate(pictures)}
    for quality in ("fast", "good"):
        for kind in ("colour", "blur"):
            settings = BackgroundSettings(kind=kind, quality=quality)  # type: ignore[arg-type]
            person, backdrop = PersonMask(settings), Backdrop(settings)
            matte, times = Matte(), []
            for at, picture in pictures:
                canvas = picture.copy()
                start = time.thread_time()
                person.update(seen[at], at)
                outline = person.outline(SIZE, Placement(), canvas)
                middle = time.thread_time()
                alpha = None if outline is None else outline.alpha
                matte.lay(canvas, backdrop.room(canvas, alpha, at), outline)
                times.append((middle - start, time.thread_time() - middle))
            mask_s, draw_s = np.array(times[5:]).T
            print(f"  {quality}, {kind}: mask {_spread(mask_s)}, background {_spread(draw_s)}, ")
            print(f"    together {_spread(mask_s + draw_s)}")


def _vision_cost(
    network: PersonSegmenter, pictures: list[tuple[float, Image]]
) -> npt.NDArray[np.float64]:
    steady, times = SteadyMask(), []
    for at, picture in pictures[::2]:
        start = time.thread_time()
        steady.update(network.look(picture), at)
        times.append(time.thread_time() - start)
    return np.array(times[3:])


def _spread(seconds: npt.NDArray[np.float64]) -> str:
    least, median, p95 = 1000 * np.percentile(seconds, (5, 50, 95))
    return f"{least:.2f} / {median:.2f} / {p95:.2f} ms (p5 / median / p95)"


def _mask_of(quality: str) -> PersonMask:
    return PersonMask(BackgroundSettings(kind="colour", quality=quality))  # type: ignore[arg-type]


if __name__ == "__main__":
    run: Callable[[], None] = main
    run()
