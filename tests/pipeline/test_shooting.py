from __future__ import annotations

import threading

import numpy as np
import pytest

from vcam.core.contracts import VideoFormat
from vcam.core.events import ReactionRule
from vcam.core.frame import Frame
from vcam.effects.countdown import FLASH_S
from vcam.pipeline.output_thread import OutputLoop
from vcam.pipeline.painting import PicturePainter
from vcam.pipeline.shooting import Shooter, ShotPlan
from vcam.pipeline.stats import Counters, SourcePhase, SourceState
from vcam.reactions.stage import Stage
from vcam.settings.schema import OutputSettings
from vcam.testing import FakeClock, NothingToDraw, plain_image

from .output_world import FakeDirector, FakeGroup, ScriptedSlot

BEAT_S = 1 / 30


class Tray:
    """Takes shots; refuses while it is full."""

    def __init__(self) -> None:
        self.shots = []
        self.is_full = False
        self.ended = 0

    def take(self, shot) -> bool:
        if not self.is_full:
            self.shots.append(shot)
        return not self.is_full

    def end(self) -> None:
        self.ended += 1

    @property
    def times(self):
        return [round(shot.at, 2) for shot in self.shots]


@pytest.fixture
def tray():
    return Tray()


def plan(tray, **options) -> ShotPlan:
    return ShotPlan(take=tray.take, end=tray.end, **options)


def run(shooter, until_s, since_s=0.0, index=0, repeat=1):
    """Shows frames at 30 a second; each comes `repeat` times."""
    image = plain_image()
    for beat in range(round((until_s - since_s) / BEAT_S)):
        now = since_s + beat * BEAT_S
        shooter.see(Frame(image, now, index + beat // repeat), image, (), None, now)


def test_one_picture_after_the_countdown(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, countdown_s=1.0), 0.0)
    run(shooter, 0.95)
    assert tray.shots == []
    run(shooter, 3.0, since_s=0.96, index=100)
    assert len(tray.shots) == 1
    assert 1.0 <= tray.shots[0].at < 1.0 + 2 * BEAT_S
    assert tray.ended == 1


def test_pictures_in_a_row_keep_their_distance(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, count=4, interval_s=0.5), 0.0)
    run(shooter, 4.0)
    assert [shot.number for shot in tray.shots] == [1, 2, 3, 4]
    assert np.diff(tray.times).min() >= 0.5 - 1e-6
    assert np.diff(tray.times).max() < 0.6
    assert tray.ended == 1


def test_no_frame_is_taken_twice(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, count=3), 0.0)
    run(shooter, 1.0, repeat=10)
    assert [shot.frame.index for shot in tray.shots] == [0, 1, 2]


def test_clip_takes_every_new_frame_and_ends(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, count=0, span_s=1.0, countdown_s=0.5), 0.0)
    run(shooter, 3.0)
    assert len(tray.shots) == pytest.approx(30, abs=1)
    assert tray.ended == 1


def test_full_tray_gets_the_next_picture_instead(tray):
    shooter = Shooter()
    shooter.begin(plan(tray), 0.0)
    tray.is_full = True
    run(shooter, 0.5)
    assert not tray.shots
    assert not tray.ended
    tray.is_full = False
    run(shooter, 0.6, since_s=0.5, index=100)
    assert len(tray.shots) == 1


def test_given_up_nothing_is_taken(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, countdown_s=1.0), 0.0)
    run(shooter, 0.5)
    assert shooter.shows(0.5) == "preview"
    shooter.begin(None, 0.5)
    run(shooter, 2.0, since_s=0.5)
    assert not tray.shots
    assert shooter.shows(0.5) is None


def flashes(shooter, at, least=100) -> bool:
    canvas = plain_image(64, 36, 60)
    shooter.draw(canvas, at)
    return bool(np.median(canvas) > least)


def test_flash_comes_once_and_goes(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, count=3, interval_s=0.6), 0.0)
    run(shooter, 0.03)
    assert flashes(shooter, 0.0)
    assert not flashes(shooter, FLASH_S)
    run(shooter, 2.0, since_s=0.5, index=100)
    assert len(tray.shots) == 3
    assert not flashes(shooter, tray.shots[1].at)


def test_ten_selfies_a_second_flash_no_more_than_once_a_second(tray):
    shooter = Shooter()
    lit = []
    for number in range(20):
        shooter.begin(plan(tray), number / 10)
        run(shooter, number / 10 + 0.09, since_s=number / 10, index=100 * number)
        if flashes(shooter, number / 10, least=200):
            lit.append(number / 10)
    assert len(tray.shots) == 20
    assert lit == [0.0, 1.0]


