"""The clip that comes with vcam, for trying it out without a camera."""

from __future__ import annotations

from pathlib import Path

from vcam.core.errors import SourceError

ASSETS = Path(__file__).with_name("assets")


def demo_clip() -> Path:
    """Path of the demo clip.

    Raises:
        SourceError: the installation lacks it.
    """
    return _present(ASSETS / "demo.mp4")


def two_hands_clip() -> Path:
    """Path of a short clip of somebody who holds both hands up; it goes round without a seam.

    Raises:
        SourceError: the installation lacks it.
    """
    return _present(ASSETS / "two_hands.mp4")


def demo_labels() -> Path:
    """Path of the table that says what the demo clip shows when (CSV).

    Raises:
        SourceError: the installation lacks it.
    """
    return _present(ASSETS / "demo.csv")


def _present(path: Path) -> Path:
    if not path.is_file():
        raise SourceError(f"this installation lacks {path.name}", "install vcam again")
    return path
