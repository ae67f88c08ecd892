"""Image models in the camera."""

from __future__ import annotations

from vcam.control.state import RecogniserState


class Recognisers:
    """Image models of the models folder, and what follows from what they say. Any thread."""

    @property
    def states(self) -> tuple[RecogniserState, ...]:
        """As the state tells of them."""
        return ()
