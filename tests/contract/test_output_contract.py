"""What the words of `Output` promise, asked of every output."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from vcam.core.contracts import Output, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.null import NullOutput
from vcam.outputs.pipewire import PipeWireOutput
from vcam.outputs.preview import PreviewOutput
from vcam.outputs.recorder import RecorderOutput
from vcam.outputs.virtual_camera import VirtualCameraOutput
from vcam.settings.schema import PipeWireSettings, VirtualCameraSettings
from vcam.testing import FakeClock, FakeOutput, plain_image

from ..e2e.pipewire_session.session import PipeWireSession
from ..e2e.pipewire_session.session import missing as missing_pipewire
from ..outputs.fake_pipewire import FakePipeWire
from ..outputs.fake_pyvirtualcam import FakeDriver
from ..outputs.loopbacks import Loopbacks, loopback

FORMAT = VideoFormat(64, 48, 30)


@dataclass
class Case:
    """An output that works, and one that cannot be opened; None where that cannot happen."""

    output: Output
    broken: Output | None
    release: Callable[[], None] = lambda: None


def preview(folder: Path) -> Case:
    output = PreviewOutput(FakeClock())
    return Case(output, None, output.feed.close)


def recorder(folder: Path) -> Case:
    (folder / "file").touch()
    return Case(RecorderOutput(folder / "a.avi"), RecorderOutput(folder / "file" / "a.avi"))


def loopback_camera(folder: Path) -> Case:
    (folder / "good").mkdir()
    (folder / "bad").mkdir()
    machine = Loopbacks(folder / "good", video1=loopback("vcam"))
    bare = Loopbacks(folder / "bad")
    made = [
        VirtualCameraOutput(VirtualCameraSettings(), linux=m.machine, platform="linux")
        for m in (machine, bare)
    ]
    return Case(made[0], made[1])


def driver_camera(platform: str) -> Case:
    made = [
        VirtualCameraOutput(VirtualCameraSettings(), load=driver.module, platform=platform)
        for driver in (
            FakeDriver(obs=["OBS"], unitycapture=[]),
            FakeDriver(obs=[], unitycapture=[]),
        )
    ]
    return Case(made[0], made[1])


def pipewire_camera(folder: Path) -> Case:
    if reason := missing_pipewire():
        pytest.skip(reason)
    session = PipeWireSession(manager=False)
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_RUNTIME_DIR", str(session.folder))

    def release() -> None:
        patch.undo()
        session.close()

    return Case(
        PipeWireOutput(PipeWireSettings()),
        PipeWireOutput(PipeWireSettings(), load=lambda: FakePipeWire("0.3.65")),
        release,
    )


CASES: dict[str, Callable[[Path], Case]] = {
    "null": lambda folder: Case(NullOutput(), None),
    "preview": preview,
    "recorder": recorder,
    "v4l2loopback": loopback_camera,
    "PipeWire": pipewire_camera,
    "Windows virtual camera": lambda folder: driver_camera("win32"),
    "macOS virtual camera": lambda folder: driver_camera("darwin"),
    "fake output": lambda folder: Case(
        FakeOutput(), FakeOutput(open_failures=[OutputError("no", "do this")] * 5)
    ),
}


@pytest.fixture(params=CASES)
def case(request, tmp_path):
    case = CASES[request.param](tmp_path)
    yield case
    case.output.close()
    if case.broken is not None:
        case.broken.close()
    case.release()


def frame(index: int = 0, width: int = 64, height: int = 48) -> Frame:
    return Frame(plain_image(width, height), index / 30, index)


def test_has_a_name(case):
    assert case.output.name


def test_takes_frames_and_can_be_opened_again(case):
    for _ in range(2):
        case.output.open(FORMAT)
        for index in range(4):
            case.output.send(frame(index))
        case.output.close()


def test_may_be_reopened_at_another_size(case):
    case.output.open(FORMAT)
    case.output.send(frame())
    case.output.close()
    case.output.open(VideoFormat(80, 60, 15))
    case.output.send(frame(1, 80, 60))


def test_close_is_harmless_twice_and_before_opening(case):
    case.output.close()
    case.output.open(FORMAT)
    case.output.close()
    case.output.close()


def test_send_needs_open(case):
    with pytest.raises(OutputError):
        case.output.send(frame())
    case.output.open(FORMAT)
    case.output.close()
    with pytest.raises(OutputError):
        case.output.send(frame())


def test_frame_of_another_size_is_refused(case):
    case.output.open(FORMAT)
    with pytest.raises(OutputError):
        case.output.send(frame(0, 32, 32))


def test_sent_image_is_not_changed(case):
    case.output.open(FORMAT)
    sent = frame()
    before = sent.image.copy()
    case.output.send(sent)
    case.output.close()
    assert (sent.image == before).all()


def test_image_may_be_read_only(case):
    case.output.open(FORMAT)
    sent = frame()
    sent.image.flags.writeable = False
    case.output.send(sent)


def test_the_same_frame_may_come_again(case):
    case.output.open(FORMAT)
    same = frame()
    for _ in range(3):
        case.output.send(same)


def test_failed_opening_names_cause_and_fix_and_leaves_nothing(case, tmp_path):
    if case.broken is None:
        case.output.open(FORMAT)
        return
    threads = threading.active_count()
    files = sorted(tmp_path.rglob("*"))
    for _ in range(2):
        with pytest.raises(OutputError) as caught:
            case.broken.open(FORMAT)
        assert caught.value.message
        assert caught.value.fix
        assert "\n" not in str(caught.value)
    assert threading.active_count() == threads
    assert sorted(tmp_path.rglob("*")) == files
    with pytest.raises(OutputError):
        case.broken.send(frame())


def test_closing_is_quick_and_ends_the_outputs_threads(case):
    threads = threading.active_count()
    case.output.open(FORMAT)
    case.output.send(frame())
    started_at = time.monotonic()
    case.output.close()
    assert time.monotonic() - started_at < 4
    assert threading.active_count() == threads
