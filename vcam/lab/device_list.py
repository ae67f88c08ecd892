"""What `vcam devices` lists: the cameras that can be read, and the devices that can be written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vcam.capture.devices import CameraFinder, CameraInfo
from vcam.core import v4l2
from vcam.core.contracts import Reader
from vcam.core.errors import VcamError
from vcam.core.holders import PROC, holders_of

State = Mapping[str, Any]
"""The wire form of the daemon's state."""


@dataclass(frozen=True, slots=True)
class OutputInfo:
    """A device that pictures can be written to.

    Attributes:
        name: what other programs call it.
        device: its node; empty for what has none.
        state: `free`, `fed by …`, or how the running vcam does with it.
        readers: programs that have it open, beside the one that feeds it if that is known.
    """

    name: str
    device: str
    state: str
    readers: tuple[Reader, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"kind": "output"} | asdict(self)


def camera_json(camera: CameraInfo) -> dict[str, Any]:
    """Plain data for JSON."""
    return {"kind": "input"} | asdict(camera)


def camera_text(camera: CameraInfo) -> list[str]:
    """Lines about a camera, its formats below it."""
    kind = "  (virtual)" if camera.is_loopback else ""
    lines = [f"{camera.device}  {camera.name}{kind}"]
    if camera.problem:
        lines.append(f"    {camera.problem}")
    for mode in camera.modes:
        rates = ", ".join(f"{fps:g}" for fps in mode.fps)
        lines.append(f"    {mode.fourcc}  {mode.width}x{mode.height}  {rates} fps".rstrip())
    return lines


def output_text(output: OutputInfo) -> list[str]:
    """Lines about a device, its readers below it."""
    where = f"{output.device}  " if output.device else ""
    lines = [f"{where}{output.name}  ({output.state})"]
    for reader in output.readers:
        pid = "" if reader.pid is None else f" (pid {reader.pid})"
        lines.append(f"    read by {reader.program}{pid}")
    return lines


def mark_untouched(
    cameras: tuple[CameraInfo, ...], untouched: frozenset[Path]
) -> tuple[CameraInfo, ...]:
    """The cameras, with a word on those that were not asked for their formats."""
    return tuple(
        CameraInfo(camera.device, camera.name, problem="read by the running vcam")
        if Path(str(camera.device)) in untouched
        else camera
        for camera in cameras
    )


def list_outputs(
    running: int | None,
    finder: CameraFinder,
    ask_daemon: Callable[[], State],
    proc: Path = PROC,
) -> tuple[OutputInfo, ...]:
    """The devices of v4l2loopback, and what else the running vcam writes to.

    Args:
        running: the daemon's process, None if there is none.
        finder: where devices are looked for.
        ask_daemon: gives the daemon's state; may raise VcamError.
        proc: where Linux lists processes.
    """
    found = _loopbacks(running, finder, proc) if finder.has_nodes else []
    if running is None:
        return tuple(found)
    try:
        state = ask_daemon()
    except VcamError:
        return tuple(found)
    has_ours = any("running vcam" in each.state for each in found)
    return (*found, *_told(state, has_ours))


def _loopbacks(running: int | None, finder: CameraFinder, proc: Path) -> list[OutputInfo]:
    found = []
    for node in v4l2.video_nodes(finder.sysfs, finder.devices):
        if node.path in finder.untouched:
            continue
        try:
            told = v4l2.query_capability(node.path, finder.ioctl)
        except OSError:
            continue
        if told.is_loopback:
            found.append(_loopback(node, told, running, proc))
    return found


def _loopback(
    node: v4l2.VideoNode, told: v4l2.Capability, running: int | None, proc: Path
) -> OutputInfo:
    holders = holders_of(node.path, proc)
    readers = tuple(Reader(h.program, h.pid) for h in holders if h.pid != running)
    if any(holder.pid == running for holder in holders):
        state = f"fed by the running vcam (pid {running})"
    elif told.takes_output:
        state = "free"
    else:
        state = "fed by another program"
    return OutputInfo(told.card, str(node.path), state, readers)


def _told(state: State, has_loopback: bool) -> list[OutputInfo]:
    """The daemon's own outputs, without the device that is listed already."""
    outputs = []
    for output in state["outputs"]:
        if has_loopback and output["name"] == "virtual camera":
            continue
        readers = tuple(
            Reader(each["program"], each["pid"])
            for each in state["watchers"]
            if each["output"] == output["name"]
        )
        how = output["phase"] + (f": {output['error']}" if output["error"] else "")
        outputs.append(OutputInfo(output["name"], "", f"of the running vcam, {how}", readers))
    return outputs
