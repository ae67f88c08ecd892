"""Packs: a folder with pack.yaml and pictures, read with mistrust and told apart line by line."""

from __future__ import annotations

import difflib
import logging
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from vcam.core.document import parse_document
from vcam.core.errors import PackError
from vcam.core.events import ReactionRule
from vcam.core.observation import NONE_POSE
from vcam.effects.schema import PackSpec, ParticlesSpec, StickerSpec
from vcam.effects.sprite import Sprite, load_sprite

logger = logging.getLogger(__name__)

PACK_FILE = "pack.yaml"
MAX_PACK_FILE_BYTES = 256 * 1024
MAX_PACK_DECODED_BYTES = 96 * 1024 * 1024
"""Over all pictures of a pack; half of what the whole program may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """One effect of a pack, with its pictures.

    Attributes:
        spec: what pack.yaml says about it.
        sprites: a sticker's one picture; the looks of particles, none for slips of paper.
    """

    spec: StickerSpec | ParticlesSpec
    sprites: tuple[Sprite, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """A pack, ready to be drawn.

    Attributes:
        name: its folder's name.
        title: what people call it.
        licence: terms for its pictures.
        author: who drew it.
        effects: by name.
        rules: which gesture plays which of them.
    """

    name: str
    title: str
    licence: str
    author: str
    effects: Mapping[str, Effect]
    rules: tuple[ReactionRule, ...]


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
    spec, lines = _read_spec(path)
    if spec.name != folder.name:
        raise PackError(
            f"{path}, line {lines.get(('name',), 1)}: name: {spec.name!r} is not the folder's name",
            f"write `name: {folder.name}` or rename the folder",
        )
    budget = MAX_PACK_DECODED_BYTES
    effects: dict[str, Effect] = {}
    sprites: dict[Path, Sprite] = {}
    for name, effect in spec.effects.items():
        loaded = []
        for key, picture in _pictures(effect):
            place = _place(path, lines, ("effects", name, *key))
            file = _checked_path(folder, picture, place)
            if file not in sprites:
                try:
                    sprites[file] = load_sprite(file)
                except PackError as error:
                    raise PackError(f"{place}: {error.message}", error.fix) from None
                budget -= sprites[file].decoded_bytes
                if budget < 0:
                    raise PackError(
                        f"{place}: the pictures of this pack take too much memory",
                        f"at most {MAX_PACK_DECODED_BYTES // 2**20} MiB decoded in all",
                    )
            loaded.append(sprites[file])
        if effect.blend == "add":
            loaded = [sprite.additive() for sprite in loaded]
        effects[name] = Effect(effect, tuple(loaded))
    rules = tuple(_rules(path, spec, lines))
    return Pack(spec.name, spec.title, spec.licence, spec.author, effects, rules)


def _pictures(effect: StickerSpec | ParticlesSpec) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(effect, StickerSpec):
        yield ("picture",), effect.picture
    else:
        for number, picture in enumerate(effect.pictures):
            yield ("pictures", str(number)), picture


def _rules(
    path: Path, spec: PackSpec, lines: Mapping[tuple[str, ...], int]
) -> Iterator[ReactionRule]:
    seen = set()
    for number, rule in enumerate(spec.reactions):
        effect = spec.effects.get(rule.effect)
        if (rule.gesture, rule.effect) in seen or rule.gesture == NONE_POSE:
            place = _place(path, lines, ("reactions", str(number)))
            raise PackError(
                f"{place}: {rule.gesture} cannot play {rule.effect} here",
                "a gesture plays an effect once, and none is the absence of a gesture",
            )
        seen.add((rule.gesture, rule.effect))
        if effect is None:
            place = _place(path, lines, ("reactions", str(number), "effect"))
            raise PackError(
                f"{place}: there is no effect {rule.effect!r}", _suggest(rule.effect, spec.effects)
            )
        yield ReactionRule(
            rule.gesture,
            spec.name,
            rule.effect,
            rule.mode,
            rule.min_ms,
            rule.linger_ms,
            effect.leave.ms,
        )


def _read_spec(path: Path) -> tuple[PackSpec, Mapping[tuple[str, ...], int]]:
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise PackError(f"{path} is not a plain file", "replace it by the file itself")
        if status.st_size > MAX_PACK_FILE_BYTES:
            raise PackError(f"{path} is far too large", "a pack.yaml is a few kilobytes")
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise PackError(
            f"{path.parent} has no {PACK_FILE}", "add one, as docs/packs.md shows"
        ) from None
    except OSError as error:
        raise PackError(f"{path} cannot be read ({error.strerror})", "check its rights") from None
    except UnicodeDecodeError:
        raise PackError(f"{path} is not UTF-8 text", "save it as UTF-8") from None
    document = parse_document(text)
    if document.problems:
        raise PackError(f"{path}, {document.problems[0]}", "correct that line")
    try:
        return PackSpec.model_validate(document.data), document.lines
    except ValidationError as error:
        raise _first_problem(path, error, document.lines) from None


def _checked_path(folder: Path, picture: str, place: str) -> Path:
    """The picture's file, which must lie in the folder itself and not be reached by a link."""
    parts = PurePosixPath(picture).parts
    if "\\" in picture or ":" in picture or picture.startswith("/") or ".." in parts:
        raise PackError(
            f"{place}: {picture!r} leads out of the pack's folder",
            "name a file inside it, with forward slashes",
        )
    file = folder
    for part in parts:
        file = file / part
        if file.is_symlink():
            raise PackError(f"{place}: {picture!r} is a symbolic link", "copy the file itself")
    if file.exists() and not file.is_file():
        raise PackError(f"{place}: {picture!r} is not a plain file", "name a picture")
    return file


