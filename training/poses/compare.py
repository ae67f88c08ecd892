"""The same people, read by every reader there is, and one folder that says who reads best."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from training.common.files import markdown_table, write_csv, write_text
from training.common.folder import run_folder
from training.common.plots import plot_roc
from training.errors import TrainingError
from training.poses.contest import (
    FALSE_RATES,
    Entry,
    Pool,
    contest_header,
    contest_rows,
    pools_of,
    rates_and_recalls,
)
from training.poses.crop_model import CropRecipe
from training.poses.crop_rivals import (
    CropMaterial,
    ImageReader,
    crop_material,
    crop_network,
    image_entries,
    read_by_appearance,
    read_by_crops,
    read_by_features,
)
from training.poses.deep_features import DeepRecipe
from training.poses.export import flat_settings
from training.poses.hands import Hands
from training.poses.landmark_tables import table_file
from training.poses.measure import decide, score_set
from training.poses.photos import own_sets
from training.poses.report import markdown
from training.poses.rivals import (
    ALIGNMENTS,
    Material,
    aligned_entry,
    head_reading,
    plain_entries,
    rule_entry,
    small_heads,
)
from training.poses.select import Judged, Labelled, judged_clips, judged_sets, labelled_hands
from training.poses.sets import PICTURE_SETS
from training.poses.synthetic import synthetic_hands
from training.poses.table import LandmarkTable
from training.poses.train import Recipe
from training.poses.views import Pictures
from vcam.poses.classifier import PoseClassifier, shipped_model
from vcam.poses.vocabulary import POSES

logger = logging.getLogger(__name__)

OWN_THRESHOLD = 0.9
"""Score from which readers without thresholds of their own count in the table per set."""

GROUPS = ("rule", "plain", "ablation", "aligned", "features", "crops", "appearance")
"""What the head can be compared with; the last three need the pictures."""

_JUDGED_AT = FALSE_RATES[1]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How to compare.

    Attributes:
        seed: of all that is trained.
        epochs: of the small networks on landmarks.
        epoch_size: hands in each.
        crops: how the image network is trained.
        crop_model: an earlier image network to take instead.
        readers: those of `GROUPS` to compare the head with.
    """

    seed: int = 7
    epochs: int = 20
    epoch_size: int = 12_000
    crops: CropRecipe = field(default_factory=CropRecipe)
    crop_model: Path | None = None
    readers: tuple[str, ...] = GROUPS

    def recipe(self) -> Recipe:
        """Of the small networks on landmarks."""
        return replace(Recipe(), seed=self.seed, epochs=self.epochs, epoch_size=self.epoch_size)


def judged_of(table: LandmarkTable) -> list[Judged]:
    """All that nobody was trained on, a user's own kept share among it."""
    return judged_sets(table, (*PICTURE_SETS, *own_sets(table))) + judged_clips(table)


def thresholds_of(classifier: PoseClassifier, *, together: bool = False) -> np.ndarray:
    """The card's thresholds, (poses,); beyond 1 for `none`.

    Args:
        classifier: head and card.
        together: those of landmarks and picture together, not of landmarks alone.
    """
    card = classifier.card
    part = None if together else card.appearance
    chosen = part.head_thresholds if part else card.thresholds
    return np.array([chosen.get(pose, 1.1) for pose in POSES], np.float32)


def compare_run(
    table: LandmarkTable,
    how: Comparison,
    folder: Path,
    pictures: Pictures,
    model: Path | None = None,
) -> str:
    """Trains what must be trained, compares everything, and writes one folder.

    Args:
        table: all hands.
        how: seeds and sizes.
        folder: of the comparison.
        pictures: where the pictures lie, for the image network.
        model: of the head, a `.tflite` file; None takes the shipped one.

    Returns:
        The tables, in Markdown.

    Raises:
        ModelError: the model or its card cannot be used.
        TrainingError: the table has nothing to train on, a reader is unknown, or the folder
            cannot be written.
    """
    unknown = sorted(set(how.readers) - set(GROUPS))
    if unknown:
        raise TrainingError(
            f"there are no readers {', '.join(unknown)}", f"choose among {', '.join(GROUPS)}"
        )
    classifier = PoseClassifier.load(model)
    sets = (*PICTURE_SETS, *own_sets(table))
    labelled = labelled_hands(table, "train", sets)
    validation = labelled_hands(table, "validation", sets)
    if len(labelled.hands) == 0 or len(validation.hands) == 0:
        raise TrainingError(
            "the landmark table has no hands to train on or to validate with",
            "build it from sets that training/poses/sets.py lists as for training",
        )
    judged = judged_of(table)
    recipe = how.recipe()
    drawn = synthetic_hands(recipe.synthetic, recipe.seed)
    material = Material(
        Hands.join([labelled.hands, drawn]), labelled.hands, validation.hands, judged
    )
    settings: dict[str, object] = {
        "what": "comparison of pose readers",
        "head": classifier.card.name,
        "head_sha256": classifier.card.model_sha256,
        "recipe": flat_settings(recipe),
        "crops": asdict(how.crops) if pictures.any else None,
        "hands": labelled.counts,
    }
    with run_folder(folder, settings) as place:
        head = head_reading(material, classifier, model or shipped_model())
        entries = [*_on_landmarks(material, recipe, how, pictures), head.entry]
        if {"features", "crops", "appearance"} & set(how.readers):
            crops = _squares(table, labelled, validation, judged, pictures, folder.parent)
            read = _of_images(crops, how, place, folder.parent, model) if crops else ()
            for reader in read:
                entries += image_entries(reader, validation.hands, classifier, head)
        return _write(place, judged, entries, head.entry, thresholds_of(classifier), how.seed)


