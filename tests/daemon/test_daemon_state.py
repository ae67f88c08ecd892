from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from vcam.core.contracts import Audience, Reader
from vcam.core.events import LiveEffect
from vcam.core.geometry import Box, Placement
from vcam.core.observation import Face, Hand, Observation
from vcam.daemon.figures import FigureMeter
from vcam.outputs.worker import OutputStatus
from vcam.pipeline import PipelineStats, SourcePhase, SourceState
from vcam.pipeline.looking import HandMeter, Meters
from vcam.testing import FakeClock
from vcam.triggers.engine import GestureMeter


def test_versions_grow_and_listeners_are_told(desk):
    told = []
    end = desk.daemon.subscribe(lambda: told.append(desk.daemon.state().version))
    desk.daemon.pipeline_changed()
    desk.daemon.set_page("http://127.0.0.1:1")
    desk.daemon.set_page("http://127.0.0.1:1")
    assert len(told) == 2
    assert told[1] > told[0]
    end()
    desk.daemon.pipeline_changed()
    assert len(told) == 2
    assert desk.daemon.state().page == "http://127.0.0.1:1"


def test_listener_that_fails_does_no_harm(desk, caplog):
    def fail() -> None:
        raise ZeroDivisionError

    desk.daemon.subscribe(fail)
    before = desk.changes
    desk.daemon.pipeline_changed()
    assert desk.changes == before + 1
    assert "A listener failed" in caplog.text


def test_camera_and_outputs(desk):
    desk.pipeline.source = SourceState(SourcePhase.ASLEEP, "cam", "nobody is watching")
    desk.pipeline.problem = "no weights"
    desk.pipeline.statuses = (
        OutputStatus("a", "open", audience=Audience(True, (Reader("zoom", 7), Reader("obs")))),
        OutputStatus("b", "open", audience=Audience(True)),
        OutputStatus("c", "open", audience=Audience(False)),
        OutputStatus("d", "failed", "gone", audience=Audience(None)),
        OutputStatus("e", "open"),
    )
    desk.pipeline.effects = (LiveEffect(1, "party", "hat", "v_sign", 0.0, None, (), 0),)
    state = desk.daemon.state()
    assert (state.camera.phase, state.camera.message) == ("asleep", "nobody is watching")
    assert state.camera.width == 0
    assert [output.readers for output in state.outputs] == [2, 1, 0, None, None]
    assert state.outputs[3].error == "gone"
    assert [(each.program, each.pid, each.output) for each in state.watchers] == [
        ("zoom", 7, "a"),
        ("obs", None, "a"),
    ]
    assert state.recognition == "no weights"
    assert (state.live[0].pack, state.live[0].effect) == ("party", "hat")


def test_gestures_tell_what_holds(make_desk):
    desk = make_desk("triggers: {defaults: {enter: 0.5}, gestures: {metal: {enabled: false}}}")
    gestures = {each.name: each for each in desk.daemon.state().gestures}
    assert "none" not in gestures
    assert gestures["v_sign"].enter == 0.5
    assert gestures["v_sign"].answered
    assert not gestures["shaka"].answered
    assert not gestures["metal"].on
    assert gestures["thumb_up"].dwell_ms == 700, "an everyday pose is held longer"
    assert gestures["thumb_up"].label_id == "Jempol"


def points(x: float, y: float) -> np.ndarray:
    return np.full((21, 2), (x, y), np.float32)


def test_meters_are_shares_of_the_picture_that_goes_out(desk):
    hand = Hand(
        3, points(320, 240), np.zeros(21, np.float32), np.zeros((21, 3), np.float32), "left", 1.0
    )
    other = replace(hand, track_id=4)
    middle = np.zeros(2, np.float32)
    face = Face(1, Box(160, 120, 160, 120), np.zeros((2, 2), np.float32), middle, middle, 1.0)
    at = desk.clock.now() - 0.5
    # A 640x480 picture in the middle of 1280x720: 1.5 times as large, with bars of 160 pixels.
    desk.pipeline.meters_now = Meters(
        Observation(7, at, (640, 480), (hand, other), (face,)),
        Placement(1.5, 160.0, 0.0),
        (1280, 720),
        [HandMeter(3, "v_sign", 0.91234)],
        [GestureMeter("v_sign", 0.9, 0.4, False, "resting")],
    )
    meters = desk.daemon.meters()
    assert meters.at == pytest.approx(1.7e9 + at)
    assert [each.side for each in meters.hands] == ["left"], "one that was not read is left out"
    assert meters.hands[0].points[0] == (0.5, 0.5)
    assert (meters.hands[0].pose, meters.hands[0].score) == ("v_sign", 0.912)
    assert meters.faces == ((0.3125, 0.25, 0.1875, 0.25),)
    assert meters.gestures[0].progress == 0.4
    assert meters.gestures[0].reason == "resting"


def test_meters_of_nothing(desk):
    assert desk.daemon.meters().hands == ()


def counts(frames: int, repeated: int = 0, vision: int = 0, ms=(), delays=()) -> PipelineStats:
    return PipelineStats(frames, repeated, 3, vision, ms, None, 0.0, delays)


