from __future__ import annotations

import logging

import pytest

import vcam.capture.demo as demo
from vcam.capture.camera import CameraSource
from vcam.capture.select import create_source
from vcam.capture.stills import StillsSource
from vcam.capture.video import VideoSource
from vcam.core.errors import SourceEnded, SourceError
from vcam.settings.schema import CameraSettings
from vcam.testing import FakeClock

from .clips import number_of, write_clip


def create(spec: str | None, loop: bool = False):
    return create_source(spec, CameraSettings(device="front"), FakeClock(), loop=loop)


def test_nothing_said_is_the_camera_of_the_settings():
    source = create(None)
    assert isinstance(source, CameraSource)
    assert source.name == "camera front"


@pytest.mark.parametrize("spec", ["0", "/dev/video7", "Integrated", "HD Pro Webcam C920"])
def test_cameras(spec):
    source = create(spec)
    assert isinstance(source, CameraSource)
    assert source.name == f"camera {spec}"


def test_clip_is_paced_and_loops_only_if_asked(tmp_path):
    clip = write_clip(tmp_path / "short.avi", frames=3)
    source = create(str(clip))
    assert isinstance(source, VideoSource)
    source.open()
    assert [number_of(source.read().image) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(SourceEnded):
        source.read()
    source = create(str(clip), loop=True)
    source.open()
    assert [number_of(source.read().image) for _ in range(4)] == [0, 1, 2, 0]


def test_folder_is_stills(tmp_path):
    assert isinstance(create(str(tmp_path)), StillsSource)


def test_demo_loops(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(demo, "ASSETS", tmp_path)
    write_clip(tmp_path / "demo.mp4", frames=2)
    source = create("demo")
    assert source.name == "demo clip"
    source.open()
    with caplog.at_level(logging.WARNING):
        assert [number_of(source.read().image) for _ in range(5)] == [0, 1, 0, 1, 0]
    assert caplog.text == ""


def test_clip_of_two_hands_loops(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "ASSETS", tmp_path)
    with pytest.raises(SourceError, match=r"lacks two_hands\.mp4"):
        create("demo-two-hands")
    write_clip(tmp_path / "two_hands.mp4", frames=2)
    source = create("demo-two-hands")
    source.open()
    assert [number_of(source.read().image) for _ in range(3)] == [0, 1, 0]


def test_installation_without_demo(tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "ASSETS", tmp_path)
    with pytest.raises(SourceError, match=r"lacks demo\.mp4"):
        create("demo")
    with pytest.raises(SourceError, match=r"lacks demo\.csv"):
        demo.demo_labels()


@pytest.mark.parametrize(
    ("spec", "understood"),
    [
        ("clip.mp4", "video file"),
        ("clip.MKV", "video file"),
        ("pictures/of/me", "path"),
        ("./webcam", "path"),
        ("~/webcam", "path"),
        ("", "name a camera"),
        ("   ", "name a camera"),
    ],
)
def test_missing_paths_say_what_was_understood(spec, understood, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SourceError, match=understood) as caught:
        create(spec)
    assert spec.strip() in caught.value.message


@pytest.mark.parametrize("spec", ["x" * 5000, "clip\0.mp4", "~nobody-of-that-name/clip.mp4"])
def test_path_that_no_system_takes_is_told_and_no_traceback(spec):
    with pytest.raises(SourceError, match=r"cannot be looked at|there is no file"):
        create(spec)
