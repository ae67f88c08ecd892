"""The poses and gestures that vcam can tell apart, and what people call them."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from vcam.core.gestures import HEART_HANDS, MOVEMENTS, PAIRS, SWIPE_LEFT, SWIPE_RIGHT, WAVE
from vcam.core.observation import NONE_POSE

Language = Literal["en", "id"]


class Label(NamedTuple):
    """A name for people: English and Indonesian."""

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

GESTURE_LABELS: Final[dict[str, Label]] = {
    "two_v_signs": Label("Two Vs", "V dua tangan"),
    "two_thumbs_up": Label("Two thumbs up", "Dua jempol"),
    "two_thumbs_down": Label("Two thumbs down", "Dua jempol ke bawah"),
    "two_metals": Label("Two metals", "Metal dua tangan"),
    HEART_HANDS: Label("Heart with two hands", "Hati dua tangan"),
    SWIPE_LEFT: Label("Swipe to the left", "Usap ke kiri"),
    SWIPE_RIGHT: Label("Swipe to the right", "Usap ke kanan"),
    WAVE: Label("Wave", "Lambaian"),
}
"""Names of the gestures that are more than one pose of one hand."""

GESTURES: Final[tuple[str, ...]] = (
    *(pose for pose in POSES if pose != NONE_POSE),
    *PAIRS,
    *MOVEMENTS,
)
"""Everything that can start something: poses, two-handed gestures, movements."""

SELFIE_POSES: Final[tuple[str, ...]] = ("v_sign", "thumb_up", "metal")
"""The three poses that vcam exists for."""


def label(pose: str, language: Language = "en") -> str:
    """What people call a pose or gesture; the name itself, made readable, where it has no label."""
    known = LABELS.get(pose) or GESTURE_LABELS.get(pose)
    if known is None:
        return pose.replace("_", " ").capitalize()
    return known.id if language == "id" else known.en
