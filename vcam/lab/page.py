"""A report as one file: no script, nothing fetched, light and dark, readable on a phone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Final

import vcam

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5d646d;--paper:#fff;--raised:#f4f5f7;
--edge:#d9dce1;--good:#1a7f4b;--bad:#c22f2f;--warn:#9a6700;--c0:#1f6fd1;--c1:#c2410c;--c2:#15803d;
--c3:#8b31c7;--c4:#b3306b;--c5:#0e7490}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3abb6;--paper:#15171a;
--raised:#202328;--edge:#383d45;--good:#56c98a;--bad:#ff7b72;--warn:#e3b341;--c0:#6cb0ff;
--c1:#ff9a62;--c2:#67d18d;--c3:#cf9bff;--c4:#ff8fbe;--c5:#5fd0e6}}
*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1rem;color:var(--ink);
background:var(--paper);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem;border-top:1px solid var(--edge);
padding-top:1rem}h3{font-size:1rem;overflow-wrap:anywhere}p.soft,figcaption{color:var(--soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.875rem;margin:.5rem 0}
th,td{padding:.3rem .6rem;border-bottom:1px solid var(--edge);text-align:right;white-space:nowrap}
th{background:var(--raised)}th:first-child,td:first-child{text-align:left}
figure{margin:1rem 0}svg{width:100%;height:auto}svg.timeline{height:20px;display:block}
.plots{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,24rem),1fr))}
svg path{fill:none;stroke-width:2;stroke:currentColor}svg circle{fill:currentColor}
.c0{color:var(--c0)}.c1{color:var(--c1)}.c2{color:var(--c2)}.c3{color:var(--c3)}.c4{color:var(--c4)}
.c5{color:var(--c5)}.grid{stroke:var(--edge)}.label{fill:var(--soft);font-size:12px}
.key{margin-left:.75rem;font-weight:600}.bar{fill:var(--raised)}.span{fill:var(--c0);opacity:.35}
line.hit{stroke:var(--good);stroke-width:4}line.false{stroke:var(--bad);stroke-width:4}
line.repeat{stroke:var(--warn);stroke-width:4}.shots{display:grid;gap:.75rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,10rem),1fr))}.shots figure{margin:0}
.shots img{width:100%;border-radius:4px;display:block}.shots figcaption{font-size:.8125rem;
overflow-wrap:anywhere}.hit b{color:var(--good)}.false b,.miss b{color:var(--bad)}
.repeat b{color:var(--warn)}
"""


def page(title: str, parts: Sequence[str]) -> str:
    """The whole file.

    Args:
        title: plain text.
        parts: HTML, already escaped.
    """
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>"
        f'<p class="soft">vcam {escape(vcam.__version__)}, {made}</p>'
        f"{''.join(parts)}</body></html>\n"
    )


def section(title: str, *parts: str) -> str:
    """A part of the page under its own heading; nothing where there is nothing in it."""
    inner = "".join(parts)
    return f"<section><h2>{escape(title)}</h2>{inner}</section>" if inner else ""


def paragraph(text: str) -> str:
    """A line of plain text."""
    return f'<p class="soft">{escape(text)}</p>'


def table_html(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table that scrolls by itself where it is too wide; nothing without rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        '<div class="scroll" tabindex="0" role="group" aria-label="table"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def shot(jpeg: bytes, kind: str, name: str, note: str) -> str:
    """A small picture with what it shows.

    Args:
        jpeg: its bytes.
        kind: `hit`, `false`, `repeat` or `miss`.
        name: told first.
        note: told then.
    """
    data = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<figure class="{escape(kind)}"><img loading="lazy" alt="" '
        f'src="data:image/jpeg;base64,{data}">'
        f"<figcaption><b>{escape(name)}</b> {escape(note)}</figcaption></figure>"
    )


def shots(pictures: Sequence[str]) -> str:
    """Small pictures side by side."""
    return f'<div class="shots">{"".join(pictures)}</div>' if pictures else ""


def plots(drawn: Sequence[str]) -> str:
    """Plots side by side."""
    return f'<div class="plots">{"".join(drawn)}</div>' if any(drawn) else ""


def _cell(cell: object) -> str:
    return "-" if cell is None else escape(str(cell))
