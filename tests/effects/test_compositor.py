from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.core.observation import Face, Hand, Observation
from vcam.effects import compositor as module
from vcam.effects.compositor import Compositor
from vcam.effects.pack import load_pack

Make = Callable[..., Path]
Show = Callable[..., LiveEffect]
QUIET = ", enter: {style: none}, leave: {style: none, ms: 100}"


def blank(width: int = 640, height: int = 480) -> Image:
    return np.full((height, width, 3), 60, np.uint8)


def box(canvas: Image) -> tuple[int, int, int, int] | None:
    """Left, top, width, height of what is at least half covered."""
    changed = (np.abs(canvas.astype(int) - 60) > 90).any(axis=2)
    if not changed.any():
        return None
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top


def on(anchor: str, more: str = "") -> str:
    return f"{{kind: sticker, picture: a.png, anchor: {anchor}{QUIET}{more}}}"


def test_a_sticker_sits_on_every_face(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    compositor = Compositor([load_pack(make_pack(on("face.eyes", ", size: 2")))])
    faces = (make_face(200, 100, 40, track_id=1), make_face(450, 300, 60, track_id=2))
    canvas = blank()
    compositor.draw(canvas, [show()], make_scene(1.0, faces), 1.0)
    assert canvas[100, 200].tolist() == [0, 0, 255]
    assert canvas[300, 450].tolist() == [0, 0, 255]
    assert box(canvas[:200]) == pytest.approx((160, 80, 80, 40), abs=2)
    assert box(canvas[200:]) == pytest.approx((390, 70, 120, 60), abs=2)


def test_the_frame_may_lie_elsewhere_on_the_canvas(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    compositor = Compositor([load_pack(make_pack(on("face.eyes", ", size: 2")))])
    scene = make_scene(1.0, (make_face(200, 100, 40),))
    canvas = blank(1280, 720)
    compositor.draw(canvas, [show()], scene, 1.0, Placement(0.0, 5.0, 5.0))
    assert box(canvas) is None
    compositor.draw(canvas, [show()], scene, 1.0, Placement(1.5, 160.0, 0.0))
    assert box(canvas) == pytest.approx((400, 120, 120, 60), abs=2)


def test_a_sticker_by_the_hand_that_called(
    make_pack: Make,
    make_hand: Callable[..., Hand],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    effect = on("hand", ", size: 1.5, offset: [1.5, -1]")
    compositor = Compositor([load_pack(make_pack(effect))])
    hands = (make_hand(200, 300, 60, track_id=7), make_hand(500, 300, 60, track_id=8))
    canvas = blank()
    compositor.draw(canvas, [show(track_ids=(7,))], make_scene(1.0, (), hands), 1.0)
    assert box(canvas) == pytest.approx((245, 217, 90, 45), abs=2)


def test_it_stays_on_the_side_it_chose(
    make_pack: Make,
    make_hand: Callable[..., Hand],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    effect = on("hand", ", size: 1.5, offset: [1.5, -1]")
    compositor = Compositor([load_pack(make_pack(effect))])
    lefts = []
    for step in range(40):
        at = 1.0 + step / 15
        x = 300 + 8 * step
        canvas = blank()
        compositor.draw(canvas, [show()], make_scene(at, (), (make_hand(x),)), at)
        found = box(canvas)
        assert found is not None
        lefts.append(found[0])
        assert found[0] + found[2] <= 640
    assert (np.diff(lefts) >= -1).all()


def test_one_that_bobs_at_the_edge_stays_in_the_picture(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    bobs = ", size: 1.5, offset: [-1.5, -1], loop: {style: bob, period_ms: 1000, amount: 0.1}"
    compositor = Compositor([load_pack(make_pack(on("hand", bobs)))])
    # The face is in the way on the other side, and above.
    scene = make_scene(1.0, (make_face(170, 230, 80),), (make_hand(100, 300, 60),))
    for step in range(12):
        canvas = blank()
        compositor.draw(canvas, [show()], scene, 1.0 + step / 12, frame_at=1.0)
        found = box(canvas)
        assert found is not None
        assert found[2] == pytest.approx(90, abs=2), "nothing of it is cut off"


def test_screen_stickers_need_no_observation(make_pack: Make, show: Show) -> None:
    effect = on("screen", ", size: 0.5, offset: [0, -0.5], pivot: [0.5, 0]")
    canvas = blank()
    Compositor([load_pack(make_pack(effect))]).draw(canvas, [show()], None, 1.0)
    assert box(canvas) == pytest.approx((160, 0, 320, 160), abs=2)


def test_it_comes_stays_and_goes(make_pack: Make, show: Show) -> None:
    effect = (
        "{kind: sticker, picture: a.png, anchor: screen, size: 0.5,"
        " enter: {style: pop, ms: 400}, leave: {style: pop, ms: 300}}"
    )
    compositor = Compositor([load_pack(make_pack(effect))])

    def width(at: float) -> int:
        canvas = blank()
        compositor.draw(canvas, [show(leaving_at=2.0)], None, at)
        found = box(canvas)
        return found[2] if found else 0

    assert width(-0.1) == width(0.0) == 0
    assert 0 < width(0.09) < 250
    assert width(0.25) > 325
    assert width(1.0) == width(1.99) == pytest.approx(320, abs=2)
    assert 0 < width(2.25) < 300
    assert width(2.3) == width(9.0) == 0


def test_animated_pictures_run_from_the_start_of_the_effect(make_pack: Make, show: Show) -> None:
    from PIL import Image as Pillow

    folder = make_pack("{kind: sticker, picture: a.webp, anchor: screen, enter: {style: none}}")
    colours = [(255, 0, 0), (0, 255, 0)]
    frames = [Pillow.new("RGB", (40, 20), colour) for colour in colours]
    frames[0].save(
        folder / "a.webp", save_all=True, append_images=frames[1:], duration=200, lossless=True
    )
    compositor = Compositor([load_pack(folder)])
    seen = []
    for at in (7.0, 7.19, 7.21, 7.39, 7.41):
        canvas = blank()
        compositor.draw(canvas, [show(started_at=7.0)], None, at)
        seen.append(canvas[240, 320].tolist())
    red, green = [0, 0, 255], [0, 255, 0]
    assert seen == [red, red, green, green, red]


def test_later_effects_lie_on_top(make_pack: Make, show: Show) -> None:
    first = load_pack(make_pack(on("screen")))
    folder = make_pack(on("screen", ", opacity: 0.5"), name="other")
    from PIL import Image as Pillow

    Pillow.new("RGBA", (40, 20), (0, 255, 0, 255)).save(folder / "a.png")
    compositor = Compositor([first, load_pack(folder)])
    canvas = blank()
    compositor.draw(canvas, [show(), show(pack="other", key=2)], None, 1.0)
    assert canvas[240, 320].tolist() == pytest.approx([0, 128, 128], abs=1)


def test_unknown_packs_and_effects_are_left_out(make_pack: Make, show: Show) -> None:
    compositor = Compositor([load_pack(make_pack(on("screen")))])
    canvas = blank()
    compositor.draw(canvas, [show(pack="gone"), show(effect="gone")], None, 1.0)
    assert box(canvas) is None
    compositor.draw(canvas, [], None, 1.0)
    compositor.set_packs([])
    compositor.draw(canvas, [show()], None, 1.0)
    assert box(canvas) is None


def test_effect_of_a_pack_that_is_gone_is_drawn_until_it_has_left(
    make_pack: Make, show: Show
) -> None:
    compositor = Compositor([load_pack(make_pack(on("screen")))])

    def is_drawn(*live: LiveEffect) -> bool:
        canvas = blank()
        compositor.draw(canvas, live, None, 1.0)
        return box(canvas) is not None

    assert is_drawn(show())
    compositor.set_packs([])
    compositor.set_packs([])
    assert is_drawn(show()), "it leaves with its animation"
    assert not is_drawn()
    assert not is_drawn(show()), "nothing calls it back"


def test_pack_that_comes_back_is_the_new_one(make_pack: Make, show: Show) -> None:
    pack = load_pack(make_pack(on("screen")))
    compositor = Compositor([pack])
    compositor.draw(blank(), [show()], None, 1.0)
    compositor.set_packs([])
    compositor.set_packs([dataclasses.replace(pack, effects={})])
    canvas = blank()
    compositor.draw(canvas, [show()], None, 1.0)
    assert box(canvas) is None


def test_faces_are_carried_on_to_the_time_of_the_frame(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_scene: Callable[..., Observation],
    show: Show,
) -> None:
    compositor = Compositor([load_pack(make_pack(on("face.eyes", ", size: 1")))])
    for step in range(30):
        at = step / 15
        scene = make_scene(at, (make_face(100 + 12 * step),))
        compositor.draw(blank(), [show()], scene, at)
    middles = []
    for frame_at in (at, at + 0.033, at + 0.066):
        canvas = blank()
        compositor.draw(canvas, [show()], scene, at + 0.066, frame_at=frame_at)
        found = box(canvas)
        assert found is not None
        middles.append(found[0] + found[2] / 2)
    assert middles == pytest.approx([448, 454, 460], abs=2.5)
    assert middles[0] < middles[1] < middles[2]


@pytest.mark.parametrize("anchor", ["screen", "hand", "face.top"])
def test_particles_fly_and_end(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
    make_scene: Callable[..., Observation],
    show: Show,
    anchor: str,
) -> None:
    effect = (
        f"{{kind: particles, anchor: {anchor}, start: bottom, paper: ['#ffffff'], over_ms: 200,"
        " life_s: 1, speed: 1, size: 0.2}"
    )
    compositor = Compositor([load_pack(make_pack(effect))])

    def changed(at: float) -> int:
        canvas = blank()
        scene = make_scene(at, (make_face(),), (make_hand(),))
        compositor.draw(canvas, [show()], scene, at)
        return int((canvas != 60).any(axis=2).sum())

    assert changed(-0.5) == 0
    assert changed(0.5) > 200
    assert changed(1.3) == 0


broken = st.floats(width=32) | st.floats(-2000, 2000, width=32)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(broken, min_size=8, max_size=8),
    st.sampled_from(["face.eyes", "face.top", "hand", "screen"]),
    st.floats(-10, 10),
    st.tuples(broken, broken, broken),
    st.tuples(st.integers(1, 90), st.integers(1, 70)),
)
def test_nothing_that_vision_says_raises(
    make_pack: Make,
    make_face: Callable[..., Face],
    make_hand: Callable[..., Hand],
    show: Show,
    values: list[float],
    anchor: str,
    at: float,
    place: tuple[float, float, float],
    size: tuple[int, int],
) -> None:
    compositor = Compositor([load_pack(make_pack(on(anchor, ", side: auto, size: 2")))])
    with np.errstate(all="ignore"):
        faces = (make_face(*values[:3], roll=0.2),)
        hands = (make_hand(*values[3:6]), make_hand(values[6], values[7], 50, track_id=8))
        canvas = np.full((size[1], size[0], 3), 60, np.uint8)
        compositor.draw(canvas, [show()], Observation(1, 1.0, (64, 48), hands, faces), at)
        compositor.draw(canvas, [show()], None, at + 0.1, Placement(*place))
    assert canvas.shape == (size[1], size[0], 3)


def test_while_drawing_takes_too_long_fewer_pieces_fly(
    make_pack: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    particles = "{kind: particles, start: everywhere, glow: ['#ffffff'], count: 40, life_s: [9, 9]}"
    pack = load_pack(make_pack(particles))
    spent_s = iter(number * 0.03 for number in range(1000))
    clock = SimpleNamespace(perf_counter=lambda: next(spent_s))
    monkeypatch.setattr(module, "time", clock)
    counts = []
    for governed in (True, False):
        compositor = Compositor([pack], governed)
        live = [LiveEffect(1, "mine", "it", "v_sign", 0.0, None, (), 3)]
        for number in range(90):
            canvas = np.zeros((180, 320, 3), np.uint8)
            compositor.draw(canvas, live, None, number / 30)
        counts.append(int(np.count_nonzero(canvas)))
    assert 0 < counts[0] < 0.6 * counts[1]
