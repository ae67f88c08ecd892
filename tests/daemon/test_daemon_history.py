from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from vcam.core.errors import VcamError
from vcam.core.events import EventKind, GestureEvent
from vcam.core.observation import NONE_POSE, Hand, Observation, PairReading, PoseReading
from vcam.daemon import history as history_module
from vcam.daemon import private_file
from vcam.daemon.history import TRACED, StartHistory
from vcam.daemon.private_file import PersonalError, PrivateFile
from vcam.daemon.traces import AFTER_S, MOST_POINTS, RecentLooks, spread
from vcam.pipeline.looking import Look

from .fake_pipeline import start_of

GESTURES = ("v_sign", "two_v_signs")


def look(at: float, *scores: float, pair: float = 0.0, known: bool = True) -> Look:
    hands, readings = [], []
    for track_id, score in enumerate(scores, start=1):
        points = np.full((21, 2), 100 * at, np.float32)
        zeros = np.zeros(21, np.float32)
        hands.append(Hand(track_id, points, zeros, np.zeros((21, 3), "f4"), "right", 1.0))
        readings.append(PoseReading(track_id, {"v_sign": score, NONE_POSE: 1 - score}, known))
    pairs = [PairReading((1, 2), {"two_v_signs": pair, NONE_POSE: 1 - pair})] if pair else []
    return Look(Observation(0, at, (1280, 720), tuple(hands)), readings, (), pairs)


def event(kind: EventKind, at: float, since: float = 0.0, gesture: str = "v_sign"):
    return GestureEvent(kind, gesture, at, (1,), since, 1.0, 0.97)


def test_trace_reaches_from_before_the_start_until_after_it():
    looks = RecentLooks()
    for number in range(40):
        assert not looks.look(look(number / 10, 0.9 if number >= 30 else 0.1), GESTURES)
    begun = looks.begin(7, event(EventKind.START, 3.9, 3.4))
    assert begun[0] == (-2.0, 0.1)
    assert begun[-1] == (0.0, 0.9)
    done = []
    for number in range(40, 70):
        done += looks.look(look(number / 10, 0.8), GESTURES)
    ((start, trace),) = done
    assert start == 7
    assert trace[0] == begun[0]
    assert trace[-1] == (AFTER_S, 0.8)
    assert [at for at, _ in trace] == sorted(at for at, _ in trace)
    assert len(trace) <= MOST_POINTS


def test_trace_ends_with_the_gesture():
    looks = RecentLooks()
    looks.look(look(0.0, 0.9), GESTURES)
    looks.begin(1, event(EventKind.START, 0.0))
    looks.look(look(0.5, 0.2), GESTURES)
    ((start, trace),) = looks.end(event(EventKind.END, 0.5))
    assert (start, trace) == (1, ((0.0, 0.9), (0.5, 0.2)))
    assert not looks.end(event(EventKind.END, 0.6))
    assert not looks.look(look(9.0, 0.1), GESTURES)


def test_trace_of_a_clip_that_begins_again_is_closed():
    looks = RecentLooks()
    looks.look(look(50.0, 0.9), GESTURES)
    looks.begin(1, event(EventKind.START, 50.0))
    ((start, trace),) = looks.look(look(0.0, 0.3), GESTURES)
    assert (start, trace) == (1, ((0.0, 0.9),))


def test_score_is_the_best_of_all_hands_and_of_pairs():
    looks = RecentLooks()
    looks.look(look(0.0, 0.4, 0.9, pair=0.7), GESTURES)
    assert looks.begin(1, event(EventKind.START, 0.0)) == ((0.0, 0.9),)
    assert looks.begin(2, event(EventKind.START, 0.0, gesture="two_v_signs")) == ((0.0, 0.7),)
    looks.look(look(0.1, 0.9, known=False), GESTURES)
    assert looks.begin(3, event(EventKind.START, 0.1))[-1] == (0.0, 0.0)


def test_hands_of_a_start_are_those_of_its_hold():
    looks = RecentLooks()
    for number in range(20):
        looks.look(look(number / 10, 0.2 if number in (12, 13) else 0.9, 0.95), GESTURES)
    hands = looks.hands_of(event(EventKind.START, 1.9, 1.0), 4)
    assert [hand.track_id for hand in hands] == [1] * 4
    times = [float(hand.points[0, 0]) / 100 for hand in hands]
    assert times[0] == pytest.approx(1.0)
    assert times[-1] == pytest.approx(1.9)
    # Not while it showed something else.
    everything = looks.hands_of(event(EventKind.START, 1.9, 1.0), 99)
    assert len(everything) == 8


def test_spread_keeps_ends_and_order():
    assert spread([1, 2], 4) == [1, 2]
    assert spread(list(range(10)), 4) == [0, 3, 6, 9]


