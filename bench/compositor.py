"""What drawing costs: CPU time of single stickers and of every shipped effect.

    python bench/compositor.py [--size 1280x720] [--repeats 200]

Process CPU time on one thread, the least and the median over batches: other work on the machine
slows the median, hardly the least.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import click
import cv2
import numpy as np

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Box
from vcam.core.observation import Face, Hand, Observation
from vcam.effects.blend import Blender, Pose2D
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.effects.ring import draw_ring
from vcam.effects.sprite import Sprite

FPS = 30
BATCH = 10


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


def scene(at: float, width: int, height: int) -> Observation:
    """A face that sways and a raised hand."""
    unit = height * 0.13
    x, y = width * 0.5 + 20 * np.sin(at), height * 0.5
    eyes = np.array([[x - unit / 2, y], [x + unit / 2, y + 4 * np.sin(at)]], np.float32)
    mouth = np.array([x, y + unit], np.float32)
    face = Face(1, Box(x - unit, y - unit, 2 * unit, 2.4 * unit), eyes, mouth, mouth, 0.9)
    points = np.tile(np.array([width * 0.2, height * 0.55], np.float32), (21, 1))
    points[0, 1] += unit
    points[[5, 9, 17], 1] -= 0.4 * unit
    points[[5, 17], 0] += (-0.4 * unit, 0.4 * unit)
    points[12, 1] -= 1.4 * unit
    flat = np.zeros(21, np.float32)
    hand = Hand(7, points, flat, np.zeros((21, 3), np.float32), "right", 0.9)
    return Observation(round(at * 15), at, (width, height), (hand,), (face,))


def bench_effect(pack: Pack, effect: str, canvas: Image, repeats: int) -> tuple[float, float]:
    height, width = canvas.shape[:2]
    compositor = Compositor([pack])
    live = [LiveEffect(1, pack.name, effect, "metal", 0.0, None, (7,), 5)]
    scenes = [scene(tick / 15, width, height) for tick in range(repeats // 2 + BATCH)]

    def draw(number: int) -> None:
        at = number / FPS % 4 + 0.05
        compositor.draw(canvas, live, scenes[int(at * 15)], at)

    return cost_ms(draw, repeats)


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
            least, median = bench_effect(pack, effect, canvas, repeats)
            print(f"  {effect}: {least:.2f}, {median:.2f}")


if __name__ == "__main__":
    main()
