"""The doctor's look at devices: the camera that is read and the one that is written.

The camera that the running daemon uses is not opened, not even to be asked.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

from vcam.capture.camera_reader import FOURCCS
from vcam.capture.devices import CameraFinder, CameraInfo
from vcam.core import v4l2
from vcam.core.errors import SourceError
from vcam.core.holders import holders_of, is_held_by
from vcam.core.v4l2_controls import (
    EXPOSURE_AUTO,
    EXPOSURE_AUTO_PRIORITY,
    EXPOSURE_MANUAL,
    read_controls,
)
from vcam.lab.checks import Check, fail, failed, ok, warn
from vcam.lab.doctor_drivers import DriverProbe
from vcam.lab.doctor_loopback import LoopbackProbe
from vcam.settings.schema import CameraSettings, VirtualCameraSettings


def spare_finder(running: int | None, finder: CameraFinder | None = None) -> CameraFinder:
    """A finder that leaves the cameras of the running daemon alone.

    Args:
        running: the daemon's process; None if there is none.
        finder: what to look with.
    """
    finder = finder or CameraFinder()
    if running is None or not finder.has_nodes:
        return finder
    in_use = frozenset(
        node.path
        for node in v4l2.video_nodes(finder.sysfs, finder.devices)
        # Our own output is no camera to be spared: software devices are under `virtual`.
        if "virtual" not in (finder.sysfs / node.path.name).resolve().parts
        and is_held_by(running, node.path, finder.proc)
    )
    return replace(finder, untouched=in_use)


def check_camera(
    settings: CameraSettings, running: int | None, finder: CameraFinder | None = None
) -> Check:
    """Whether the camera that is read is there, may be used, and is free."""
    finder = finder or CameraFinder()
    try:
        cameras = finder.candidates(settings.device)
    except SourceError as error:
        return failed("camera", error)
    if not finder.has_nodes:
        return _probed(settings, finder, running)
    troubles = []
    for camera in cameras:
        trouble = _trouble(camera, running, finder)
        if trouble is None:
            break
        troubles.append(trouble)
    else:
        return troubles[0]
    if troubles:
        what = f"{troubles[0].message}; vcam reads {camera.name} ({camera.device}) instead"
        return warn("camera", what, troubles[0].fix)
    more = f"; {len(cameras) - 1} more" if len(cameras) > 1 else ""
    return ok("camera", f"{camera.name} ({camera.device}){more}")


def _trouble(camera: CameraInfo, running: int | None, finder: CameraFinder) -> Check | None:
    """Why vcam cannot read this camera now; None if nothing is known against it."""
    if camera.problem:
        return failed("camera", finder.why_not(camera))
    others = [
        holder
        for holder in holders_of(Path(str(camera.device)), finder.proc)
        if holder.pid not in (running, os.getpid())
    ]
    if not others:
        return None
    who = " and ".join(str(holder) for holder in others)
    return fail("camera", f"{camera.name} is in use by {who}", "close that program")


def check_camera_rate(
    settings: CameraSettings, running: int | None, finder: CameraFinder | None = None
) -> Check:
    """Whether the camera can give the rate that is asked for, in dim light and in this format."""
    finder = finder or CameraFinder()
    name = "camera rate"
    if not finder.has_nodes:
        return ok(name, "this system does not tell")
    try:
        camera = finder.candidates(settings.device)[0]
    except SourceError:
        return ok(name, "there is no camera to ask")
    if Path(str(camera.device)) in finder.untouched:
        return ok(name, f"{camera.name} is in the hands of the running vcam; see: vcam status")
    if camera.problem:
        return ok(name, "the camera may not be asked")
    return _slow_format(settings, camera, finder) or _dim_light(settings, camera, finder)


def _slow_format(
    settings: CameraSettings, camera: CameraInfo, finder: CameraFinder
) -> Check | None:
    modes = camera.modes or _modes(camera, finder)
    fast = _fastest(modes, settings, "MJPG")
    slow = _fastest(modes, settings, "YUYV")
    asked = FOURCCS.get(settings.format)
    if asked == "MJPG" or fast < settings.fps or slow >= settings.fps:
        return None
    size = f"{settings.width}x{settings.height}"
    what = f"{camera.name} gives YUYV of {size} at {slow:g} a second only, but MJPG at {fast:g}"
    return warn("camera rate", what, "set camera.format to mjpg")


def _modes(camera: CameraInfo, finder: CameraFinder) -> tuple[v4l2.VideoMode, ...]:
    try:
        return v4l2.list_modes(Path(str(camera.device)), finder.ioctl)
    except OSError:
        return ()


def _fastest(modes: tuple[v4l2.VideoMode, ...], settings: CameraSettings, fourcc: str) -> float:
    """Highest rate at the size that is asked for, 0 if the format has no such size."""
    rates = [
        rate
        for mode in modes
        if (mode.fourcc, mode.width, mode.height) == (fourcc, settings.width, settings.height)
        for rate in mode.fps
    ]
    return max(rates, default=0.0)


def _dim_light(settings: CameraSettings, camera: CameraInfo, finder: CameraFinder) -> Check:
    name = "camera rate"
    numbers = (EXPOSURE_AUTO, EXPOSURE_AUTO_PRIORITY)
    try:
        controls = read_controls(Path(str(camera.device)), numbers, finder.ioctl)
    except OSError as error:
        return ok(name, f"{camera.name} cannot be asked ({error.strerror or error})")
    priority, exposure = (controls.get(number) for number in numbers[::-1])
    if priority is None or priority.value == 0:
        return ok(name, f"{camera.name} keeps its rate in dim light, or does not say otherwise")
    if exposure is not None and exposure.value == EXPOSURE_MANUAL:
        return ok(name, f"{camera.name} is set to a fixed exposure")
    return warn(
        name,
        f"{camera.name} may go down to half of {settings.fps:g} pictures a second in dim light",
        f"more light, or a darker picture: v4l2-ctl -d {camera.device} "
        f"--set-ctrl {priority.name}=0",
    )


def _probed(settings: CameraSettings, finder: CameraFinder, running: int | None) -> Check:
    """Where cameras are no files, those that open are those that there are."""
    if running is not None:
        return ok("camera", f"in the hands of the running vcam (pid {running})")
    found = finder.list_cameras()
    wanted = [each for each in found if settings.device in ("auto", each.device)]
    if not wanted:
        return fail(
            "camera",
            "no camera can be opened",
            "plug one in, close other programs that use it, and allow camera access in the "
            "system's privacy settings",
        )
    return ok("camera", ", ".join(each.name for each in wanted))


def check_virtual_camera(
    settings: VirtualCameraSettings,
    running: int | None = None,
    platform: str = sys.platform,
    linux: LoopbackProbe | None = None,
    drivers: DriverProbe | None = None,
) -> Check:
    """Whether there is a device that other programs can see as a camera."""
    if not settings.enabled:
        return ok("virtual camera", "switched off")
    if platform.startswith("linux"):
        return (linux or LoopbackProbe()).check(settings.device, settings.create, running)
    drivers = drivers or DriverProbe()
    if platform == "win32":
        return drivers.check_windows(settings.backend)
    return drivers.check_macos()
