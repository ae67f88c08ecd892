"""One HTML file with every effect of packs, moving: nothing is fetched, no script runs."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from vcam.core.errors import PackError
from vcam.effects.pack import Pack
from vcam.effects.pack_file import suggest
from vcam.effects.preview import BUDGET_S, effect_preview, gesture_preview

_STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5d646d;--paper:#fff;--raised:#f4f5f7;
--edge:#d9dce1}@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#a3abb6;
--paper:#15171a;--raised:#202328;--edge:#383d45}}*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1rem;color:var(--ink);background:var(--paper);
font:16px/1.5 system-ui,sans-serif}h1{font-size:1.5rem;margin-bottom:0}h2{font-size:1.2rem}
p{color:var(--soft);margin:0 0 1rem}section{display:grid;gap:1rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
figure{margin:0;border:1px solid var(--edge);border-radius:10px;overflow:hidden;
background:var(--raised)}img{display:block;width:100%;height:auto}
figcaption{padding:.5rem .75rem;overflow-wrap:anywhere}small{display:block;color:var(--soft)}
"""


@dataclass(frozen=True, slots=True)
class Moving:
    """One animated picture of a preview.

    Attributes:
        name: what it shows: an effect, or a gesture.
        title: the same for people.
        about: kind, anchor, and what plays it; or which effects the gesture plays.
        webp: the picture.
    """

    name: str
    title: str
    about: str
    webp: bytes


def moving_effects(
    pack: Pack, only: str | None = None, budget_s: float = BUDGET_S
) -> Iterator[Moving]:
    """Each effect of a pack, or one of them; none takes longer than `budget_s`.

    Raises:
        PackError: there is no effect of that name.
    """
    if only is not None and only not in pack.effects:
        raise PackError(
            f"The pack {pack.name} has no effect {only!r}", suggest(only, sorted(pack.effects))
        )
    for name, effect in pack.effects.items():
        if only in (None, name):
            title = effect.spec.title or name.replace("-", " ").replace("_", " ").capitalize()
            webp = effect_preview(pack, name, budget_s)
            yield Moving(name, title, about_effect(pack, name), webp)


def moving_gestures(pack: Pack, budget_s: float = BUDGET_S) -> Iterator[Moving]:
    """What comes with each gesture that plays more than one effect."""
    for gesture in dict.fromkeys(rule.gesture for rule in pack.rules):
        effects = [rule.effect for rule in pack.rules if rule.gesture == gesture]
        if len(effects) > 1:
            yield Moving(
                gesture, gesture, " + ".join(effects), gesture_preview(pack, gesture, budget_s)
            )


def about_effect(pack: Pack, name: str) -> str:
    """Kind, anchor, layer, and the gestures that play an effect, as one line."""
    spec = pack.effects[name].spec
    anchor = getattr(spec, "anchor", None)
    words = [spec.kind if anchor is None else f"{spec.kind} on {anchor}"]
    if spec.layer == "behind":
        words.append("behind the person")
    words += dict.fromkeys(rule.gesture for rule in pack.rules if rule.effect == name)
    return ", ".join(words)


def preview_page(pack: Pack, effects: Sequence[Moving], gestures: Sequence[Moving] = ()) -> str:
    """The page.

    Args:
        pack: told of in the heading.
        effects: its effects.
        gestures: what comes together.
    """
    parts = [f"<section>{''.join(map(_figure, effects))}</section>"]
    if gestures:
        parts.append(
            f"<h2>What comes together</h2><section>{''.join(map(_figure, gestures))}</section>"
        )
    by = f"{pack.name} by {pack.author}, {pack.licence}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{escape(pack.title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(pack.title)}</h1><p>{escape(by)}</p>{''.join(parts)}</body></html>\n"
    )


def _figure(shown: Moving) -> str:
    data = base64.b64encode(shown.webp).decode("ascii")
    return (
        f'<figure><img src="data:image/webp;base64,{data}" alt="{escape(shown.title)}" '
        f'width="320" height="180"><figcaption><b>{escape(shown.title)}</b> '
        f"<code>{escape(shown.name)}</code><small>{escape(shown.about)}</small>"
        "</figcaption></figure>"
    )
