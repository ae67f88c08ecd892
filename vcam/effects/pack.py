"""Packs: a folder with pack.yaml, pictures and sounds, ready to be drawn."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.core.observation import NONE_POSE
from vcam.effects.pack_file import PACK_FILE, Lines, checked_path, placed, read_spec, suggest
from vcam.effects.schema import (
    BackgroundSpec,
    EffectSpec,
    PackSpec,
    ParticlesSpec,
    StickerSpec,
)
from vcam.effects.sprite import Sprite, load_sprite

logger = logging.getLogger(__name__)

MAX_PACK_DECODED_BYTES = 96 * 1024 * 1024
"""Over all pictures of a pack; half of what the whole program may take."""

MAX_SOUND_BYTES = 4 * 1024 * 1024
MAX_BACKGROUND_BYTES = 64 * 1024 * 1024

_SOUND_STARTS = {".wav": b"RIFF", ".ogg": b"OggS"}
_PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".webp")

_MATROSKA = 0, (b"\x1a\x45\xdf\xa3",)
_VIDEO_STARTS: Final[Mapping[str, tuple[int, tuple[bytes, ...]]]] = {
    ".mp4": (4, (b"ftyp",)),
    ".mov": (4, (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")),
    ".webm": _MATROSKA,
    ".mkv": _MATROSKA,
    ".avi": (0, (b"RIFF",)),
}
"""What a video has at which byte. FFmpeg goes by content: under the same name it would read a list
of other files and addresses."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """One effect of a pack, with its files.

    Attributes:
        spec: what pack.yaml says about it.
        sprites: the looks to choose from, of a sticker or of particles; none where vcam itself
            draws.
        coming: a sticker's clip for its entrance.
        going: a sticker's clip for its exit.
        sound: what is played as it comes.
        file: picture or video of a background.
    """

    spec: EffectSpec
    sprites: tuple[Sprite, ...] = ()
    coming: Sprite | None = None
    going: Sprite | None = None
    sound: Path | None = None
    file: Path | None = None

    @property
    def leave_ms(self) -> int:
        """How long it takes to go: the exit, and before it what its clip is longer."""
        clip_ms = round(self.going.duration_s * 1000) if self.going is not None else 0
        return max(self.spec.leave.ms, clip_ms)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Pack:
    """A pack, ready to be drawn.

    Attributes:
        name: its folder's name.
        title: what people call it.
        licence: terms for its pictures.
        author: who drew it.
        effects: by name.
        rules: which gesture plays which of them.
        title_id: the title in Indonesian.
        homepage: where more of it is to be found.
        version: of the pack.
        thumbnail: picture that stands for it.
    """

    name: str
    title: str
    licence: str
    author: str
    effects: Mapping[str, Effect]
    rules: tuple[ReactionRule, ...]
    title_id: str | None = None
    homepage: str | None = None
    version: str | None = None
    thumbnail: Path | None = None


def shipped_pack_folder() -> Path:
    """The folder of the packs that come with vcam, installed or in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_shipped" / "stickers"
    return installed if installed.is_dir() else package.parent / "stickers"


def find_packs(folders: Sequence[Path]) -> dict[str, Path]:
    """Folders that hold a pack.yaml, by name; of two with one name the later wins.

    A folder that does not exist or cannot be listed is passed over with a line in the log.
    """
    found: dict[str, Path] = {}
    for folder in folders:
        try:
            children = sorted(folder.expanduser().iterdir())
        except OSError as error:
            logger.warning("No packs are read from %s (%s)", folder, error.strerror)
            continue
        found.update({child.name: child for child in children if (child / PACK_FILE).is_file()})
    return found


def load_pack(folder: Path) -> Pack:
    """Reads a pack and decodes its pictures.

    Raises:
        PackError: anything at all is wrong with it. The message names the file, the line and the
            key, and what would be right.
    """
    path = folder / PACK_FILE
    spec, lines = read_spec(path)
    if spec.name != folder.name:
        raise PackError(
            f"{path}, line {lines.get(('name',), 1)}: name: {spec.name!r} is not the folder's name",
            f"write `name: {folder.name}` or rename the folder",
        )
    files = _Files(folder, path, lines)
    effects = {
        name: _load_effect(files, ("effects", name), effect)
        for name, effect in spec.effects.items()
    }
    thumbnail = None
    if spec.thumbnail is not None:
        files.sprite(("thumbnail",), spec.thumbnail)
        thumbnail = folder / spec.thumbnail
    return Pack(
        spec.name,
        spec.title,
        spec.licence,
        spec.author,
        effects,
        tuple(_rules(path, spec, effects, lines)),
        spec.title_id,
        spec.homepage,
        spec.version,
        thumbnail,
    )


