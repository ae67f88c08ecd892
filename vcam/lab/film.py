"""Synthetic film as clips: named by what is in it, drawn while it is watched."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast, get_args
from urllib.parse import parse_qsl

import numpy as np

from vcam.core.contracts import VideoFormat
from vcam.core.errors import SourceEnded, SourceError, VcamError
from vcam.core.frame import Frame, Image
from vcam.lab.scoring import Span

if TYPE_CHECKING:
    from vcam.synthetic.take import Take

Kind = Literal["negative", "poses", "mixed"]

SCHEME: Final = "synth:"
TAKE_S: Final = 60.0
"""One person in one room is watched for so long."""

SIZE: Final = (640, 360)
FPS: Final = 30.0

_DEFAULTS: Mapping[str, str] = {"minutes": "1", "seed": "0", "fps": f"{FPS:g}", "gestures": ""}


@dataclass(frozen=True, slots=True)
class FilmSpec:
    """Synthetic film that is asked for.

    Attributes:
        kind: what people do in it.
        minutes: how long it is; whole takes, the last one shorter.
        seed: the same seed, the same film.
        fps: frames a second.
        gestures: shown on purpose; empty for V, thumb up and metal.
        take: only this one of its takes; None for all.
    """

    kind: Kind = "negative"
    minutes: float = 1.0
    seed: int = 0
    fps: float = FPS
    gestures: tuple[str, ...] = ()
    take: int | None = None

    @property
    def takes(self) -> int:
        """How many takes it has."""
        return max(1, math.ceil(self.minutes * 60 / TAKE_S - 1e-9))

    @property
    def name(self) -> str:
        """What it is asked for by."""
        text = f"{SCHEME}{self.kind}?minutes={self.minutes:g}&seed={self.seed}&fps={self.fps:g}"
        if self.gestures:
            text += f"&gestures={','.join(self.gestures)}"
        return text if self.take is None else f"{text}&take={self.take}"

    def seconds_of(self, take: int) -> float:
        """How long a take is meant to be; it goes on until what is being done is over."""
        return min(TAKE_S, self.minutes * 60 - take * TAKE_S)


def parse_film(text: str) -> FilmSpec:
    """The film that `synth:KIND?minutes=M&seed=N&fps=F&gestures=A,B&take=K` names.

    Raises:
        VcamError: it names none.
    """
    fix = f"such as {SCHEME}negative?minutes=10&seed=1; kinds: {', '.join(get_args(Kind))}"
    kind, _, query = text.removeprefix(SCHEME).partition("?")
    given = dict(parse_qsl(query, keep_blank_values=True))
    values = {**_DEFAULTS, **given}
    unknown = set(given) - {*_DEFAULTS, "take"}
    if kind not in get_args(Kind) or unknown:
        what = f"there is no {', '.join(sorted(unknown))}" if unknown else f"no kind {kind!r}"
        raise VcamError(f"{text} names no synthetic film: {what}", fix)
    try:
        spec = FilmSpec(
            cast(Kind, kind),
            float(values["minutes"]),
            int(values["seed"]),
            float(values["fps"]),
            tuple(name for name in values["gestures"].split(",") if name),
            int(values["take"]) if "take" in values else None,
        )
    except ValueError as error:
        raise VcamError(f"{text} names no synthetic film ({error})", fix) from None
    if not 0 < spec.minutes <= 6000 or not 1 <= spec.fps <= 120 or spec.seed < 0:
        raise VcamError(f"{text}: minutes, seed or fps are out of bounds", fix)
    if spec.take is not None and not 0 <= spec.take < spec.takes:
        raise VcamError(f"{text} has {spec.takes} takes, counted from 0", fix)
    return spec


def make_take(spec: FilmSpec, number: int) -> Take:
    """A take of the film, not drawn yet.

    Raises:
        VcamError: what draws it is not installed, or nobody can show such a gesture.
    """
    try:
        from vcam.synthetic.script import GESTURES, SHOWABLE
        from vcam.synthetic.take import Take
    except ImportError as error:
        raise VcamError(
            f"synthetic film needs {error.name}, which is not installed", "pip install 'vcam[lab]'"
        ) from None
    seed = (spec.seed, number, *spec.kind.encode())
    try:
        return Take(seed, spec.kind, spec.seconds_of(number), SIZE, spec.gestures or GESTURES)
    except KeyError as error:
        raise VcamError(str(error.args[0]), f"there are {', '.join(SHOWABLE)}") from None


def spans_of(take: Take) -> list[Span]:
    """What is shown on purpose in it."""
    return [Span(each.gesture, each.start_s, each.end_s) for each in take.shown]


def doing_at(take: Take, at_s: float) -> str:
    """What the person does at a time, besides showing gestures; empty for nothing."""
    return next(
        (each.habit for each in take.script.done if each.start_s <= at_s <= each.end_s + 0.5), ""
    )


class FilmSource:
    """A take as a source of frames on media time.

    Args:
        take: what is shown.
        fps: frames a second.
        wanted: whether anybody will look at the frame of a time; others are not drawn, which
            saves half of the work. None draws all.
    """

    def __init__(
        self, take: Take, fps: float = FPS, wanted: Callable[[float], bool] | None = None
    ) -> None:
        self._take = take
        self._fps = fps
        self._wanted = wanted
        self._next: int | None = None
        self._undrawn: Image = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)

    @property
    def name(self) -> str:
        """What a person calls it."""
        return "synthetic film"

    def open(self) -> VideoFormat:
        """Begins at the beginning."""
        self._next = 0
        return VideoFormat(*SIZE, self._fps)

    def read(self) -> Frame:
        """The next frame.

        Raises:
            SourceEnded: the take is over.
            SourceError: it is not open.
        """
        if self._next is None:
            raise SourceError(f"{self.name} is not open")
        at = self._next / self._fps
        if at >= self._take.duration_s:
            raise SourceEnded(f"{self.name} is over")
        self._next += 1
        drawn = self._wanted is None or self._wanted(at)
        return Frame(self._take.frame(at) if drawn else self._undrawn, at, self._next - 1)

    def interrupt(self) -> None:
        """Nothing here blocks."""

    def close(self) -> None:
        """Ends it."""
        self._next = None
