"""The page's files, kept in memory, and the two small pages for who is not let in."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

PAGE_FOLDER = Path(__file__).parent.parent / "web"

INDEX = "index.html"

_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Not asked of the machine: on Windows the registry may call JavaScript plain text."""


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file of the page.

    Attributes:
        body: its bytes.
        kind: its content type.
        etag: changes with the bytes.
    """

    body: bytes
    kind: str
    etag: str


def page_files(folder: Path = PAGE_FOLDER) -> dict[str, PageFile]:
    """All files by their path in the folder, with slashes; no request ever touches the disk."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.suffix not in _KINDS:
            continue
        body = path.read_bytes()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        found[path.relative_to(folder).as_posix()] = PageFile(body, _KINDS[path.suffix], etag)
    return found


@dataclass(frozen=True, slots=True)
class SmallPage:
    """A page that stands alone: no script, no other file.

    Attributes:
        body: HTML.
        policy: the content security policy that allows its one style.
    """

    body: bytes
    policy: str


_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1.5rem}"
    "code{font-size:1.05em;padding:.15em .45em;border:1px solid;border-radius:.35em}"
)


def _small_page(english: str, indonesian: str) -> SmallPage:
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>vcam</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<link rel="icon" href="data:,"><style>{_STYLE}</style></head><body><main><h1>vcam</h1>'
        f'<p>{english}</p><p lang="id">{indonesian}</p></main></body></html>\n'
    )
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return SmallPage(html.encode(), policy)


LOCKED_PAGE = _small_page(
    "This page opens with a link of its own: run <code>vcam open</code>, or choose “Open the page” "
    "in the tray.",
    "Halaman ini dibuka dengan tautannya sendiri: jalankan <code>vcam open</code>, atau pilih "
    "“Buka halaman” di baki sistem.",
)

USED_LINK_PAGE = _small_page(
    "This link has been used, or is older than 15 minutes. Run <code>vcam open</code> for a new "
    "one.",
    "Tautan ini sudah dipakai, atau lebih tua dari 15 menit. Jalankan <code>vcam open</code> untuk "
    "mendapatkan yang baru.",
)
