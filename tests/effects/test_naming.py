from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vcam.core.errors import PackError
from vcam.effects.naming import effect_names, find_effect, find_groups
from vcam.effects.pack import load_pack


def test_effects_are_found_by_name_and_by_pack(make_pack: Callable[..., Path]) -> None:
    packs = [load_pack(make_pack(name=name)) for name in ("first", "second")]
    assert effect_names(packs) == [("first", "it"), ("second", "it")]
    assert find_effect("it", packs) == ("first", "it")
    assert find_effect(" second/it", packs) == ("second", "it")
    assert find_groups("all", packs) == [[("first", "it")], [("second", "it")]]
    assert find_groups("first/it+second/it", packs) == [[("first", "it"), ("second", "it")]]
    assert find_groups("none", packs) == [[]]


@pytest.mark.parametrize(
    ("text", "fix"), [("secnd/it", "did you mean second/it?"), ("zzz", "there are: second/it")]
)
def test_what_is_not_there_is_told(make_pack: Callable[..., Path], text: str, fix: str) -> None:
    packs = [load_pack(make_pack(name="second"))]
    with pytest.raises(PackError) as caught:
        find_effect(text, packs)
    assert caught.value.fix == fix
