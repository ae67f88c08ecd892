"""Recognising people who have enrolled."""

from __future__ import annotations

from vcam.control.commands import Enrol, ForgetPerson, Outcome
from vcam.control.state import PeopleState
from vcam.core.errors import VcamError


class People:
    """Enrols people, recognises them, and keeps the attendance. Any thread."""

    @property
    def state(self) -> PeopleState:
        """As the state tells of them."""
        return PeopleState()

    def carry_out(self, order: Enrol | ForgetPerson) -> Outcome:
        """What came of an order.

        Raises:
            VcamError: it cannot be carried out; nothing has changed.
        """
        raise VcamError("Nobody can be enrolled", "nothing helps now")

    def attendance_csv(self) -> str:
        """A table of who was seen when."""
        return "name,day,first,last,minutes\n"
