"""What the tray says, in English and Indonesian."""

from __future__ import annotations

import locale
import os
from typing import Literal

Language = Literal["en", "id"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "live": "Live",
        "watched": "Live: {programs} is watching",
        "watched_by_many": "Live: {programs} are watching",
        "watched_unnamed": "Live: somebody is watching",
        "opening": "Opening the camera",
        "asleep": "Camera off: nobody is watching",
        "ended": "The clip has ended",
        "lost": "No camera: {why}",
        "lost_unknown": "No camera",
        "paused": "Paused",
        "frozen": "Frozen",
        "still_watched": "{what}: {programs} sees it",
        "still_watched_by_many": "{what}: {programs} see it",
        "and": "and",
        "no_recognition": "Hands are not recognised: {why}",
        "settings_problem": "Settings: {why}",
        "pause": "Pause",
        "resume": "Resume",
        "freeze": "Freeze the picture",
        "unfreeze": "End the freeze",
        "packs": "Sticker packs",
        "reactions": "Answer gestures",
        "profile": "Profile",
        "no_profile": "None",
        "snapshot": "Take a snapshot",
        "undo": "Undo: end what is shown",
        "selfie": "Take a selfie",
        "no_selfie": "Cancel the selfie",
        "open": "Open the page",
        "quit": "Quit",
    },
    "id": {
        "live": "Aktif",
        "watched": "Aktif: dilihat {programs}",
        "watched_by_many": "Aktif: dilihat {programs}",
        "watched_unnamed": "Aktif: ada yang melihat",
        "opening": "Membuka kamera",
        "asleep": "Kamera mati: tidak ada yang melihat",
        "ended": "Klip sudah habis",
        "lost": "Tidak ada kamera: {why}",
        "lost_unknown": "Tidak ada kamera",
        "paused": "Dijeda",
        "frozen": "Dibekukan",
        "still_watched": "{what}: dilihat {programs}",
        "still_watched_by_many": "{what}: dilihat {programs}",
        "and": "dan",
        "no_recognition": "Tangan tidak dikenali: {why}",
        "settings_problem": "Pengaturan: {why}",
        "pause": "Jeda",
        "resume": "Lanjutkan",
        "freeze": "Bekukan gambar",
        "unfreeze": "Akhiri pembekuan",
        "packs": "Paket stiker",
        "reactions": "Jawab gestur",
        "profile": "Profil",
        "no_profile": "Tanpa profil",
        "snapshot": "Ambil foto",
        "undo": "Urungkan: akhiri yang tampil",
        "selfie": "Ambil swafoto",
        "no_selfie": "Batalkan swafoto",
        "open": "Buka halaman",
        "quit": "Keluar",
    },
}


def choose_language(wanted: str) -> Language:
    """The language to speak.

    Args:
        wanted: `en`, `id`, or anything else for the system's own.
    """
    if wanted in ("en", "id"):
        return "id" if wanted == "id" else "en"
    # The first that is set counts, as gettext has it; `in` is the old code of Indonesian.
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    system = next((name for name in names if name), None) or locale.getlocale()[0] or ""
    is_indonesian = system.lower().split("_")[0].split(".")[0] in ("id", "in", "indonesian")
    return "id" if is_indonesian else "en"
