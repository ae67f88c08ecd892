"""What was taken for a selfie, made into files: stills, a strip, or a clip."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from vcam.core.frame import Image
from vcam.effects.compositor import Compositor
from vcam.effects.pack import Pack
from vcam.outputs.animated import Reel
from vcam.outputs.clip import ClipFile
from vcam.outputs.mp4_tags import tag_mp4
from vcam.outputs.stills import Told, encode_still, save_bytes, save_whole
from vcam.outputs.strip import make_strip
from vcam.pipeline.shooting import Shot
from vcam.settings.schema import EffectSettings, Settings

logger = logging.getLogger(__name__)

Take = Literal["still", "burst", "strip", "clip"]
Looks = Literal["decorated", "clean", "both"]

STRIP_OF = 4

LONGEST_CLIP_SIDE = 1920
"""Clips are made no larger than this, pixels: encoding would not keep up."""

_OWN_FILES = ("picture", "video")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.

    Attributes:
        take: what to take.
        looks: with the effects, without, or both.
        gesture: what asked; empty for a person or a program.
        folder: where files go.
        settings: all settings, as they are when it begins.
    """

    take: Take
    looks: Looks
    gesture: str
    folder: Path
    settings: Settings


class Developer:
    """Draws what others saw on the camera's own picture, in its full size.

    What is drawn depends on time, seeds and what was seen alone, so that it comes out as it was,
    with all its pieces: here nobody waits for the next picture.

    Args:
        packs: where effects come from.
        effects: how they are drawn.
    """

    def __init__(self, packs: Sequence[Pack], effects: EffectSettings) -> None:
        self._packs = packs
        self._effects = effects
        self._compositor: Compositor | None = None

    def decorated(self, shot: Shot) -> Image:
        """The picture with its effects: the camera's size where that can be, else the output's.

        It cannot be with a background from a file, which takes a while to be read, and where
        drawing fails.
        """
        if shot.frame.image.shape == shot.decorated.shape:
            return shot.decorated
        if self._effects.background.kind in _OWN_FILES:
            return shot.decorated
        if self._compositor is None:
            self._compositor = Compositor(self._packs)
            self._compositor.apply(self._effects)
        if not self._compositor.wants(shot.live):
            return shot.frame.image
        canvas = shot.frame.image.copy()
        try:
            self._compositor.draw(
                canvas, shot.live, shot.observation, shot.at, frame_at=shot.frame.captured_at
            )
        except Exception:
            logger.exception("Effects cannot be drawn in the camera's size")
            return shot.decorated
        return canvas

    def close(self) -> None:
        """Ends what drawing may have begun."""
        if self._compositor is not None:
            self._compositor.close()


class SelfieFiles:
    """Makes files of the pictures of one selfie. Used from one thread.

    Args:
        wish: what was asked for.
        developer: draws effects.
        time_of_day: local time of a moment on the pipeline's clock.
        saved: told of each file: its path, when it was taken, and whether it has the effects.
    """

    def __init__(
        self,
        wish: Wish,
        developer: Developer,
        time_of_day: Callable[[float], datetime],
        saved: Callable[[Path, datetime, bool], None],
    ) -> None:
        self._wish = wish
        self._developer = developer
        self._time_of_day = time_of_day
        self._saved = saved
        self._looks = [True] if wish.looks == "decorated" else [False]
        if wish.looks == "both":
            self._looks = [True, False]
        self._at: datetime | None = None
        self._kept: dict[bool, list[Image]] = {look: [] for look in self._looks}
        self._reels: dict[bool, Reel] = {}
        self._clips: dict[bool, tuple[ClipFile, Path]] = {}

    def add(self, shot: Shot) -> None:
        """Takes a picture.

        Raises:
            OutputError: it cannot be saved.
        """
        at = self._time_of_day(shot.at)
        self._at = self._at or at
        for look in self._looks:
            if self._wish.take == "clip":
                self._add_to_clip(shot.decorated if look else shot.frame.image, shot.at, look)
                continue
            picture = self._developer.decorated(shot) if look else shot.frame.image
            if self._wish.take == "strip":
                self._kept[look].append(picture)
            else:
                number = f"-{shot.number}" if self._wish.take == "burst" else ""
                self._save_still(picture, at, number, look)

    def finish(self) -> None:
        """Writes what is written at the end.

        Raises:
            OutputError: it cannot be saved.
        """
        at = self._at
        if at is None:
            return
        for look, pictures in self._kept.items():
            if pictures:
                self._save_still(make_strip(pictures, at), at, "-strip", look)
        told = Told(at, self._wish.gesture)
        for look, reel in self._reels.items():
            wanted = self._path(at, "-clip", look, self._wish.settings.selfie.clip_format)
            self._saved(save_whole(wanted, partial(reel.write, told=told)), at, look)
        while self._clips:
            look, (clip, beside) = self._clips.popitem()
            try:
                clip.close()
                tag_mp4(beside, told)
                wanted = self._path(at, "-clip", look, "mp4")
                path = save_whole(wanted, partial(os.replace, beside))
            finally:
                _remove(beside)
            self._saved(path, at, look)

    def abandon(self) -> None:
        """Leaves nothing behind that is not finished."""
        for clip, beside in self._clips.values():
            with contextlib.suppress(Exception):
                clip.close()
            _remove(beside)
        self._clips.clear()

    def _save_still(self, picture: Image, at: datetime, what: str, look: bool) -> None:
        kind = self._wish.settings.outputs.snapshot.format
        data = encode_still(picture, kind, Told(at, self._wish.gesture))
        self._saved(save_bytes(self._path(at, what, look, kind), data), at, look)

    def _add_to_clip(self, image: Image, at: float, look: bool) -> None:
        kind = self._wish.settings.selfie.clip_format
        if kind != "mp4":
            self._reels.setdefault(look, Reel(kind)).add(image, at)
            return
        if look not in self._clips:
            assert self._at is not None
            wanted = self._path(self._at, "-clip", look, "mp4")
            # One that cannot be made must not come to light when the clip is over.
            beside = save_bytes(wanted.with_name(f".{wanted.stem}.part.mp4"), b"")
            try:
                clip = ClipFile(beside, _clip_size(image), self._wish.settings.outputs.fps)
            except BaseException:
                _remove(beside)
                raise
            self._clips[look] = clip, beside
        self._clips[look][0].add(image, at)

    def _path(self, at: datetime, what: str, look: bool, ending: str) -> Path:
        who = self._wish.gesture or "selfie"
        clean = "" if look else "-clean"
        return self._wish.folder / f"vcam-{at:%Y-%m-%d-%H%M%S}-{who}{what}{clean}.{ending}"


def _clip_size(image: Image) -> tuple[int, int]:
    """Even, as MPEG-4 has colours of 2 by 2 pixels."""
    height, width = image.shape[:2]
    scale = min(1.0, LONGEST_CLIP_SIDE / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(2, round(height * scale) // 2 * 2)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
