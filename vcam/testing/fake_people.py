"""People without a camera: enrolment and attendance as a test says."""

from __future__ import annotations

from collections.abc import Callable

from vcam.control.commands import Enrol, ForgetPerson
from vcam.control.state import AttendanceLine, EnrolmentState, PeopleState, PersonState
from vcam.core.errors import VcamError

WANTED = 15
"""Good looks that an enrolment needs."""


class FakePeople:
    """Carries the commands about people out, and gives their attendance.

    Args:
        state: of the people, now.
        change: replaces it.
    """

    def __init__(
        self, state: Callable[[], PeopleState], change: Callable[[PeopleState], None]
    ) -> None:
        self._state = state
        self._change = change

    def carry_out(self, order: Enrol | ForgetPerson) -> None:
        """Begins or gives up an enrolment, or forgets people.

        Raises:
            VcamError: without consent, or of a person who is not enrolled.
        """
        now = self._state()
        if isinstance(order, Enrol):
            self._change(now.model_copy(update={"enrolment": self._enrolment(order, now)}))
            return
        if order.name is not None and order.name not in {person.name for person in now.people}:
            raise VcamError(f"Nobody called {order.name!r} is enrolled", "see: vcam people list")
        members = {
            "people": tuple(each for each in now.people if self._stays(each.name, order)),
            "attendance": tuple(each for each in now.attendance if self._stays(each.name, order)),
        }
        self._change(now.model_copy(update=members))

    def look(self, taken: int, problem: str = "") -> None:
        """The person who is being enrolled was seen.

        Args:
            taken: good looks so far; with `WANTED` of them it is done.
            problem: why the present one is no good.
        """
        now = self._state()
        if now.enrolment is None:
            return
        done = taken >= WANTED
        members: dict[str, object] = {"taken": taken, "problem": problem}
        people = now.people
        if done:
            members |= {"phase": "done", "message": f"{now.enrolment.name} is enrolled"}
            people = (*people, PersonState(name=now.enrolment.name, faces=taken, since=1.7e9))
        enrolment = now.enrolment.model_copy(update=members)
        self._change(now.model_copy(update={"enrolment": enrolment, "people": people}))

    def see(self, *lines: AttendanceLine) -> None:
        """The attendance log now, the newest first."""
        self._change(self._state().model_copy(update={"attendance": lines}))

    def attendance_csv(self) -> str:
        """The lines of the state."""
        rows = [
            f"{each.name},{each.day},{each.first},{each.last},{each.minutes}"
            for each in reversed(self._state().attendance)
        ]
        return "\n".join(["name,day,first,last,minutes", *rows, ""])

    def _enrolment(self, order: Enrol, now: PeopleState) -> EnrolmentState:
        if order.cancel:
            if now.enrolment is None or now.enrolment.phase != "looking":
                raise VcamError("No enrolment goes on", "begin one: vcam people enrol NAME")
            return now.enrolment.model_copy(update={"phase": "cancelled", "message": "Cancelled"})
        if not order.consent:
            raise VcamError(
                f"{order.name} has to agree to being recognised", "ask, and give consent"
            )
        return EnrolmentState(
            name=order.name, phase="looking", message="Look at the camera", wanted=WANTED
        )

    @staticmethod
    def _stays(name: str, order: ForgetPerson) -> bool:
        return order.name is not None and name != order.name