def _place(path: Path, lines: Mapping[tuple[str, ...], int], key: tuple[str, ...]) -> str:
    """File, line and dotted key, as every message begins."""
    line = next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), 1)
    return f"{path}, line {line}: {'.'.join(key)}" if key else f"{path}, line {line}"


def _first_problem(
    path: Path, error: ValidationError, lines: Mapping[tuple[str, ...], int]
) -> PackError:
    # Pydantic names the chosen kind of effect inside the path, where the file has no such key.
    kinds = ("sticker", "particles")
    problems = error.errors(include_url=False, include_input=True, include_context=True)
    problem = problems[0]
    key = tuple(
        str(step)
        for number, step in enumerate(problem["loc"])
        if not (step in kinds and number == 2 and problem["loc"][0] == "effects")
    )
    place = _place(path, lines, key)
    kind, given = problem["type"], problem.get("input")
    context = problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = _all_keys(PackSpec)
        return PackError(
            f"{place}: there is no such key", _suggest(key[-1], known, "see docs/packs.md")
        )
    if kind == "missing":
        return PackError(f"{place} is missing", "add it, as docs/packs.md shows")
    if kind in ("literal_error", "union_tag_invalid"):
        choices = re.findall(
            r"'([^']*)'", str(context.get("expected", context.get("expected_tags")))
        )
        return PackError(
            f"{place}: {_shown(context.get('tag', given))} is not one of {', '.join(choices)}",
            _suggest(str(context.get("tag", given)), choices),
        )
    if kind == "union_tag_not_found":
        return PackError(f"{place}.kind is missing", "write `kind: sticker` or `kind: particles`")
    message = problem["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    shown = "" if isinstance(given, dict | list) else f" (it is {_shown(given)})"
    return PackError(f"{place}: {message}{shown}", "correct it, see docs/packs.md")


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _suggest(given: str, known: Mapping[str, Any] | Sequence[str], otherwise: str = "") -> str:
    close = difflib.get_close_matches(given, list(known), n=1)
    if close:
        return f"did you mean {close[0]}?"
    return otherwise or f"there are: {', '.join(known)}"


def _all_keys(model: type[BaseModel]) -> list[str]:
    """Every key that may stand anywhere in a pack.yaml, for suggestions."""
    schema = model.model_json_schema()
    names = set(schema["properties"])
    for part in schema["$defs"].values():
        names |= set(part.get("properties", {}))
    return sorted(names)
