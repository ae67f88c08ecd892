from __future__ import annotations

import dataclasses
import itertools
import os
import threading
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.control.commands import TakeSelfie, TakeSnapshot
from vcam.core.errors import VcamError
from vcam.core.events import LiveEffect
from vcam.core.frame import Frame
from vcam.daemon import selfie_run
from vcam.daemon.selfie_files import Developer
from vcam.effects import compositor
from vcam.pipeline import SourcePhase
from vcam.pipeline.mode import Mode
from vcam.pipeline.shooting import Shot
from vcam.settings.schema import EffectSettings

from .fake_pipeline import start_of

PATIENCE_S = 60
CAMERA, OUTPUT = (320, 240), (160, 90)


def picture(size, value):
    image = np.full((size[1], size[0], 3), value, np.uint8)
    image[: size[1] // 2] //= 2
    return image


def shade(number):
    return (40 + 7 * number) % 250


class Studio:
    """A desk whose pictures go to a folder of the test."""

    def __init__(self, make_desk, tmp_path, text="") -> None:
        self.folder = tmp_path / "pictures"
        self.desk = make_desk(
            f"{text}\noutputs: {{snapshot: {{folder: {self.folder.as_posix()}}}}}"
        )
        self.daemon = self.desk.daemon
        self.shown = 0

    def order(self, **options):
        return self.daemon.run(TakeSelfie(**options))

    def show(self, count=1, apart_s=0.1, size=CAMERA, live=()):
        """So many pictures pass by; True if the plan took the last one."""
        taken = False
        # One that fails at once takes its plan back while pictures still pass by.
        plan = self.desk.pipeline.plan
        for _ in range(count):
            self.shown += 1
            now = self.desk.clock.now()
            frame = Frame(picture(size, shade(self.shown)), now, self.shown)
            shot = Shot(self.shown, frame, picture(OUTPUT, 200), live, None, now)
            taken = plan.take(shot)
            self.desk.clock.advance(apart_s)
        return taken

    def finish(self):
        """The plan is done; waits until all is saved."""
        plan = self.desk.pipeline.plan
        if plan is not None:
            plan.end()
        assert self.daemon._selfies.join(PATIENCE_S)

    @property
    def state(self):
        return self.daemon.state().selfie

    @property
    def pictures(self):
        return self.daemon.state().pictures

    @property
    def names(self):
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


@pytest.fixture
def make_studio(make_desk, tmp_path):
    studios = []

    def make(text=""):
        studios.append(Studio(make_desk, tmp_path, text))
        return studios[-1]

    yield make
    for studio in studios:
        studio.daemon.close()
        assert studio.daemon._selfies.join(PATIENCE_S)


@pytest.fixture
def studio(make_studio):
    return make_studio()


def test_still_is_saved_with_and_without_effects(studio):
    outcome = studio.order()
    assert outcome.message == "Selfie in 3 s"
    assert outcome.data == {"take": "still", "countdown_s": 3}
    assert studio.desk.pipeline.plan.countdown_s == 3
    assert studio.state.phase == "counting"
    assert studio.state.left_s == pytest.approx(3)
    studio.desk.clock.advance(3)
    studio.show()
    studio.finish()
    assert studio.state is None
    clean, decorated = studio.pictures
    assert (decorated.decorated, clean.decorated) == (True, False)
    assert {each.kind for each in studio.pictures} == {"still"}
    assert {each.media_type for each in studio.pictures} == {"image/png"}
    assert clean.name.endswith("-selfie-clean.png")
    assert decorated.name.endswith("-selfie.png")
    assert studio.names == sorted([clean.name, decorated.name])
    image = cv2.imread(str(studio.daemon.snapshot(clean.name)))
    assert np.array_equal(image, picture(CAMERA, shade(1)))
    assert studio.desk.pipeline.plan is None, "the camera may sleep again"


def test_command_says_what_settings_do_not(make_studio):
    studio = make_studio("selfie: {take: clip, looks: both, countdown_s: 9}")
    studio.order(take="still", looks="clean", countdown_s=0)
    assert studio.desk.pipeline.plan.countdown_s == 0
    studio.show()
    studio.finish()
    assert [each.decorated for each in studio.pictures] == [False]


def test_burst_saves_each_as_it_comes(make_studio):
    studio = make_studio("selfie: {burst_count: 3, interval_ms: 500}")
    studio.order(take="burst", looks="clean")
    plan = studio.desk.pipeline.plan
    assert (plan.count, plan.interval_s) == (3, 0.5)
    studio.show(3, apart_s=0.5)
    studio.finish()
    assert [each.kind for each in studio.pictures] == ["burst"] * 3
    assert [name.rsplit("-", 2)[1] for name in studio.names] == ["1", "2", "3"]


def test_strip_is_one_picture_of_four(studio):
    studio.order(take="strip", looks="both")
    assert studio.desk.pipeline.plan.count == 4
    studio.show(4)
    studio.finish()
    assert [each.kind for each in studio.pictures] == ["strip", "strip"]
    image = cv2.imread(str(studio.daemon.snapshot(studio.pictures[0].name)))
    assert image.shape[0] > 4 * 240


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [("gif", "image/gif"), ("webp", "image/webp"), ("mp4", "video/mp4")],
)
def test_clips(make_studio, ending, media_type):
    studio = make_studio(f"selfie: {{clip_format: {ending}, clip_s: 2}}")
    studio.folder.mkdir()
    killed = studio.folder / ".vcam-2001-01-31-235959-three-clip.part.mp4"
    killed.write_bytes(b"half")
    os.utime(killed, (0, 0))
    studio.order(take="clip", looks="both")
    plan = studio.desk.pipeline.plan
    assert (plan.count, plan.span_s, plan.flash) == (0, 2, False)
    for _ in range(20):
        studio.show()
        assert waits(studio) is not None
    studio.finish()
    assert [each.media_type for each in studio.pictures] == [media_type] * 2
    assert len(studio.names) == 2, "nothing half done is left"
    path = studio.daemon.snapshot(studio.pictures[0].name)
    if ending == "mp4":
        assert b"vcam, selfie" in path.read_bytes()
        film = cv2.VideoCapture(str(path))
        assert film.get(cv2.CAP_PROP_FRAME_COUNT) / 30 == pytest.approx(2, abs=0.2)
        film.release()
    else:
        with Pillow.open(path) as moving:
            assert moving.n_frames > 10


