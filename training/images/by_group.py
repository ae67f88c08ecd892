"""Who a model is wrong about: its error by groups of people that file names tell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from training.common.files import markdown_table
from training.errors import TrainingError
from training.images.judging import GroupFigures, judge
from training.images.lite import read_part
from training.images.models import open_model
from training.images.run import data_of
from training.images.samples import Sample

MOST_GROUPS: Final = 12
"""Of more different numbers than this, such as ages, decades are groups."""

Groups = Mapping[str, tuple[GroupFigures, ...]]


def error_by_group(run: Path, pattern: str, *, int8: bool = False) -> Groups:
    """Error of a run's model by group, on the run's own test part.

    Args:
        run: of the image trainer.
        pattern: regular expression that is looked for in file names; each named group in it, such
            as `(?P<age>...)`, divides the pictures.
        int8: the run's 8-bit form.

    Returns:
        For each name in the pattern, its groups.

    Raises:
        TrainingError: the pattern names no group or fits no file, there is no such run, or its
            pictures have changed.
        ModelError: its model cannot be used.
    """
    compiled = _compiled(pattern)
    trained = open_model(run, int8=int8)
    samples = data_of(run).samples
    named = groups_of(samples.of("test"), compiled)
    reading = read_part(trained.content, samples, "test", most=len(samples.items))
    return {
        name: judge(reading.likely, reading.labels, samples.classes, groups=groups).groups
        for name, groups in named.items()
    }


def groups_of(samples: Sequence[Sample], pattern: re.Pattern[str]) -> dict[str, list[str]]:
    """For each name in the pattern, the group of each picture; `?` where its name tells none.

    Raises:
        TrainingError: no picture's name fits.
    """
    found = [pattern.search(sample.path.name) for sample in samples]
    if not any(found):
        raise TrainingError(
            f"no file name fits {pattern.pattern!r}, such as {samples[0].path.name!r}",
            "correct the pattern",
        )
    return {
        name: _coarse([(match[name] or "?") if match else "?" for match in found])
        for name in pattern.groupindex
    }


def groups_record(groups: Groups) -> dict[str, list[dict[str, object]]]:
    """As JSON can hold it."""
    return {name: [asdict(each) for each in figures] for name, figures in groups.items()}


def groups_text(groups: Groups) -> str:
    """To read, in Markdown."""
    rows = [
        [
            f"{name} {each.name}",
            each.count,
            each.wrong,
            f"{each.error:.2f} ({each.low:.2f} to {each.high:.2f})",
        ]
        for name, figures in groups.items()
        for each in figures
    ]
    return markdown_table(["group", "pictures", "wrong", "error (95 %)"], rows)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise TrainingError(f"{pattern!r} is no regular expression: {error}", "mend it") from error
    if not compiled.groupindex:
        raise TrainingError(f"{pattern!r} names no group", "name what divides: (?P<age>[0-9]+)")
    return compiled


def _coarse(groups: list[str]) -> list[str]:
    numbers = {each for each in groups if each.isdigit()}
    if len(numbers) <= MOST_GROUPS:
        return groups
    return [_decade(int(each)) if each.isdigit() else each for each in groups]


def _decade(number: int) -> str:
    first = number // 10 * 10
    return f"{first} to {first + 9}"
