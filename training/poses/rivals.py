"""The readers that `compare` sets against each other, trained where they need it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from training.common.progress import epochs
from training.poses.aligned import AlignedNetwork, Alignment, inputs_of, train_aligned
from training.poses.augment import Augmentation
from training.poses.contest import Entry, hard_scores
from training.poses.export import as_tflite
from training.poses.hands import Hands
from training.poses.head import vote
from training.poses.landmark_tables import read_landmark_table
from training.poses.plain import plain_features, read_plain, train_plain
from training.poses.rules import read_by_rule
from training.poses.select import Judged
from training.poses.train import Recipe, TrainedHead, train_head
from training.quiet import native_stderr_closed
from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE, Hand
from vcam.poses.classifier import PoseClassifier
from vcam.poses.vocabulary import POSES

logger = logging.getLogger(__name__)

_TABLE_STEP = 8  # rows of a landmark table are neighbouring frames of one man
_TIMED_RUNS = 40

NO_VIEWS = Augmentation(
    roll_deg=0,
    wide_roll_share=0,
    thumb_roll_share=0,
    idle_roll_share=0,
    tilt_deg=0,
    tilt_share=0,
    turned_over_share=0,
)
"""All augmentation but rotated landmarks: no other view, no other face of the hand."""
NOTHING = replace(
    NO_VIEWS,
    stretch=0,
    habits=0,
    wrong_side_share=0,
    loose_finger_share=0,
    spoiled_share=0,
)
"""No augmentation at all, but for landmark noise, which comes with the hands."""


@dataclass(frozen=True, eq=False)
class Material:
    """What rivals are trained on, and judged by.

    Attributes:
        hands: photographed and drawn, to train on.
        photographed: the photographed ones alone.
        validation: of other people.
        judged: what none of them may see.
    """

    hands: Hands
    photographed: Hands
    validation: Hands
    judged: Sequence[Judged]

    def scores(self, read: Callable[[Hands], FloatArray]) -> list[FloatArray]:
        """What a reader makes of each judged set."""
        return [read(each.hands) for each in self.judged]


def cpu_ms_of(work: Callable[[], object], runs: int = _TIMED_RUNS) -> float:
    """Process time of one call, milliseconds: the median of so many."""
    work()
    times = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return 1e3 * float(np.median(times))


def lite_cpu_ms(model: bytes, inputs: Sequence[np.ndarray]) -> float:
    """Process time of one run of a `.tflite` model on one thread, milliseconds.

    Args:
        model: the file's content.
        inputs: one per input; each goes to the one of its own shape but for the batch.
    """
    from ai_edge_litert.interpreter import Interpreter

    with native_stderr_closed():
        interpreter = Interpreter(model_content=model, num_threads=1)
        for detail in interpreter.get_input_details():
            interpreter.resize_tensor_input(detail["index"], [1, *detail["shape"][1:]])
        interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        given = next(each for each in inputs if each.shape[1:] == tuple(detail["shape"][1:]))
        interpreter.set_tensor(detail["index"], given[:1].astype(detail["dtype"]))
    return cpu_ms_of(interpreter.invoke)


def as_hand(hands: Hands, row: int, appearance: FloatArray | None = None) -> Hand:
    """One row in vcam's own form, with what its picture says, if that is known."""
    return Hand(
        track_id=row,
        points=hands.screen[row, :, :2],
        depth=hands.screen[row, :, 2],
        world=hands.world[row],
        side="left" if hands.left[row] else "right",
        presence=1.0,
        appearance=appearance,
    )


def read_with(
    classifier: PoseClassifier, hands: Hands, appearance: FloatArray | None = None
) -> tuple[FloatArray, np.ndarray]:
    """Probabilities (n, poses) as vcam reads them, hand by hand, and which hands it knows (n,).

    Args:
        classifier: head and card.
        hands: to read.
        appearance: logarithms of what their pictures say, (n, poses); None reads landmarks alone.
    """
    scores = np.zeros((len(hands), len(POSES)), np.float32)
    known = np.zeros(len(hands), np.bool_)
    for row in range(len(hands)):
        said = None if appearance is None else appearance[row]
        reading = classifier.read_hand(as_hand(hands, row, said))
        scores[row] = [reading.scores.get(pose, 0.0) for pose in POSES]
        known[row] = reading.known
    return scores, known


def unknown_to_none(scores: FloatArray, known: np.ndarray) -> FloatArray:
    """Scores in which hands that the head was not taught are none."""
    kept = scores.copy()
    kept[~known] = 0
    kept[~known, POSES.index(NONE_POSE)] = 1
    return kept


