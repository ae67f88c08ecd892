from __future__ import annotations

import numpy as np
import pytest

from vcam.core.events import ReactionRule
from vcam.core.frame import Frame
from vcam.core.observation import Hand, Observation
from vcam.pipeline.looking import Scene
from vcam.pipeline.painting import PicturePainter
from vcam.pipeline.stats import SourcePhase, SourceState
from vcam.reactions.stage import Stage
from vcam.settings.schema import OutputSettings
from vcam.testing import plain_image
from vcam.triggers.engine import Candidate

SIZE = OutputSettings(width=640, height=360)


class WhiteCorner:
    """Draws a white corner; keeps what it was told."""

    def __init__(self, error: Exception | None = None, background: bool = False) -> None:
        self.calls = []
        self._error = error
        self._background = background
        self.background_problem = ""

    def wants(self, live) -> bool:
        return bool(live) or self._background

    def mask_hz(self, live) -> float:
        return 15.0 if self._background else 0.0

    def draw(self, canvas, live, observation, at, place, frame_at) -> None:
        if self._error:
            raise self._error
        self.calls.append((len(live), place, at, frame_at))
        canvas[:10, :10] = 255


def scene(at: float, hold: bool) -> Scene:
    points = np.full((21, 2), 200, np.float32)
    points[0] = (150, 250)
    zeros = np.zeros((21, 3), np.float32)
    hand = Hand(4, points, zeros[:, 0], zeros, "right", 1.0)
    holds = (Candidate("v_sign", (4,), 0.5),) if hold else ()
    return Scene(Observation(0, at, (640, 360), (hand,)), holds)


def make(ring="preview", live=False, seen: Scene | None = None, drawer=None, **told):
    stage = Stage([ReactionRule("v_sign", "p", "e", "hold", 0, 0, 100)])
    if live:
        stage.play("p", "e", 0.0)
    drawer = drawer or WhiteCorner()
    return PicturePainter(SIZE, ring, stage, drawer, lambda: seen, **told), drawer


def frame(width=640, height=360) -> Frame:
    return Frame(plain_image(width, height), 1.0, 0)


def test_picture_without_effects_passes_through_uncopied():
    painter, drawer = make()
    source = frame()
    picture, preview = painter.paint(source, 1.0)
    assert picture is source.image
    assert preview is source.image
    assert drawer.calls == []


def test_effects_are_drawn_on_a_copy():
    painter, drawer = make(live=True)
    source = frame()
    picture, preview = painter.paint(source, 1.01)
    assert picture[0, 0, 0] == 255
    assert preview is picture
    assert source.image.max() == 90
    assert drawer.calls[0][2:] == (1.01, 1.0)


def test_other_size_is_fitted_and_the_placement_told():
    painter, drawer = make(live=True)
    picture, _ = painter.paint(frame(320, 240), 1.0)
    assert picture.shape == (360, 640, 3)
    _, place, _, _ = drawer.calls[0]
    assert place.scale == pytest.approx(2.0)
    assert (place.left, place.top) == pytest.approx((0, -60))


@pytest.mark.parametrize(
    ("ring", "in_picture", "in_preview"),
    [("preview", False, True), ("picture", True, True), ("off", False, False)],
)
@pytest.mark.parametrize("live", [False, True])
def test_ring_is_where_the_settings_say(ring, in_picture, in_preview, live):
    painter, _ = make(ring, live=live, seen=scene(1.0, hold=True))
    without, _ = make(ring, live=live, seen=scene(1.0, hold=False))
    plain, _ = without.paint(frame(), 1.0)
    picture, preview = painter.paint(frame(), 1.0)
    assert np.array_equal(picture, plain) is not in_picture
    assert np.array_equal(preview, plain) is not in_preview


def test_ring_that_vision_no_longer_renews_is_gone():
    painter, _ = make("picture", seen=scene(1.0, hold=True))
    picture, _ = painter.paint(frame(), 1.5)
    assert np.array_equal(picture, frame().image)


