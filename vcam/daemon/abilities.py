"""What vcam learns to recognise besides its own poses, put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vcam.control.state import RecognisedClass
from vcam.core.frame import Image
from vcam.core.observation import Observation
from vcam.daemon.people import People
from vcam.daemon.recognisers import Recognisers
from vcam.daemon.teaching import Teaching
from vcam.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Abilities:
    """Taught poses, image models, people.

    Attributes:
        teaching: takes samples of poses, and learns them.
        recognisers: image models of the models folder.
        people: enrols people, and recognises them.
    """

    teaching: Teaching
    recognisers: Recognisers
    people: People

    def follow(
        self, on_live: Callable[[], None], on_change: Callable[[], None], busy: Callable[[], str]
    ) -> None:
        """Says whom to tell of other live poses and of changes, and who asks for the hands now."""
        teaching = self.teaching
        teaching.on_live, teaching.on_change, teaching.busy = on_live, on_change, busy

    def close(self) -> None:
        """Ends what goes on."""
        self.teaching.close()

    def apply(self, settings: Settings, *, anew: bool) -> None:
        """Takes other settings over; `anew`: files may have changed too. Returns at once."""
        self.recognisers.apply(settings, anew=anew)
        self.people.apply(settings, anew=anew)
        self.teaching.apply(settings, anew=anew)

    def recognised(self, image: Image, observation: Observation) -> tuple[RecognisedClass, ...]:
        """What image models, and people, make of an uploaded picture, uint8 (h, w, 3) BGR."""
        judged = self.recognisers.judge(image, observation)
        return (*judged, *self.people.judge(image, observation))