def rule_entry(material: Material) -> Entry:
    """The finger rule."""
    ms = cpu_ms_of(lambda: read_by_rule(material.validation.take(np.arange(1))))
    scores = material.scores(lambda hands: hard_scores(read_by_rule(hands)))
    return Entry("finger rule", scores, yes_or_no=True, cpu_ms=ms)


def plain_entries(material: Material, seed: int, table: Path | None) -> list[Entry]:
    """The plain network; and the same with a table of landmarks, where there is one."""
    name = "plain network"
    network = train_plain(material.photographed, seed)
    entries = [_plain_entry(name, network, material)]
    if table:
        rows = read_landmark_table(table)
        read = read_plain(network, rows)
        logger.info("%s on the landmark tables: %s", name, _told(rows, read))
        some = rows.take(np.arange(0, len(rows), _TABLE_STEP))
        more = train_plain(Hands.join([material.photographed, some]), seed)
        entries.append(_plain_entry(f"{name}, landmark tables too", more, material))
    return entries


def _told(rows: Hands, scores: FloatArray) -> str:
    best = scores.argmax(axis=1)
    right = rows.allowed[np.arange(len(rows)), best].mean()
    wrong = np.isin(best, [POSES.index(pose) for pose in ("v_sign", "thumb_up", "metal")]).sum()
    return f"{right:.3f} right of {len(rows)}, {wrong} read as V, thumb up or metal"


def _plain_entry(name: str, network: Any, material: Material) -> Entry:
    model = as_tflite(network)
    one = plain_features(material.validation.take(np.arange(1)))
    return Entry(
        name,
        material.scores(lambda hands: read_plain(network, hands)),
        kilobytes=len(model) / 1e3,
        cpu_ms=lite_cpu_ms(model, [one]),
    )


def small_heads(material: Material, recipe: Recipe) -> list[Entry]:
    """One member of the head, with all augmentation, without other views, and without any."""
    single = replace(recipe, architecture=replace(recipe.architecture, members=1))
    entries = []
    for name, how in (
        ("one member, all augmentation", recipe.augmentation),
        ("one member, no rotated landmarks", NO_VIEWS),
        ("one member, no augmentation", NOTHING),
    ):
        with epochs(recipe.epochs, name) as told:
            head = train_head(
                material.hands, material.validation, replace(single, augmentation=how), told
            )
        entries.append(Entry(name, material.scores(_reader_of(head))))
    return entries


def _reader_of(head: TrainedHead) -> Callable[[Hands], FloatArray]:
    return lambda hands: head.read(hands)[0]


ALIGNMENTS: dict[Alignment, str] = {
    "none": "landmarks, no alignment",
    "palm": "landmarks, palm's frame",
    "learned": "landmarks, learned alignment",
}
"""Networks on landmarks in one view: as they are, by the palm, and as they learn to turn."""


def aligned_entry(material: Material, recipe: Recipe, alignment: Alignment, name: str) -> Entry:
    """One of `ALIGNMENTS`."""
    with epochs(recipe.epochs, name) as told:
        aligned = train_aligned(material.hands, material.validation, recipe, alignment, told)
    model = as_tflite(aligned.network)
    one = inputs_of(material.validation.take(np.arange(1)), alignment)
    return Entry(
        name,
        material.scores(_probabilities_of(aligned)),
        kilobytes=len(model) / 1e3,
        cpu_ms=lite_cpu_ms(model, [one]),
    )


def _probabilities_of(aligned: AlignedNetwork) -> Callable[[Hands], FloatArray]:
    return lambda hands: vote(aligned.logits(hands), 1.0)


@dataclass(frozen=True, eq=False)
class HeadReading:
    """What the head makes of the judged sets.

    Attributes:
        entry: as vcam uses it: a hand that it does not know is none.
        raw: its probabilities (n, poses), per set.
        known: bool (n,), per set.
    """

    entry: Entry
    raw: Sequence[FloatArray]
    known: Sequence[np.ndarray]


def head_reading(material: Material, classifier: PoseClassifier, model: Path) -> HeadReading:
    """Reads every judged hand with the head, as vcam does."""
    read = [read_with(classifier, each.hands) for each in material.judged]
    scores = [unknown_to_none(*each) for each in read]
    hand = as_hand(material.validation, 0)
    ms = cpu_ms_of(lambda: classifier.read_hand(hand))
    entry = Entry("head", scores, kilobytes=model.stat().st_size / 1e3, cpu_ms=ms)
    return HeadReading(entry, [each[0] for each in read], [each[1] for each in read])
