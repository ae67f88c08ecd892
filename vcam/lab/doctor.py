"""`vcam doctor`: looks at everything vcam needs, and says what is wrong and how to mend it."""

from __future__ import annotations

import difflib
import errno
import logging
import os
import platform
import re
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from vcam.control.instance import running_pid, runtime_dir
from vcam.core.errors import PackError, VcamError
from vcam.effects.pack import find_packs, load_pack, shipped_pack_folder
from vcam.lab.checks import Check, CheckState, fail, failed, ok, warn
from vcam.lab.doctor_desktop import DesktopProbe
from vcam.lab.doctor_devices import (
    check_camera,
    check_camera_rate,
    check_virtual_camera,
    spare_finder,
)
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import GESTURES
from vcam.settings.loader import load_settings
from vcam.settings.schema import PageSettings, Settings
from vcam.vision.weights import verify, weights_dir

logger = logging.getLogger(__name__)

OLDEST_PYTHON = (3, 11)

_EXTRA = re.compile(r";.*\bextra\b")
_PLATFORM = re.compile(r";.*\bsys_platform\s*(==|!=)\s*['\"](\w+)['\"]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def run_doctor(config_file: Path | None = None, overrides: Sequence[str] = ()) -> Iterator[Check]:
    """All checks, each as soon as it is done. Never raises: a check that breaks is a failure.

    Args:
        config_file: settings file, as for `load_settings`.
        overrides: as after `--set`.
    """
    yield _guarded("Python", check_python)
    yield _guarded("packages", check_packages)
    settings = Settings()
    try:
        loaded = load_settings(config_file, overrides)
    except VcamError as error:
        yield failed("settings", error)
    else:
        settings = loaded.settings
        where = str(loaded.path) if loaded.from_file else f"defaults (no {loaded.path})"
        yield _guarded("settings", lambda: check_gesture_names(settings, where))
    yield _guarded("weights", check_weights)
    yield _guarded("pose model", check_pose_model)
    yield _guarded("packs", lambda: check_packs(settings))
    pid = _running()
    finder = spare_finder(pid)
    yield _guarded("camera", lambda: check_camera(settings.camera, pid, finder))
    yield _guarded("camera rate", lambda: check_camera_rate(settings.camera, pid, finder))
    yield from _check_outputs(settings, pid)
    yield _guarded("page", lambda: check_page(settings.control.page, pid))
    yield _guarded("instance", lambda: check_instance(pid))


def _check_outputs(settings: Settings, pid: int | None) -> Iterator[Check]:
    """What other programs see, and the desktop where there is one that can be asked."""
    outputs = settings.outputs
    loopback = _guarded("virtual camera", lambda: check_virtual_camera(outputs.virtual_camera, pid))
    if not sys.platform.startswith("linux"):
        yield loopback
        return
    desktop = DesktopProbe()
    pipewire = _guarded("PipeWire", lambda: desktop.check_pipewire(outputs.pipewire))
    has_pipewire = outputs.pipewire.enabled and pipewire.state is CheckState.OK
    if has_pipewire and loopback.state is CheckState.FAIL:
        # Programs without PipeWire (OBS, Zoom) see nothing, but browsers do.
        loopback = replace(loopback, state=CheckState.WARN)
    yield loopback
    yield pipewire
    has_loopback = outputs.virtual_camera.enabled and loopback.state is CheckState.OK
    yield _guarded("browsers", lambda: desktop.check_browsers(has_pipewire, has_loopback))
    yield _guarded("tray", lambda: desktop.check_tray(settings.control.tray))


def check_python() -> Check:
    """The interpreter's version and platform."""
    version = platform.python_version()
    where = f"{version} on {platform.system()} {platform.machine()}"
    if sys.version_info < OLDEST_PYTHON:
        return fail("Python", where, "use Python 3.11 or newer")
    return ok("Python", where)


def check_packages(distribution: str = "vcam") -> Check:
    """Whether everything that `distribution` depends on is installed."""
    try:
        requirements = metadata.requires(distribution) or []
    except metadata.PackageNotFoundError:
        return warn("packages", "vcam runs from a folder, not installed", "pip install -e .")
    names = [_NAME.match(line) for line in requirements if _is_needed(line)]
    versions = {match[0]: _version(match[0]) for match in names if match}
    missing = [name for name, version in versions.items() if version is None]
    if missing:
        what = f"not installed: {', '.join(missing)}"
        return fail("packages", what, f"pip install {' '.join(missing)}")
    if _version("opencv-python") and _version("opencv-python-headless"):
        # Both put their files into the same folder `cv2`.
        return warn(
            "packages",
            "opencv-python and opencv-python-headless overwrite each other",
            "pip uninstall opencv-python opencv-python-headless, then install the headless one",
        )
    return ok("packages", f"all {len(versions)} are there")


def check_gesture_names(settings: Settings, where: str) -> Check:
    """Whether the gestures that the settings name exist."""
    unknown = [name for name in settings.triggers.gestures if name not in GESTURES]
    if unknown:
        from vcam.daemon.taught import taught_names

        taught = taught_names()
        unknown = [name for name in unknown if name not in taught]
    if not unknown:
        return ok("settings", where)
    known = (*GESTURES, *taught)
    near = difflib.get_close_matches(unknown[0], known, n=1)
    fix = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
    return warn("settings", f"triggers.gestures.{unknown[0]} names no gesture", fix)


def check_weights() -> Check:
    """Whether the networks' weights are there, with the right content."""
    bad = [status for status in verify() if status.state != "ok"]
    if bad:
        names = ", ".join(f"{status.path.name} ({status.state})" for status in bad)
        return fail("weights", f"{weights_dir()}: {names}", "run: vcam weights pull")
    return ok("weights", f"{weights_dir()}, all verified")


def check_pose_model() -> Check:
    """Whether the pose head loads and fits its card."""
    card = PoseClassifier.load().card
    return ok("pose model", f"{card.name}, {len(card.classes)} classes")


def check_packs(settings: Settings) -> Check:
    """Whether the packs that are on, and the others that are there, can be used."""
    folders = [Path(folder) for folder in settings.reactions.pack_folders]
    packs = find_packs([shipped_pack_folder(), *folders])
    for name in settings.reactions.packs:
        if name not in packs:
            there = ", ".join(sorted(packs)) or "none"
            return fail("packs", f"there is no pack {name}", f"there are: {there}")
        load_pack(packs[name])
    for name, folder in packs.items():
        try:
            load_pack(folder)
        except PackError as error:
            return warn("packs", f"{name} is off and cannot be used: {error.message}", error.fix)
    on = ", ".join(settings.reactions.packs) or "none"
    return ok("packs", f"on: {on}; there are: {', '.join(sorted(packs))}")


def check_page(settings: PageSettings, running: int | None) -> Check:
    """Whether the page's port is free."""
    if not settings.enabled:
        return ok("page", "switched off")
    address = f"{settings.host}:{settings.port}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":
            # As servers do: a port in TIME_WAIT is free. On Windows the option means another thing.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE and running is not None:
                return ok("page", f"{address}, served by the running vcam")
            reason = error.strerror or str(error)
            fix = "set control.page.port to another one; vcam takes the next free one until then"
            return warn("page", f"{address} cannot be served ({reason})", fix)
    return ok("page", f"{address} is free")


def check_instance(running: int | None) -> Check:
    """Whether a daemon runs, and whether the next one could note that it does."""
    if running is not None:
        return ok("instance", f"vcam is running (pid {running})")
    lock = runtime_dir() / "vcam.lock"
    existing = next(path for path in (lock, *lock.parents) if path.exists())
    if not os.access(existing, os.W_OK):
        fix = "set VCAM_RUNTIME_DIR to a folder of your own"
        return fail("instance", f"{existing} cannot be written to", fix)
    return ok("instance", "none is running")


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except VcamError as error:
        return failed(name, error)
    except Exception as error:
        # One check that breaks must not hide what the others have to say.
        logger.debug("Check %s failed", name, exc_info=True)
        return fail(name, f"could not be checked ({type(error).__name__}: {error})", "report this")


def _running() -> int | None:
    try:
        return running_pid()
    except VcamError:
        # The lock cannot be looked at; `check_instance` says why.
        return None


def _is_needed(requirement: str, platform: str = sys.platform) -> bool:
    """Whether it is no extra, and for this platform."""
    if _EXTRA.search(requirement):
        return False
    condition = _PLATFORM.search(requirement)
    return condition is None or (condition[1] == "==") == (condition[2] == platform)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
