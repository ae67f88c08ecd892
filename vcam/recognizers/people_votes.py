"""Votes over several looks: one look is often wrong, most of several rarely."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection
from typing import Final

from vcam.recognizers.people_gallery import UNKNOWN, Match

UNDECIDED: Final = ""
"""A look between the two thresholds says nothing."""


def opinion(match: Match, sure: float, unknown: float) -> str:
    """What one look says: a name, `UNKNOWN`, or `UNDECIDED`.

    Args:
        match: who the face looks like most.
        sure: likeness from which it counts for that person.
        unknown: likeness below which it counts for nobody.
    """
    if match.name and match.likeness >= sure:
        return match.name
    return UNKNOWN if match.likeness < unknown else UNDECIDED


class Votes:
    """The newest looks at one face.

    Args:
        most: how many looks vote.
    """

    def __init__(self, most: int) -> None:
        self._looks: deque[str] = deque(maxlen=most)
        self._needed = most // 2 + 1
        self._decided = UNDECIDED

    @property
    def decided(self) -> str:
        """Whose face it is: a name, `UNKNOWN`, or `UNDECIDED` so far."""
        return self._decided

    def cast(self, said: str) -> str:
        """Takes one look's opinion; whose face it is now.

        What was decided holds until most looks say something else, or none of them says it any
        more: who looks down for a moment does not become a stranger.
        """
        self._looks.append(said)
        counts = Counter(look for look in self._looks if look != UNDECIDED)
        if counts:
            name, votes = counts.most_common(1)[0]
            if votes >= self._needed:
                self._decided = name
        if self._decided != UNDECIDED and not counts[self._decided]:
            self._decided = UNDECIDED
        return self._decided

    def forget(self, name: str) -> None:
        """A person is enrolled no more: looks that said so say nothing."""
        most = self._looks.maxlen
        self._looks = deque((UNDECIDED if look == name else look for look in self._looks), most)
        if self._decided == name:
            self._decided = UNDECIDED


class VoteBox:
    """Votes for each face that is followed.

    Args:
        most: how many looks vote.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._votes: dict[int, tuple[Votes, float]] = {}

    def cast(self, track_id: int, said: str, at: float) -> str:
        """Takes one look's opinion of a face; whose it is now."""
        votes = self._votes[track_id][0] if track_id in self._votes else Votes(self.most)
        self._votes[track_id] = votes, at
        return votes.cast(said)

    def decided(self, track_id: int) -> str:
        """Whose face it is, as far as is known."""
        return self._votes[track_id][0].decided if track_id in self._votes else UNDECIDED

    def keep(self, track_ids: Collection[int], since: float) -> None:
        """Forgets faces that are gone and were not looked at since then."""
        self._votes = {
            track: (votes, at)
            for track, (votes, at) in self._votes.items()
            if track in track_ids or at >= since
        }

    def forget(self, known: Collection[str]) -> None:
        """Takes back the votes for all but these, and for unknown people: they may be known now."""
        for votes, _ in self._votes.values():
            for name in {votes.decided, UNKNOWN} - set(known):
                votes.forget(name)
