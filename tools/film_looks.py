"""Film for the report: what vision saw in each take, kept in a file of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from vcam.lab.clips import find_clips
from vcam.lab.film import SCHEME


def looked_at(arguments: Sequence[str], folder: Path, more: bool = True) -> list[str]:
    """The arguments of `vcam`, with film replaced by what vision saw in it.

    Each take is looked at once, whatever is judged later; a look that breaks off leaves no file.

    Args:
        arguments: of `vcam`; without film they stay as they are.
        folder: where what was seen is kept.
        more: look at takes that were not looked at yet; otherwise they are left out.

    Raises:
        SystemExit: a take cannot be looked at, or nothing is left.
    """
    films = [text for text in arguments if text.startswith(SCHEME)]
    if not films:
        return list(arguments)
    folder.mkdir(parents=True, exist_ok=True)
    seen: list[str] = []
    for clip in find_clips(films):
        path = _file_of(clip.name, folder)
        if more and not path.is_file():
            _look(clip.name, path)
        if path.is_file():
            seen.append(str(path))
    if not seen:
        raise SystemExit(f"{folder} holds nothing that was seen in film")
    others = [text for text in arguments if text not in films]
    first = list(arguments).index(films[0])
    return [*others[:first], *seen, *others[first:]]


def missing_takes(arguments: Sequence[str], folder: Path) -> str:
    """What is left out of the film in these arguments of `vcam`, in words; empty for nothing."""
    takes = find_clips([text for text in arguments if text.startswith(SCHEME)])
    seen = sum(_file_of(clip.name, folder).is_file() for clip in takes)
    return f"; {seen} of its {len(takes)} takes so far" if seen < len(takes) else ""


def _file_of(clip: str, folder: Path) -> Path:
    return folder / (re.sub(r"[^\w.]+", "-", clip.removeprefix(SCHEME)) + ".npz")


def _look(clip: str, path: Path) -> None:
    partial = path.with_suffix(".partial")
    command = [sys.executable, "-m", "vcam", "lab", "replay", clip]
    command += ["--save-readings", str(partial)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    if done.returncode or not partial.is_file():
        raise SystemExit(f"vcam lab replay {clip} failed with status {done.returncode}")
    partial.rename(path)
