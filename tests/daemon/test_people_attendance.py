from __future__ import annotations

import csv
import io
import itertools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.daemon.people_attendance import (
    AWAY_S,
    Attendance,
    DayLine,
    as_csv,
    from_bytes,
    local,
    to_bytes,
)


def berlin(at):
    return local(at, ZoneInfo("Europe/Berlin"))


def at(text):
    return datetime.fromisoformat(text).timestamp()


def seen(log, name, since, until, every_s=10.0):
    now = since
    while now < until:
        log.see(name, now)
        now += every_s
    log.see(name, until)


def told(log):
    return [(line.name, str(line.day), round(line.seconds)) for line in log.lines]


def test_presence_is_added_up_and_absence_is_not():
    log = Attendance(zone=berlin)
    start = at("2026-03-02T09:00:00+01:00")
    seen(log, "Siti", start, start + 600)
    seen(log, "Siti", start + 3600, start + 3900)
    log.see("Budi", start)
    assert told(log) == [("Budi", "2026-03-02", 0), ("Siti", "2026-03-02", 900)]
    line = log.lines[1]
    assert (line.first, line.last) == (start, start + 3900)


def test_midnight_parts_the_time_between_both_days():
    log = Attendance(zone=berlin)
    midnight = at("2026-03-03T00:00:00+01:00")
    log.see("Siti", midnight - 12)
    log.see("Siti", midnight + 8)
    assert told(log) == [("Siti", "2026-03-02", 12), ("Siti", "2026-03-03", 8)]
    assert log.lines[0].last == pytest.approx(midnight, abs=0.01)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_hours_that_clocks_skip_or_repeat_are_counted_as_they_pass(day):
    log = Attendance(zone=berlin)
    start = at(f"{day}T00:30:00+00:00")
    seen(log, "Siti", start, start + 3600)
    assert told(log) == [("Siti", day, 3600)]


def test_days_that_do_not_begin_at_midnight():
    # In 2018 São Paulo's clocks went from 0:00 to 1:00: the day began with its second hour.
    log = Attendance(zone=lambda time: local(time, ZoneInfo("America/Sao_Paulo")))
    jump = datetime(2018, 11, 4, 3, 0, tzinfo=UTC).timestamp()
    log.see("Siti", jump - 5)
    log.see("Siti", jump + 20)
    assert told(log) == [("Siti", "2018-11-03", 5), ("Siti", "2018-11-04", 20)]


def test_clock_that_is_set_back_adds_nothing():
    log = Attendance(zone=berlin)
    start = at("2026-03-02T09:00:00+01:00")
    log.see("Siti", start)
    log.see("Siti", start - 5)
    log.see("Siti", start)
    assert told(log) == [("Siti", "2026-03-02", 5)]


@given(st.lists(st.floats(0, 3 * 86_400), min_size=1, max_size=40))
def test_nobody_is_there_longer_than_the_time_that_passed(times):
    log = Attendance(zone=berlin)
    start = at("2026-03-28T12:00:00+01:00")
    moments = sorted(start + each for each in times)
    for moment in moments:
        log.see("Siti", moment)
    steps = (later - before for before, later in itertools.pairwise(moments))
    expected = sum(step for step in steps if step <= AWAY_S)
    assert sum(line.seconds for line in log.lines) == pytest.approx(expected, abs=0.01)


def test_lines_are_kept_for_so_many_days():
    start = at("2026-03-02T09:00:00+01:00")
    log = Attendance(zone=berlin)
    for day in range(5):
        log.see("Siti", start + 86_400 * day)
    assert not log.prune(start + 86_400 * 4, keep_days=4)
    assert log.prune(start + 86_400 * 4, keep_days=2)
    assert [str(line.day) for line in log.lines] == ["2026-03-04", "2026-03-05", "2026-03-06"]


def test_file_and_table():
    log = Attendance(zone=berlin)
    start = at("2026-03-02T09:00:00+01:00")
    seen(log, "Siti", start, start + 90)
    seen(log, '=HYPERLINK("x"), Budi', start, start)
    assert from_bytes(to_bytes(log.lines)) == tuple(log.lines)
    rows = list(csv.reader(io.StringIO(as_csv(log.lines, berlin))))
    assert rows[0] == ["name", "day", "first", "last", "minutes"]
    assert rows[2] == [
        "Siti",
        "2026-03-02",
        "2026-03-02T09:00:00+01:00",
        "2026-03-02T09:01:30+01:00",
        "1.5",
    ]
    assert rows[1][0].startswith("'=")


@pytest.mark.parametrize(
    "content", [b"", b"{}", b'{"lines":[{"name":""}]}', b'{"format":2,"lines":[]}']
)
def test_hostile_files_are_refused(content):
    with pytest.raises(ValueError, match="attendance"):
        from_bytes(content)


def test_forgotten_people_begin_anew():
    start = at("2026-03-02T09:00:00+01:00")
    lines = [DayLine(name=name, day="2026-03-02", first=1, last=2, seconds=1) for name in "ab"]
    log = Attendance(lines, berlin)
    log.see("a", start)
    log.forget("a")
    log.see("a", start + 5)
    assert told(log) == [("b", "2026-03-02", 1), ("a", "2026-03-02", 0)]
    log.forget(None)
    assert log.lines == []
