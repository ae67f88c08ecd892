from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.events import LiveEffect
from vcam.core.geometry import Placement
from vcam.effects.anchor import AnchorTracker
from vcam.effects.colour import veil
from vcam.effects.dark import Dark
from vcam.effects.flashes import FlashGuard, flash_at
from vcam.effects.flight import Area
from vcam.effects.lasers import beams_at
from vcam.effects.light import LightLayer, hot
from vcam.effects.lightning import Strike, bolts_at
from vcam.effects.lights import Lights
from vcam.effects.matting import Shade
from vcam.effects.moment import Moment, Taste
from vcam.effects.outline import Outline
from vcam.effects.schema import DimSpec, FlashSpec, LasersSpec, LightningSpec
from vcam.effects.widening import Widener

BOLTS = LightningSpec(kind="lightning", anchor="hand", enter_ms=0)
BEAMS = LasersSpec(kind="lasers", enter_ms=0)
STRIKE = Strike((100.0, 100.0), (300.0, 100.0), 100.0)


def moment(at: float, still: bool = False) -> Moment:
    canvas = np.full((90, 160, 3), 100, np.uint8)
    return Moment(canvas, at, at, Placement(), AnchorTracker(), Taste(still=still))


def shown(key: int = 1, started_at: float = 0.0) -> LiveEffect:
    return LiveEffect(key, "p", "e", "g", started_at, None, (), 3)


@given(st.lists(st.floats(0.001, 0.4), min_size=5, max_size=60), st.integers(1, 4))
def test_no_more_than_three_flashes_begin_in_a_second(steps: list[float], sources: int) -> None:
    guard = FlashGuard()
    begun = []
    for number, at in enumerate(np.cumsum(steps).tolist()):
        if guard.lets(number % sources, number, at):
            begun.append(at)
    assert all(later - first > 1.0 for first, later in zip(begun, begun[3:], strict=False))
    assert len(begun) >= min(3, len(steps))


def test_a_flash_dies_away_and_comes_as_often_as_the_pack_says() -> None:
    spec = FlashSpec(kind="flash", peak=0.8, ms=300, times=2, every_ms=500, after_ms=100)
    assert flash_at(spec, 0.05) == (-1, 0.0)
    assert flash_at(spec, 0.1) == (0, pytest.approx(0.8))
    assert flash_at(spec, 0.25)[1] < 0.4
    assert flash_at(spec, 0.45) == (-1, 0.0)
    assert flash_at(spec, 0.6) == (1, pytest.approx(0.8))
    assert flash_at(spec, 1.1) == (-1, 0.0)


def test_nothing_flashes_with_reduced_motion() -> None:
    lights, spec = Lights(), FlashSpec(kind="flash")
    bright, still = moment(0.01), moment(0.01, still=True)
    lights.draw_flash(bright, spec, shown())
    lights.draw_flash(still, spec, shown(2))
    assert bright.canvas.mean() > 180
    assert (still.canvas == 100).all()


def test_the_scene_gets_darker_by_as_much_as_the_pack_says() -> None:
    now, night = moment(2.0), DimSpec(kind="dim", colour="#000000", amount=0.6)
    Dark().draw(now, night, shown())
    assert now.canvas.mean() == pytest.approx(40, abs=1)


@pytest.mark.parametrize("colour", ["#000000", "#280a14"])
def test_the_dark_is_behind_the_person_and_as_dark_there_as_everywhere(colour: str) -> None:
    night = DimSpec(kind="dim", colour=colour, amount=0.6)
    whole, behind = moment(2.0), moment(2.0)
    share = np.zeros((90, 160), np.uint8)
    share[30:, 60:101] = 255
    share[30:, 101] = 128
    shade = Shade(lambda: Outline(share), lambda: Outline(share[::2, ::2]))
    Dark().draw(whole, night, shown())
    Dark().draw(replace(behind, person=shade), night, shown())
    assert (behind.canvas[share == 255] == 100).all()
    assert (behind.canvas[share == 0] == whole.canvas[share == 0]).all()
    between = (100 + whole.canvas[0, 0].astype(int)) / 2
    assert np.abs(behind.canvas[share == 128] - between).max() <= 1.5


@given(st.floats(0, 1), st.integers(0, 2**24 - 1))
def test_a_veil_goes_a_share_of_the_way(share: float, colour: int) -> None:
    canvas = np.full((4, 4, 3), 90, np.uint8)
    veil(canvas, f"#{colour:06x}", share)
    wanted = [90 + share * ((colour >> shift & 255) - 90) for shift in (0, 8, 16)]
    assert canvas[0, 0].tolist() == pytest.approx(wanted, abs=1.6)


def test_bolts_go_from_place_to_place_and_crawl_without_jumping() -> None:
    first = bolts_at(BOLTS, STRIKE, 5, 1.0, False, 3)
    assert first.trunks[:, 0].tolist() == [[100, 100]] * 3
    assert first.trunks[:, -1] == pytest.approx(np.array([[300.0, 100.0]] * 3))
    assert np.abs(first.trunks[..., 1] - 100).max() > 5, "they are no straight lines"
    moved = [
        np.abs(bolts_at(BOLTS, STRIKE, 5, 1.0 + step, False, 3).trunks - first.trunks).max()
        for step in (0.0, 0.002, 0.4)
    ]
    assert moved[0] == 0
    assert moved[1] < 0.1 * moved[2]


def test_still_bolts_and_beams_do_not_move() -> None:
    bolts = [bolts_at(BOLTS, STRIKE, 5, at, True, 2).branches for at in (0.3, 4.0)]
    assert np.array_equal(*bolts)
    beams = [beams_at(BEAMS, Area(0, 720, 1280, 720), 1, at, True, 6) for at in (0.3, 4.0)]
    assert beams[0] == beams[1]
    swept = beams_at(BEAMS, Area(0, 720, 1280, 720), 1, 4.0, False, 6)
    assert swept != beams[0]


