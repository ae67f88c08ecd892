from __future__ import annotations

import ctypes

import numpy as np
import pytest

from vcam.core.contracts import Audience, VideoFormat
from vcam.core.errors import OutputError
from vcam.core.frame import Frame
from vcam.outputs.pipewire import PipeWireOutput, abi, library, stream
from vcam.settings.schema import PipeWireSettings

from .fake_pipewire import FakePipeWire

FORMAT = VideoFormat(64, 48, 30)


def camera(fake: FakePipeWire) -> PipeWireOutput:
    return PipeWireOutput(PipeWireSettings(name="Desk"), load=lambda: fake)


def frame() -> Frame:
    return Frame(np.zeros((48, 64, 3), np.uint8), 0.0, 0)


@pytest.fixture
def fresh_library(monkeypatch):
    """Forgets the library that is loaded, before and after."""
    library._loaded.cache_clear()
    monkeypatch.setattr(library.sys, "platform", "linux")
    yield monkeypatch
    library._loaded.cache_clear()


def test_opens_and_releases_everything():
    fake = FakePipeWire()
    output = camera(fake)
    output.open(FORMAT)
    assert sorted(fake.alive) == ["context", "core", "loop", "registry", "stream"]
    output.close()
    assert fake.alive == []


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"fails": ("pw_thread_loop_new",)}, "thread cannot be made"),
        ({"fails": ("pw_context_new",)}, "no configuration"),
        ({"fails": ("pw_context_connect",)}, r"no PipeWire daemon runs in this session \(Host"),
        ({"fails": ("pw_stream_new",)}, "makes no stream"),
        ({"fails": ("pw_stream_connect",)}, r"takes no camera \(Invalid argument"),
        ({"fails": ("pw_thread_loop_start",)}, "does not start"),
        ({"answers": False}, "does not answer"),
        ({"refuses": "no such factory"}, "no such factory"),
        ({"version": "1.2.7"}, "PipeWire 1.2.7 is too old"),
    ],
    ids=str,
)
def test_failed_opening_is_told_and_leaves_nothing(monkeypatch, faults, message):
    monkeypatch.setattr(stream, "OPEN_WITHIN_S", 0.01)
    fake = FakePipeWire(**faults)
    output = camera(fake)
    with pytest.raises(OutputError, match=message) as caught:
        output.open(FORMAT)
    assert caught.value.fix
    assert fake.alive == []
    with pytest.raises(OutputError, match="not open"):
        output.send(frame())


@pytest.mark.parametrize("size", [(63, 48), (64, 47)])
def test_odd_sizes_are_refused(size):
    with pytest.raises(OutputError, match="even"):
        camera(FakePipeWire()).open(VideoFormat(*size, 30))


def lose(fake: FakePipeWire) -> None:
    fake.lose_connection()


def fail(fake: FakePipeWire) -> None:
    fake.change_state(abi.STATE_ERROR, "bad node")


def vanish(fake: FakePipeWire) -> None:
    fake.change_state(abi.STATE_UNCONNECTED)


@pytest.mark.parametrize("happens", [lose, fail, vanish])
def test_loss_is_told_by_send_and_ends_with_reopening(happens):
    fake = FakePipeWire()
    output = camera(fake)
    output.open(FORMAT)
    output.send(frame())
    happens(fake)
    with pytest.raises(OutputError, match="PipeWire camera Desk lost its connection"):
        output.send(frame())
    output.close()
    assert fake.alive == []
    output.open(FORMAT)
    output.send(frame())
    output.close()


def test_errors_of_other_objects_are_none_of_ours():
    fake = FakePipeWire()
    output = camera(fake)
    output.open(FORMAT)
    fake.tell_error(number=7, result=-32)
    fake.tell_error(number=0, result=-2)
    output.send(frame())
    output.close()


def test_audience_follows_the_streams_state():
    fake = FakePipeWire()
    output = camera(fake)
    assert output.audience() == Audience(streaming=False)
    output.open(FORMAT)
    assert output.audience() == Audience(streaming=False)
    fake.change_state(abi.STATE_STREAMING)
    assert output.audience() == Audience(streaming=True)
    fake.change_state(abi.STATE_PAUSED)
    assert output.audience() == Audience(streaming=False)
    fake.change_state(abi.STATE_STREAMING)
    fake.lose_connection()
    assert output.audience() == Audience(streaming=False)
    output.close()


def test_missing_library_is_told_with_the_fix(fresh_library):
    def refuse(*_: object, **__: object) -> None:
        raise OSError("cannot open shared object file")

    fresh_library.setattr(ctypes, "CDLL", refuse)
    assert library.library_version() is None
    with pytest.raises(OutputError, match="library is missing") as caught:
        library.load_library()
    assert "install PipeWire" in caught.value.fix


def test_library_without_a_function_is_too_old(fresh_library):
    fresh_library.setattr(ctypes, "CDLL", lambda *_, **__: object())
    with pytest.raises(OutputError, match="too old"):
        library.load_library()


@pytest.mark.parametrize(
    ("version", "is_right"), [("0.3.65", False), ("1.3.9", False), ("1.4.0", True), ("2.0", True)]
)
def test_age_of_the_library(fresh_library, version, is_right):
    fake = FakePipeWire(version)
    fresh_library.setattr(library, "_loaded", lambda: fake)
    fresh_library.setattr(library._loaded, "cache_clear", lambda: None, raising=False)
    if is_right:
        assert library.load_library() is fake
    else:
        with pytest.raises(OutputError, match=f"{version} is too old"):
            library.load_library()


def test_other_systems_have_no_pipewire(monkeypatch):
    monkeypatch.setattr(library.sys, "platform", "darwin")
    with pytest.raises(OutputError, match="Linux"):
        library.load_library()


@pytest.mark.parametrize(
    ("text", "version"),
    [("1.4.2", (1, 4, 2)), ("0.3.65-dev", (0, 3, 65)), ("1", (1,)), ("", ()), ("x1", ())],
)
def test_versions(text, version):
    assert library.parse_version(text) == version
