"""What the recogniser thread runs: anything that reads classes out of a picture now and then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from vcam.core.frame import Frame
from vcam.core.observation import Observation

PEOPLE = "people"
"""Name of the reader that recognises people; no model may take it."""

DEFAULT_THRESHOLD = 0.5
"""Of a class that nobody gives one for: likelier than not."""


@dataclass(frozen=True, slots=True)
class ClassReading:
    """What a reader makes of the picture, or of one face or hand in it.

    Attributes:
        track_id: of the face or hand in the observation; None for the whole picture.
        scores: probability per class, 0..1; classes that are missing count as 0.
    """

    track_id: int | None
    scores: Mapping[str, float]


class ClassReader(Protocol):
    """An image model, or people. All methods are called on the recogniser thread alone.

    Attributes (any thread may read them; they may change from one look to the next):
        name: what rules call it.
        classes: what rules may name. For people: who is enrolled, `unknown`, and `anybody`.
        rate_hz: how often it wants to look, at most.
        smoothing_ms: over how long its scores are averaged before rules see them; 0 where it does
            that itself.
        thresholds: smoothed score from which each class counts; `DEFAULT_THRESHOLD` for one that is
            missing.
        looks_at: what of the observation it needs: faces, hands; vision looks for them then.
        always: whether it looks also while no rule names it and nobody asks for its scores.
    """

    @property
    def name(self) -> str:
        """See above."""
        ...

    @property
    def classes(self) -> Sequence[str]:
        """See above."""
        ...

    @property
    def rate_hz(self) -> float:
        """See above."""
        ...

    @property
    def smoothing_ms(self) -> float:
        """See above."""
        ...

    @property
    def thresholds(self) -> Mapping[str, float]:
        """See above."""
        ...

    @property
    def looks_at(self) -> frozenset[str]:
        """See above: of `faces` and `hands`."""
        ...

    @property
    def always(self) -> bool:
        """See above."""
        ...

    def prepare(self) -> None:
        """Loads what it needs; called before the first look, and not counted as its cost.

        Raises:
            VcamError: it cannot work; it is not asked again, and the state tells why.
        """
        ...

    def read(self, frame: Frame, observation: Observation | None) -> Sequence[ClassReading]:
        """Looks at one frame; whatever it raises switches it off.

        Args:
            frame: the newest; its image must not be written to.
            observation: the newest of vision, of this frame or one shortly before; None while
                vision does not look.

        Returns:
            One reading for the picture, or one for each face or hand; none where there is nothing
            to look at, which counts as a score of 0 for every class.
        """
        ...