def test_drawing_that_fails_leaves_the_picture_and_is_told_once(caplog):
    painter, _ = make(live=True, drawer=WhiteCorner(ValueError("bad sticker")))
    for _ in range(3):
        picture, _ = painter.paint(frame(), 1.0)
    assert np.array_equal(picture, frame().image)
    assert len(caplog.records) == 1


@pytest.mark.parametrize("phase", list(SourcePhase))
def test_placeholder_has_the_size_of_the_output_and_says_something(phase):
    painter, _ = make()
    card = painter.placeholder(SourceState(phase, "USB camera", "busy: close the other program"))
    assert card.shape == (360, 640, 3)
    assert card.std() > 5


def test_cards_of_different_causes_differ():
    painter, _ = make()
    cards = [painter.placeholder(SourceState(phase, "camera", "gone")) for phase in SourcePhase]
    cards += [painter.asleep(), painter.pause()]
    assert len({card.tobytes() for card in cards}) >= 6
    assert {card.shape for card in cards} == {(360, 640, 3)}


def test_other_settings_hold_from_the_next_picture_on():
    painter, _ = make("off", seen=scene(1.0, hold=True))
    before, _ = painter.paint(frame(320, 360), 1.0)
    painter.apply(OutputSettings(width=320, height=180, fit="letterbox"), "picture")
    after, _ = painter.paint(frame(320, 360), 1.0)
    assert after.shape == (180, 320, 3)
    assert not after[:90, :40].any(), "bars"
    assert painter.asleep().shape == painter.pause().shape == (180, 320, 3)
    assert painter.refit(before).shape == (180, 320, 3)
    painter.apply(SIZE, "picture")
    ringed, _ = painter.paint(frame(), 1.0)
    assert not np.array_equal(ringed, frame().image)


def test_effects_that_come_and_go_are_told():
    told = []
    stage = Stage()
    painter = PicturePainter(
        SIZE, "off", stage, WhiteCorner(), lambda: None, lambda: told.append(1)
    )
    painter.paint(frame(), 1.0)
    assert told == []
    stage.play("p", "e", 1.0, min_ms=500)
    for now in (1.1, 1.2, 1.3):
        painter.paint(frame(), now)
    assert told == [1]
    for now in (3.0, 3.1):
        painter.paint(frame(), now)
    assert told == [1, 1]


def test_a_background_is_drawn_without_effects_and_asks_for_the_mask():
    asked = []
    drawer = WhiteCorner(background=True)
    painter = PicturePainter(
        SIZE, "off", Stage(), drawer, lambda: scene(1.0, False), want_mask=asked.append
    )
    source = frame()
    picture, preview = painter.paint(source, 1.0)
    assert picture is preview is not source.image
    assert picture[0, 0].tolist() == [255, 255, 255]
    assert asked == [15.0]


def test_each_effect_that_comes_in_is_told_of_once():
    came = []
    stage = Stage([ReactionRule("v_sign", "p", "e", "hold", 0, 0, 100)])
    painter = PicturePainter(SIZE, "off", stage, WhiteCorner(), lambda: None, on_effect=came.append)
    painter.paint(frame(), 0.0)
    stage.play("p", "e", 0.0)
    for at in (0.1, 0.2, 0.3):
        painter.paint(frame(), at)
    stage.play("p", "f", 0.4)
    painter.paint(frame(), 0.5)
    assert [effect.effect for effect in came] == ["e", "f"]


def test_a_room_that_is_to_be_hidden_is_not_shown_when_drawing_fails():
    room = Frame(np.full((360, 640, 3), 77, np.uint8), 0.5, 1)
    faulty = WhiteCorner(ValueError("broken"), background=True)
    painter, _ = make(drawer=faulty)
    for picture in painter.paint(room, 0.5):
        assert not (picture == 77).all(axis=2).any()


def test_a_background_that_cannot_be_had_is_told_once():
    changes = []
    drawer = WhiteCorner(background=True)
    painter, _ = make(drawer=drawer, on_change=lambda: changes.append(1))
    painter.paint(frame(), 0.5)
    assert not changes
    drawer.background_problem = "no such file"
    painter.paint(frame(), 0.6)
    painter.paint(frame(), 0.7)
    assert len(changes) == 1
