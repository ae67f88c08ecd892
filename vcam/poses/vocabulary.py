"""The poses that vcam can tell apart, and what people call them."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from vcam.core.observation import NONE_POSE

Language = Literal["en", "id"]


class Label(NamedTuple):
    """A pose's name for people: English and Indonesian."""

    en: str
    id: str


LABELS: Final[dict[str, Label]] = {
    "v_sign": Label("V", "V"),
    "thumb_up": Label("Thumb up", "Jempol"),
    "thumb_down": Label("Thumb down", "Jempol ke bawah"),
    "metal": Label("Metal", "Metal"),
    "ily": Label("I love you", "Aku cinta kamu"),
    "fist": Label("Fist", "Kepalan"),
    "palm": Label("Palm", "Telapak tangan"),
    "one": Label("One", "Satu"),
    "three": Label("Three", "Tiga"),
    "four": Label("Four", "Empat"),
    "ok": Label("OK", "Oke"),
    "shaka": Label("Shaka", "Shaka"),
    NONE_POSE: Label("No pose", "Tanpa pose"),
}

POSES: Final[tuple[str, ...]] = tuple(LABELS)
"""Every pose, in the order of the network's outputs; `none` is the last."""

GESTURES: Final[tuple[str, ...]] = tuple(pose for pose in POSES if pose != NONE_POSE)
"""Every pose that can start something."""

SELFIE_POSES: Final[tuple[str, ...]] = ("v_sign", "thumb_up", "metal")
"""The three poses that vcam exists for."""


def label(pose: str, language: Language = "en") -> str:
    """What people call `pose`; the name itself, made readable, for a pose without a label."""
    if pose not in LABELS:
        return pose.replace("_", " ").capitalize()
    return LABELS[pose].id if language == "id" else LABELS[pose].en
