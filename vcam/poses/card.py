"""The card beside a pose model: what it can do, how well, and what it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vcam.core.errors import ModelError
from vcam.core.observation import NONE_POSE

CARD_FORMAT = 2
_FIX = "reinstall vcam, or export the model again with python -m training poses export"

Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DataSet(_Part):
    """One set of pictures or clips that the model was trained on.

    Attributes:
        name: what the training tool calls it.
        source: where it comes from and whose it is.
        licence: the terms it came under.
        hands: hands of it that were trained on, before augmentation.
    """

    name: str
    source: str
    licence: str
    hands: int = Field(ge=0)


class PoseFigures(_Part):
    """How well one pose is recognised in one set, at the card's thresholds.

    Attributes:
        precision: share of right ones among the hits; None without a hit.
        recall: share of hits among the hands that show it; None without one.
        support: hands found that show the pose.
        others: hands found that do not.
    """

    precision: Share | None
    recall: Share | None
    support: int = Field(ge=0)
    others: int = Field(ge=0)


class PoseCheck(_Part):
    """A second look at hands that are read as one pose: a line through all features.

    Attributes:
        weights: of each feature.
        bias: added to the weighted features; above 0 the hand rather shows the pose.
        least: the sum from which on it may count as the pose.
    """

    weights: tuple[float, ...]
    bias: float
    least: float


class AppearanceCard(_Part):
    """The part of a card that tells of the network for pictures of hands.

    Attributes:
        side: of the squares that it takes, pixels.
        temperature: what its logits are divided by.
        head_exponent: how much the landmarks' probabilities count in the product of both.
        exponent: how much its own count.
        asked_for: poses that it is asked for; of all others it knows too little.
        asked_from: what the landmarks must give these together, or the picture is not asked.
        head_thresholds: score from which a pose counts where landmarks alone are read.
        model_sha256: of its `.tflite` file.
        trained_on: the sets behind it, with their licences.
        settings: what the training tool was told, seed included.
        tools: versions of the libraries that trained it.
        figures: of landmarks and picture together, per set, per pose, at the model's thresholds;
            empty where they were not measured together.
        calibration_error: of both together on the validation hands; None likewise.
    """

    side: int = Field(ge=16, le=256)
    temperature: float = Field(gt=0)
    head_exponent: float = Field(ge=0)
    exponent: float = Field(ge=0)
    asked_for: tuple[str, ...] = Field(min_length=1)
    asked_from: Share
    head_thresholds: dict[str, Share]
    model_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    trained_on: tuple[DataSet, ...]
    settings: Mapping[str, str | int | float | bool | None]
    tools: Mapping[str, str]
    figures: dict[str, dict[str, PoseFigures]] = Field(default_factory=dict)
    calibration_error: Share | None = None


class PoseCard(_Part):
    """What stands on a pose model's card.

    Attributes:
        format: version of the card's form.
        name: the model's name.
        feature_version: `vcam.poses.features.FEATURE_VERSION` that it was trained with.
        classes: the poses, in the order of the network's outputs.
        embedding_size: numbers in `PoseClassifier.embed`.
        thresholds: score from which a pose counts, chosen on the validation hands.
        distance_limits: squared distance from a pose's centre beyond which a hand is none that the
            model was taught; 1 is what hands of the pose have on average.
        temperature: what the logits were divided by to calibrate the scores (it is built into the
            network).
        model_sha256: of the `.tflite` file.
        trained_on: the sets behind it, with their licences.
        held_out: sets of other people, which it was measured on and never trained on.
        figures: per set, per pose.
        calibration_error: expected calibration error on the validation hands, 15 bins.
        settings: what the training tool was told, seed included.
        tools: versions of the libraries that trained it.
        checks: per pose, what a hand must pass beside the network to be read as it.
        appearance: of the network that reads pictures of hands, where there is one; thresholds
            are those of both together then, and `figures` and `calibration_error` still those of
            the landmarks alone, at `head_thresholds`; those of both stand in it.
    """

    format: int
    name: str
    feature_version: int
    classes: tuple[str, ...] = Field(min_length=2)
    embedding_size: int = Field(ge=1)
    thresholds: dict[str, Share]
    distance_limits: dict[str, float]
    temperature: float = Field(gt=0)
    model_sha256: str = Field(pattern="^[0-9a-f]{64}$")
    trained_on: tuple[DataSet, ...]
    held_out: tuple[str, ...]
    figures: dict[str, dict[str, PoseFigures]]
    calibration_error: Share
    settings: Mapping[str, str | int | float | bool | None]
    tools: Mapping[str, str]
    checks: Mapping[str, PoseCheck] = Field(default_factory=dict)
    appearance: AppearanceCard | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> PoseCard:
        if self.format != CARD_FORMAT:
            raise ValueError(f"it has form {self.format}, and this vcam reads {CARD_FORMAT}")
        if NONE_POSE not in self.classes:
            raise ValueError(f"it has no class {NONE_POSE!r}")
        if len(set(self.classes)) < len(self.classes):
            raise ValueError("it names a class twice")
        for what, table in (("threshold", self.thresholds), ("limit", self.distance_limits)):
            missing = set(self.classes) - {NONE_POSE} - set(table)
            if missing:
                raise ValueError(f"it has no {what} for {', '.join(sorted(missing))}")
        if self.appearance and (strange := set(self.appearance.asked_for) - set(self.classes)):
            raise ValueError(f"it asks pictures for {', '.join(sorted(strange))}, no class of it")
        if strange := set(self.checks) - set(self.classes):
            raise ValueError(f"it checks {', '.join(sorted(strange))}, which is no class of it")
        return self


def load_card(path: Path) -> PoseCard:
    """Reads and checks a card.

    Raises:
        ModelError: it is missing, unreadable or not a card; the message names the file.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise ModelError(f"cannot read the pose model's card {path}: {reason}", _FIX) from error
    try:
        return PoseCard.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        reason = f"{place}: {first['msg']}" if place else first["msg"]
        raise ModelError(f"the pose model's card {path} is not valid: {reason}", _FIX) from error
