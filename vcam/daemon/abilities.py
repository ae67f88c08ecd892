"""What vcam learns to recognise besides its own poses, put together."""

from __future__ import annotations

from dataclasses import dataclass

from vcam.daemon.people import People
from vcam.daemon.recognisers import Recognisers
from vcam.daemon.teaching import Teaching


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
