"""Effects by the names that people give: `pack/effect`, or `effect` alone where that is enough."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from vcam.core.errors import PackError
from vcam.effects.pack import Pack

EffectName = tuple[str, str]
"""Name of a pack, name of an effect in it."""


def effect_names(packs: Sequence[Pack]) -> list[EffectName]:
    """All effects of the packs, in their order."""
    return [(pack.name, name) for pack in packs for name in pack.effects]


def find_effect(text: str, packs: Sequence[Pack]) -> EffectName:
    """The effect that is meant; of packs with the same effect, the first.

    Raises:
        PackError: there is none of that name.
    """
    known = effect_names(packs)
    pack, slash, name = text.strip().rpartition("/")
    for each in known:
        if each[1] == name and (not slash or each[0] == pack):
            return each
    texts = [f"{each[0]}/{each[1]}" for each in known]
    close = difflib.get_close_matches(text, [*texts, *(each[1] for each in known)], n=1)
    fix = f"did you mean {close[0]}?" if close else f"there are: {', '.join(texts)}"
    raise PackError(f"there is no effect {text!r}", fix)


def find_groups(text: str, packs: Sequence[Pack]) -> list[list[EffectName]]:
    """What is to be played one after the other.

    Args:
        text: `all` for every effect by itself, `none`, or names with `+` between them, which are
            played together.
        packs: where to look.

    Raises:
        PackError: there is no effect of one of the names.
    """
    if text == "all":
        return [[each] for each in effect_names(packs)]
    if text == "none":
        return [[]]
    return [[find_effect(each, packs) for each in text.split("+")]]