def waits(studio):
    """Waits until all frames of a clip that were handed over are taken up; None if they never are.

    A clip leaves out what does not fit, which is not what these tests are about.
    """
    run = studio.daemon._selfies._run
    for _ in range(PATIENCE_S * 100):
        if not run._waiting:
            return run
        threading.Event().wait(0.01)
    return None


def test_gesture_starts_one_and_gives_its_name(make_studio):
    studio = make_studio("selfie: {gesture: three, looks: decorated}")
    studio.daemon.note_event(start_of("v_sign"))
    assert studio.state is None
    studio.daemon.note_event(start_of("three"))
    assert (studio.state.phase, studio.state.gesture) == ("counting", "three")
    studio.show()
    studio.finish()
    (saved,) = studio.pictures
    assert saved.gesture == "three"
    assert saved.name.endswith("-three.png")
    with Pillow.open(studio.daemon.snapshot(saved.name)) as image:
        assert image.info["Title"] == "pose: three"


def test_gesture_that_is_shown_again_gives_nothing_up(make_studio):
    studio = make_studio("selfie: {gesture: three}")
    studio.daemon.note_event(start_of("three"))
    studio.daemon.note_event(start_of("three"))
    assert studio.state.phase == "counting"


def test_gesture_is_watched_for_without_any_pack(make_desk):
    desk = make_desk("reactions: {packs: []}\nselfie: {gesture: three}")
    assert [g.name for g in desk.daemon.state().gestures if g.answered] == ["three"]


@pytest.mark.parametrize("text", ["profile", "reactions"])
def test_no_gesture_starts_one_while_nothing_is_answered(make_studio, text):
    settings = "selfie: {gesture: three}"
    if text == "reactions":
        settings += "\nreactions: {enabled: false}"
    studio = make_studio(settings)
    if text == "profile":
        studio.daemon._governor.choose("work")
    studio.daemon.note_event(start_of("three"))
    assert studio.state is None
    assert not any(g.answered for g in studio.daemon.state().gestures)
    assert studio.order(countdown_s=0).message == "Selfie", "a command still does"


def test_gesture_that_does_not_exist_is_told(make_desk):
    desk = make_desk("selfie: {gesture: thre}")
    (notice,) = desk.daemon.state().notices
    assert "selfie.gesture" in notice
    assert "three" in notice


def test_second_command_gives_it_up(studio):
    studio.order()
    assert studio.order().message == "The selfie is cancelled"
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert studio.desk.pipeline.plan is None
    assert studio.names == []
    assert studio.daemon.state().notices == ()


def test_cancel_begins_none(studio):
    with pytest.raises(VcamError, match="No selfie goes on"):
        studio.order(cancel=True)
    studio.order()
    studio.order(cancel=True)
    assert studio.daemon._selfies.join(PATIENCE_S)


def test_given_up_clip_leaves_nothing(make_studio):
    studio = make_studio("selfie: {clip_format: mp4}")
    studio.order(take="clip")
    studio.show(5)
    assert waits(studio) is not None
    studio.order(cancel=True)
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert studio.names == []


@pytest.mark.parametrize("mode", [Mode.PAUSED, Mode.FROZEN])
def test_no_selfie_without_a_live_picture(studio, mode):
    studio.desk.pipeline.mode = mode
    with pytest.raises(VcamError, match="resume first"):
        studio.order()


def test_no_selfie_without_a_camera(studio):
    pipeline = studio.desk.pipeline
    pipeline.source = dataclasses.replace(
        pipeline.source, phase=SourcePhase.LOST, message="unplugged"
    )
    with pytest.raises(VcamError, match="unplugged"):
        studio.order()


def test_pause_in_the_countdown_gives_it_up(studio):
    studio.order()
    studio.desk.pipeline.mode = Mode.PAUSED
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert "paused" in studio.daemon.state().notices[0]


