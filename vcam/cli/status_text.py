"""What `vcam status` prints, from the wire form of the daemon's state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click

_WIDTH = 12
"""Columns of the names at the left."""

_IN_STEP_MS = 20
"""A picture that is so little behind needs no delay of the sound: people begin to notice at 45 ms
(Recommendation ITU-R BT.1359-1); the rest is left for what comes after vcam."""


def status_text(state: Mapping[str, Any]) -> str:
    """All that is worth knowing, some ten lines, with colours for a terminal.

    Args:
        state: wire form of `vcam.control.state.State`.
    """
    figures = state["figures"]
    head = f"vcam {state['vcam']}, pid {state['pid']}"
    if figures["uptime_s"]:
        head += f", up {_span(figures['uptime_s'])}"
    lines = [head, "", *_row("camera", [_headline(state), *_camera(state)])]
    lines += _row("watched by", _watchers(state["watchers"]))
    lines += _row("outputs", [_output(output) for output in state["outputs"]] or ["none"])
    lines += _row("reactions", [_reactions(state)])
    lines += _row("packs", [_pack(pack) for pack in state["packs"]] or ["none found"])
    lines += _row("profile", [_profile(state)])
    lines += _row("learnt", _learnt(state))
    lines += _row("settings", _settings(state["settings"]))
    lines += _row("figures", _figures(figures))
    lines += _row("sound", _sound(figures))
    lines += _row("page", [f"{state['page']}  (vcam open)" if state["page"] else "off"])
    lines += _row("note", [_warn(notice) for notice in state["notices"]])
    return "\n".join(lines)


def change_line(state: Mapping[str, Any]) -> str:
    """One line without figures: it differs if, and only if, something has changed."""
    parts = [
        _headline(state),
        "watched by " + ", ".join(_watchers(state["watchers"])),
        "outputs " + (", ".join(_output(output) for output in state["outputs"]) or "none"),
        f"reactions {_reactions(state)}",
        "packs " + (", ".join(p["name"] for p in state["packs"] if p["on"]) or "none"),
        f"profile {_profile(state)}",
    ]
    if state["settings"]["problem"]:
        parts.append("settings: " + " ".join(state["settings"]["problem"].split()))
    calibration = state["calibration"]
    if calibration and calibration["phase"] not in ("done", "failed", "cancelled"):
        parts.append(f"calibration: {calibration['message']}")
    if state["live"]:
        parts.append("shows " + ", ".join(f"{e['pack']}/{e['effect']}" for e in state["live"]))
    return click.unstyle("; ".join(parts))


def _row(name: str, values: Iterable[str]) -> list[str]:
    rows = []
    for value in values:
        # What has more than one line, such as a settings problem, stays in its column.
        for line in value.splitlines():
            rows.append(f"{name:{_WIDTH}}{line}".rstrip())
            name = ""
    return rows


def _headline(state: Mapping[str, Any]) -> str:
    camera = state["camera"]
    if state["mode"] == "paused":
        return _warn("paused: the camera is closed, others see the pause picture")
    if state["mode"] == "frozen":
        return _warn("frozen: others see a still picture")
    why = f": {camera['message']}" if camera["message"] else ""
    match camera["phase"]:
        case "live":
            return click.style("live", fg="green")
        case "opening":
            return f"opening{why}"
        case "asleep":
            return f"asleep{why}"
        case "ended":
            return f"ended{why}"
    return _bad(f"no picture{why}")


def _camera(state: Mapping[str, Any]) -> list[str]:
    camera = state["camera"]
    if not camera["width"]:
        return [camera["name"]]
    return [f"{camera['name']}, {camera['width']}x{camera['height']} at {camera['fps']:g} fps"]


def _watchers(watchers: Iterable[Mapping[str, Any]]) -> list[str]:
    told = []
    for watcher in watchers:
        pid = f" (pid {watcher['pid']})" if watcher["pid"] is not None else ""
        told.append(f"{watcher['program']}{pid} by {watcher['output']}")
    return told or ["nobody that is known"]


def _output(output: Mapping[str, Any]) -> str:
    if output["phase"] == "failed":
        return f"{output['name']}: " + _bad(output["error"] or "failed")
    if output["phase"] != "open":
        return f"{output['name']}: {output['phase']}"
    readers = output["readers"]
    if readers is None:
        return f"{output['name']}: open"
    many = "no reader" if readers == 0 else "1 reader" if readers == 1 else f"{readers} readers"
    return f"{output['name']}: open, {many}"


def _reactions(state: Mapping[str, Any]) -> str:
    if not state["reactions"]:
        return _warn("off")
    if state["recognition"]:
        return _bad(f"none, as hands are not recognised: {state['recognition']}")
    return "on"


def _pack(pack: Mapping[str, Any]) -> str:
    mark = click.style("on ", fg="green") if pack["on"] else "off"
    problem = "  " + _bad(pack["problem"]) if pack["problem"] else ""
    gestures = sorted({gesture for effect in pack["effects"] for gesture in effect["gestures"]})
    answers = f"  ({', '.join(gestures)})" if gestures and not problem else ""
    return f"{mark} {pack['name']}{answers}{problem}"


def _learnt(state: Mapping[str, Any]) -> list[str]:
    """What holds for this user alone; nothing where there is nothing."""
    told = []
    calibration = state["calibration"]
    if calibration and calibration["phase"] not in ("done", "failed", "cancelled"):
        told.append(_warn(f"calibration: {calibration['message']}"))
    own = [
        f"{each['name']} {each['enter']:.2f}" for each in state["gestures"] if each["calibrated"]
    ]
    if own:
        told.append(f"thresholds of your own: {', '.join(own)}")
    wrong = sum(item["count"] for item in state["kept"]["items"] if item["kind"] == "wrong")
    if wrong:
        told.append(f"{wrong} start{'' if wrong == 1 else 's'} called wrong (vcam privacy show)")
    return told


def _profile(state: Mapping[str, Any]) -> str:
    if state["profile"] is None:
        others = f" (there is: {', '.join(state['profiles'])})" if state["profiles"] else ""
        return f"none{others}"
    by = state["profile_by"]
    return f"{state['profile']} (chosen by {by})" if by else str(state["profile"])


def _settings(settings: Mapping[str, Any]) -> list[str]:
    if settings["exists"]:
        where, label = "", "not in force: "
    else:
        # A file that has gone stays in force; its problem says so.
        where, label = " (not there)" if settings["problem"] else " (not there: defaults)", ""
    lines = [settings["path"] + where]
    if settings["problem"]:
        lines.append(_bad(label + settings["problem"]))
    if settings["warning"]:
        lines.append(_warn(settings["warning"]))
    return lines


def _figures(figures: Mapping[str, Any]) -> list[str]:
    if not figures["uptime_s"]:
        return ["not measured yet"]
    lines = [
        f"{figures['output_fps']:.1f} pictures/s out, {figures['late_frames']} late; hands looked "
        f"for {figures['vision_hz']:.1f} times/s; {100 * figures['cpu_share']:.1f} % of a core"
    ]
    if figures["latency_p95_ms"]:
        lines.append(
            f"latency {figures['latency_p50_ms']:.1f} ms (median), "
            f"{figures['latency_p95_ms']:.1f} ms (95 %)"
        )
    return lines


def _sound(figures: Mapping[str, Any]) -> list[str]:
    delay_ms = figures["camera_to_output_ms"]
    if delay_ms is None:
        return []
    behind = f"the picture is {delay_ms:.0f} ms behind"
    if delay_ms < _IN_STEP_MS:
        return [f"{behind}: nothing need be set"]
    return [f"{behind}: if others hear you before they see you speak, delay the microphone by that"]


def _span(seconds: float) -> str:
    whole = int(seconds)
    days, hours, minutes = whole // 86_400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    if minutes:
        return f"{minutes} min"
    return f"{whole} s"


def _bad(text: str) -> str:
    return click.style(text, fg="red")


def _warn(text: str) -> str:
    return click.style(text, fg="yellow")
