"""The thresholds that calibration has found for this user: between the card and the settings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from vcam.daemon.private_file import PrivateFile

logger = logging.getLogger(__name__)

Enter = Annotated[float, Field(ge=0.5, le=1.0)]


class StoredThresholds(BaseModel):
    """What is in the file.

    Attributes:
        format: of the file.
        found_at: time of day of the calibration.
        model: sha256 of the pose model that it was made with; scores of others are others.
        enter: of each gesture that was calibrated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    format: Literal[1] = 1
    found_at: float = Field(ge=0, le=1e12)
    model: str = Field(pattern="^[0-9a-f]{64}$")
    enter: dict[Annotated[str, Field(min_length=1, max_length=100)], Enter] = Field(
        min_length=1, max_length=100
    )


class PersonalThresholds:
    """Personal `enter` of each gesture. Any thread.

    Attributes:
        file: where they are kept.

    Args:
        file: where they are kept.
        model: sha256 of the pose model that is in use; empty if it cannot be read.
    """

    def __init__(self, file: PrivateFile, model: str) -> None:
        self.file = file
        self._model = model
        self._lock = threading.Lock()
        self._stored = file.read(StoredThresholds.model_validate_json, None)
        if self._stored is not None and self._stored.model != model:
            logger.warning(
                "The personal thresholds were found with another pose model and are not used: "
                "find new ones with vcam calibrate"
            )

    @property
    def enter(self) -> Mapping[str, float]:
        """`enter` of each calibrated gesture; empty if they belong to another model."""
        stored = self._stored
        usable = stored is not None and stored.model == self._model
        return MappingProxyType(stored.enter) if stored is not None and usable else {}

    @property
    def stored(self) -> StoredThresholds | None:
        """What is kept, of whatever model."""
        return self._stored

    def keep(self, enter: Mapping[str, float], at: float) -> None:
        """Keeps what a calibration has found; gestures that it does not name stay as they are.

        Args:
            enter: of each gesture that was found.
            at: time of day.

        Raises:
            PersonalError: it cannot be written; nothing has changed.
        """
        with self._lock:
            stored = StoredThresholds(found_at=at, model=self._model, enter={**self.enter, **enter})
            self.file.write(stored.model_dump_json(indent=1).encode() + b"\n")
            self._stored = stored

    def forget(self) -> None:
        """Forgets them, in memory and on disk.

        Raises:
            PersonalError: the file is still there.
        """
        with self._lock:
            self._stored = None
            self.file.delete()
