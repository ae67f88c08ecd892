"""The settings in force and the file that they live in: read again when it changes, changed by us.

A change edits the newest text of the file, keeps its comments, and is in force only when the file
has been written; where it cannot be written, the change holds until vcam ends, and `warning` says
so. A file that is wrong changes nothing.
"""

from __future__ import annotations

import codecs
import copy
import dataclasses
import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vcam.core.document import MAX_BYTES, Document, parse_document
from vcam.core.errors import SettingsError
from vcam.settings import wishes
from vcam.settings.editor import edited_document
from vcam.settings.loader import (
    LoadedSettings,
    config_path,
    decoded,
    load_settings,
    read_file,
    settings_from_document,
)
from vcam.settings.validation import problems_of
from vcam.settings.wishes import Wishes
from vcam.settings.writing import Unwritable, write_file

logger = logging.getLogger(__name__)

_ATTEMPTS = 5

_HEADER = """\
# vcam's settings; what does not stand here has its default.
# `vcam config explain` tells about each, `vcam config check` whether this file is right.
"""


class SettingsStore:
    """The settings in force. Every method may be called from any thread.

    Args:
        path: the file; None takes `config_path()`, and there a missing file means defaults, unless
            `$VCAM_CONFIG` asks for it.
        overrides: as after `--set`; they win over the file until the user changes the same setting
            by `change`.
        must_exist: False lets a file be missing that is named, and makes it at the first change.

    Raises:
        SettingsError: as `load_settings`.
    """

    def __init__(
        self,
        path: Path | None = None,
        overrides: Sequence[str] = (),
        *,
        must_exist: bool = True,
    ) -> None:
        self._lock = threading.RLock()
        self._overrides = tuple(overrides)
        self._unsaved: Wishes = {}
        self._warning = ""
        self._problem = ""
        place = path or config_path()
        # Read before it is loaded: a save in between is then a change to the next `reload`.
        self._raw = read_file(place)
        self._text = decoded(self._raw or b"", place)
        self._loaded = (
            settings_from_document(Document(), place, overrides, from_file=False)
            if self._raw is None and not must_exist
            else load_settings(path, overrides)
        )

    @property
    def path(self) -> Path:
        """The file, whether it is there or not."""
        return self._loaded.path or config_path()

    @property
    def loaded(self) -> LoadedSettings:
        """The settings in force."""
        return self._loaded

    @property
    def exists(self) -> bool:
        """Whether the file was there when it was last looked at."""
        return self._raw is not None

    @property
    def problem(self) -> str:
        """Why the file as it is now is not in force; empty while it is."""
        return self._problem

    @property
    def warning(self) -> str:
        """What is in force but could not be saved, and what to do; empty otherwise."""
        return self._warning

    def reload(self) -> LoadedSettings:
        """Reads the file again; a file that has not changed gives the very same object.

        A file that has vanished keeps what it said in force.

        Raises:
            SettingsError: it cannot be used (`InvalidSettings`, with all the problems); the
                settings in force stay, and `problem` tells the same.
        """
        with self._lock:
            try:
                return self._reload()
            except SettingsError as error:
                self._problem = str(error)
                raise

    def change(
        self, set: Mapping[str, Any] | None = None, unset: Sequence[str] = ()
    ) -> LoadedSettings:
        """Changes settings in the file and brings them into force.

        Args:
            set: new values, plain data, by dotted name, such as
                `triggers.gestures.v_sign.enter`.
            unset: dotted names that go back to their defaults.

        Raises:
            SettingsError: a name or value is wrong, the file is wrong as it stands, or it cannot
                be edited safely; nothing has changed.
        """
        new = wishes.wished(set or {}, unset)
        with self._lock:
            for _ in range(_ATTEMPTS):
                if self._change(new):
                    return self._loaded
        raise SettingsError(
            f"{self.path} is being saved by another program", "try again in a moment"
        )

    def _reload(self) -> LoadedSettings:
        raw = read_file(self.path)
        if raw is None and self._loaded.from_file:
            self._raw = None
            raise SettingsError(
                f"the settings file {self.path} has gone; what it said stays in force",
                "save it again, or start vcam again for the defaults",
            )
        if raw == self._raw and not self._problem:
            return self._loaded
        text = decoded(raw or b"", self.path)
        document = parse_document(text)
        loaded = settings_from_document(document, self.path, self._overrides, raw is not None)
        unsaved = self._still_unsaved(document.data)
        if unsaved:
            wanted = wishes.applied(unsaved, copy.deepcopy(document.data))
            loaded = settings_from_document(
                edited_document(text, document, wanted)[1],
                self.path,
                self._overrides,
                raw is not None,
            )
        self._unsaved = unsaved
        self._take(raw, text, loaded)
        return loaded

    def _still_unsaved(self, now: dict[str, Any]) -> Wishes:
        """What could not be saved, less what the file says anew: that is the newer wish."""
        if not self._unsaved:
            return {}
        before = parse_document(self._text).data
        return {
            names: value
            for names, value in self._unsaved.items()
            if wishes.value_at(before, names) == wishes.value_at(now, names)
        }

    def _change(self, new: Wishes) -> bool:
        """One attempt; False if somebody saved the file at the same time."""
        raw = read_file(self.path)
        if raw is not None:
            text = decoded(raw, self.path)
        else:
            # A file that has vanished is written again as it was, since it is in force.
            text = self._text if self._loaded.from_file else _HEADER
        document = parse_document(text)
        if text != self._text:
            settings_from_document(document, self.path)
        all_wishes = wishes.joined(self._unsaved, new)
        wanted = wishes.applied(all_wishes, copy.deepcopy(document.data))
        problems = problems_of(wanted)
        if problems:
            raise SettingsError("\n".join(problem.message for problem in problems))
        new_text, new_document = edited_document(text, document, wanted)
        new_raw = new_text.encode()
        if raw is not None and raw.startswith(codecs.BOM_UTF8):
            new_raw = codecs.BOM_UTF8 + new_raw
        if len(new_raw) > MAX_BYTES:
            raise SettingsError(f"{self.path} would become larger than {MAX_BYTES // 1024} KiB")
        overrides = wishes.without(self._overrides, new)
        loaded = settings_from_document(new_document, self.path, overrides)
        self._warning = ""
        try:
            if new_raw != raw and not write_file(self.path, new_raw, raw):
                return False
        except Unwritable as error:
            self._warning = (
                f"{self.path} cannot be saved ({error.message}), so the changes hold only while "
                f"vcam runs: {error.fix}"
            )
            logger.warning("%s", self._warning)
            loaded = dataclasses.replace(loaded, from_file=raw is not None)
            self._unsaved = all_wishes
            self._take(raw, text, loaded)
        else:
            self._unsaved = {}
            self._take(new_raw, new_text, loaded)
        self._overrides = overrides
        return True

    def _take(self, raw: bytes | None, text: str, loaded: LoadedSettings) -> None:
        self._raw = raw
        self._text = text
        self._loaded = loaded
        self._problem = ""
        if not self._unsaved:
            self._warning = ""
