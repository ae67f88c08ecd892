"""What a person can choose from: cameras and settings."""

from __future__ import annotations

from typing import Any, Literal

from vcam.control.state.told import Told
from vcam.settings.fields import FieldNode


class CameraChoice(Told):
    """A camera that could be read.

    Attributes:
        device: what to set `camera.device` to.
        name: what a person calls it.
        problem: why it cannot be used now; empty otherwise.
    """

    device: str
    name: str
    problem: str = ""


class SettingValue(Told):
    """One setting, for the page that edits them.

    Attributes:
        key: dotted name; a `*` stands for any name.
        help: what it is, one line.
        must_be: what is allowed, in words.
        kind: how to edit it.
        choices: allowed values, if they are few.
        low: least number, None for no bound.
        high: largest number, None for no bound.
        nullable: whether null is allowed.
        default: the default.
        value: what is in force.
        origin: `default`, `line 12`, `--set …` or `profile work`.
        applies: what a change does: `at once`, `camera`, `device`, `recognition` or `page`.
    """

    key: str
    help: str
    must_be: str
    kind: Literal["switch", "number", "whole", "text", "choice", "list", "other"]
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    nullable: bool = False
    default: Any = None
    value: Any = None
    origin: str = "default"
    applies: Literal["at once", "camera", "device", "recognition", "page"] = "at once"

    @classmethod
    def of(cls, node: FieldNode, key: str, value: Any, origin: str) -> SettingValue:
        """What the schema says of a field, with its value.

        Args:
            node: the field.
            key: its dotted name, with a real name where the schema allows any.
            value: what is in force.
            origin: where that came from.
        """
        return cls(
            key=key,
            help=node.help,
            must_be=node.expected,
            kind=node.kind,
            choices=node.choices,
            low=node.low,
            high=node.high,
            nullable=node.nullable,
            default=node.default,
            value=value,
            origin=origin,
            applies=node.applies,
        )
