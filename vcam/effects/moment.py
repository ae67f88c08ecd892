"""What those who draw an effect are told: the picture, the time, the taste, and who is in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vcam.core.events import LiveEffect
from vcam.core.frame import Image
from vcam.core.geometry import Placement
from vcam.effects.anchor import AnchorPose, AnchorTracker
from vcam.effects.animation import leaving
from vcam.effects.matting import Shade
from vcam.effects.schema import AnchorName, EffectPart, Whose
from vcam.settings.schema import EffectSettings

STILL_FADE_MS = 400
"""With reduced motion, everything fades in over this time."""

_PIECES = {"subtle": 0.5, "normal": 1.0, "wild": 1.6}
_SIZES = {"subtle": 0.85, "normal": 1.0, "wild": 1.2}


@dataclass(frozen=True, slots=True)
class Taste:
    """How much of a show it shall be.

    Attributes:
        pieces: factor on how many pieces, beams and bolts there are.
        size: factor on the size of what is loose.
        still: nothing flies, shakes or flashes.
        speech: text of speech bubbles.
        name_tag: text of name tags.
    """

    pieces: float = 1.0
    size: float = 1.0
    still: bool = False
    speech: str = ""
    name_tag: str = ""

    @classmethod
    def of(cls, settings: EffectSettings) -> Taste:
        """As the settings ask for."""
        return cls(
            _PIECES[settings.show],
            _SIZES[settings.show],
            settings.reduced_motion,
            settings.speech,
            settings.name_tag,
        )

    def count(self, number: int) -> int:
        """So many of something that a pack wants `number` of."""
        return max(1, round(number * self.pieces))


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture that effects are drawn on.

    Attributes:
        canvas: uint8 (H, W, 3) BGR, written in place.
        at: the time of the picture that goes out, seconds: where animations stand.
        seen_at: when the frame on it was taken, seconds: where faces and hands are.
        place: how the observed frame lies on the canvas.
        tracker: follows faces and hands.
        taste: how much of a show.
        allowed: share of the pieces of swarms that there is time to draw.
        person: for what hides itself behind the person; None for what is drawn in front, or before
            the person is laid over it.
    """

    canvas: Image
    at: float
    seen_at: float
    place: Placement
    tracker: AnchorTracker
    taste: Taste
    allowed: float = 1.0
    person: Shade | None = None

    def pieces(self, number: int) -> int:
        """So many pieces of a swarm for which a pack wants `number`."""
        return max(1, round(self.taste.count(number) * self.allowed))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the canvas."""
        return self.canvas.shape[1], self.canvas.shape[0]

    def anchors(
        self, anchor: AnchorName, whose: Whose, track_ids: Sequence[int]
    ) -> list[AnchorPose]:
        """Where an anchor is, of all who are meant; of one of them for `one`."""
        poses = self.tracker.poses(anchor, track_ids, self.seen_at, self.place)
        if whose == "each" or len(poses) < 2:
            return poses
        if anchor.startswith("hand"):
            return poses[:1]
        return [max(poses, key=lambda pose: pose.unit)]


@dataclass(frozen=True, slots=True)
class Presence:
    """How far the showing of an effect is.

    Attributes:
        elapsed_s: since it began.
        ended_s: when it began to leave, after its beginning; None while it stays.
        share: how much of it is left, 0..1: below 1 as it leaves, and as it comes to who wants
            reduced motion.
    """

    elapsed_s: float
    ended_s: float | None
    share: float


def presence(spec: EffectPart, shown: LiveEffect, moment: Moment) -> Presence:
    """How far the showing is, for effects that fade away as they leave."""
    elapsed_s = moment.at - shown.started_at
    if elapsed_s < 0:
        return Presence(elapsed_s, None, 0.0)
    share = done(elapsed_s, STILL_FADE_MS) if moment.taste.still else 1.0
    ended_s = None
    if shown.leaving_at is not None and moment.at > shown.leaving_at:
        ended_s = shown.leaving_at - shown.started_at
        share *= leaving("fade", done(elapsed_s - ended_s, spec.leave.ms)).opacity
    return Presence(elapsed_s, ended_s, share)


def done(elapsed_s: float, length_ms: int) -> float:
    """Share of a length of time that is over, 0..1."""
    return min(1.0, max(0.0, elapsed_s * 1000 / length_ms)) if length_ms else 1.0
