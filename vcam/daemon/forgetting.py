"""Forgets what was learnt of the user, one kind or all, as far as that is possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from vcam.control.commands import Outcome
from vcam.daemon.private_file import PersonalError

What = Literal["all", "wrong", "calibration", "history", "taught", "people", "attendance"]

_FORGOTTEN = {
    "wrong": "the starts called wrong",
    "calibration": "the personal thresholds",
    "history": "the history",
    "taught": "the taught poses",
    "people": "the people",
    "attendance": "the attendance",
}


def forget_kinds(what: str, ways: Mapping[str, Callable[[], object]]) -> Outcome:
    """Deletes what was learnt, as far as that is possible.

    Args:
        what: one kind, or `all`.
        ways: what deletes each kind.

    Raises:
        PersonalError: some of it cannot be deleted; the rest is.
    """
    kinds = list(ways) if what == "all" else [what]
    failed = []
    for kind in kinds:
        try:
            ways[kind]()
        except PersonalError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return Outcome(message=f"Forgotten: {', '.join(_FORGOTTEN[kind] for kind in kinds)}")