def test_no_flash_where_none_is_wanted(tray):
    shooter = Shooter()
    shooter.begin(plan(tray, flash=False), 0.0)
    run(shooter, 0.03)
    assert shooter.shows(0.0) is None


class WhiteCorner(NothingToDraw):
    def wants(self, live):
        return bool(live)

    def draw(self, canvas, live, observation, at, place, frame_at) -> None:
        canvas[:10, :10] = 255


def painter(*, live=False) -> PicturePainter:
    stage = Stage([ReactionRule("v_sign", "p", "e", "hold", 0, 0, 100)])
    if live:
        stage.play("p", "e", 0.0)
    outputs = OutputSettings(width=640, height=360)
    return PicturePainter(outputs, "preview", stage, WhiteCorner(), lambda: None)


@pytest.mark.parametrize("shown_in", ["picture", "preview"])
@pytest.mark.parametrize("live", [False, True])
def test_countdown_is_where_the_settings_say(tray, shown_in, live):
    paints = painter(live=live)
    paints.shooter.begin(plan(tray, countdown_s=3.0, shown_in=shown_in), 1.0)
    without, _ = painter(live=live).paint(Frame(plain_image(640, 360), 1.5, 1), 1.5)
    picture, preview = paints.paint(Frame(plain_image(640, 360), 1.5, 1), 1.5)
    assert not np.array_equal(preview, without)
    assert np.array_equal(picture, without) is (shown_in == "preview")


@pytest.mark.parametrize("live", [False, True])
def test_picture_that_was_taken_has_effects_and_nothing_else(tray, live):
    paints = painter(live=live)
    paints.shooter.begin(plan(tray, count=2, interval_s=5.0, shown_in="picture"), 1.0)
    source = plain_image(1280, 720)
    picture, preview = paints.paint(Frame(source, 1.5, 1), 1.5)
    assert picture.max() > 150, "the flash"
    assert preview is picture
    (shot,) = tray.shots
    assert shot.frame.image is source
    expected = plain_image(640, 360)
    if live:
        expected[:10, :10] = 255
    assert np.array_equal(shot.decorated, expected)
    assert len(shot.live) == live
    kept = shot.decorated.copy()
    for beat in range(20):
        paints.paint(Frame(plain_image(1280, 720, 7), 1.6, 2 + beat), 1.6 + beat * BEAT_S)
    assert np.array_equal(shot.decorated, kept), "its memory was used again"


def sent_while(selfies: int):
    """Ten seconds of a 30 Hz camera with so many selfies in a row; what the outputs got."""
    clock, stop = FakeClock(100.0), threading.Event()
    groups = [FakeGroup(clock, stop, 300) for _ in range(2)]
    slot = ScriptedSlot(clock, [n / 30 for n in range(400)], 100.0)
    source = SourceState(SourcePhase.LIVE, "fake", video_format=VideoFormat(64, 48, 30))
    outputs = OutputSettings(width=640, height=360, fps=30)
    paints = PicturePainter(
        outputs, "preview", Stage([]), WhiteCorner(), lambda: None, lambda: None
    )
    counters = Counters(clock.now())
    loop = OutputLoop(
        slot,
        lambda: source,
        paints,
        *groups,
        VideoFormat(640, 360, 30),
        FakeDirector(),
        clock,
        stop,
        counters,
    )
    # Nobody ever takes the pictures up: saving hangs.
    tray = Tray()
    begun = []

    def begin(now):
        begun.append(now)
        paints.shooter.begin(
            ShotPlan(tray.take, countdown_s=0.5, shown_in="picture", end=next_one), now
        )

    def next_one():
        if len(begun) < selfies:
            loop.mailbox.post(lambda: begin(clock.now()))

    if selfies:
        loop.mailbox.post(lambda: begin(clock.now()))
    loop.run()
    return groups, counters, tray


def test_ten_selfies_in_a_row_cost_no_output_frame():
    plain, without, _ = sent_while(0)
    groups, counters, tray = sent_while(10)
    assert len(tray.shots) == 10
    assert counters.frames == without.frames == 300
    assert counters.late_frames == without.late_frames == 0
    assert counters.repeated == without.repeated
    for group, other in zip(groups, plain, strict=True):
        assert [at for at, _ in group.sent] == [at for at, _ in other.sent]
