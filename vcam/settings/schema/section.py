"""What all sections of the settings share."""

from __future__ import annotations

from typing import Annotated, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.fields import FieldInfo

Milliseconds = Annotated[int, Field(ge=0, le=60_000)]
Dwell = Annotated[int, Field(ge=100, le=10_000)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A part of the settings: unknown keys are refused, values never change in place."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_default=True, allow_inf_nan=False
    )

    @field_validator("*", mode="before")
    @classmethod
    def _booleans_are_no_numbers(cls, value: Any, info: ValidationInfo) -> Any:
        # Python counts True as 1, so `dwell_ms: true` would become a hold of one millisecond.
        if isinstance(value, bool) and not _allows_bool(cls.model_fields[str(info.field_name)]):
            raise ValueError("a switch is no number")
        return value


def _allows_bool(field: FieldInfo) -> bool:
    return field.annotation is bool or bool in get_args(field.annotation)