def filled(history: StartHistory, count: int) -> None:
    for number in range(count):
        history.add(start_of("v_sign", at=101.0 + number), ["a/b"])


@pytest.fixture
def file(tmp_path):
    return PrivateFile(tmp_path / "personal" / "starts.jsonl")


def ticking():
    at = iter(range(10_000))
    return lambda: 1.7e9 + next(at)


def test_only_the_newest_keep_their_trace():
    history = StartHistory(ticking())
    for number in range(1, TRACED + 3):
        history.add(start_of("v_sign"), [])
        history.trace(number, ((0.0, 0.9),))
    traced = [bool(start.trace) for start in history.starts()]
    assert traced == [True] * TRACED + [False] * 2
    history.trace(1, ((0.0, 0.9),))
    history.trace(12_345, ((0.0, 0.9),))
    assert not history.starts()[-1].trace


def test_marks_are_kept_apart():
    history = StartHistory(ticking())
    filled(history, 2)
    assert history.mark(1, undone=True).undone
    marked = history.mark(1, True)
    assert (marked.wrong, marked.undone) == (True, True)
    assert not history.mark(1, False).wrong
    assert [start.undone for start in history.starts()] == [False, True]
    with pytest.raises(VcamError, match="no start 9"):
        history.mark(9, undone=True)


def test_memory_alone_unless_the_user_says_so(file):
    history = StartHistory(ticking(), file)
    filled(history, 2)
    history.save()
    assert not file.path.exists()


def test_kept_history_comes_back_and_its_numbers_go_on(file):
    first = StartHistory(ticking(), file, keep=True)
    filled(first, 3)
    first.trace(3, ((-0.5, 0.2), (0.0, 0.9)))
    first.mark(2, True)
    first.save()
    second = StartHistory(ticking(), file, keep=True)
    assert second.starts() == first.starts()
    assert second.add(start_of("metal"), []).id == 4
    second.save()
    assert len(file.path.read_text(encoding="utf-8").splitlines()) == 4


def test_switched_on_later_it_takes_older_ones_in(file):
    first = StartHistory(ticking(), file, keep=True)
    filled(first, 2)
    first.save()
    second = StartHistory(ticking(), file)
    filled(second, 1)
    second.keep(True)
    assert [start.id for start in second.starts()] == [3, 2, 1]
    second.save()
    assert len(file.path.read_text(encoding="utf-8").splitlines()) == 3


def test_switched_off_it_writes_no_more(file):
    history = StartHistory(ticking(), file, keep=True)
    filled(history, 1)
    history.save()
    before = file.path.read_bytes()
    history.keep(False)
    filled(history, 1)
    history.save()
    assert file.path.read_bytes() == before


@pytest.mark.parametrize("content", [b"nonsense\n", b"\xff\n", b"{}\n"])
def test_damaged_history_is_set_aside(file, content, caplog):
    file.path.parent.mkdir()
    file.path.write_bytes(content)
    history = StartHistory(ticking(), file, keep=True)
    assert history.starts() == ()
    assert "is damaged" in caplog.text
    filled(history, 1)
    history.save()
    assert file.path.exists()


def test_numbers_that_do_not_rise_are_damage(file, caplog):
    first = StartHistory(ticking(), file, keep=True)
    filled(first, 2)
    first.save()
    lines = file.path.read_text(encoding="utf-8").splitlines()
    file.path.write_text("\n".join([lines[1], lines[0]]), encoding="utf-8")
    assert StartHistory(ticking(), file, keep=True).starts() == ()
    assert "do not rise" in caplog.text


def test_history_on_disk_is_bounded(file, monkeypatch):
    monkeypatch.setattr(history_module, "KEPT", 5)
    history = StartHistory(ticking(), file, keep=True)
    filled(history, 8)
    history.save()
    assert [start.id for start in StartHistory(ticking(), file, keep=True).starts()] == [
        8,
        7,
        6,
        5,
        4,
    ]


def test_disk_that_is_full_is_told_and_no_more(file, monkeypatch, caplog):
    def refuse(*_args):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(private_file, "write_file", refuse)
    history = StartHistory(ticking(), file, keep=True)
    filled(history, 1)
    history.save()
    assert "not saved" in caplog.text
    assert len(history.starts()) == 1


def test_forgotten_history_leaves_no_file_and_numbers_go_on(file):
    history = StartHistory(ticking(), file, keep=True)
    filled(history, 2)
    history.save()
    history.forget()
    assert history.starts() == ()
    assert not file.path.exists()
    history.save()
    assert not file.path.exists()
    assert history.add(start_of("v_sign"), []).id == 3


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX errors")
def test_file_that_cannot_be_deleted_is_told(file, monkeypatch):
    def refuse(self, missing_ok=False):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(type(file.path), "unlink", refuse)
    with pytest.raises(PersonalError, match="cannot be deleted"):
        StartHistory(ticking(), file).forget()