def _on_landmarks(
    material: Material, recipe: Recipe, how: Comparison, pictures: Pictures
) -> Iterator[Entry]:
    if "rule" in how.readers:
        yield rule_entry(material)
    if "plain" in how.readers:
        table = table_file(pictures.data) if pictures.data else None
        yield from plain_entries(material, how.seed, table)
    if "ablation" in how.readers:
        yield from small_heads(material, recipe)
    if "aligned" in how.readers:
        for alignment, name in ALIGNMENTS.items():
            yield aligned_entry(material, recipe, alignment, name)


def _squares(
    table: LandmarkTable,
    labelled: Labelled,
    validation: Labelled,
    judged: Sequence[Judged],
    pictures: Pictures,
    keep_in: Path,
) -> CropMaterial | None:
    if not pictures.any:
        logger.info("no readers of images: where the pictures lie was not told (--data)")
        return None
    return crop_material(table, labelled, validation, judged, pictures, keep_in)


def _of_images(
    crops: CropMaterial, how: Comparison, folder: Path, keep_in: Path, model: Path | None
) -> Iterator[ImageReader]:
    """The readers of images; rendered hands are kept beside the run for the next comparison."""
    if "features" in how.readers:
        yield read_by_features(crops, DeepRecipe(seed=how.seed), folder)
    if "crops" in how.readers:
        network = crop_network(crops, how.crops, folder, keep_in, how.crop_model)
        yield read_by_crops(crops, network, folder)
    if "appearance" in how.readers and (
        reader := read_by_appearance(crops, model or shipped_model())
    ):
        yield reader


def _write(
    folder: Path,
    judged: Sequence[Judged],
    entries: Sequence[Entry],
    head: Entry,
    thresholds: np.ndarray,
    seed: int,
) -> str:
    pools = pools_of(judged)
    header, rows = contest_header(), contest_rows(pools, entries)
    write_csv(folder / "equal-false.csv", header, rows)
    _plot_pools(folder, pools, entries)
    per_set = markdown(
        {
            each.name: {
                of.name: score_set(of, decide(scores, None, _own(each, head, thresholds)))
                for of, scores in zip(judged, each.scores, strict=True)
            }
            for each in entries
        }
    )
    cost = markdown_table(
        ("reader", "kB", "CPU ms a hand"),
        [(each.name, _round(each.kilobytes, 0), _round(each.cpu_ms, 3)) for each in entries],
    )
    leads = markdown_table(
        ("pool", "reader", "lead over the head", "5 % to 95 %"),
        [
            (pool.name, each.name, f"{mean:+.3f}", f"{low:+.3f} to {high:+.3f}")
            for pool in pools
            for each in entries
            if each is not head and not each.yes_or_no
            for mean, low, high in [pool.lead(each, head, _JUDGED_AT, seed)]
        ],
    )
    counts = [
        f"- {pool.name}: {len(pool.expected())} pictures with a hand and a clear label"
        for pool in pools
    ]
    report = "\n\n".join(
        [
            "Recall at equal shares of negatives that are read as the pose; thresholds are chosen "
            "on the pool itself, for every reader alike.",
            "\n".join(counts),
            markdown_table(header, rows),
            f"Lead over the head: mean recall of the three at {_JUDGED_AT:.1%}, and its paired "
            "bootstrap.",
            leads,
            cost,
            f"At thresholds: the head's own from its card, {OWN_THRESHOLD} for all others.",
            per_set,
        ]
    )
    write_text(folder / "report.md", report)
    return report


def _plot_pools(folder: Path, pools: Sequence[Pool], entries: Sequence[Entry]) -> None:
    graded = [each for each in entries if not each.yes_or_no]
    for pool in pools:
        points: dict[str, dict[str, tuple[float, float]]] = {}
        for entry in entries:
            if entry.yes_or_no:
                for pose, models in rates_and_recalls(pool, [entry]).items():
                    curve = models[entry.name]
                    at = int(np.flatnonzero(curve.thresholds >= 1)[-1])
                    point = float(curve.false_rate[at]), float(curve.recall[at])
                    points.setdefault(pose, {})[entry.name] = point
        name = pool.name.replace(",", "").replace(" ", "-")
        plot_roc(folder / f"roc-{name}.png", rates_and_recalls(pool, graded), points)


def _own(entry: Entry, head: Entry, thresholds: np.ndarray) -> np.ndarray:
    return thresholds if entry is head else np.full(len(POSES), OWN_THRESHOLD, np.float32)


def _round(value: float | None, digits: int) -> str | None:
    return None if value is None else f"{value:.{digits}f}"
