"""Finds the settings file, reads it, and says line by line what is wrong with it."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from vcam.core.document import (
    MAX_BYTES,
    Document,
    Problem,
    ascii_if_odd,
    parse_document,
    parse_value,
)
from vcam.core.errors import SettingsError
from vcam.settings.schema import Settings
from vcam.settings.validation import unknown_key, validated, without_empty_sections

CONFIG_VARIABLE = "VCAM_CONFIG"
"""Environment variable that names the settings file."""


class InvalidSettings(SettingsError):
    """Settings that cannot be used, with everything that is wrong with them.

    The message's first line tells the first problem; further lines tell the others.

    Attributes:
        problems: all of them, in the order of the lines.
    """

    def __init__(self, where: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        first, *others = self.problems
        more = f" (and {len(others)} more)" if others else ""
        lines = [f"{where}, {first}{more}" if first.line else f"{where}: {first}{more}"]
        super().__init__("\n".join([*lines, *(f"  {problem}" for problem in others)]))


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings, and where they came from.

    Attributes:
        settings: the result.
        path: the file that was read, or that would have been; None for settings without a file.
        from_file: whether that file was there.
        origins: line in the file, or the text of the override, by dotted name; names that are
            missing here have their default.
    """

    settings: Settings
    path: Path | None = None
    from_file: bool = False
    origins: Mapping[str, int | str] = field(default_factory=dict)

    def origin(self, key: str) -> str:
        """Where the value of the dotted name `key` came from, in words."""
        origin = self.origins.get(key)
        if origin is None:
            return "default"
        return f"line {origin}" if isinstance(origin, int) else f"--set {origin}"


def config_path() -> Path:
    """The settings file: `$VCAM_CONFIG`, else `vcam/config.yaml` in the user's config folder."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    return platformdirs.user_config_path("vcam", appauthor=False) / "config.yaml"


def load_settings(path: Path | None = None, overrides: Sequence[str] = ()) -> LoadedSettings:
    """Reads the settings.

    Args:
        path: the file; None takes `config_path()`, and there a missing file means defaults,
            unless `$VCAM_CONFIG` asks for it.
        overrides: texts such as `camera.fps=15`, as after `--set`; the value is YAML. They win
            over the file; of two for the same name the later one wins.

    Raises:
        SettingsError: the file cannot be read or is no settings file, or an override is wrong
            (`InvalidSettings`, with all the problems).
    """
    asked_for = path is not None or bool(os.environ.get(CONFIG_VARIABLE))
    path = path or config_path()
    raw = read_file(path)
    if raw is None and asked_for:
        fix = f"check the name; without --config or ${CONFIG_VARIABLE} vcam runs on defaults"
        raise SettingsError(f"there is no settings file {path}", fix)
    text = decoded(raw or b"", path)
    return settings_from_text(text, path, overrides, from_file=raw is not None)


def settings_from_text(
    text: str, path: Path | None = None, overrides: Sequence[str] = (), from_file: bool = True
) -> LoadedSettings:
    """As `load_settings`, from the text of a file.

    Raises:
        InvalidSettings: with all the problems, each with its line.
    """
    return settings_from_document(parse_document(text), path, overrides, from_file)


def settings_from_document(
    document: Document,
    path: Path | None = None,
    overrides: Sequence[str] = (),
    from_file: bool = True,
) -> LoadedSettings:
    """As `settings_from_text`, when the text has been parsed already.

    Raises:
        InvalidSettings: with all the problems, each with its line.
    """
    where = str(path) if path else "settings"
    if document.problems:
        raise InvalidSettings(where, document.problems)
    data = without_empty_sections(document.data, ())
    file_problems = validated(data, document.lines)[1]
    if file_problems:
        raise InvalidSettings(where, file_problems)
    origins: dict[str, int | str] = {
        ".".join(place): line for place, line in document.lines.items()
    }
    problems: list[Problem] = []
    for override in overrides:
        key, changed, problem = _overridden(data, override)
        if problem is None:
            problem = next(iter(validated(changed, {})[1]), None)
        if problem is not None:
            problems.append(Problem(0, 0, f"--set {ascii_if_odd(override)}: {problem.message}"))
            continue
        data = changed
        origins[key] = override
    if problems:
        raise InvalidSettings("command line", problems)
    settings, leftover = validated(data, {})
    if settings is None:
        raise InvalidSettings(where, leftover)
    return LoadedSettings(settings, path, from_file, origins)


def read_file(path: Path) -> bytes | None:
    """What the settings file holds; None if there is none.

    Raises:
        SettingsError: it cannot be read, or is no settings file.
    """
    try:
        if path.exists() and not path.is_file():
            raise SettingsError(f"{path} is not a file", "name a YAML file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        fix = "check its permissions, or name another with --config"
        raise SettingsError(f"cannot read {path} ({reason})", fix) from None
    if len(raw) > MAX_BYTES:
        fix = "is this the right file?"
        raise SettingsError(f"{path} is larger than {MAX_BYTES // 1024} KiB", fix)
    return raw


def decoded(raw: bytes, path: Path) -> str:
    """The text of a settings file, without a byte order mark.

    Raises:
        InvalidSettings: it is not UTF-8.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problem = Problem(line, 0, "it is not UTF-8 text; save it as UTF-8")
        raise InvalidSettings(str(path), [problem]) from None


def _overridden(
    data: Mapping[str, Any], override: str
) -> tuple[str, dict[str, Any], Problem | None]:
    """`data` with one override in it; the key; what is wrong with the override's own form."""
    changed: dict[str, Any] = copy.deepcopy(dict(data))
    key, equals, text = override.partition("=")
    key = key.strip()
    names = key.split(".")
    if not equals or not all(names):
        return key, changed, Problem(0, 0, "write it as section.name=value")
    try:
        value = parse_value(text)
    except ValueError as error:
        return key, changed, Problem(0, 0, f"the value is not YAML: {error}")
    section = changed
    for name in names[:-1]:
        below = section.setdefault(name, {})
        if not isinstance(below, dict):
            return key, changed, unknown_key(tuple(names), {})
        section = below
    section[names[-1]] = value
    return key, without_empty_sections(changed, ()), None
