"""What the words of `Source` promise, asked of every source."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import vcam.capture.demo as demo
from vcam.capture.camera import CameraSource
from vcam.capture.select import create_source
from vcam.capture.stills import StillsSource
from vcam.capture.video import VideoSource
from vcam.core.clock import MonotonicClock
from vcam.core.contracts import Source
from vcam.core.errors import SourceEnded, SourceError
from vcam.settings.schema import CameraSettings
from vcam.testing import FakeCamera, FakeClock, plain_image

from ..capture.clips import write_clip
from ..capture.fake_cameras import FakeMachine, FakeNode
from ..capture.test_stills import folder_of


@dataclass
class Case:
    """A source that works, and the same one on which nothing can be opened."""

    source: Source
    broken: Source
    is_finite: bool = False


def video(folder: Path, **how: bool) -> Case:
    clip = write_clip(folder / "clip.avi", frames=12, fps=100)
    return Case(
        VideoSource(clip, clock=FakeClock(), **how),
        VideoSource(folder / "gone.avi", clock=FakeClock(), **how),
        is_finite=not how["loop"],
    )


def stills(folder: Path, loop: bool) -> Case:
    empty = folder / "empty"
    empty.mkdir()
    pictures = folder_of(folder, "a.png", "b.png", "c.png")
    return Case(
        StillsSource(pictures, FakeClock(), 0.3, fps=10, loop=loop),
        StillsSource(empty, FakeClock()),
        is_finite=not loop,
    )


def demo_clip(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    # The real clip, where the tree has it: the bundled file must be readable as it is.
    if not (demo.ASSETS / "demo.mp4").is_file():
        monkeypatch.setattr(demo, "ASSETS", folder)
        write_clip(folder / "demo.mp4", frames=5)
    source = create_source("demo", CameraSettings(), FakeClock())
    (folder / "no.mp4").write_bytes(b"")
    return Case(source, create_source(str(folder / "no.mp4"), CameraSettings(), FakeClock()))


def camera(folder: Path, **node: object) -> Case:
    (folder / "good").mkdir()
    (folder / "bad").mkdir()
    good = FakeMachine(folder / "good", FakeNode(0, **node))
    bad = FakeMachine(folder / "bad", FakeNode(0, busy=True))
    made = [
        CameraSource(CameraSettings(), MonotonicClock(), finder=machine.finder)
        for machine in (good, bad)
    ]
    return Case(made[0], made[1])


def fake(folder: Path) -> Case:
    images = [plain_image(value=value) for value in range(10, 130, 10)]
    never = [SourceError("no camera", "plug one in")] * 10
    return Case(FakeCamera(images, finite=True), FakeCamera(failures=never), is_finite=True)


CASES: dict[str, Callable[..., Case]] = {
    "paced video": lambda folder, _: video(folder, paced=True, loop=False),
    "looped video": lambda folder, _: video(folder, paced=True, loop=True),
    "unpaced video": lambda folder, _: video(folder, paced=False, loop=False),
    "stills": lambda folder, _: stills(folder, loop=False),
    "looped stills": lambda folder, _: stills(folder, loop=True),
    "demo": demo_clip,
    "camera with raw JPEG": lambda folder, _: camera(folder),
    "camera with YUYV": lambda folder, _: camera(folder, gives=("YUYV",)),
    "camera with decoding backend": lambda folder, _: camera(folder, decodes_itself=True),
    "fake camera": lambda folder, _: fake(folder),
}


@pytest.fixture(params=CASES)
def case(request, tmp_path, monkeypatch):
    case = CASES[request.param](tmp_path, monkeypatch)
    yield case
    case.source.close()
    case.broken.close()


def test_has_a_name_before_and_while_it_is_open(case):
    assert case.source.name
    case.source.open()
    assert case.source.name


def test_frames_are_as_told(case):
    told = case.source.open()
    assert told.fps > 0
    for _ in range(5):
        image = case.source.read().image
        assert image.shape == (told.height, told.width, 3)
        assert image.dtype == np.uint8
        assert image.flags.c_contiguous


def test_index_and_time_go_up(case):
    case.source.open()
    frames = [case.source.read() for _ in range(3)]
    assert np.all(np.diff([frame.index for frame in frames]) >= 1)
    assert np.all(np.diff([frame.captured_at for frame in frames]) > 0)


def test_index_goes_on_counting_after_reopening(case):
    seen = []
    for _ in range(3):
        case.source.open()
        seen += [case.source.read().index for _ in range(2)]
        case.source.close()
    assert seen == sorted(set(seen))


def test_images_are_never_written_to_again(case):
    case.source.open()
    held = []
    for _ in range(9):
        try:
            frame = case.source.read()
        except SourceEnded:
            case.source.close()
            case.source.open()
            frame = case.source.read()
        held.append((frame.image, frame.image.copy()))
    case.source.close()
    assert all(np.array_equal(image, copy) for image, copy in held)


def test_close_is_harmless_twice_and_before_opening(case):
    case.source.close()
    case.source.open()
    case.source.close()
    case.source.close()


def test_read_needs_open(case):
    with pytest.raises(SourceError):
        case.source.read()
    case.source.open()
    case.source.read()
    case.source.close()
    with pytest.raises(SourceError):
        case.source.read()


def test_finite_source_says_that_it_ended_and_starts_again(case):
    if not case.is_finite:
        case.source.open()
        for _ in range(40):
            case.source.read()
        return
    counts = []
    for _ in range(2):
        case.source.open()
        counts.append(0)
        while counts[-1] < 1000:
            try:
                case.source.read()
            except SourceEnded:
                break
            counts[-1] += 1
        case.source.close()
    assert 0 < counts[0] < 1000
    assert counts[0] == counts[1]


def test_read_answers_within_two_seconds(case):
    clock = getattr(case.source, "_clock", None) or MonotonicClock()
    case.source.open()
    for _ in range(8):
        started = time.monotonic(), clock.now()
        try:
            case.source.read()
        except SourceEnded:
            break
        assert time.monotonic() - started[0] < 2
        assert clock.now() - started[1] < 2


def test_failed_opening_names_the_cause_and_leaves_nothing_open(case):
    threads = threading.active_count()
    for _ in range(2):
        with pytest.raises(SourceError) as caught:
            case.broken.open()
        assert caught.value.message
        assert caught.value.fix
        assert "\n" not in str(caught.value)
    assert threading.active_count() == threads
    with pytest.raises(SourceError):
        case.broken.read()


def test_interrupt_is_harmless_at_any_time_and_reopening_clears_it(case):
    case.source.interrupt()
    case.source.open()
    case.source.read()
    case.source.interrupt()
    # What was at hand may still be given; waiting for more may not.
    with contextlib.suppress(SourceError):
        case.source.read()
    case.source.close()
    case.source.interrupt()
    case.source.open()
    case.source.read()


def test_closing_ends_the_sources_threads(case):
    threads = threading.active_count()
    case.source.open()
    case.source.read()
    case.source.close()
    assert threading.active_count() == threads
