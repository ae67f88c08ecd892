"""The doctor's look at devices: the camera that is read and the one that is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from vcam.capture.devices import CameraFinder
from vcam.core import v4l2
from vcam.core.errors import SourceError
from vcam.core.holders import holders_of
from vcam.lab.checks import Check, fail, failed, ok, warn
from vcam.settings.schema import CameraSettings, VirtualCameraSettings

LOAD_LOOPBACK = "sudo modprobe v4l2loopback exclusive_caps=1 card_label=vcam"
INSTALL_LOOPBACK = "sudo apt install v4l2loopback-dkms, then " + LOAD_LOOPBACK
OBS_CLASS = r"CLSID\{A3FCE0F5-3493-419F-958A-ABA1250EC20B}"
"""The registry entry of OBS's virtual camera, which pyvirtualcam writes to."""


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
    camera = cameras[0]
    if camera.problem:
        return failed("camera", finder.why_not(camera))
    others = [
        holder
        for holder in holders_of(Path(str(camera.device)), finder.proc)
        if holder.pid not in (running, os.getpid())
    ]
    if others:
        who = " and ".join(str(holder) for holder in others)
        return fail("camera", f"{camera.name} is in use by {who}", "close that program")
    more = f"; {len(cameras) - 1} more" if len(cameras) > 1 else ""
    return ok("camera", f"{camera.name} ({camera.device}){more}")


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
    platform: str = sys.platform,
    linux: LoopbackProbe | None = None,
) -> Check:
    """Whether there is a device that other programs can see as a camera."""
    if not settings.enabled:
        return ok("virtual camera", "switched off")
    if platform.startswith("linux"):
        return (linux or LoopbackProbe()).check(settings.device)
    if platform == "win32":
        return _windows(settings)
    if Path("/Applications/OBS.app").exists():
        return ok("virtual camera", "OBS is installed")
    fix = "install OBS 30 or newer, and start its virtual camera once"
    return fail("virtual camera", "OBS is not in /Applications", fix)


class LoopbackProbe:
    """Looks for v4l2loopback devices; its parts are replaced in tests.

    Args:
        sysfs: where Linux lists video devices.
        devices: the folder of device nodes.
        ioctl: asks a device.
        modules: where Linux lists loaded modules.
        is_writable: whether a device may be opened.
    """

    def __init__(
        self,
        sysfs: Path = v4l2.SYSFS,
        devices: Path = v4l2.DEVICES,
        ioctl: v4l2.Ioctl = v4l2.system_ioctl,
        modules: Path = Path("/sys/module"),
        is_writable: Callable[[Path], bool] = lambda path: os.access(path, os.R_OK | os.W_OK),
    ) -> None:
        self._sysfs = sysfs
        self._devices = devices
        self._ioctl = ioctl
        self._modules = modules
        self._is_writable = is_writable

    def check(self, wanted: str) -> Check:
        """Whether the device that the settings want is there and can be used."""
        name = "virtual camera"
        nodes = v4l2.video_nodes(self._sysfs, self._devices)
        found = []
        for node in nodes:
            if not self._is_writable(node.path):
                if wanted in (str(node.path), node.name):
                    fix = "sudo usermod -aG video $USER, then log out and in again"
                    return fail(name, f"no permission to use {node.path}", fix)
                continue
            try:
                told = v4l2.query_capability(node.path, self._ioctl)
            except OSError:
                continue
            if told.is_loopback:
                found.append((node, told))
        if not found:
            return self._none_found(bool(nodes))
        fitting = [
            (node, told) for node, told in found if wanted in ("auto", str(node.path), told.card)
        ]
        if not fitting:
            there = ", ".join(f"{told.card} ({node.path})" for node, told in found)
            return fail(name, f"there is no loopback device {wanted}", f"there is {there}")
        node, told = fitting[0]
        if told.captures and told.takes_output:
            # Chromium lists only devices that say that they give pictures and nothing else.
            return warn(
                name,
                f"{told.card} ({node.path}) lacks exclusive_caps, so browsers will not list it",
                "sudo modprobe -r v4l2loopback, then " + LOAD_LOOPBACK,
            )
        return ok(name, f"{told.card} ({node.path})")

    def _none_found(self, has_nodes: bool) -> Check:
        name = "virtual camera"
        if not (self._modules / "v4l2loopback").exists():
            return fail(name, "the module v4l2loopback is not loaded", INSTALL_LOOPBACK)
        what = "no device of v4l2loopback can be used"
        fix = (
            "sudo usermod -aG video $USER, then log out and in again"
            if has_nodes
            else ("sudo modprobe -r v4l2loopback, then " + LOAD_LOOPBACK)
        )
        return fail(name, what, fix)


def _windows(settings: VirtualCameraSettings) -> Check:
    name = "virtual camera"
    if settings.backend == "unitycapture":
        return ok(name, "Unity Capture is to be used; its driver cannot be looked for")
    if not _obs_is_registered():
        fix = "install OBS Studio, and start its virtual camera once"
        return fail(name, "OBS's virtual camera is not installed", fix)
    return ok(name, "OBS's virtual camera is installed")


def _obs_is_registered() -> bool:
    if sys.platform != "win32":
        return False
    import winreg

    try:
        winreg.CloseKey(winreg.OpenKey(winreg.HKEY_CLASSES_ROOT, OBS_CLASS))
    except OSError:
        return False
    return True
