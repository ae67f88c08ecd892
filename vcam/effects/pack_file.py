"""Reads a pack.yaml with mistrust: what is wrong is told with file, line, key and the fix."""

from __future__ import annotations

import difflib
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError

from vcam.core.document import parse_document
from vcam.core.errors import PackError
from vcam.effects.schema import KINDS, PackSpec

PACK_FILE = "pack.yaml"
MAX_PACK_FILE_BYTES = 256 * 1024

Lines = Mapping[tuple[str, ...], int]


def read_spec(path: Path) -> tuple[PackSpec, Lines]:
    """The file's content, and the line of each of its values.

    Raises:
        PackError: it cannot be read, is no YAML, or says something that no pack may.
    """
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


def checked_path(folder: Path, name: str, place: str) -> Path:
    """The file `name` of a pack, which must lie in its folder and not be reached by a link.

    Raises:
        PackError: it leads elsewhere, or is no plain file; `place` begins the message.
    """
    parts = PurePosixPath(name).parts
    if "\\" in name or ":" in name or name.startswith("/") or ".." in parts:
        raise PackError(
            f"{place}: {name!r} leads out of the pack's folder",
            "name a file inside it, with forward slashes",
        )
    file = folder
    for part in parts:
        file = file / part
        if file.is_symlink():
            raise PackError(f"{place}: {name!r} is a symbolic link", "copy the file itself")
    if file.exists() and not file.is_file():
        raise PackError(f"{place}: {name!r} is not a plain file", "name a file")
    return file


def placed(path: Path, lines: Lines, key: tuple[str, ...]) -> str:
    """File, line and dotted key, as every message begins."""
    line = next((lines[key[:end]] for end in range(len(key), 0, -1) if key[:end] in lines), 1)
    return f"{path}, line {line}: {'.'.join(key)}" if key else f"{path}, line {line}"


def _first_problem(path: Path, error: ValidationError, lines: Lines) -> PackError:
    # Pydantic names the chosen kind of effect inside the path, where the file has no such key.
    problems = error.errors(include_url=False, include_input=True, include_context=True)
    problem = problems[0]
    key = tuple(
        str(step)
        for number, step in enumerate(problem["loc"])
        if not (step in KINDS and number == 2 and problem["loc"][0] == "effects")
    )
    place = placed(path, lines, key)
    kind, given = problem["type"], problem.get("input")
    context = problem.get("ctx", {})
    if kind == "extra_forbidden":
        known = _all_keys(PackSpec)
        return PackError(
            f"{place}: there is no such key", suggest(key[-1], known, "see docs/packs.md")
        )
    if kind == "missing":
        return PackError(f"{place} is missing", "add it, as docs/packs.md shows")
    if kind in ("literal_error", "union_tag_invalid"):
        choices = re.findall(
            r"'([^']*)'", str(context.get("expected", context.get("expected_tags")))
        )
        return PackError(
            f"{place}: {_shown(context.get('tag', given))} is not one of {', '.join(choices)}",
            suggest(str(context.get("tag", given)), choices),
        )
    if kind == "union_tag_not_found":
        return PackError(f"{place}.kind is missing", f"write `kind:` and one of {', '.join(KINDS)}")
    message = problem["msg"].removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    shown = "" if isinstance(given, dict | list) else f" (it is {_shown(given)})"
    return PackError(f"{place}: {message}{shown}", "correct it, see docs/packs.md")


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


def suggest(given: str, known: Mapping[str, Any] | Sequence[str], otherwise: str = "") -> str:
    """The fix for a name that is none: the nearest that is, else `otherwise`, else all of them."""
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