class _Files:
    """The files of a pack, each read once, within what a pack may take."""

    def __init__(self, folder: Path, path: Path, lines: Lines) -> None:
        self._folder = folder
        self._path = path
        self._lines = lines
        self._budget = MAX_PACK_DECODED_BYTES
        self._sprites: dict[Path, Sprite] = {}

    def sprite(self, key: tuple[str, ...], name: str) -> Sprite:
        """A picture."""
        place = placed(self._path, self._lines, key)
        file = checked_path(self._folder, name, place)
        if file not in self._sprites:
            try:
                self._sprites[file] = load_sprite(file)
            except PackError as error:
                raise PackError(f"{place}: {error.message}", error.fix) from None
            self._budget -= self._sprites[file].decoded_bytes
            if self._budget < 0:
                raise PackError(
                    f"{place}: the pictures of this pack take too much memory",
                    f"at most {MAX_PACK_DECODED_BYTES // 2**20} MiB decoded in all",
                )
        return self._sprites[file]

    def sound(self, key: tuple[str, ...], name: str) -> Path:
        """A WAV or OGG file; looked at, but not decoded."""
        file = self._plain(key, name, tuple(_SOUND_STARTS), MAX_SOUND_BYTES)
        with file.open("rb") as stream:
            start = stream.read(4)
        if start != _SOUND_STARTS[file.suffix.lower()]:
            place = placed(self._path, self._lines, key)
            raise PackError(f"{place}: {file} is no WAV or OGG sound", "save it as one of these")
        return file

    def background(self, key: tuple[str, ...], name: str, style: str) -> Path:
        """A background's picture or video; whoever draws it decodes it."""
        if style == "picture":
            return self._plain(key, name, _PICTURE_ENDINGS, MAX_BACKGROUND_BYTES)
        file = self._plain(key, name, tuple(_VIDEO_STARTS), MAX_BACKGROUND_BYTES)
        at, marks = _VIDEO_STARTS[file.suffix.lower()]
        with file.open("rb") as stream:
            start = stream.read(at + 4)
        if start[at:] not in marks:
            place = placed(self._path, self._lines, key)
            raise PackError(f"{place}: {file} is no {file.suffix} video", "save the video again")
        return file

    def _plain(
        self, key: tuple[str, ...], name: str, endings: tuple[str, ...], most_bytes: int
    ) -> Path:
        place = placed(self._path, self._lines, key)
        file = checked_path(self._folder, name, place)
        if file.suffix.lower() not in endings:
            raise PackError(f"{place}: {name!r} is none of {', '.join(endings)}", "save it as one")
        try:
            size = file.stat().st_size
        except OSError as error:
            raise PackError(
                f"{place}: {file} cannot be read ({error.strerror})", "add it or correct its name"
            ) from None
        if size > most_bytes:
            raise PackError(
                f"{place}: {file} is larger than {most_bytes // 2**20} MiB", "save a smaller one"
            )
        return file


def _load_effect(files: _Files, key: tuple[str, ...], spec: EffectSpec) -> Effect:
    sound = files.sound((*key, "sound"), spec.sound) if spec.sound is not None else None
    if isinstance(spec, BackgroundSpec):
        file = None
        if spec.file is not None:
            file = files.background((*key, "file"), spec.file, spec.style)
        return Effect(spec, sound=sound, file=file)
    light = spec.blend == "add"

    def sprite(step: tuple[str, ...], name: str) -> Sprite:
        loaded = files.sprite((*key, *step), name)
        return loaded.additive() if light else loaded

    sprites = tuple(sprite(step, name) for step, name in _looks(spec))
    if not isinstance(spec, StickerSpec) or spec.clips is None:
        return Effect(spec, sprites, sound=sound)
    coming, going = (
        sprite(("clips", part), name) if name is not None else None
        for part, name in (("enter", spec.clips.enter), ("leave", spec.clips.leave))
    )
    return Effect(spec, sprites, coming, going, sound)


def _looks(spec: EffectSpec) -> Iterator[tuple[tuple[str, ...], str]]:
    """The pictures to choose from, each with its key."""
    if not isinstance(spec, StickerSpec | ParticlesSpec):
        return
    for number, picture in enumerate(spec.pictures):
        yield ("pictures", str(number)), picture
    if isinstance(spec, StickerSpec):
        if spec.picture is not None:
            yield ("picture",), spec.picture
        if spec.clips is not None and spec.clips.loop is not None:
            yield ("clips", "loop"), spec.clips.loop


def _rules(
    path: Path, spec: PackSpec, effects: Mapping[str, Effect], lines: Lines
) -> Iterator[ReactionRule]:
    seen = set()
    for number, rule in enumerate(spec.reactions):
        if (rule.gesture, rule.effect) in seen or rule.gesture == NONE_POSE:
            place = placed(path, lines, ("reactions", str(number)))
            raise PackError(
                f"{place}: {rule.gesture} cannot play {rule.effect} here",
                "a gesture plays an effect once, and none is the absence of a gesture",
            )
        seen.add((rule.gesture, rule.effect))
        effect = effects.get(rule.effect)
        if effect is None:
            place = placed(path, lines, ("reactions", str(number), "effect"))
            raise PackError(
                f"{place}: there is no effect {rule.effect!r}", suggest(rule.effect, effects)
            )
        yield ReactionRule(
            rule.gesture,
            spec.name,
            rule.effect,
            rule.mode,
            rule.min_ms,
            rule.linger_ms,
            effect.leave_ms,
        )
