"""`vcam lab gallery`: an animated picture of every effect of every shipped pack, with a page.

The scenes that effects are drawn on were recorded, so it needs neither camera nor networks, and
makes the same page on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from vcam.core.errors import VcamError
from vcam.effects.pack import Pack, find_packs, load_pack, shipped_pack_folder
from vcam.effects.preview_scenes import SIZE
from vcam.packs.preview_page import Moving, moving_effects, moving_gestures
from vcam.poses.vocabulary import label

COLUMNS: Final = 3
INDEX: Final = "gallery.json"
_BUDGET_S: Final = 300.0
"""The gallery shall not be shorter on a busy machine."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One animated picture of the gallery.

    Attributes:
        pack: name of the pack.
        kind: "effect" or "gesture".
        name: of the effect or the gesture.
        title: for people.
        about: one line on it.
        file: the picture, from the gallery's folder.
        bytes: its size.
    """

    pack: str
    kind: str
    name: str
    title: str
    about: str
    file: str
    bytes: int


class Gallery:
    """Writes the pictures of packs into a folder, then the index and the page.

    Args:
        out: the folder; made if need be. Pictures lie in it by pack.
        packs: in the order of the page.

    Raises:
        VcamError: the folder cannot be made.
    """

    def __init__(self, out: Path, packs: Sequence[Pack]) -> None:
        self._out = out
        self._packs = packs
        self._entries: list[Entry] = []

    @property
    def total(self) -> int:
        """How many pictures there will be."""
        return sum(len(pack.effects) + len(_together(pack)) for pack in self._packs)

    def write(self) -> Iterator[Entry]:
        """Writes the pictures one by one, and the index last.

        Raises:
            VcamError: the folder cannot be written to.
        """
        for pack in self._packs:
            for shown in moving_effects(pack, budget_s=_BUDGET_S):
                yield self._keep(pack, "effect", shown)
            for shown in moving_gestures(pack, _BUDGET_S):
                yield self._keep(pack, "gesture", shown)
        listed = {"size": list(SIZE), "pictures": [asdict(entry) for entry in self._entries]}
        _write(self._out / INDEX, (json.dumps(listed, indent=1) + "\n").encode())

    def page(self, folder: str) -> str:
        """The page as Markdown, once everything is written.

        Args:
            folder: how the page reaches the gallery's folder.
        """
        lines = [
            "# Gallery",
            "",
            "Every effect of the shipped packs, drawn on a recorded scene; `make gallery` makes "
            "this page.",
            "",
        ]
        for pack in self._packs:
            own = [entry for entry in self._entries if entry.pack == pack.name]
            effects = [entry for entry in own if entry.kind == "effect"]
            lines += [f"## {pack.title} (`{pack.name}`)", "", *_table(effects, folder)]
            together = [entry for entry in own if entry.kind == "gesture"]
            if together:
                lines += ["", "Together:", "", *_table(together, folder)]
            lines.append("")
        return "\n".join(lines).rstrip() + "\n"

    def _keep(self, pack: Pack, kind: str, shown: Moving) -> Entry:
        title = label(shown.name) if kind == "gesture" else shown.title
        file = f"{pack.name}/{'together-' if kind == 'gesture' else ''}{shown.name}.webp"
        _write(self._out / file, shown.webp)
        entry = Entry(pack.name, kind, shown.name, title, shown.about, file, len(shown.webp))
        self._entries.append(entry)
        return entry


def shipped_packs() -> list[Pack]:
    """All packs that come with vcam, by name.

    Raises:
        PackError: one of them cannot be used.
    """
    folders: Mapping[str, Path] = find_packs([shipped_pack_folder()])
    return [load_pack(folders[name]) for name in sorted(folders)]


def _together(pack: Pack) -> list[str]:
    played = [rule.gesture for rule in pack.rules]
    return [gesture for gesture in dict.fromkeys(played) if played.count(gesture) > 1]


def _table(entries: Sequence[Entry], folder: str) -> list[str]:
    """A grid of pictures with a line below each."""
    rows = ["| | | |", "|---|---|---|"]
    for start in range(0, len(entries), COLUMNS):
        cells = [
            f"![{entry.title}]({folder}/{entry.file})<br>**{entry.title}** `{entry.name}`<br>"
            f"{entry.about}"
            for entry in entries[start : start + COLUMNS]
        ]
        rows.append(f"| {' | '.join(cells + [''] * (COLUMNS - len(cells)))} |")
    return rows


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise VcamError(
            f"{path} cannot be written ({error.strerror or error})", "name another folder"
        ) from error
