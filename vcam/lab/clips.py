"""Which clips are meant: files, folders of clips, the bundled one, synthetic film, recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from vcam.capture.demo import demo_clip
from vcam.capture.select import CLIP_SUFFIX, DEMO
from vcam.core.errors import VcamError
from vcam.lab.film import SCHEME, FilmSpec, parse_film
from vcam.lab.recording import Recording, load_recordings

RECORDING_SUFFIX: Final = ".npz"


@dataclass(frozen=True, slots=True)
class ClipRef:
    """One clip that is to be played.

    Attributes:
        name: what it is asked for by.
        group: what it is counted with: its folder, or the kind of film.
        path: a video file; None for the others.
        film: one take of synthetic film.
        recording: what was seen in it before.
    """

    name: str
    group: str
    path: Path | None = None
    film: FilmSpec | None = None
    recording: Recording | None = None


def find_clips(names: Sequence[str]) -> list[ClipRef]:
    """The clips that these names stand for, in their order.

    A folder stands for all clips in it and in its folders. A file that is missing or broken is
    among them: it is told when it is played.

    Raises:
        VcamError: a folder holds no clips, a recording cannot be read, or a name stands for no
            synthetic film.
        SourceError: the bundled clip is missing.
    """
    return [clip for name in names for clip in _clips_of(name)]


def clip_path(clip: str) -> Path:
    """The file that a clip's name stands for; `demo` is the bundled one.

    Raises:
        SourceError: the bundled clip is missing.
    """
    return demo_clip() if clip == DEMO else Path(clip)


def _clips_of(name: str) -> list[ClipRef]:
    if name.startswith(SCHEME):
        spec = parse_film(name)
        takes = range(spec.takes) if spec.take is None else [spec.take]
        films = [replace(spec, take=take) for take in takes]
        return [ClipRef(film.name, f"{SCHEME}{film.kind}", film=film) for film in films]
    if name == DEMO:
        return [ClipRef(name, DEMO, clip_path(name))]
    path = Path(name)
    if path.is_dir():
        return _clips_in(path)
    if path.suffix == RECORDING_SUFFIX:
        return [ClipRef(each.clip, each.group, recording=each) for each in load_recordings(path)]
    return [ClipRef(name, path.resolve().parent.name, path)]


def _clips_in(folder: Path) -> list[ClipRef]:
    clips = [
        ClipRef(str(path), path.resolve().parent.name, path)
        for path in sorted(folder.rglob("*"))
        if CLIP_SUFFIX.fullmatch(path.suffix) and path.is_file() and not path.name.startswith(".")
    ]
    if not clips:
        raise VcamError(f"{folder} holds no clips", "name a folder with video files, or the files")
    return clips
