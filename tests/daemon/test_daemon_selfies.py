from __future__ import annotations

import itertools
import os
from functools import partial
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from vcam.daemon.selfie_files import Developer
from vcam.effects import compositor
from vcam.settings.schema import EffectSettings

from .fake_pipeline import start_of
from .studio import CAMERA, OUTPUT, live, picture, shade, shot, waits


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


def test_reduced_motion_takes_flash_and_swelling_away(make_studio):
    studio = make_studio("effects: {reduced_motion: true}")
    studio.order()
    assert not studio.desk.pipeline.plan.flash
    assert studio.desk.pipeline.plan.still


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
