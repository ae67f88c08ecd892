"""The tables of README and docs, made of the figures in docs/figures/*.json and of nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from vcam.lab.statistics import rate_interval, share_interval

POSES: Final = ("v_sign", "thumb_up", "metal")
TITLES: Final = {"v_sign": "V", "thumb_up": "thumb up", "metal": "metal"}

NEGATIVE_GROUPS: Final = {"negative", "movements", "synth:negative"}
"""Groups of clips in which nothing is shown on purpose, and which count together."""

_MARKED = re.compile(r"(<!-- figures: (?P<name>[\w-]+) -->\n).*?(<!-- /figures -->)", re.DOTALL)


def pictures_table(measured: dict[str, Any]) -> str:
    """Precision and recall on photographs, of each set and of all of them together."""
    rows: list[list[str]] = []
    totals: dict[str, Counter[str]] = {pose: Counter() for pose in POSES}
    pictures, seen = 0, 0.0
    for name in ("room", "webcam", "selfies"):
        if name not in measured:
            continue
        figures = measured[name]["figures"]
        found = figures["hand_found"]
        cells = [_picture_cell(figures["classes"].get(pose)) for pose in POSES]
        rows.append([measured[name]["title"], str(figures["pictures"]), _percent(found), *cells])
        pictures += figures["pictures"]
        seen += found * figures["pictures"]
        for pose in POSES:
            counts = figures["classes"].get(pose, {})
            totals[pose].update({key: counts.get(key, 0) for key in ("hits", "false", "support")})
    if len(rows) > 1:
        cells = [_picture_cell(_together(totals[pose])) for pose in POSES]
        bold = [f"**{cell}**" for cell in ("all", str(pictures), _percent(seen / pictures), *cells)]
        rows.append(bold)
    return _table(["set", "pictures", "hand found", *TITLES.values()], rows)


def _together(counts: Counter[str]) -> dict[str, Any]:
    hits, false, support = counts["hits"], counts["false"], counts["support"]
    return {
        "precision": hits / (hits + false) if hits + false else None,
        "recall": hits / support if support else None,
        "recall_interval": share_interval(hits, support) if support else None,
        "false": false,
        "support": support,
    }


def _picture_cell(figures: dict[str, Any] | None) -> str:
    if figures is None or not figures["support"]:
        return f"none shown, {figures['false'] if figures else 0} false"
    precision = "-" if figures["precision"] is None else f"{figures['precision']:.3f}"
    low, high = figures["recall_interval"]
    return f"{precision} / {figures['recall']:.3f} ({low:.2f} to {high:.2f})"


def false_starts_table(measured: dict[str, Any]) -> str:
    """False starts an hour, of each kind of material and of all that counts together."""
    rows, hours, hands, false = [], 0.0, 0.0, 0
    for name in ("talking", "synthetic", "signing"):
        for group, figures in measured.get(name, {}).get("figures", {}).get("groups", {}).items():
            if group not in NEGATIVE_GROUPS | {"sign_language"}:
                continue
            rows.append(_false_row(_GROUPS.get(group, group), figures))
            if group in NEGATIVE_GROUPS:
                hours += figures["judged_hours"]
                hands += figures["hand_hours"]
                false += figures["false_starts"]
    if hours:
        together = {
            "judged_hours": hours,
            "hand_hours": hands,
            "false_starts": false,
            "false_per_hour": false / hours,
            "false_per_hour_interval": rate_interval(false, hours),
        }
        rows.append(_false_row("**all but the signing**", together))
    return _table(["material", "hours", "with a hand", "false starts", "an hour (95 %)"], rows)


_GROUPS = {
    "negative": "recorded: people who talk or move at a camera",
    "movements": "recorded: men who swipe, grab and zoom",
    "synth:negative": "synthetic: ordinary movement",
    "sign_language": "recorded: people who sign; not counted",
    "synth:poses": "synthetic: V, thumb up, metal on purpose",
    "demo": "the demo clip",
    "gestures": "recorded: deliberate poses",
}


def _false_row(title: str, figures: dict[str, Any]) -> list[str]:
    low, high = figures["false_per_hour_interval"]
    return [
        title,
        f"{figures['judged_hours']:.3f}",
        f"{figures['hand_hours']:.3f}",
        str(figures["false_starts"]),
        f"{figures['false_per_hour']:.2f} ({low:.2f} to {high:.2f})",
    ]


def found_table(measured: dict[str, Any]) -> str:
    """Deliberate poses that were held for a second: found, and how soon."""
    rows, hits, shown = [], 0, 0
    for name in ("synthetic", "gestures"):
        for group, figures in measured.get(name, {}).get("figures", {}).get("groups", {}).items():
            held = figures["held_1s"]
            if not held["shown"]:
                continue
            hits, shown = hits + held["hits"], shown + held["shown"]
            rows.append(_found_row(_GROUPS.get(group, group), figures))
    interval = share_interval(hits, shown)
    if interval is not None:
        share = (
            f"{100 * hits / shown:.1f} % ({100 * interval.low:.1f} to {100 * interval.high:.1f})"
        )
        rows.append(["**all**", str(shown), str(hits), share, "", "", ""])
    heads = ["material", "held for 1 s", "found", "share (95 %)", "median ms", "p95 ms"]
    return _table([*heads, "median beyond the dwell"], rows)


def gestures_table(measured: dict[str, Any]) -> str:
    """The same for each gesture, with the sequences."""
    rows = []
    for name in ("synthetic", "gestures"):
        each_gesture = measured.get(name, {}).get("figures", {}).get("gestures", {})
        for gesture, figures in each_gesture.items():
            if not figures["shown"]:
                continue
            where = "synthetic and demo" if name == "synthetic" else "recorded"
            row = _found_row(f"{TITLES.get(gesture, gesture)}, {where}", figures)
            order = figures["sequence"]["accuracy"]
            rows.append([*row, "-" if order is None else f"{order:.3f}"])
    heads = ["gesture", "held for 1 s", "found", "share (95 %)", "median ms", "p95 ms"]
    return _table([*heads, "median beyond the dwell", "order right"], rows)


def _found_row(title: str, figures: dict[str, Any]) -> list[str]:
    held, latency = figures["held_1s"], figures["latency_ms"]
    share = "-"
    if held["recall"] is not None:
        share = _share(held["recall"], held["recall_interval"])
    return [
        *(title, str(held["shown"]), str(held["hits"]), share),
        *(_ms(latency["median"]), _ms(latency["p95"])),
        _ms(figures["beyond_dwell_ms"]["median"]),
    ]


def curve_table(measured: dict[str, Any]) -> str:
    """Recall and false starts over one threshold for all."""
    rows = [
        [
            "shipped" if point["enter"] is None else f"{point['enter']:g}",
            f"{point['hits_1s']} of {point['shown_1s']}",
            str(point["false_starts"]),
            "-" if point["false_per_hour"] is None else f"{point['false_per_hour']:.2f}",
        ]
        for point in measured.get("synthetic", {}).get("figures", {}).get("curve", ())
    ]
    return _table(["`enter`", "holds of 1 s found", "false starts", "an hour"], rows)


def sources_table(measured: dict[str, Any]) -> str:
    """What each figure is, and how it was had."""
    rows = [
        [
            *(name, each["title"], f"`{each['command']}`", each["date"], each["machine"]),
            f"`{each['pose_model']}`",
        ]
        for name, each in measured.items()
    ]
    heads = ["figures", "measured on", "command", "date", "machine", "pose model (SHA-256)"]
    return _table(heads, rows)


TABLES: dict[str, Callable[[dict[str, Any]], str]] = {
    "pictures": pictures_table,
    "false-starts": false_starts_table,
    "found": found_table,
    "gestures": gestures_table,
    "curve": curve_table,
    "sources": sources_table,
}


def filled(text: str, measured: dict[str, Any]) -> str:
    """The text with every marked table made of the figures.

    Raises:
        KeyError: it asks for a table that there is not.
    """

    def table(match: re.Match[str]) -> str:
        return f"{match[1]}\n{TABLES[match['name']](measured)}\n{match[3]}"

    return _MARKED.sub(table, text)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    if not rows:
        return "Not measured yet.\n"
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _share(share: float, interval: Sequence[float]) -> str:
    low, high = interval
    return f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
