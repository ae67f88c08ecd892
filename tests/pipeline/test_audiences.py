from __future__ import annotations

from vcam.core.contracts import Audience, Reader
from vcam.outputs.worker import OutputStatus
from vcam.pipeline.audiences import LOOK_EVERY, Audiences


class Told:
    def __init__(self, name: str) -> None:
        self.watched = False
        self.one = OutputStatus(name, "open", audience=Audience(False))

    def is_watched(self) -> bool:
        return self.watched

    def status(self) -> tuple[OutputStatus, ...]:
        return (self.one,)


def test_anybody_is_anybody_anywhere():
    public, preview = Told("public"), Told("preview")
    audiences = Audiences((public, preview), lambda: None)
    assert not audiences.anybody()
    preview.watched = True
    assert audiences.anybody()


def test_comings_and_goings_are_told_once():
    public, told = Told("public"), []
    audiences = Audiences((public,), lambda: told.append(1))

    def ask() -> int:
        for _ in range(LOOK_EVERY):
            audiences.anybody()
        return len(told)

    assert ask() == 1
    assert ask() == 1, "frames that go out are no change"
    public.one = OutputStatus(
        "public", "open", frames_sent=7, audience=Audience(False, (Reader("zoom"),))
    )
    assert ask() == 2
    public.one = OutputStatus("public", "failed", error="gone")
    assert ask() == 3
    assert ask() == 3


def test_first_reader_is_told_at_once():
    public, told = Told("public"), []
    audiences = Audiences((public,), lambda: told.append(1))
    for _ in range(LOOK_EVERY):
        audiences.anybody()
    told.clear()
    public.watched, public.one = True, OutputStatus("public", "open", audience=Audience(True))
    audiences.anybody()
    assert told == [1]
