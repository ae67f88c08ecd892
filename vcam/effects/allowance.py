"""How much of a show there may be, so that drawing keeps within its budget."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import NamedTuple

LEAST = 0.2
"""Share of the pieces that always fly: with fewer, an effect is not that effect."""

PICTURES = 3
"""So many pictures are looked at before anything is left out."""

FALL_EVERY_S = 0.3
"""No sooner is more left out: what slows everything for a moment shall not cost the whole show."""

RISE_AFTER_S = 4.0
"""How long there must have been room before a little comes back."""
LONGEST_RISE_S = 120.0
"""Each fall soon after a rise doubles the wait before the next rise, up to this."""

_STEEPEST, _FLATTEST = 0.7, 0.95
"""What one fall leaves at least and at most: pieces that vanish by halves are seen to."""
_RISE = 1.12
_ROOM = 0.95
"""Of the budget: what a rise may be expected to take of it."""
_COLD = 3
"""Pictures with which a showing begins that are not counted: much is made then once for all."""
_REMEMBERED = 64
_LONGEST_STEP_S = 0.1
_GAP_S = 0.5
"""After so long without a picture, as after a sleep, the first ones are not counted either."""
_ENOUGH_S = 0.5
"""What a showing says of the next one's beginning takes so long to tell."""
_LARGEST_RETURN = 2.0
"""So much more than it ended with a showing may begin with: between two of them nobody sees it."""


class _Afforded(NamedTuple):
    """A share, for how long there has been room with it, and the most that was spent, seconds."""

    share: float
    calm_s: float
    most_s: float


class Allowance:
    """Says what share of its pieces a show may have. Pure: time comes in with the pictures.

    For each set of effects it remembers what could be afforded, for the next time. Most showings
    are shorter than the wait before a rise: so that is counted over all of them.
    """

    def __init__(self) -> None:
        self._afforded: OrderedDict[Hashable, _Afforded] = OrderedDict()
        self._showing: Hashable = None
        self._share = 1.0
        self._at: float | None = None
        self._to_skip = 0
        self._spent_s: deque[float] = deque(maxlen=PICTURES)
        self._most_s = 0.0
        self._calm_s = 0.0
        self._rise_after_s = RISE_AFTER_S
        self._since_rise_s = LONGEST_RISE_S
        self._since_fall_s = FALL_EVERY_S
        self._budget_s = 0.0

    def share(self, showing: Hashable) -> float:
        """The share for the next picture, `LEAST`..1.

        Args:
            showing: which effects are shown; another one starts with what it could have last.
        """
        if showing != self._showing:
            self._remember()
            self._showing = showing
            self._to_skip = _COLD
            self._begin_anew()
            known = self._afforded.get(showing, _Afforded(1.0, 0.0, 0.0))
            self._share, self._calm_s, self._most_s = known
        return self._share

    def note(self, spent_s: float, at: float, budget_s: float) -> None:
        """A picture of what `share` was last asked for was drawn.

        Args:
            spent_s: how long that took.
            at: the picture's time, seconds; one that is not later than the last changes nothing.
            budget_s: how long it may take.
        """
        before, self._at = self._at, at
        if before is None or at <= before:
            return
        if at - before > _GAP_S:
            self._to_skip = _COLD
            self._spent_s.clear()
        step_s = min(at - before, _LONGEST_STEP_S)
        self._budget_s = budget_s
        self._since_rise_s += step_s
        self._since_fall_s += step_s
        if self._to_skip:
            self._to_skip -= 1
            return
        self._calm_s += step_s
        self._spent_s.append(spent_s)
        if len(self._spent_s) < PICTURES:
            return
        # The middle of three: a single slow picture says nothing.
        usual_s = sorted(self._spent_s)[PICTURES // 2]
        if usual_s > budget_s:
            self._most_s = self._calm_s = 0.0
            if self._since_fall_s >= FALL_EVERY_S:
                self._fall(budget_s / usual_s)
            return
        self._most_s = max(self._most_s, usual_s)
        if self._calm_s >= self._rise_after_s:
            self._rise(budget_s)

    def _fall(self, kept: float) -> None:
        if self._share > LEAST:
            if self._since_rise_s < self._rise_after_s:
                self._rise_after_s = min(2 * self._rise_after_s, LONGEST_RISE_S)
            kept = min(max(kept, _STEEPEST), _FLATTEST)
            self._share = max(LEAST, self._share * kept)
        self._since_fall_s = 0.0
        self._begin_anew()

    def _rise(self, budget_s: float) -> None:
        if self._share < 1 and self._most_s * _RISE < _ROOM * budget_s:
            self._share = min(1.0, self._share * _RISE)
            if self._since_rise_s >= 2 * self._rise_after_s:
                self._rise_after_s = RISE_AFTER_S
            self._since_rise_s = 0.0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._spent_s.clear()
        self._most_s = self._calm_s = 0.0

    def _remember(self) -> None:
        share, calm_s, most_s = self._share, self._calm_s, self._most_s
        room = _ROOM * self._budget_s / most_s if most_s > 0 else 1.0
        if calm_s >= _ENOUGH_S and room >= _LARGEST_RETURN:
            share, calm_s, most_s = share * _LARGEST_RETURN, 0.0, 0.0
        if share < 1:
            known = _Afforded(share, calm_s, most_s)
            self._afforded[self._showing] = known
            self._afforded.move_to_end(self._showing)
            if len(self._afforded) > _REMEMBERED:
                self._afforded.popitem(last=False)
        else:
            self._afforded.pop(self._showing, None)
