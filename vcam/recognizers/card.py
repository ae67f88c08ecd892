"""The card beside an image model: what goes in, what comes out, what it is good for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from vcam.core.errors import ModelError
from vcam.core.observation import NONE_POSE
from vcam.recognizers.contracts import DEFAULT_THRESHOLD, PEOPLE

Region = Literal["frame", "face", "hand"]
REGIONS: tuple[Region, ...] = get_args(Region)

MODEL_NAME = r"^[a-z0-9][a-z0-9_-]{0,63}$"
"""Names of models: they are file names, and stand in settings and rules."""

_MAX_CARD_BYTES = 1_000_000

_FIX = "correct it, or export the model again with python -m training images export"

Share = Annotated[float, Field(ge=0, le=1)]
ClassName = Annotated[str, Field(pattern=r"^[^\s:](?:[^\x00-\x1f:]{0,98}[^\s:])?$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InputSize(_Part):
    """What goes in: RGB, 0..255, whatever the tensor's dtype; the model does the rest itself.

    Attributes:
        width: pixels.
        height: pixels.
    """

    width: int = Field(ge=8, le=1024)
    height: int = Field(ge=8, le=1024)


class DataSource(_Part):
    """One set of pictures that the model was trained on.

    Attributes:
        name: what the training tool calls it.
        licence: the terms it came under.
        pictures: of it that were trained on, before augmentation.
    """

    name: str = Field(min_length=1)
    licence: str
    pictures: int = Field(ge=0)


class ModelCard(_Part):
    """What stands on an image model's card.

    Attributes:
        kind: of card.
        name: the model's; its files are called so.
        title: what people call it.
        classes: in the order of the network's outputs.
        input: what goes in.
        output: what comes out.
        temperature: what the logits are divided by before they are believed: above 1 makes the
            scores less sure.
        region: what of the picture the model was taught on.
        region_margin: how much wider than the face or hand it looks to each side, as a share of
            its longer side.
        thresholds: smoothed score from which a class counts; `DEFAULT_THRESHOLD` where missing.
        off_by_default: whether it does not run before the user says so.
        model_sha256: of the `.tflite` file.
        data: what it was trained on.
        figures: how good it is, as the training tool measured it.
        licence: of the model.
        intended_use: what it is for.
        not_for: what it must not be used for.
    """

    kind: Literal["image_classifier"] = "image_classifier"
    name: str = Field(pattern=MODEL_NAME)
    title: str = Field(min_length=1, max_length=100)
    classes: tuple[ClassName, ...] = Field(min_length=2)
    input: InputSize
    output: Literal["probabilities"] = "probabilities"
    temperature: float = Field(1.0, gt=0, allow_inf_nan=False)
    region: Region = "frame"
    region_margin: float = Field(0.3, ge=0, le=4)
    thresholds: dict[str, Share] = Field(default_factory=dict)
    off_by_default: bool = False
    model_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    data: tuple[DataSource, ...] = ()
    figures: dict[str, JsonValue] = Field(default_factory=dict)
    licence: str = ""
    intended_use: str = ""
    not_for: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> ModelCard:
        if self.name == PEOPLE:
            raise ValueError(f"name: {PEOPLE} is the name of those who are enrolled")
        if NONE_POSE in self.classes:
            raise ValueError(
                f"classes: a class cannot be called {NONE_POSE!r}, which means that nothing is seen"
            )
        twice = sorted({each for each in self.classes if self.classes.count(each) > 1})
        if twice:
            raise ValueError(f"classes: it names {twice[0]!r} twice")
        strange = sorted(set(self.thresholds) - set(self.classes))
        if strange:
            raise ValueError(f"thresholds: there is no class {strange[0]!r}")
        return self

    def threshold(self, name: str) -> float:
        """Smoothed score from which a class counts."""
        return self.thresholds.get(name, DEFAULT_THRESHOLD)

    def dump(self) -> str:
        """The card as the text of its file; `load_card` reads it back."""
        return json.dumps(self.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"


def card_path(model: Path) -> Path:
    """Where the card of a `.tflite` file lies."""
    return model.with_suffix(".json")


def load_card(path: Path) -> ModelCard:
    """Reads and checks a card.

    Raises:
        ModelError: it is missing, unreadable or not a card; the message names file and place.
    """
    try:
        if path.stat().st_size > _MAX_CARD_BYTES:
            raise ModelError(f"the model's card {path} is larger than 1 MB", _FIX)
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ModelError(
            f"the model has no card {path.name} beside it in {path.parent}",
            "put the card that was exported with it there",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ModelError(f"cannot read the model's card {path}: {reason}", _FIX) from error
    try:
        return ModelCard.model_validate_json(text)
    except ValidationError as error:
        raise ModelError(f"the model's card {path} is not valid: {_told(error)}", _FIX) from error


def check_digest(card: ModelCard, model: bytes, path: Path) -> None:
    """Makes sure that the card belongs to the model.

    Args:
        card: of the model.
        model: the bytes of the `.tflite` file.
        path: where they come from.

    Raises:
        ModelError: it is another model's card.
    """
    if hashlib.sha256(model).hexdigest() != card.model_sha256:
        raise ModelError(
            f"the card {card_path(path).name} is not the one of {path}: model_sha256 differs",
            "copy model and card from the same export",
        )


def _told(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first: Mapping[str, Any] = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
