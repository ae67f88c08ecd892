from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from vcam.core.errors import WeightsError
from vcam.core.frame import Frame
from vcam.core.observation import Attention, Hand
from vcam.settings.schema import VisionSettings
from vcam.vision.observer import Networks, Observer
from vcam.vision.person import PersonReading, PersonSegmenter
from vcam.vision.person_watch import RETRY_S, PersonWatch, with_hands
from vcam.vision.steady import SteadyMask

IMAGE = np.zeros((480, 640, 3), np.uint8)


class FakeReader:
    def __init__(self) -> None:
        self.calls = 0

    def look(self, image: np.ndarray) -> PersonReading:
        self.calls += 1
        return reading(np.full((36, 64), 0.5))


def reading(mask: np.ndarray, seen: int = 100) -> PersonReading:
    return PersonReading(mask.astype(np.float32), np.full(mask.shape, seen, np.uint8))


def watch(reader: FakeReader) -> PersonWatch:
    made = PersonWatch(lambda: reader)
    made.wanted_hz = 10
    return made


class FakeNetwork:
    input_shape = (1, 144, 256, 3)

    def __init__(self) -> None:
        self.given: np.ndarray | None = None

    def run(self, x: np.ndarray) -> list[np.ndarray]:
        self.given = x
        return [x[..., :1][np.newaxis]]


@pytest.mark.parametrize("size", [(1280, 720), (640, 480), (720, 1280), (300, 300), (1, 1)])
def test_every_shape_fills_the_network_and_the_mask_is_of_the_whole_picture(
    size: tuple[int, int],
) -> None:
    network = FakeNetwork()
    image = np.zeros((size[1], size[0], 3), np.uint8)
    image[:, size[0] // 2 :, 2] = 255  # red, which is first in what networks see
    mask = PersonSegmenter(network).look(image).mask  # type: ignore[arg-type]
    assert network.given is not None
    assert network.given.shape == (144, 256, 3)
    assert mask.shape == (144, 256)
    assert mask[:, 140:].min() > 0.99
    if size[0] > 1:
        assert mask[:, :116].max() < 0.01


def test_nothing_is_loaded_before_it_is_wanted() -> None:
    loads = []
    person = PersonWatch(lambda: loads.append(1) or FakeReader())  # type: ignore[func-returns-value]
    assert not person.due(1.0)
    person.wanted_hz = 15
    assert person.due(1.0)
    assert not loads
    person.look(IMAGE, 1.0, ())
    assert loads == [1]
    assert person.mask is not None
    assert person.seen_at == 1.0
    person.wanted_hz = 0
    assert person.mask is None
    assert not person.due(9.0)


def test_missing_weights_are_told_and_tried_again_later() -> None:
    tries = []

    def load() -> FakeReader:
        tries.append(1)
        if len(tries) < 2:
            raise WeightsError("it is missing", "fetch it")
        return FakeReader()

    person = PersonWatch(load)
    person.wanted_hz = 10
    person.look(IMAGE, 0.0, ())
    assert person.mask is None
    assert "it is missing" in person.problem
    assert not person.due(RETRY_S - 1)
    assert person.due(RETRY_S + 1)
    person.look(IMAGE, RETRY_S + 1, ())
    assert person.mask is not None
    assert person.problem == ""


def hand(points: np.ndarray) -> Hand:
    flat = np.zeros(21, np.float32)
    return Hand(1, points, flat, np.zeros((21, 3), np.float32), "right", 0.9)


def test_hands_belong_to_the_person(fakes: SimpleNamespace) -> None:
    points = fakes.reading_at(320, 240).points
    mask = with_hands(np.zeros((144, 256), np.float32), [hand(points)], (640, 480))
    scale = np.array([256 / 640, 144 / 480])
    for x, y in np.floor(points * scale).astype(int):
        assert mask[y, x] > 0.5
    assert mask[:, :60].max() == 0
    assert mask[:20].max() == 0


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e9, -1e9])
def test_hands_that_are_nowhere_are_left_out(value: float) -> None:
    points = np.full((21, 2), value, np.float32)
    mask = with_hands(np.zeros((36, 64), np.float32), [hand(points)], (640, 480))
    assert mask.max() == 0


def test_flicker_of_a_still_picture_is_smoothed() -> None:
    rng = np.random.default_rng(0)
    steady, masks = SteadyMask(), []
    raw = [np.clip(0.5 + rng.normal(0, 0.1, (36, 64)), 0, 1) for _ in range(60)]
    for step, mask in enumerate(raw):
        masks.append(steady.update(reading(mask), step / 15))
    change = np.abs(np.diff(masks[20:], axis=0)).mean()
    assert change < 0.3 * np.abs(np.diff(raw[20:], axis=0)).mean()


