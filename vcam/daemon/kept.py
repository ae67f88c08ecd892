"""Everything that vcam keeps on this machine: what, where, how much, since when."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

import platformdirs

from vcam.control.state import Kept, KeptState
from vcam.core.clock import Clock
from vcam.daemon.history import StartHistory
from vcam.daemon.loading import user_pack_folder
from vcam.daemon.model_files import models_folder
from vcam.daemon.people_files import PeopleFiles
from vcam.daemon.personal import Personal
from vcam.settings.schema import Settings
from vcam.settings.store import SettingsStore
from vcam.vision.weights import weights_dir

LOOK_EVERY_S = 30.0
"""Files come and go by themselves, such as snapshots that the user deletes."""

MOST_FILES = 10_000
"""Of a folder; a larger one is counted no further."""


def kept_state(
    settings: Settings,
    settings_path: Path,
    personal: Personal,
    starts: Iterable[float] = (),
) -> KeptState:
    """All kinds, also those of which there is nothing.

    Args:
        settings: in force, for where things go.
        settings_path: the settings file.
        personal: what was learnt.
        starts: times of day of the starts in the history.
    """
    return KeptState(
        items=(
            _wrong(personal),
            _calibration(personal),
            _history(personal, sorted(starts), settings),
            _taught(personal),
            *PeopleFiles(personal.learnt.file.path.parent).kept(),
            _one_file("settings", "your settings", settings_path),
            _snapshots(settings),
            *_recording(settings),
            Kept(
                kind="packs",
                what="sticker packs that you installed: vcam pack remove deletes one",
                path=str(user_pack_folder()),
                count=_folders(user_pack_folder()),
            ),
            Kept(
                kind="models",
                what="image models that you installed: vcam models remove deletes one",
                path=str(models_folder(settings.recognisers)),
                count=len(list(models_folder(settings.recognisers).glob("*.tflite"))),
            ),
            _folder(
                "weights", "networks that find hands and faces, the same for all", weights_dir()
            ),
            *_log(),
        )
    )


def snapshot_folder(settings: Settings) -> Path:
    """Where snapshots go."""
    own = settings.outputs.snapshot.folder
    return Path(own) if own is not None else platformdirs.user_pictures_path() / "vcam"


def _wrong(personal: Personal) -> Kept:
    file = personal.learnt.file
    wrong, right = personal.learnt.starts(wrong=True), personal.learnt.starts(wrong=False)
    beside = f", and of {len(right)} others to compare them with" if right else ""
    return Kept(
        kind="wrong",
        what=f"landmarks of hands whose start you called wrong{beside}; no pictures",
        path=str(file.path),
        count=len(wrong),
        size=file.size(),
        since=min((*wrong, *right), default=None),
        forget="wrong",
    )


def _calibration(personal: Personal) -> Kept:
    file = personal.thresholds.file
    stored = personal.thresholds.stored
    unused = "" if personal.thresholds.enter or stored is None else " (of another model: not used)"
    return Kept(
        kind="calibration",
        what=f"thresholds that vcam calibrate has found for you{unused}",
        path=str(file.path),
        count=len(stored.enter) if stored else 0,
        size=file.size(),
        since=stored.found_at if stored else None,
        forget="calibration",
    )


def _history(personal: Personal, starts: list[float], settings: Settings) -> Kept:
    file = personal.history_file
    on_disk = settings.personal.keep_history or file.size() > 0
    where = "in memory and on disk" if on_disk else "in memory alone, until vcam ends"
    return Kept(
        kind="history",
        what=f"which gestures started, when, and their scores; {where}",
        path=str(file.path) if on_disk else "",
        count=len(starts),
        size=file.size(),
        since=starts[0] if starts else None,
        forget="history",
    )


def _taught(personal: Personal) -> Kept:
    taught = personal.taught
    poses = taught.samples.poses
    times = [each.at for each in taught.samples if each.at > 0]
    return Kept(
        kind="taught",
        what=f"landmarks of hands that you taught {len(poses)} poses with; their thumbnails are in "
        "memory alone",
        path=str(taught.file.path),
        count=sum(len(samples) for samples in poses.values()),
        size=taught.file.size(),
        since=min(times, default=None),
        forget="taught",
    )


def _snapshots(settings: Settings) -> Kept:
    return _folder("snapshots", "pictures that you had saved", snapshot_folder(settings))


def _recording(settings: Settings) -> list[Kept]:
    path = settings.outputs.record_to
    return [_one_file("recording", "the recording", Path(path))] if path is not None else []


def _log() -> list[Kept]:
    if sys.platform == "darwin":
        path = Path.home() / "Library" / "Logs" / "vcam.log"
        return [_one_file("log", "what vcam says, where it starts at login", path)]
    what = "what vcam says: on standard error alone"
    if sys.platform == "linux":
        what += "; where systemd starts it, its journal keeps that (journalctl --user -u vcam)"
    return [Kept(kind="log", what=what)]


def _folders(path: Path) -> int:
    try:
        with os.scandir(path) as entries:
            return sum(entry.is_dir() for entry in entries)
    except OSError:
        return 0


def _one_file(kind: str, what: str, path: Path) -> Kept:
    try:
        status = path.stat()
    except OSError:
        return Kept.model_validate({"kind": kind, "what": what, "path": str(path), "count": 0})
    told = {"size": status.st_size, "since": status.st_mtime, "count": 1}
    return Kept.model_validate({"kind": kind, "what": what, "path": str(path), **told})


def _folder(kind: str, what: str, path: Path) -> Kept:
    count, size, since = 0, 0, None
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and count < MOST_FILES:
                    count, size = count + 1, size + status.st_size
                    since = status.st_mtime if since is None else min(since, status.st_mtime)
    except OSError:
        # Not there, or not ours to read: nothing of ours is in it.
        return Kept.model_validate({"kind": kind, "what": what, "path": str(path), "count": 0})
    told = {"count": count, "size": size, "since": since}
    return Kept.model_validate({"kind": kind, "what": what, "path": str(path), **told})


class KeptTeller:
    """Tells what is kept, looking at the disk now and then. Any thread.

    Args:
        store: the settings.
        personal: what was learnt.
        history: the starts.
        clock: monotonic time.
    """

    def __init__(
        self, store: SettingsStore, personal: Personal, history: StartHistory, clock: Clock
    ) -> None:
        self._store = store
        self._personal = personal
        self._history = history
        self._clock = clock
        self._people = PeopleFiles(personal.learnt.file.path.parent)
        self._looked: tuple[float, tuple[object, ...], object, KeptState] | None = None

    def state(self) -> KeptState:
        """All that is kept; looked at anew where something was learnt, or after a while."""
        now = self._clock.now()
        loaded, starts = self._store.loaded, self._history.starts()
        stored = self._personal.thresholds.stored
        newest = starts[0] if starts else None
        stamp = self._people.stamp()
        mark = (
            loaded,
            self._personal.learnt.hands(),
            stored,
            newest,
            self._personal.taught.samples,
        )
        looked = self._looked
        if looked is not None and (now - looked[0] >= LOOK_EVERY_S or looked[2] != stamp):
            looked = None
        if looked is not None and all(a is b for a, b in zip(mark, looked[1], strict=True)):
            return looked[3]
        state = kept_state(
            loaded.settings, self._store.path, self._personal, [start.at for start in starts]
        )
        self._looked = now, mark, stamp, state
        return state
