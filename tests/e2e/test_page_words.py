"""The page's files: both languages complete, small, and nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

import pytest

import vcam.control
from vcam.control.state import (
    CalibrationPhase,
    CameraPhase,
    EnrolmentPhase,
    KeptKind,
    Mode,
    OutputPhase,
    PictureKind,
    SelfiePhase,
    TeachingPhase,
)
from vcam.settings.fields import field_tree
from vcam.triggers.guards import Reason

WEB = Path(vcam.control.__file__).parent / "web"
SCRIPTS = sorted((WEB / "js").glob("*.js"))
ENTRY = re.compile(r'^  (?:"([^"]+)"|(\w+)): "((?:[^"\\]|\\.)*)",$', re.MULTILINE)


def choices(key: str) -> set[str]:
    """What a setting may be."""
    return set(next(leaf.choices for leaf in field_tree().leaves() if leaf.key == key))


FAMILIES = {
    "condition": {*get_args(CameraPhase), *get_args(Mode), "offline"},
    "output": {*get_args(OutputPhase), "reader", "readers"},
    "reason": {reason.value.replace(" ", "_") for reason in Reason} | {"resting"},
    "applies": {"camera", "device", "recognition", "page"},
    "theme": {"auto", "light", "dark"},
    "side": {"left", "right"},
    "selfie": set(get_args(SelfiePhase)),
    "picture": set(get_args(PictureKind)),
    "calibrate": {*get_args(CalibrationPhase)} - {"failed"},
    "kept": set(get_args(KeptKind)),
    "background": choices("effects.background.kind"),
    "show": choices("effects.show"),
    "take": choices("selfie.take"),
    "looks": choices("selfie.looks"),
    "teaching": set(get_args(TeachingPhase)) - {"idle", "judged", "failed"},
    "enrolment": set(get_args(EnrolmentPhase)),
    "region": choices("recognisers.models.*.region"),
    "follow": {"effect", "pause", "blur", "log"},
    "judged": {"pose", "precision", "recall", "support"},
    "attendance": {"day", "name", "first", "last", "minutes"},
    "who": {"anybody", "unknown"},
}
"""Keys that are put together from what the daemon says."""


def table(language: str) -> dict[str, str]:
    files = [WEB / "i18n" / f"{language}{part}.js" for part in ("", "-abilities")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    entries = [(quoted or plain, words) for quoted, plain, words in ENTRY.findall(text)]
    assert len(entries) == len(dict(entries)), "a key stands twice"
    return dict(entries)


def sections() -> set[str]:
    """Every section of the settings that the page gives a heading."""
    found = {"general"}
    for leaf in field_tree().leaves():
        parts = leaf.key.split(".")
        found |= {parts[0], ".".join(parts[:-1])} if len(parts) > 1 else set()
    return found - {""}


def test_both_languages_have_the_same_keys() -> None:
    assert table("en").keys() == table("id").keys()


def test_both_languages_fill_in_the_same_places() -> None:
    places = re.compile(r"\{\d\}")
    english, indonesian = table("en"), table("id")
    differing = [
        key
        for key in english
        if sorted(places.findall(english[key])) != sorted(places.findall(indonesian[key]))
    ]
    assert not differing


def test_no_key_is_missing_and_none_unused() -> None:
    source = "\n".join(script.read_text(encoding="utf-8") for script in SCRIPTS)
    used = set()
    for call in re.findall(r"\bt\(([^`)]*?)[,)]", source):
        used |= set(re.findall(r'"([a-z_.]+)"', call))
    used |= {f"gesture.{field}{end}" for field in ("enter", "leave") for end in ("", ".label")}
    for family, names in FAMILIES.items():
        assert re.search(rf'((tOf|tEach)\(\s*"{family}"|`{family}\.\$)', source), family
        used |= {f"{family}.{name}" for name in names}
    used |= {f"section.{name}" for name in sections()}
    known = set(table("en"))
    assert used - known == set()
    assert known - used == set()


def test_every_setting_is_told_in_indonesian() -> None:
    text = (WEB / "i18n" / "id-settings.js").read_text(encoding="utf-8")
    told = set(re.findall(r'^  "?([\w.*]+)"?: (?:\[|[A-Z_]+,)', text, re.MULTILINE))
    fields = set(re.findall(r"\$\{prefix\}\.(\w+)", text))
    for prefix in re.findall(r'thresholds\("([^"]+)"\)', text):
        told |= {f"{prefix}.{field}" for field in fields}
    assert told == {leaf.key for leaf in field_tree().leaves()}


def packed(paths: Iterable[Path]) -> int:
    return sum(len(gzip.compress(path.read_bytes())) for path in paths)


def imported(name: str) -> set[Path]:
    """A script of the page, and what it needs before it can run."""
    found: set[Path] = set()
    waiting = [WEB / "js" / name]
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        text = path.read_text(encoding="utf-8")
        needed = re.findall(r'^import [^;]*?from "([^"]+)";', text, re.MULTILINE)
        waiting += [(path.parent / other).resolve() for other in needed]
    return found


def test_the_page_is_small() -> None:
    files = [path for path in WEB.rglob("*") if path.is_file()]
    at_first = imported("main.js") | {path for path in files if path.suffix != ".js"}
    assert packed(at_first) < 80_000
    assert packed(files) < 96_000


def test_what_few_look_at_is_fetched_later() -> None:
    at_first = imported("main.js")
    for panel in ("gallery", "teach", "people", "models"):
        assert WEB / "js" / f"{panel}.js" not in at_first


@pytest.mark.parametrize(
    "path", [path for path in WEB.rglob("*") if path.is_file()], ids=lambda path: path.name
)
def test_nothing_comes_from_elsewhere_and_nothing_stands_in_the_markup(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
    assert "http://" not in text
    if path.suffix == ".html":
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert "innerHTML" not in text
    assert "eval(" not in text
