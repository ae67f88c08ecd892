from __future__ import annotations

import contextlib
import json

import cv2
import pytest

from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import VideoFormat
from vcam.core.errors import ModelError, SourceEnded, VcamError
from vcam.core.observation import Attention, Observation
from vcam.daemon.loading import load_packs
from vcam.effects.compositor import Compositor
from vcam.effects.naming import find_groups
from vcam.lab import bench, effect_bench
from vcam.lab.bench import BenchPlan, BenchResult, bench_text, latencies_ms, run_bench
from vcam.lab.effect_bench import costs_text, run_effect_bench
from vcam.lab.process import resident_mb, seconds_since_start
from vcam.lab.recode import as_camera_clip
from vcam.outputs.group import OutputGroup
from vcam.outputs.null import HandOver
from vcam.pipeline import Pipeline
from vcam.poses.vocabulary import GESTURES
from vcam.reactions.stage import Stage
from vcam.settings.schema import ReactionSettings, Settings
from vcam.testing import plain_image
from vcam.triggers.engine import TriggerEngine


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (320, 240))
    for number in range(12):
        writer.write(plain_image(320, 240, 20 * number))
    writer.release()
    return path


class BlindRecognizer:
    attention = Attention.WATCHING
    wants_mask_hz = 0.0
    mask_problem = ""

    def due(self, at):
        return True

    def recognize(self, frame):
        return Observation(frame.index, frame.captured_at, frame.size), ()

    def reset(self):
        pass


def builder(load):
    def build(settings, source, public, preview, clock, packs=(), compositor=None):
        return Pipeline(
            source=source,
            load_recognizer=load,
            engine=TriggerEngine(settings.triggers, GESTURES),
            stage=Stage([]),
            compositor=compositor or Compositor(packs),
            public=OutputGroup(public, clock),
            preview=OutputGroup(preview, clock),
            settings=settings,
            clock=clock,
        )

    return build


def test_real_threads_are_measured(clip, monkeypatch):
    monkeypatch.setattr(bench, "WARM_UP_S", 0.1)
    plan = BenchPlan(str(clip), seconds=1.0)
    result = run_bench(plan, Settings(), builder(BlindRecognizer))
    assert result.video_format == VideoFormat(320, 240, 10)
    assert result.seconds == pytest.approx(1.0, abs=0.5)
    assert result.frames > 0
    assert result.vision_hz > 0
    assert result.cpu_core_share > 0
    assert 0 <= result.latency_ms[0] <= result.latency_ms[1] <= result.latency_ms[2]
    assert result.first_frame_s > 0


def test_bench_without_recognition_means_nothing(clip, monkeypatch):
    monkeypatch.setattr(bench, "WARM_UP_S", 0.1)

    def load():
        raise ModelError("no model")

    with pytest.raises(VcamError, match="without recognition: no model"):
        run_bench(BenchPlan(str(clip), seconds=0.3), Settings(), builder(load))


def test_bench_of_a_missing_clip(tmp_path):
    with pytest.raises(VcamError, match="there is no file"):
        run_bench(BenchPlan(str(tmp_path / "gone.mp4")), Settings(), builder(BlindRecognizer))


def test_repeated_pictures_have_no_latency():
    hand_overs = [HandOver(0, 5.0, 5.010), HandOver(1, 5.5, 5.5), HandOver(2, 6.0, 6.004)]
    assert latencies_ms(hand_overs, {5.0: 5.001, 6.0: 6.0}) == pytest.approx([9.0, 4.0])


RESULT = BenchResult(
    cpu_core_share=0.213,
    latency_ms=(1.0, 2.0, 3.0),
    late_frames=0,
    frames=600,
    repeated=1,
    vision_hz=15.0,
    rss_mb=None,
    first_frame_s=0.8,
    seconds=20.0,
    video_format=VideoFormat(1280, 720, 30),
)


def test_line_has_the_fixed_keys():
    line = json.loads(json.dumps(RESULT.as_json()))
    assert list(line)[:7] == [
        "cpu_core_share",
        "latency_ms",
        "late_frames",
        "frames",
        "vision_hz",
        "rss_mb",
        "first_frame_s",
    ]
    assert line["latency_ms"] == {"p50": 1.0, "p95": 2.0, "p99": 3.0}


def test_text_tells_what_is_unknown():
    text = bench_text(RESULT)
    assert "21.3% of one core" in text
    assert "unknown" in text


def pictures_of(path):
    source = VideoSource(path, paced=False, loop=False, clock=MonotonicClock())
    video_format = source.open()
    frames = []
    with contextlib.suppress(SourceEnded):
        while True:
            frames.append(source.read())
    source.close()
    return video_format, frames


@pytest.mark.parametrize(
    ("size", "fps", "expected", "count"),
    [
        ((160, 120), None, VideoFormat(160, 120, 10), 12),
        (None, 20, VideoFormat(320, 240, 20), 24),
        (None, 5, VideoFormat(320, 240, 5), 6),
    ],
)
def test_clip_is_written_anew_in_size_and_rate(clip, size, fps, expected, count):
    with as_camera_clip(clip, size, fps) as target:
        video_format, frames = pictures_of(target)
    assert video_format == expected
    assert len(frames) == count
    # The same moments show the same pictures, whatever the rate.
    _, originals = pictures_of(clip)
    for frame in frames:
        nominal = originals[min(11, int(frame.captured_at * 10 + 1e-6))].image[5, 5]
        assert abs(int(frame.image[5, 5, 0]) - int(nominal[0])) <= 25
    assert not target.exists()


def test_clip_is_left_as_it_is(clip):
    with as_camera_clip(clip, None, None) as target:
        assert target == clip


def test_process_is_known_on_linux():
    assert seconds_since_start() >= 0
    memory = resident_mb()
    assert memory is None or 10 < memory < 10_000


def test_the_cost_of_effects_is_measured_while_all_runs(clip, monkeypatch):
    monkeypatch.setattr(effect_bench, "WARM_UP_S", 0.1)
    monkeypatch.setattr(effect_bench, "GONE_WITHIN_S", 0.1)
    packs = load_packs(ReactionSettings(packs=("party",)))
    costs = list(
        run_effect_bench(
            BenchPlan(str(clip), (320, 240), 10, 1.0),
            Settings(),
            packs,
            find_groups("bunting+crown", packs),
            builder(BlindRecognizer),
        )
    )
    assert [cost.name for cost in costs] == ["party/bunting+party/crown"]
    line = costs[0].as_json()
    assert line["pictures"] > 0
    assert 0 <= line["compositing_ms"]["p50"] <= line["compositing_ms"]["p95"]
    assert "party/bunting" in costs_text(costs)
