"""What was learnt of taught poses: scores of a hand, beside those of the pose head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vcam.core.geometry import FloatArray
from vcam.core.observation import NONE_POSE
from vcam.poses.classifier import HandDescription
from vcam.poses.taught.places import place_of
from vcam.poses.taught.regression import softmax


@dataclass(frozen=True, slots=True, eq=False)
class TaughtModel:
    """Tells taught poses from each other and from everything else. Any thread.

    Attributes:
        poses: those it knows; the column after theirs is `none`.
        weights: float32 (d + 1, poses + 1), the last row has the biases.
        spots: float32 (m, d), places of hands of the poses.
        spot_poses: (m,), which pose each spot is of.
        reach: float32 (poses,), squared distance from the nearest spot of a pose beyond which a
            hand is none that was taught.
        enter: score from which each pose counts, unless the settings say otherwise.
    """

    poses: tuple[str, ...]
    weights: FloatArray
    spots: FloatArray
    spot_poses: npt.NDArray[np.intp]
    reach: FloatArray
    enter: Mapping[str, float]

    def read(self, description: HandDescription) -> dict[str, float]:
        """Scores of one hand, `none` among them; they sum to 1."""
        scores = self.scores(place_of(description)[np.newaxis])[0]
        return dict(zip((*self.poses, NONE_POSE), map(float, scores), strict=True))

    def scores(self, places: FloatArray) -> FloatArray:
        """Scores (n, poses + 1) of places (n, d).

        A pose of which no hand lies near has none, whatever the regression says of it: what it
        loses, `none` gets (open-set rejection).
        """
        scores = softmax(places @ self.weights[:-1] + self.weights[-1])
        far = self.distances(places) > self.reach
        scores[:, -1] += np.where(far, scores[:, :-1], 0).sum(axis=1)
        scores[:, :-1][far] = 0
        return scores

    def distances(self, places: FloatArray) -> FloatArray:
        """Squared distance of places (n, d) from the nearest spot of each pose, (n, poses)."""
        lengths = np.einsum("ij,ij->i", self.spots, self.spots)
        own = np.einsum("ij,ij->i", places, places)
        squared = lengths + own[:, np.newaxis] - 2 * (places @ self.spots.T)
        nearest = np.full((len(places), len(self.poses)), np.inf, np.float32)
        for number in range(len(self.poses)):
            of_pose = squared[:, self.spot_poses == number]
            if of_pose.shape[1]:
                nearest[:, number] = of_pose.min(axis=1)
        return nearest

    def without(self, pose: str) -> TaughtModel | None:
        """The same without one pose; None if nothing is left.

        What the others score is as if that pose had never been likely.
        """
        if pose not in self.poses:
            return self
        rest = [number for number, name in enumerate(self.poses) if name != pose]
        if not rest:
            return None
        kept = np.isin(self.spot_poses, rest)
        places = {number: place for place, number in enumerate(rest)}
        return TaughtModel(
            tuple(self.poses[number] for number in rest),
            self.weights[:, [*rest, len(self.poses)]],
            self.spots[kept],
            np.array([places[int(number)] for number in self.spot_poses[kept]], np.intp),
            self.reach[rest],
            {name: enter for name, enter in self.enter.items() if name != pose},
        )

    def renamed(self, pose: str, to: str) -> TaughtModel:
        """The same with another name for one pose."""

        def name(old: str) -> str:
            return to if old == pose else old

        return TaughtModel(
            tuple(map(name, self.poses)),
            self.weights,
            self.spots,
            self.spot_poses,
            self.reach,
            {name(old): enter for old, enter in self.enter.items()},
        )
