"""The report of `vcam lab images --html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from vcam.core.observation import NONE_POSE
from vcam.lab.images import PictureResult
from vcam.lab.metrics import pose_of_label
from vcam.lab.page import page, paragraph, plots, section, shot, shots, table_html
from vcam.lab.plots import Series, line_plot
from vcam.lab.statistics import share_interval
from vcam.lab.stills import PictureError, read_image
from vcam.lab.thumbnails import thumbnail

_MOST_PICTURES: Final = 120
_GRID: Final = (*(step / 50 for step in range(15, 50)), 0.99, 0.995)

CLASS_HEADS: Final = (
    *("pose", "pictures", "hits", "false", "precision (95 %)", "recall (95 %)", "F1"),
)


class ImagesPage:
    """Takes results as they come, and makes a page of them.

    Args:
        gestures: the poses that can be said.
        meanings: the pose of folders whose name does not tell it.
    """

    def __init__(self, gestures: Sequence[str], meanings: Mapping[str, str] | None = None) -> None:
        self._gestures = gestures
        self._meanings = meanings
        self._scores: list[tuple[str | None, dict[str, float]]] = []
        self._wrong: list[str] = []

    def add(self, result: PictureResult) -> None:
        """One more picture; it is read again if it was judged wrongly."""
        if result.decision is None:
            return
        truth = pose_of_label(result.picture.label, self._gestures, self._meanings)
        best: dict[str, float] = {}
        for reading in result.readings:
            pose, score = reading.best
            best[pose] = max(score, best.get(pose, 0.0))
        self._scores.append((truth, best))
        said = result.decision.pose
        if said == (truth or NONE_POSE) or len(self._wrong) >= _MOST_PICTURES:
            return
        try:
            image = read_image(result.picture.path)
        except PictureError:
            return
        hands = result.observation.hands if result.observation is not None else ()
        kind = "miss" if said == NONE_POSE else "false"
        note = f"score {result.decision.score:.2f}, in {result.picture.label}: "
        note += result.picture.path.name
        self._wrong.append(shot(thumbnail(image, hands), kind, said, note))

    def html(self, summary: Mapping[str, Any]) -> str:
        """The page.

        Args:
            summary: of the same run.
        """
        said = sorted({pose for counts in summary["confusion"].values() for pose in counts})
        confusion = [
            [label, *(counts.get(pose, "") for pose in said)]
            for label, counts in summary["confusion"].items()
        ]
        found = summary["hand_found"]
        line = f"{summary['pictures']} pictures"
        line += "" if found is None else f", a hand found in {100 * found:.1f} %"
        return page(
            "Labelled pictures",
            [
                paragraph(line),
                section("Poses", table_html(CLASS_HEADS, class_rows(summary))),
                section("Over the threshold", plots(self._curves(summary))),
                section("What was said of each folder", table_html(("folder", *said), confusion)),
                section("Judged wrongly", shots(self._wrong)),
            ],
        )

    def _curves(self, summary: Mapping[str, Any]) -> list[str]:
        poses = [
            pose
            for pose, figures in summary["classes"].items()
            if pose != NONE_POSE and figures["support"]
        ]
        curves = {pose: _curve(self._scores, pose) for pose in poses}
        recall = [
            Series(pose, [(enter, r) for enter, r, _ in points], number)
            for number, (pose, points) in enumerate(curves.items())
        ]
        false = [
            Series(pose, [(enter, f) for enter, _, f in points], number)
            for number, (pose, points) in enumerate(curves.items())
        ]
        return [
            line_plot("Recall, before guards", "score", "share", recall, y_range=(0, 1)),
            line_plot("False, before guards", "score", "pictures", false),
            line_plot(
                "ROC, before guards",
                "share of other pictures read as it",
                "recall",
                [
                    Series(pose, self._roc(points, pose), number)
                    for number, (pose, points) in enumerate(curves.items())
                ],
                y_range=(0, 1),
            ),
        ]

    def _roc(
        self, points: Sequence[tuple[float, float, float]], pose: str
    ) -> list[tuple[float, float]]:
        others = sum(truth != pose for truth, _ in self._scores)
        return sorted((false / others, recall) for _, recall, false in points) if others else []


def class_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Rows of `CLASS_HEADS`: figures with their intervals."""
    rows = []
    for pose, figures in summary["classes"].items():
        hits, false, support = figures["hits"], figures["false"], figures["support"]
        rows.append(
            [
                pose,
                str(support),
                str(hits),
                str(false),
                _share(hits, hits + false),
                _share(hits, support),
                "-" if figures["f1"] is None else f"{figures['f1']:.3f}",
            ]
        )
    return rows


def _curve(
    scores: Sequence[tuple[str | None, Mapping[str, float]]], pose: str
) -> list[tuple[float, float, float]]:
    shown = [best.get(pose, 0.0) for truth, best in scores if truth == pose]
    others = [best.get(pose, 0.0) for truth, best in scores if truth != pose]
    return [
        (
            enter,
            sum(score >= enter for score in shown) / len(shown),
            float(sum(score >= enter for score in others)),
        )
        for enter in _GRID
    ]


def _share(hits: int, total: int) -> str:
    interval = share_interval(hits, total)
    if interval is None:
        return "-"
    return f"{hits / total:.3f} ({interval.low:.3f} to {interval.high:.3f})"
