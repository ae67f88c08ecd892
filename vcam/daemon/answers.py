"""Effects that answer what packs do not: classes of image models, taught poses."""

from __future__ import annotations

from collections.abc import Iterable

from vcam.core.errors import VcamError
from vcam.daemon.naming import unknown
from vcam.daemon.packs import PackLibrary
from vcam.effects.pack import Pack
from vcam.pipeline.changes import Answers


def answers_of(
    wanted: Iterable[tuple[str, str]], library: PackLibrary
) -> tuple[Answers, tuple[str, ...]]:
    """Answers for the pipeline, their packs loaded whether they are on or not.

    Args:
        wanted: gesture, and the effect that answers it, `pack/effect`.
        library: the packs.

    Returns:
        The answers, and one line for each effect that there is not; those are left out.
    """
    effects: list[tuple[str, str, str]] = []
    packs: dict[str, Pack] = {}
    problems: list[str] = []
    for gesture, wish in wanted:
        name, _, effect = wish.partition("/")
        try:
            pack = library.lend(name)
            if effect not in pack.effects:
                raise unknown("effect", effect, pack.effects, f"in {name}")
        except VcamError as error:
            problems.append(f"{gesture} is not answered: {error}")
            continue
        packs[name] = pack
        effects.append((gesture, name, effect))
    return Answers(tuple(effects), tuple(packs.values())), tuple(dict.fromkeys(problems))