def test_corner_beams_cross_the_picture_from_both_sides() -> None:
    spec = LasersSpec(kind="lasers", sweep_deg=0, fan_deg=0, direction_deg=45, enter_ms=0)
    beams = beams_at(spec, Area(0, 720, 1280, 720, corners=True), 1, 0.0, False, 2)
    assert [beam.x for beam in beams] == [0, 1280]
    assert [np.cos(beam.angle) > 0 for beam in beams] == [True, False]


@pytest.mark.parametrize("rows", [1, 22, 30, 45, 90])
@pytest.mark.parametrize("grey", [False, True])
def test_light_is_added_where_it_is_drawn_and_nowhere_else(rows: int, grey: bool) -> None:
    layer = LightLayer(rows, grey)
    canvas = np.full((90, 161, 3), 100, np.uint8)
    layer.begin(canvas)
    shade = (120, 120, 120) if grey else (0, 0, 120)
    layer.lines(np.array([[[40.0, 30.0], [80.0, 30.0]]]), shade, 4)
    layer.bring(canvas, colour=(0, 0, 1) if grey else (1, 1, 1))
    assert canvas[30, 60, 2] > 180
    assert canvas[30, 60, 0] == 100
    assert (canvas[60:] == 100).all()
    assert (canvas[:, 120:] == 100).all()
    after = canvas.copy()
    layer.begin(canvas)
    layer.bring(canvas)
    assert np.array_equal(canvas, after), "light is brought once"


@pytest.mark.parametrize("grey", [False, True])
@pytest.mark.parametrize("coarse", [1, 2, 3, 4])
def test_light_passes_behind_the_person_however_coarse_it_is(coarse: int, grey: bool) -> None:
    rows, columns = 60 * coarse + 1, 90 * coarse + 1
    share = np.zeros((rows, columns), np.uint8)
    share[rows // 3 : 2 * rows // 3, columns // 2 :] = 255
    shade = Shade(lambda: Outline(share), lambda: Outline(share[::2, ::2].copy()))
    canvas = np.zeros((rows, columns, 3), np.uint8)
    layer = LightLayer(60, grey)
    layer.begin(canvas)
    assert layer.coarse == coarse
    whole = np.array([[[0, 0], [columns, 0], [columns, rows], [0, rows]]], np.float64)
    layer.polygons(whole, [(200.0, 200.0, 200.0)])
    layer.bring(canvas, person=shade)
    lit = canvas[rows // 3 + 12 : 2 * rows // 3 - 12, :, 0]
    assert not lit[:, columns // 2 + 12 :].any()
    assert (lit[:, : columns // 2 - 12] == 200).all()


def test_the_same_light_looks_the_same_in_one_piece_and_in_bands() -> None:
    canvas = np.zeros((400, 600, 3), np.uint8)
    layer = LightLayer(200)
    layer.begin(canvas)
    layer.lines(np.array([[[20.0, 10.0], [580.0, 390.0]]]), (200, 150, 100), 12)
    whole = np.repeat(np.repeat(layer.plane, 2, axis=0), 2, axis=1).astype(int)
    layer.bring(canvas)
    difference = np.abs(canvas.astype(int) - whole)
    assert np.quantile(difference, 0.9) <= 1, "no seams between bands"
    assert difference.mean() < 2


def test_a_bloom_shines_all_around_dies_away_and_keeps_within_its_reach() -> None:
    canvas = np.zeros((240, 360, 3), np.uint8)
    layer = LightLayer(120)
    layer.begin(canvas)
    layer.polygons(np.array([[[170.0, 110], [190, 110], [190, 130], [170, 130]]]), [(250, 40, 0)])
    layer.bloom(8.0, 1.5)
    layer.bring(canvas)
    blue = canvas[..., 0].astype(int)
    across, along = blue[:, 180], blue[120]
    for side in (across[:120][::-1], across[120:], along[:180][::-1], along[180:]):
        assert side[25] > 8, "it shines beyond what was drawn"
        assert (np.diff(side[12:60]) <= 1).all(), "it gets fainter all the way"
        assert (side[60:] == 0).all()
    assert blue[120, 205] > 3 * canvas[120, 205, 1], "it has the colour of what shines"


def test_grey_light_glows_in_its_colour_and_is_white_where_it_is_hot() -> None:
    blue, green, red = hot("#7aa8ff")
    assert blue > green > red
    assert min(blue, green, red) == pytest.approx(0.9)
    assert max(hot("#ff0000")) < 3, "no colour is so pure that faint light is cut off"


@given(
    st.integers(1, 4),
    st.integers(1, 5),
    st.integers(2, 9),
    st.sampled_from((1, 3, 4)),
    st.integers(0, 99),
)
def test_rows_are_made_wider_evenly(
    times: int, rows: int, columns: int, channels: int, seed: int
) -> None:
    light = np.random.default_rng(seed).integers(0, 256, (rows, columns, channels), np.uint8)
    widener = Widener()
    widener.widen(light[:, :2], 4)
    wide = widener.widen(light, times)
    assert wide.shape == (rows, columns * times, channels)
    if times == 1:
        return
    before = np.concatenate([light[:, :1], light[:, :-1]], axis=1).astype(int)
    after = np.concatenate([light[:, 1:], light[:, -1:]], axis=1).astype(int)
    means = {"before": (before + light) // 2, "here": light, "after": (light + after) // 2}
    parts = {
        2: ("here", "after"),
        3: ("before", "here", "after"),
        4: ("before", "here", "here", "after"),
    }
    for number, part in enumerate(parts[times]):
        assert np.array_equal(wide[:, number::times], means[part]), part
