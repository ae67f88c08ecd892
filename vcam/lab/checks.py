"""What a check of `vcam doctor` says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from vcam.core.errors import VcamError


class CheckState(StrEnum):
    """How it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    Attributes:
        name: what was looked at.
        state: `fail` if vcam cannot do its work like this, `warn` if it can with something less.
        message: how it is, in one line.
        fix: what to do about it; empty when all is well.
    """

    name: str
    state: CheckState
    message: str
    fix: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "name": self.name,
            "state": str(self.state),
            "message": self.message,
            "fix": self.fix,
        }


def ok(name: str, message: str) -> Check:
    """All is well."""
    return Check(name, CheckState.OK, message)


def warn(name: str, message: str, fix: str = "") -> Check:
    """Something is less than it could be."""
    return Check(name, CheckState.WARN, message, fix)


def fail(name: str, message: str, fix: str = "") -> Check:
    """Something that vcam needs is wrong."""
    return Check(name, CheckState.FAIL, message, fix)


def failed(name: str, error: VcamError) -> Check:
    """The check ran into an expected failure."""
    return fail(name, error.message, error.fix)


def has_failures(checks: Iterable[Check]) -> bool:
    """Whether the exit status should be other than 0."""
    return any(check.state is CheckState.FAIL for check in checks)


def checks_text(checks: Iterable[Check]) -> str:
    """A line a check, and below those that are not well what to do."""
    all_checks = list(checks)
    width = max((len(check.name) for check in all_checks), default=0)
    indent = " " * (width + 8)
    lines = []
    for check in all_checks:
        first, *others = check.message.splitlines() or [""]
        lines.append(f"{check.state.upper():4}  {check.name:{width}}  {first}")
        lines += [indent + other.strip() for other in others]
        if check.fix:
            lines.append(f"{indent}fix: {check.fix}")
    return "\n".join(lines)
