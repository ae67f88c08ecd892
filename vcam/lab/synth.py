"""`vcam lab synth`: synthetic film written as clips with labels."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

import cv2

from vcam.core.errors import VcamError
from vcam.core.frame import Image
from vcam.lab.film import SIZE, FilmSpec, make_take

_COLUMNS = ("gesture", "start_s", "end_s", "view_deg", "back", "side")


class _Film(Protocol):
    def write(self, image: Image, /) -> object: ...


def write_film(folder: Path, spec: FilmSpec, jobs: int = 1) -> Iterator[dict[str, Any]]:
    """Writes a film as clips of a minute, each with its labels beside it.

    Args:
        folder: made if it is missing; `KIND-SEED-NUMBER.mp4` and `.csv` of that name.
        spec: what is written.
        jobs: so many processes.

    Yields:
        Of each clip as it is done: `clip`, `duration_s`, `shown`.

    Raises:
        VcamError: nothing can be drawn or written.
    """
    takes = range(spec.takes) if spec.take is None else [spec.take]
    make_take(spec, takes[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VcamError(f"cannot make the folder {folder} ({error.strerror})") from None
    if jobs == 1 or len(takes) == 1:
        for number in takes:
            yield _write_take(folder, spec, number)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_write_take, [folder] * len(takes), [spec] * len(takes), takes)


def _write_take(folder: Path, spec: FilmSpec, number: int) -> dict[str, Any]:
    take = make_take(spec, number)
    path = folder / f"{spec.kind}-{spec.seed}-{number:03d}.mp4"
    frames = int(take.duration_s * spec.fps)
    with _encoder(path, spec.fps) as film:
        for index in range(frames):
            film.write(take.frame(index / spec.fps))
    labels = [
        (
            each.gesture,
            f"{each.start_s:.3f}",
            f"{each.end_s:.3f}",
            f"{each.view_deg:.0f}",
            int(each.back),
            each.side,
        )
        for each in take.shown
    ]
    _write_labels(path.with_suffix(".csv"), labels)
    return {"clip": str(path), "duration_s": round(frames / spec.fps, 3), "shown": len(labels)}


def _write_labels(path: Path, labels: Sequence[Sequence[object]]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(_COLUMNS)
            writer.writerows(labels)
    except OSError as error:
        raise VcamError(f"cannot write {path} ({error.strerror})") from None


@contextmanager
def _encoder(path: Path, fps: float) -> Iterator[_Film]:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        with _opencv(path, fps) as film:
            yield film
        return
    command = [ffmpeg, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24"]
    command += ["-s", f"{SIZE[0]}x{SIZE[1]}", "-r", f"{fps:g}", "-i", "-", "-c:v", "libx264"]
    command += ["-pix_fmt", "yuv420p", "-crf", "20", "-preset", "veryfast", "-threads", "1"]
    command += [str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        try:
            yield _Piped(process)
            process.stdin.close()
        except BrokenPipeError:
            pass
        why = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise VcamError(f"ffmpeg cannot write {path} ({why.splitlines()[-1:] or 'no reason'})")


class _Piped:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def write(self, image: Image) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(image.tobytes())


@contextmanager
def _opencv(path: Path, fps: float) -> Iterator[_Film]:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, SIZE)
    try:
        if not writer.isOpened():
            raise VcamError(f"cannot write {path}", "install ffmpeg, or free some disk space")
        yield writer
    finally:
        writer.release()
