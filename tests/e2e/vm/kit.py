"""What the scenarios in the test machine share: modules, readers, pictures, results.

Runs inside the machine, as root, with the tests' own interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

MODULES = Path("/mnt/modules")
SHARE = Path("/mnt/share")
VIVID = Path("/sys/bus/platform/drivers/vivid")
PATIENCE_S = 150.0
"""Everything takes ten times as long here."""

WIDTH, HEIGHT = 320, 180
SIZE = WIDTH * HEIGHT * 3 // 2


def load(name: str, *parameters: str) -> None:
    """Loads a module with what it needs; `modules/NAME.order` lists that."""
    order = MODULES / f"{name}.order"
    for needed in order.read_text().split() if order.exists() else ():
        subprocess.run(["insmod", str(MODULES / needed)], stderr=subprocess.DEVNULL)
    subprocess.run(["insmod", str(MODULES / f"{name}.ko"), *parameters], check=True)


def unload(name: str) -> None:
    """Removes a module."""
    subprocess.run(["rmmod", name], check=True)


def load_vivid() -> None:
    """A webcam as /dev/video0."""
    load(
        *("vivid", "n_devs=1", "vid_cap_nr=0", "node_types=0x1"),
        *("num_inputs=1", "input_types=0x0"),
    )


def unplug_vivid() -> None:
    """As if its cable were pulled."""
    (VIVID / "unbind").write_text("vivid.0")


def plug_vivid() -> None:
    """Puts it back."""
    (VIVID / "bind").write_text("vivid.0")


def until(condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> bool:
    """Waits for a condition."""
    give_up_at = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() >= give_up_at:
            return False
        time.sleep(0.05)
    return True


def ask(device: Path, *options: str) -> str:
    """What v4l2-ctl prints about a device, as programs ask that look for cameras."""
    return subprocess.run(
        ["v4l2-ctl", "-d", str(device), *options], capture_output=True, text=True
    ).stdout


class Viewer:
    """A program that streams from a device, and the newest picture that it got."""

    def __init__(self, device: Path, size: int = SIZE) -> None:
        self.started_at = time.monotonic()
        self.pictures = 0
        self.newest = b""
        self._size = size
        self.process = subprocess.Popen(
            ["v4l2-ctl", "-d", str(device), "--stream-mmap", "--stream-to=-"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while len(picture := self.process.stdout.read(self._size)) == self._size:
            self.newest = picture
            self.pictures += 1

    def sees(self, wanted: Callable[[np.ndarray], bool], timeout_s: float = PATIENCE_S) -> bool:
        """Waits until the newest picture is as wanted."""
        return until(lambda: self.newest and wanted(planes(self.newest)), timeout_s)

    @property
    def ends(self) -> tuple[int, int] | None:
        """Brightness at the sides of the newest picture."""
        return ends(planes(self.newest)) if self.newest else None

    def end(self) -> None:
        """Ends the program."""
        self.process.kill()
        self.process.wait()
        self._thread.join()


def planes(picture: bytes, width: int = WIDTH) -> np.ndarray:
    """I420 bytes as rows."""
    return np.frombuffer(picture, np.uint8).reshape(-1, width)


def ends(picture: np.ndarray) -> tuple[int, int]:
    """Brightness (0 to 255) of the left and the right eighth, near the bottom."""
    rows = picture[HEIGHT * 3 // 4 : HEIGHT - 5, :WIDTH]
    return int(rows[:, : WIDTH // 8].mean()), int(rows[:, -WIDTH // 8 :].mean())


def shows_mirrored_bars(picture: np.ndarray) -> bool:
    """Whether it is vivid's colour bars (white 180 to black 16) the other way round."""
    left, right = ends(picture)
    return left < 50 and right > 140


def is_open(device: Path, pid: int) -> bool:
    """Whether a process has a device open."""
    try:
        entries = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
    for entry in entries:
        try:
            if os.readlink(entry) == str(device):
                return True
        except OSError:
            continue
    return False


class Results:
    """Writes down how each check went, for the tests outside."""

    def __init__(self, path: Path = SHARE / "results.jsonl") -> None:
        self._path = path
        self._began = time.monotonic()

    def check(self, name: str, holds: object, said: object = "") -> None:
        """Notes one check."""
        line = {
            "name": name,
            "ok": bool(holds),
            "said": str(said),
            "at_s": round(time.monotonic() - self._began, 1),
        }
        with self._path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        print("ok  " if holds else "FAIL", name, said, flush=True)

    def run(self, scenario: Callable[[Results], None]) -> None:
        """Runs a scenario; what breaks it is noted under its name."""
        try:
            scenario(self)
        except BaseException:
            self.check(scenario.__name__, False, traceback.format_exc())
        else:
            self.check(scenario.__name__, True)
