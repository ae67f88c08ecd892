"""What all that the daemon tells has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Told(BaseModel):
    """What all parts of the state share: they never change in place."""

    model_config = ConfigDict(frozen=True)
