"""The doctor's look at v4l2loopback: the module, its options, its devices, and who has them."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from vcam.core import v4l2
from vcam.core.holders import PROC, Holder, holders_of
from vcam.lab.checks import Check, fail, ok, warn
from vcam.outputs.loopback import LOAD
from vcam.outputs.loopback_devices import CONTROL, PERMIT

NAME = "virtual camera"
RELOAD = "sudo modprobe -r v4l2loopback, then " + LOAD
INSTALL = "sudo apt install v4l2loopback-dkms, then " + LOAD
SIGN = (
    LOAD + '; if it says "Key was rejected": sudo mokutil --import /var/lib/dkms/mok.pub, restart, '
    "and enrol the key in the blue screen that comes up"
)

SECURE_BOOT = "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
"""The firmware's variable: four bytes of attributes, then 1 if modules must be signed."""


def _may_use(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


@dataclass(frozen=True)
class LoopbackProbe:
    """Looks for v4l2loopback devices; its parts are replaced in tests.

    Attributes:
        sysfs: where Linux lists video devices.
        devices: the folder of device nodes.
        ioctl: asks a device.
        modules: where Linux lists loaded modules.
        installed: the folder of the kernel's modules.
        firmware: where Linux shows the firmware's variables.
        control: the node that takes orders to make devices.
        proc: where Linux lists processes.
        is_writable: whether a device may be opened.
    """

    sysfs: Path = v4l2.SYSFS
    devices: Path = v4l2.DEVICES
    ioctl: v4l2.Ioctl = v4l2.system_ioctl
    modules: Path = Path("/sys/module")
    installed: Path = field(default_factory=lambda: Path("/lib/modules") / platform.release())
    firmware: Path = Path("/sys/firmware/efi/efivars")
    control: Path = CONTROL
    proc: Path = PROC
    is_writable: Callable[[Path], bool] = _may_use

    def check(self, wanted: str, create: bool = True, running: int | None = None) -> Check:
        """Whether the device that the settings want is there and can be used.

        Args:
            wanted: `outputs.virtual_camera.device`.
            create: `outputs.virtual_camera.create`.
            running: the daemon's process, which may be feeding it.
        """
        nodes = v4l2.video_nodes(self.sysfs, self.devices)
        refused, found = [], []
        for node in nodes:
            if not self.is_writable(node.path):
                if wanted in (str(node.path), node.name):
                    return fail(NAME, f"no permission to use {node.path}", v4l2.JOIN_GROUP)
                refused.append(node)
                continue
            try:
                told = v4l2.query_capability(node.path, self.ioctl)
            except OSError:
                continue
            if told.is_loopback:
                found.append((node, told))
        if not (self.modules / "v4l2loopback").exists() and not found:
            return self._not_loaded()
        fitting = [each for each in found if self._fits(each[0], each[1], wanted)]
        if not fitting:
            return self._none_fits(wanted, found, refused, create)
        return self._judge(fitting, wanted, create, running)

    def _fits(self, node: v4l2.VideoNode, told: v4l2.Capability, wanted: str) -> bool:
        if wanted == "auto":
            return "obs" not in told.card.casefold()
        return wanted == str(node.path) or (
            not wanted.startswith("/") and wanted.casefold() in told.card.casefold()
        )

    def _judge(
        self,
        fitting: list[tuple[v4l2.VideoNode, v4l2.Capability]],
        wanted: str,
        create: bool,
        running: int | None,
    ) -> Check:
        feeders: list[Holder] = []
        for node, told in fitting:
            if told.captures and told.takes_output:
                # Chromium lists only devices that say that they give pictures and nothing else.
                return warn(
                    NAME,
                    f"{told.card} ({node.path}) lacks exclusive_caps, so browsers will not list it",
                    RELOAD,
                )
            if told.takes_output:
                return ok(NAME, f"{told.card} ({node.path})")
            holders = holders_of(node.path, self.proc)
            if running is not None and running in [holder.pid for holder in holders]:
                return ok(NAME, f"{told.card} ({node.path}), fed by the running vcam")
            feeders += holders
        if create and wanted == "auto" and self._can_make():
            return ok(NAME, "others feed the devices that there are; vcam will make its own")
        node, told = fitting[0]
        who = " and ".join(str(holder) for holder in feeders) or "another program"
        return fail(
            NAME,
            f"no device is free: {told.card} ({node.path}) is fed by {who}",
            "end that program, or load v4l2loopback with one device more (devices=2)",
        )

    def _none_fits(
        self,
        wanted: str,
        found: list[tuple[v4l2.VideoNode, v4l2.Capability]],
        refused: list[v4l2.VideoNode],
        create: bool,
    ) -> Check:
        makes = create and (wanted == "auto" or wanted.startswith("/dev/video"))
        if makes and self._can_make():
            return ok(NAME, "vcam will make a device of its own")
        if found and wanted != "auto":
            there = ", ".join(f"{told.card} ({node.path})" for node, told in found)
            return fail(NAME, f"there is no loopback device {wanted}", f"there is {there}")
        if refused:
            paths = ", ".join(str(node.path) for node in refused)
            return fail(NAME, f"no permission to use {paths}", v4l2.JOIN_GROUP)
        fix = RELOAD
        if self.control.exists() and not self.is_writable(self.control):
            fix = f"{RELOAD}; or {PERMIT}"
        return fail(NAME, "v4l2loopback is loaded without a device that vcam could feed", fix)

    def _can_make(self) -> bool:
        return self.control.exists() and self.is_writable(self.control)

    def _not_loaded(self) -> Check:
        try:
            known = "v4l2loopback.ko" in (self.installed / "modules.dep").read_text()
        except OSError:
            known = False
        if not known:
            return fail(NAME, "the module v4l2loopback is not installed", INSTALL)
        if self._has_secure_boot():
            return fail(
                NAME,
                "the module v4l2loopback is not loaded, and Secure Boot refuses unsigned modules",
                SIGN,
            )
        return fail(NAME, "the module v4l2loopback is not loaded", LOAD)

    def _has_secure_boot(self) -> bool:
        try:
            return (self.firmware / SECURE_BOOT).read_bytes()[4:5] == b"\x01"
        except OSError:
            return False
