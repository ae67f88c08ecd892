"""What vcam ships to tell faces apart: the mean face, a projection, and their card."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from vcam.core.errors import ModelError
from vcam.core.geometry import FloatArray
from vcam.recognizers.people_features import FEATURES, describe
from vcam.recognizers.people_warp import FaceWarp, Texture

MODEL_FILE: Final = Path(__file__).parent / "models" / "people.npz"

_FIX = "install vcam again"


class PeopleSource(BaseModel):
    """Pictures that the projection was made of."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    licence: str
    pictures: int = Field(ge=0)


class PeopleCard(BaseModel):
    """The card beside the model.

    Attributes:
        kind: of card.
        model_sha256: of the `.npz` file.
        sure: likeness from which a look counts for a person.
        unknown: likeness below which it counts for nobody.
        data: what it was made of.
        figures: how good it is, as the training tool measured it.
        licence: of the model.
        intended_use: what it is for.
        not_for: what it must not be used for.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["people"] = "people"
    model_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    sure: float = Field(ge=0, le=1)
    unknown: float = Field(ge=0, le=1)
    data: tuple[PeopleSource, ...]
    figures: dict[str, JsonValue] = Field(default_factory=dict)
    licence: str
    intended_use: str
    not_for: str


class FaceModel:
    """Turns a face into numbers that are near to each other for one person. Stateless.

    Attributes:
        warp: straightens faces.
        size: how many numbers a face becomes.

    Args:
        warp: straightens faces.
        mean: float32 (FEATURES,), of the features.
        projection: float32 (FEATURES, size), whitens them.
    """

    def __init__(self, warp: FaceWarp, mean: FloatArray, projection: FloatArray) -> None:
        if mean.shape != (FEATURES,) or projection.ndim != 2 or projection.shape[0] != FEATURES:
            raise ValueError("the projection has another size")
        self.warp = warp
        self.size = int(projection.shape[1])
        self._mean = mean.astype(np.float32)
        self._projection = projection.astype(np.float32)

    def embed(self, texture: Texture) -> FloatArray:
        """The numbers of a straightened face, float32 (size,), of length 1.

        A face and its mirror image give the same: light from one side is no feature of a person.
        """
        both = describe(texture) + describe(np.ascontiguousarray(texture[:, ::-1]))
        given = (both / 2 - self._mean) @ self._projection
        return np.asarray(given / max(float(np.linalg.norm(given)), 1e-9), np.float32)

    @classmethod
    def of(cls, content: bytes) -> FaceModel:
        """From the bytes of a `.npz` file.

        Raises:
            ModelError: they are no such model.
        """
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                warp = FaceWarp(stored["corners"], stored["weights"])
                return cls(warp, stored["mean"], stored["projection"])
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            raise ModelError(f"{MODEL_FILE.name} is no model of faces: {error}", _FIX) from error


def card_file(model: Path) -> Path:
    """Where the card of a model lies."""
    return model.with_suffix(".json")


@lru_cache(maxsize=4)
def load_card(model: Path = MODEL_FILE) -> PeopleCard:
    """The card of the model that vcam ships.

    Raises:
        ModelError: it is missing or broken.
    """
    path = card_file(model)
    try:
        return PeopleCard.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}", _FIX) from error
    except ValidationError as error:
        raise ModelError(f"{path} is no card of such a model", _FIX) from error


def load_model(model: Path = MODEL_FILE) -> FaceModel:
    """The model that vcam ships.

    Raises:
        ModelError: it is missing or broken, or is not the one of its card.
    """
    card = load_card(model)
    try:
        content = model.read_bytes()
    except OSError as error:
        raise ModelError(f"{model} cannot be read: {error.strerror}", _FIX) from error
    if hashlib.sha256(content).hexdigest() != card.model_sha256:
        raise ModelError(f"{model} is not the model of its card", _FIX)
    return FaceModel.of(content)
