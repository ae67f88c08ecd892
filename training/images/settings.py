"""Everything that decides how a run turns out, as plain values that go to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final, Literal

from training.errors import TrainingError
from training.images.augment import Augmentation
from training.images.backbones import Backbone, backbone_of, check_input

NO_WEIGHTS: Final = "none"
IMAGENET: Final = "imagenet"

Precision = Literal["auto", "float32", "mixed_bfloat16", "mixed_float16"]
"""Of the training; auto mixes where there is a graphics card that gains from it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is built and trained.

    Attributes:
        backbone: name of one of `backbones.BACKBONES`.
        side: of the pictures it takes, pixels.
        width: factor of MobileNet's numbers of filters (alpha); 1 for all others.
        weights: "imagenet", "none", or the path of a weights file without top.
        auxiliary: GoogLeNet's auxiliary classifiers help the training.
        dropout: share of features left out while training.
        head_epochs: most epochs with a frozen backbone; only where it begins with weights.
        head_rate: learning rate of those.
        epochs: most epochs of fine-tuning, or from scratch.
        rate: learning rate of those; None for 1e-5 to fine-tune and the backbone's own from
            scratch.
        unfrozen: share of the backbone's layers, from its end, that fine-tuning changes.
        batch: pictures a step, over all workers.
        patience: epochs without a better validation loss after which a phase ends.
        class_weights: rare classes count as much as frequent ones.
        precision: of the training.
        augmentation: how training pictures are varied.
        seed: of weights, draws and dropout.
        deterministic: operations that give the same bits each time, where they may be slower.
    """

    backbone: str = "mobilenet_v2"
    side: int = 224
    width: float = 1.0
    weights: str = IMAGENET
    auxiliary: bool = False
    dropout: float = 0.2
    head_epochs: int = 8
    head_rate: float = 1e-3
    epochs: int = 20
    rate: float | None = None
    unfrozen: float = 1.0
    batch: int = 32
    patience: int = 5
    class_weights: bool = True
    precision: Precision = "auto"
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 7
    deterministic: bool = True

    def __post_init__(self) -> None:
        """Checks what no later step would.

        Raises:
            TrainingError: a value is out of its range, or does not fit the backbone.
        """
        check_input(self.architecture, self.side, self.width, auxiliary=self.auxiliary)
        for name, least, most in _RANGES:
            value = getattr(self, name)
            if not least <= value <= most:
                raise TrainingError(f"{name} is {value}", f"give {least:g} to {most:g}")
        if self.rate is not None and not 0 < self.rate <= 1:
            raise TrainingError(f"the learning rate is {self.rate}", "give more than 0, at most 1")

    @property
    def architecture(self) -> Backbone:
        """The backbone itself."""
        return backbone_of(self.backbone)

    @property
    def from_scratch(self) -> bool:
        """Whether it begins without weights."""
        return self.weights == NO_WEIGHTS


_RANGES: Final = (
    ("dropout", 0, 0.9),
    ("head_epochs", 0, 10_000),
    ("head_rate", 1e-8, 1),
    ("epochs", 0, 10_000),
    ("unfrozen", 0, 1),
    ("batch", 1, 4096),
    ("patience", 1, 10_000),
    ("seed", 0, 2**31 - 1),
)


@dataclass(frozen=True, slots=True)
class DataChoice:
    """Which pictures.

    Attributes:
        data: folder of class folders, a CSV, or CelebA's attribute file.
        pictures: folder that the file names of a table start from; None for the table's own.
        attribute: column of CelebA's attribute file; None for a plain table or folder.
        limit: pictures in all; None for all.
        partition: CelebA's own split; None for the one beside the attribute file.
        shares: of training, validation and test, where the data brings no split.
        seed: of split and draw.
    """

    data: str
    pictures: str | None = None
    attribute: str | None = None
    limit: int | None = None
    partition: str | None = None
    shares: tuple[float, float, float] = (0.7, 0.15, 0.15)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a model is for, as its card says.

    Attributes:
        name: of the model and its files.
        title: what people call it; None for its name.
        region: what of the camera's picture it looks at.
        region_margin: added around a face or hand, as a share of its size.
        off_by_default: the camera does not run it before its user says so.
        licence: of the model.
        data_licence: of the data set.
        intended_use: one sentence.
        not_for: one sentence.
    """

    name: str
    title: str | None = None
    region: Literal["frame", "face", "hand"] = "frame"
    region_margin: float = 0.3
    off_by_default: bool = False
    licence: str = "not stated"
    data_licence: str = "not stated"
    intended_use: str = "effects in a video call, for the person who runs it"
    not_for: str = "decisions about people"


@dataclass(frozen=True, slots=True)
class Plan:
    """One run before it begins.

    Attributes:
        recipe: how the network is built and trained.
        choice: with which pictures.
        purpose: what for.
    """

    recipe: Recipe
    choice: DataChoice
    purpose: Purpose

    def record(self) -> dict[str, object]:
        """For the run's `settings.json`; `plan_of` reads it back."""
        return {
            "recipe": asdict(self.recipe),
            "data": asdict(self.choice),
            "purpose": asdict(self.purpose),
        }


def plan_of(record: Mapping[str, Any]) -> Plan:
    """A plan out of what `Plan.record` gave.

    Raises:
        TrainingError: it is none.
    """
    try:
        recipe, choice = dict(record["recipe"]), dict(record["data"])
        recipe["augmentation"] = Augmentation(**recipe["augmentation"])
        choice["shares"] = tuple(choice["shares"])
        return Plan(Recipe(**recipe), DataChoice(**choice), Purpose(**record["purpose"]))
    except (KeyError, TypeError, ValueError) as error:
        raise TrainingError(
            "the run's settings are not of this version of the image trainer", "train it anew"
        ) from error