def test_a_person_who_moves_takes_the_mask_along_at_once() -> None:
    steady = SteadyMask()
    before, after = np.zeros((36, 64)), np.ones((36, 64))
    for step in range(10):
        steady.update(reading(before, 100), step / 15)
    assert steady.update(reading(after, 160), 10 / 15).min() > 0.99


def test_a_person_of_the_walls_colour_takes_it_along_too() -> None:
    steady = SteadyMask()
    steady.update(reading(np.zeros((36, 64))), 0.0)
    assert steady.update(reading(np.ones((36, 64))), 1 / 15).min() > 0.99


def test_the_smoothing_is_the_same_at_every_rate() -> None:
    reached = []
    for rate_hz in (5, 15, 30):
        steady = SteadyMask()
        steady.update(reading(np.zeros((36, 64))), 0.0)
        for step in range(1, round(0.4 * rate_hz) + 1):
            mask = steady.update(reading(np.full((36, 64), 0.1)), step / rate_hz)
        reached.append(float(mask.mean()))
    assert max(reached) - min(reached) < 0.005


def test_a_gap_makes_it_start_afresh() -> None:
    steady = SteadyMask()
    steady.update(reading(np.zeros((36, 64))), 0.0)
    assert steady.update(reading(np.full((36, 64), 0.1)), 5.0).min() == pytest.approx(0.1)


@pytest.fixture
def observer(fakes: SimpleNamespace) -> tuple[Observer, FakeReader, SimpleNamespace]:
    networks = Networks(fakes.Palms(), fakes.Reader(), fakes.Faces(), fakes.Meshes())
    reader = FakeReader()
    rates = VisionSettings(hand_rate_hz=6, search_rate_hz=3, face_rate_hz=6, zoom_rate_hz=0)
    return Observer(rates, networks, PersonWatch(lambda: reader)), reader, networks


def play(observer: Observer, seconds: float, start: float = 0.0) -> list:
    seen = []
    for step in range(round(30 * seconds)):
        at = start + step / 30
        if observer.due(at):
            image = np.full((480, 640, 3), step % 7 * 30, np.uint8)
            seen.append(observer.observe(Frame(image, at, step)))
    return seen


def test_no_mask_is_made_unless_wanted(observer: tuple) -> None:
    eyes, reader, _ = observer
    assert all(each.mask is None for each in play(eyes, 2))
    assert reader.calls == 0


def test_masks_come_at_their_own_rate_and_hands_are_looked_at_no_more_often(
    observer: tuple,
) -> None:
    eyes, reader, networks = observer
    networks.palms.palms = []
    play(eyes, 4)
    before = networks.palms.calls
    eyes.wants_mask_hz = 15
    seen = play(eyes, 4, 4.0)
    assert reader.calls == pytest.approx(60, abs=4)
    assert networks.palms.calls - before <= before + 1
    assert len(seen) >= reader.calls


def test_a_look_for_the_mask_alone_leaves_the_rest_as_old_as_it_is(observer: tuple) -> None:
    eyes, _, _ = observer
    eyes.wants_mask_hz = 15
    seen = play(eyes, 3)
    alone = [(a, b) for a, b in pairwise(seen) if a.at == b.at]
    assert alone
    for before, after in alone:
        assert after.mask_at > before.mask_at
        assert after.frame_index == before.frame_index
        assert after.hands is before.hands
    assert all(after.at > before.at or (before, after) in alone for before, after in pairwise(seen))


def test_for_the_person_only_hands_and_faces_are_not_looked_at(observer: tuple) -> None:
    eyes, reader, networks = observer
    eyes.wants_mask_hz = 15
    eyes.attention = Attention.PERSON_ONLY
    seen = play(eyes, 2)
    assert networks.palms.calls == networks.meshes.calls == 0
    assert reader.calls == pytest.approx(30, abs=2)
    assert all(each.mask is not None for each in seen)


def test_while_a_gesture_starts_masks_come_half_as_often(observer: tuple) -> None:
    eyes, reader, _ = observer
    eyes.wants_mask_hz = 15
    play(eyes, 1)
    eyes.attention = Attention.STARTING
    before = reader.calls
    play(eyes, 2, 1.0)
    assert reader.calls - before == pytest.approx(15, abs=3)


def test_a_new_source_has_no_mask_of_the_old_one(observer: tuple) -> None:
    eyes, _, _ = observer
    eyes.wants_mask_hz = 2
    assert play(eyes, 1)[-1].mask is not None
    eyes.reset()
    eyes.wants_mask_hz = 0
    assert eyes.observe(Frame(IMAGE, 1.05, 99)).mask is None
