"""Readers against each other on hands of people that none of them saw, at equal false starts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.common.curves import Roc, roc
from training.poses.measure import IntArray
from training.poses.select import Judged
from vcam.core.geometry import FloatArray
from vcam.poses.vocabulary import POSES, SELFIE_POSES

FALSE_RATES = (0.0, 0.005, 0.01)
"""Shares of negatives at which recalls are compared."""

_RESAMPLES = 200


@dataclass(frozen=True, eq=False)
class Entry:
    """One reader's scores.

    Attributes:
        name: of the reader.
        scores: per judged set, (n, poses); 1 and 0 for a reader that knows yes and no alone.
        yes_or_no: it is such a reader.
        kilobytes: of its file; None where it has none.
        cpu_ms: process time a hand, one thread; None where it was not measured.
    """

    name: str
    scores: Sequence[FloatArray]
    yes_or_no: bool = False
    kilobytes: float | None = None
    cpu_ms: float | None = None


def hard_scores(read: IntArray) -> FloatArray:
    """1 for the pose (n,) that a rule reads, 0 for all others."""
    scores = np.zeros((len(read), len(POSES)), np.float32)
    scores[np.arange(len(read)), read] = 1
    return scores


@dataclass(frozen=True, eq=False)
class Pool:
    """The pictures of several judged sets, as one list. Pictures without a found hand are out.

    Attributes:
        name: of the pool.
        judged: its sets.
        places: of each set in `Entry.scores`.
    """

    name: str
    judged: Sequence[Judged]
    places: Sequence[int]

    def expected(self) -> IntArray:
        """Per picture that has a hand and a clear label, its pose."""
        return np.concatenate([each.expected[_clear(each)] for each in self.judged])

    def scores(self, entry: Entry, pose: int) -> npt.NDArray[np.float64]:
        """Per such picture, the best score of its hands, where the pose is their likeliest."""
        found = []
        for each, place in zip(self.judged, self.places, strict=True):
            scores = entry.scores[place]
            best = np.zeros(len(each.expected))
            counts = np.where(scores.argmax(axis=1) == pose, scores[:, pose], 0.0)
            np.maximum.at(best, each.picture, counts)
            found.append(best[_clear(each)])
        return np.concatenate(found)

    def curve(self, entry: Entry, pose: str) -> Roc:
        """The reader's ROC for one pose."""
        index = POSES.index(pose)
        return roc(self.scores(entry, index).astype(np.float32), self.expected() == index)

    def recalls(self, entry: Entry, false_rate: float) -> dict[str, float | None]:
        """Per selfie pose, the recall at that share of false ones; None where it cannot be had."""
        found: dict[str, float | None] = {}
        for pose in SELFIE_POSES:
            curve = self.curve(entry, pose)
            too_loose = entry.yes_or_no and float(curve.false_rate[1:].min()) > false_rate
            found[pose] = None if too_loose or not curve.positives else curve.recall_at(false_rate)
        return found

    def lead(
        self, entry: Entry, other: Entry, false_rate: float, seed: int
    ) -> tuple[float, float, float]:
        """By how much a reader finds more than another, over the selfie poses, and how sure it is.

        Returns:
            The mean difference of recalls, and its 5th and 95th percentile over pictures drawn
            anew (a paired bootstrap).
        """
        rng = np.random.default_rng(seed)
        expected = self.expected()
        scores = {
            pose: [self.scores(each, POSES.index(pose)) for each in (entry, other)]
            for pose in SELFIE_POSES
        }
        every = np.arange(len(expected))
        draws = [rng.choice(every, len(every)) for _ in range(_RESAMPLES)]

        def difference(rows: npt.NDArray[np.int64]) -> float:
            parts = []
            for pose, (mine, others) in scores.items():
                shows = expected[rows] == POSES.index(pose)
                if shows.any():
                    parts.append(
                        _recall(mine[rows], shows, false_rate)
                        - _recall(others[rows], shows, false_rate)
                    )
            return float(np.mean(parts)) if parts else 0.0

        resampled = [difference(rows) for rows in draws]
        low, high = np.quantile(resampled, (0.05, 0.95))
        return difference(every), float(low), float(high)


def pools_of(judged: Sequence[Judged]) -> list[Pool]:
    """Everything held out; the same as it is and worsened; and with hands that sign."""
    held_out = [at for at, each in enumerate(judged) if "test part" not in each.name]
    plain = [at for at in held_out if not each_is(judged[at], "sign_language")]
    chosen = {
        "held out": plain,
        "held out, as it is": [at for at in plain if not each_is(judged[at], "worsened")],
        "held out, worsened": [
            at for at in plain if each_is(judged[at], "worsened") or each_is(judged[at], "clips/")
        ],
        "held out and sign language": held_out,
        "test part of trained sets": [
            at for at, each in enumerate(judged) if "test part" in each.name
        ],
    }
    return [Pool(name, [judged[at] for at in rows], rows) for name, rows in chosen.items() if rows]


def each_is(judged: Judged, kind: str) -> bool:
    """Whether a set's name says that it is of a kind."""
    return kind in judged.name


def contest_rows(pools: Sequence[Pool], entries: Sequence[Entry]) -> list[list[object]]:
    """Per pool and reader: recall of each selfie pose, and their mean, at each share of false."""
    rows: list[list[object]] = []
    for pool in pools:
        for entry in entries:
            row: list[object] = [pool.name, entry.name]
            for rate in FALSE_RATES:
                recalls = pool.recalls(entry, rate)
                known = [each for each in recalls.values() if each is not None]
                row += [None if each is None else f"{each:.3f}" for each in recalls.values()]
                complete = len(known) == len(recalls)
                row.append(f"{float(np.mean(known)):.3f}" if known and complete else None)
            rows.append(row)
    return rows


def contest_header() -> list[str]:
    """Of `contest_rows`."""
    header = ["pool", "reader"]
    for rate in FALSE_RATES:
        header += [f"{pose} at {rate:.1%}" for pose in (*SELFIE_POSES, "mean")]
    return header


def rates_and_recalls(pool: Pool, entries: Sequence[Entry]) -> Mapping[str, Mapping[str, Roc]]:
    """Per selfie pose, per reader, its curve."""
    return {pose: {each.name: pool.curve(each, pose) for each in entries} for pose in SELFIE_POSES}


def _clear(judged: Judged) -> npt.NDArray[np.bool_]:
    seen = np.zeros(len(judged.expected), np.bool_)
    seen[judged.picture] = True
    return seen & (judged.expected >= 0)


def _recall(
    scores: npt.NDArray[np.float64], shows: npt.NDArray[np.bool_], false_rate: float
) -> float:
    """As `Roc.recall_at`, without the whole curve."""
    others = np.sort(scores[~shows])[::-1]
    allowed = int(false_rate * len(others) + 1e-9)
    # Scores must beat the first negative that may not count; nobody is read at 0.
    bar = max(0.0, float(others[allowed])) if allowed < len(others) else 0.0
    return float((scores[shows] > bar).mean())