def test_camera_that_gives_no_picture_is_told(studio):
    studio.order(countdown_s=1)
    studio.desk.clock.advance(1 + selfie_run.PATIENCE_S + 1)
    assert studio.daemon._selfies.join(PATIENCE_S)
    assert "no picture came" in studio.daemon.state().notices[0]
    studio.desk.pipeline.mode = Mode.LIVE
    studio.order(countdown_s=0)
    assert studio.daemon.state().notices == (), "the next one takes the notice away"


def full(self: Path, data: bytes) -> int:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("take", ["still", "burst", "strip", "clip"])
def test_full_disk_is_told_in_a_line(studio, monkeypatch, take):
    monkeypatch.setattr(Path, "write_bytes", full)
    studio.order(take=take, countdown_s=0)
    studio.show(4)
    studio.finish()
    (notice,) = studio.daemon.state().notices
    assert "No space left" in notice
    assert "free some space" in notice
    assert len(notice.splitlines()) == 1
    assert studio.names == []
    assert studio.pictures == ()


def test_folder_that_cannot_be_made_is_told(studio):
    studio.folder.write_text("in the way")
    studio.order(countdown_s=0)
    studio.show()
    studio.finish()
    assert "cannot be written" in studio.daemon.state().notices[0]


def test_waiting_pictures_are_bounded(studio, monkeypatch):
    each = picture(CAMERA, 1).nbytes + picture(OUTPUT, 1).nbytes
    monkeypatch.setattr(selfie_run, "WAITING_BYTES", 3 * each)
    go_on = threading.Event()
    monkeypatch.setattr(
        "vcam.daemon.selfie_files.SelfieFiles.add", lambda *told: go_on.wait(PATIENCE_S)
    )
    studio.order(take="burst", countdown_s=0)
    assert studio.show()
    assert waits(studio) is not None
    assert [studio.show() for _ in range(5)] == [True, True, True, False, False]
    go_on.set()
    assert waits(studio) is not None
    assert studio.show(), "there is room again"
    studio.finish()


def test_ten_in_a_row_all_come(studio):
    for _ in range(10):
        studio.order(countdown_s=0)
        studio.show()
        studio.finish()
    assert len(studio.names) == 20
    assert len(studio.pictures) == 20
    assert len({each.name for each in studio.pictures}) == 20


def test_newest_twenty_are_told_snapshots_among_them(studio):
    for _ in range(21):
        studio.daemon.run(TakeSnapshot())
    assert len(studio.pictures) == 20
    assert {each.kind for each in studio.pictures} == {"snapshot"}
    assert len(studio.names) == 21
    before = studio.daemon.state().version
    studio.daemon.run(TakeSnapshot())
    assert studio.daemon.state().version > before


def test_reduced_motion_takes_flash_and_swelling_away(make_studio):
    studio = make_studio("effects: {reduced_motion: true}")
    studio.order()
    assert not studio.desk.pipeline.plan.flash
    assert studio.desk.pipeline.plan.still


def live(pack, effect):
    return (LiveEffect(1, pack, effect, "v_sign", 0.0, None, (), 7),)


def shot(size, effects=(), at=1.0):
    frame = Frame(picture(size, 90), at, 1)
    return Shot(1, frame, picture(OUTPUT, 200), effects, None, at)


def screen_effect(packs):
    for pack in packs:
        for name, effect in pack.effects.items():
            if getattr(effect.spec, "anchor", "") == "screen" and effect.sprites:
                return pack.name, name
    raise AssertionError("no shipped pack draws on the screen")


def test_effects_are_drawn_in_the_cameras_size(make_desk):
    packs = make_desk("reactions: {packs: [reactions]}").pipeline.packs
    developer = Developer(packs, EffectSettings())
    plain = shot((640, 480))
    assert np.array_equal(developer.decorated(plain), plain.frame.image), "nothing to draw"
    with_effect = shot((640, 480), live(*screen_effect(packs)))
    drawn = developer.decorated(with_effect)
    developer.close()
    assert drawn.shape == (480, 640, 3)
    assert (drawn != plain.frame.image).any()
    assert np.array_equal(with_effect.frame.image, plain.frame.image), "the frame is not ours"


def test_however_slow_the_machine_a_selfie_has_all_its_pieces(make_desk, monkeypatch):
    packs = make_desk("reactions: {packs: [party]}").pipeline.packs
    drawn = []
    for slow in (False, True):
        if slow:
            late_s = itertools.count(step=0.5)
            clock = SimpleNamespace(perf_counter=partial(next, late_s))
            monkeypatch.setattr(compositor, "time", clock)
        developer = Developer(packs, EffectSettings())
        for number in range(30):
            last = developer.decorated(shot((320, 240), live("party", "confetti"), 1 + number / 30))
        developer.close()
        drawn.append(last)
    assert np.array_equal(*drawn)


def test_same_size_is_what_others_saw():
    same = shot(OUTPUT)
    assert Developer((), EffectSettings()).decorated(same) is same.decorated
