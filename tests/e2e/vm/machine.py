"""The test machine: a real kernel with v4l2loopback and vivid, under QEMU's emulation.

The guest sees this machine's root file system read-only below an overlay in memory, so that the
virtual environment of the tests works there unchanged; only the shared folder keeps what is
written. KVM is not used: where it is itself virtual, the kernel does not come up.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
QEMU = "qemu-system-x86_64"
BOOT_S = 120
PREPARING_S = 900
BOOTS = 3
"""Kernels that patch themselves while two emulated processors run panic now and then, at boot."""

START = """\
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PYTHONUNBUFFERED=1
cd /mnt/share
timeout -k 5 {timeout_s} {command} </dev/null 2>&1
echo $? >/mnt/share/status
sync
echo o >/proc/sysrq-trigger
sleep 5
"""


@dataclass(frozen=True)
class Ended:
    """How a command in the machine ended.

    Attributes:
        status: its exit status; 124 after a time-out, None when the machine did not come up.
        console: what it printed.
    """

    status: int | None
    console: str


def cache_folder() -> Path:
    """Where the machine is kept between runs."""
    override = os.environ.get("VCAM_VM_CACHE")
    if override:
        return Path(override)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vcam-vm"


def why_not() -> str:
    """Why the machine cannot run here; empty if it can. Prepares it when it is not yet there."""
    if not sys.platform.startswith("linux") or platform.machine() != "x86_64":
        return "the test machine is for Linux on x86-64"
    for tool in (QEMU, "v4l2-ctl"):
        if shutil.which(tool) is None:
            return f"there is no {tool}; run tools/ci/vm.sh"
    prepared = subprocess.run(
        ["bash", str(HERE / "prepare.sh"), str(cache_folder())],
        capture_output=True,
        text=True,
        timeout=PREPARING_S,
    )
    if prepared.returncode:
        last = (prepared.stderr.strip() or prepared.stdout.strip()).splitlines()[-1:]
        return f"the test machine cannot be prepared: {' '.join(last)}"
    return ""


def run(command: list[str], share: Path, timeout_s: int, memory_mb: int = 2048) -> Ended:
    """Boots the machine, runs one command there as root in `share`, and switches it off.

    Args:
        command: as seen from the guest, where `share` is /mnt/share.
        share: a folder that both sides write to.
        timeout_s: for the command.
        memory_mb: of the guest.
    """
    (share / "start.sh").write_text(START.format(timeout_s=timeout_s, command=shlex.join(command)))
    state = cache_folder()
    qemu = [
        *(QEMU, "-M", "q35", "-accel", "tcg,thread=multi,tb-size=1024"),
        *("-cpu", "max,la57=off", "-smp", "2", "-m", str(memory_mb)),
        *("-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"),
        *("-no-reboot", "-device", "virtio-rng-pci"),
        *("-kernel", str(state / "vmlinuz"), "-initrd", str(state / "initrd.img")),
        *("-fsdev", f"local,id=share,path={share},security_model=none"),
        *("-device", "virtio-9p-pci,fsdev=share,mount_tag=share"),
        *("-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap"),
        *("-device", "virtio-9p-pci,fsdev=host,mount_tag=host"),
        "-append",
        "console=ttyS0 quiet loglevel=3 mitigations=off nokaslr tsc=reliable "
        "random.trust_cpu=on panic=-1 audit=0",
    ]
    status = share / "status"
    for _ in range(BOOTS):
        ended = subprocess.run(
            ["timeout", "-k", "5", str(timeout_s + BOOT_S), *qemu],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if status.exists() or "Kernel panic" not in ended.stdout:
            break
    return Ended(int(status.read_text()) if status.exists() else None, ended.stdout)