def test_figures_are_of_the_last_second():
    clock, busy_s, now = FakeClock(0), [5.0], [counts(900, ms=(50.0,) * 900)]
    meter = FigureMeter(lambda: now[0], clock, lambda: busy_s[0])
    assert meter.figures().output_fps == 0
    clock.advance(2)
    busy_s[0] = 5.5
    now[0] = counts(960, 20, 20, (50.0,) * 900 + (1.0, 3.0) * 20, (50.0,) * 900 + (30.0,) * 40)
    figures = meter.figures()
    assert figures.output_fps == 30
    assert figures.vision_hz == 10
    assert figures.cpu_share == 0.25
    assert figures.late_frames == 3
    assert figures.latency_p50_ms == 2
    assert figures.latency_p95_ms == 3
    assert figures.camera_to_output_ms == 30
    assert figures.uptime_s == 2
    clock.advance(0.5)
    now[0] = counts(2000)
    assert meter.figures().output_fps == 30, "not renewed before a second has passed"
    assert meter.figures().uptime_s == 2.5


def test_delay_that_cannot_be_is_not_told():
    clock, now = FakeClock(0), [counts(0)]
    meter = FigureMeter(lambda: now[0], clock, lambda: 0.0)
    clock.advance(1)
    now[0] = counts(30, ms=(1.0,) * 30, delays=(9e9,) * 30)
    assert meter.figures().camera_to_output_ms is None


def test_figures_are_told_only_while_somebody_asks(desk):
    idle = FigureMeter(lambda: desk.pipeline.counts, desk.clock, lambda: 0.0)
    desk.daemon._figures = idle
    desk.daemon.state()
    before = desk.changes
    desk.clock.advance(1)
    desk.pipeline.counts = counts(30)
    desk.daemon.attend()
    assert desk.changes == before + 1
    desk.clock.advance(1)
    desk.pipeline.counts = counts(60)
    desk.daemon.attend()
    assert desk.changes == before + 1, "the same again is no news"
    desk.clock.advance(5)
    desk.pipeline.counts = counts(200)
    desk.daemon.attend()
    assert desk.changes == before + 1, "nobody has asked for a while"


def test_figures_of_a_camera_that_sleeps_are_told_once(desk):
    desk.daemon.state()
    desk.daemon.attend()
    before = desk.changes
    desk.pipeline.source = SourceState(SourcePhase.ASLEEP, "cam")
    for told in (1, 1, 1):
        desk.clock.advance(1)
        desk.pipeline.counts = counts(desk.pipeline.counts.frames + round(desk.clock.now()))
        desk.daemon.state()
        desk.daemon.attend()
        assert desk.changes == before + told


def test_values_tell_origin_and_profile(make_desk):
    from vcam.control.commands import ChooseProfile

    desk = make_desk(
        "camera:\n  fps: 25\nprofiles: {work: {packs: [], gestures: {metal: {enter: 0.7}}}}\n",
        ["outputs.fps=20"],
    )
    desk.daemon.run(ChooseProfile(name="work"))
    values = {value.key: value for value in desk.daemon.settings()}
    assert (values["camera.fps"].value, values["camera.fps"].origin) == (25, "line 2")
    assert values["camera.fps"].applies == "camera"
    assert (values["camera.fps"].low, values["camera.fps"].high) == (1, 240)
    assert values["outputs.fps"].origin == "--set outputs.fps=20"
    assert (values["reactions.packs"].value, values["reactions.packs"].origin) == (
        [],
        "profile work",
    )
    metal = values["triggers.gestures.metal.enter"]
    assert (metal.value, metal.origin, metal.nullable) == (0.7, "profile work", True)
    assert values["triggers.gestures.*.enter"].value is None
    assert values["camera.width"].origin == "default"
    order = list(values)
    assert order.index("camera.device") < order.index("vision.max_hands")


def test_cameras_are_listed(desk, monkeypatch):
    from vcam.capture.devices import CameraInfo
    from vcam.daemon import telling

    infos = (
        CameraInfo("/dev/video0", "A"),
        CameraInfo(1, "B", problem="busy"),
        CameraInfo("/dev/video9", "vcam", is_loopback=True),
    )
    finder = SimpleNamespace(choices=lambda: infos)
    monkeypatch.setattr(telling, "CameraFinder", lambda: finder)
    assert [(each.device, each.problem) for each in desk.daemon.cameras()] == [
        ("/dev/video0", ""),
        ("1", "busy"),
    ]


def test_readers_from_before_the_start_count(desk):
    seen = threading.Event()
    desk.daemon.subscribe(lambda: desk.daemon._governor.in_force.profile and seen.set())
    desk.save("profiles: {work: {apps: [zoom]}}\n")
    desk.pipeline.watched_by("zoom")
    desk.daemon.start()
    try:
        assert seen.wait(60)
    finally:
        desk.daemon.close()


def test_steward_follows_the_pipeline(desk):
    seen = threading.Event()
    desk.daemon.subscribe(lambda: desk.daemon.state().profile and seen.set())
    desk.save("profiles: {work: {apps: [zoom]}}\n")
    desk.daemon.start()
    try:
        desk.pipeline.watched_by("zoom")
        desk.daemon.pipeline_changed()
        assert seen.wait(60)
    finally:
        desk.daemon.close()
