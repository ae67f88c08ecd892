"""What drawing costs: CPU time of single stickers and of every shipped effect.

    python bench/compositor.py [--size 1280x720] [--repeats 200]

Stickers and ring: process CPU time, the least and the median over batches. Effects: CPU time of the
drawing thread for each of 90 pictures of a recorded scene, the median and the 95th percentile, and
that of a yardstick, some work that is always the same: beside other work on the machine both grow.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import click
import cv2
import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Observation
from vcam.effects.blend import Blender
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.effects.pose2d import Pose2D
from vcam.effects.preview import scene_of
from vcam.effects.preview_scenes import FACE, SIZE, scene
from vcam.effects.preview_scenes import FPS as SCENE_FPS
from vcam.effects.ring import draw_ring
from vcam.effects.sprite import Sprite
from vcam.settings.schema import BackgroundSettings, EffectSettings

FPS = 30
BATCH = 10
TOGETHER = (
    (),
    ("party/balloons", "party/confetti", "party/flames"),
    ("faces/cat-ears", "faces/cat-nose", "reactions/thumb-up"),
)
"""With a blurred room."""

BackgroundKind = Literal["none", "blur"]
_YARD = np.full((720, 1280, 3), 7, np.uint8)
_YARD_OUT = np.empty_like(_YARD)


def cost_ms(draw: Callable[[int], object], repeats: int) -> tuple[float, float]:
    """Least and median CPU time of one call, over batches."""
    for warm in range(BATCH):
        draw(warm)
    batches = []
    for start in range(0, repeats, BATCH):
        before = time.process_time()
        for number in range(start, start + BATCH):
            draw(number)
        batches.append((time.process_time() - before) / BATCH * 1000)
    return min(batches), statistics.median(batches)


def busy_canvas(width: int, height: int) -> Image:
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return np.ascontiguousarray(cv2.GaussianBlur(noise, (0, 0), 3))


def opaque_sprite(side: int) -> Sprite:
    """A disc that covers all that a square can need: the worst case of its size."""
    pixels = np.zeros((side, side, 4), np.uint8)
    cv2.circle(pixels, (side // 2, side // 2), side // 2, (90, 160, 220, 255), -1, cv2.LINE_AA)
    return Sprite([pixels], [1.0])


def views_of(name: str, size: tuple[int, int]) -> list[tuple[Image, Observation]]:
    """A recorded scene, `vcam/effects/assets`, in the size that is drawn on."""
    return [
        (np.asarray(cv2.resize(picture, size), np.uint8), observation)
        for picture, observation in scene(name)
    ]


def bench_effects(
    packs: Sequence[Pack],
    effects: Sequence[tuple[str, str]],
    size: tuple[int, int],
    background: BackgroundKind,
) -> tuple[float, float, float]:
    """Median and 95th percentile of the thread's CPU time for a picture, and of the yardstick.

    Three seconds at 30 pictures a second, seen 15 times a second, after two that are not counted.
    """
    by_name = {pack.name: pack for pack in packs}
    name = scene_of(by_name[effects[0][0]], effects[0][1]) if effects else FACE
    views = views_of(name, size)
    compositor = Compositor(packs)
    compositor.apply(
        EffectSettings(
            name_tag="vcam", speech="Hello!", background=BackgroundSettings(kind=background)
        )
    )
    live = [
        LiveEffect(key, *each, "manual", 0.0, None, (), 5 + key) for key, each in enumerate(effects)
    ]
    place = Placement(size[0] / SIZE[0])
    canvas = np.empty((size[1], size[0], 3), np.uint8)
    drawn_ms, yard_ms = [], []
    for number in range(5 * FPS):
        at, look = number / FPS, number * 15 // FPS
        np.copyto(canvas, views[int(at * SCENE_FPS) % len(views)][0])
        seen = views[int(look / 15 * SCENE_FPS) % len(views)][1]
        seen = replace(seen, frame_index=look, at=look / 15, mask_at=look / 15)
        before = time.thread_time()
        compositor.draw(canvas, live, seen, at, place, at)
        spent_ms = (time.thread_time() - before) * 1000
        if number >= 2 * FPS:
            drawn_ms.append(spent_ms)
        if number % 6 == 0:
            yard_ms.append(yardstick_ms())
    median, most = np.percentile(drawn_ms, (50, 95)).tolist()
    return median, most, statistics.median(yard_ms)


def yardstick_ms() -> float:
    """CPU time of the same work each time: it tells how fast the machine is just now."""
    before = time.thread_time()
    cv2.multiply(_YARD, _YARD, dst=_YARD_OUT, scale=1 / 255)
    for _ in range(8000):
        pass
    return (time.thread_time() - before) * 1000


@click.command()
@click.option("--size", default="1280x720", help="Size of the picture")
@click.option("--repeats", default=600, help="Draws per measurement")
def main(size: str, repeats: int) -> None:
    """Prints a table in ms of CPU time a frame."""
    cv2.setNumThreads(1)
    width, height = map(int, size.split("x"))
    canvas = busy_canvas(width, height)
    blender, other = Blender(), np.empty_like(canvas)
    print(f"{size}, OpenCV {cv2.__version__}, CPU ms a frame: least, median")
    least, median = cost_ms(lambda _: np.copyto(other, canvas), repeats)
    print(f"  for comparison, a copy of the picture: {least:.2f}, {median:.2f}")
    for side, angle in ((150, 0.2), (300, 0.0), (300, 0.2), (600, 0.2)):
        sprite = opaque_sprite(512)

        def draw(
            number: int, sprite: Sprite = sprite, side: int = side, angle: float = angle
        ) -> None:
            pose = Pose2D(width / 2 + number * 0.37 % 9, height / 2, side, side, angle)
            blender.draw(canvas, sprite, 0, pose)

        least, median = cost_ms(draw, repeats)
        print(f"  disc {side}x{side}, turned {angle:g}: {least:.2f}, {median:.2f}")
    least, median = cost_ms(lambda n: draw_ring(canvas, (300.3, 300.0), 110, n % 60 / 60), repeats)
    print(f"  ring of radius 110: {least:.2f}, {median:.2f}")
    for name, path in sorted(find_packs([shipped_pack_folder()]).items()):
        before = time.process_time()
        pack = load_pack(path)
        print(f"{name}: loads in {(time.process_time() - before) * 1000:.0f} ms")
        for effect in pack.effects:
            print(row([pack], [(pack.name, effect)], (width, height), "none"))
    packs = [load_pack(path) for path in find_packs([shipped_pack_folder()]).values()]
    for names in TOGETHER:
        effects = [(name.split("/")[0], name.split("/")[1]) for name in names]
        print(row(packs, effects, (width, height), "blur"), "with blur")


def row(
    packs: Sequence[Pack],
    effects: Sequence[tuple[str, str]],
    size: tuple[int, int],
    background: BackgroundKind,
) -> str:
    """A line of what effects cost together."""
    median, most, yard = bench_effects(packs, effects, size, background)
    name = " + ".join("/".join(each) for each in effects)
    return f"  {name:44} {median:6.2f} {most:6.2f}   yardstick {yard:.2f}"


if __name__ == "__main__":
    main()
