from __future__ import annotations

import threading

from vcam.core.slot import LatestSlot


def test_newest_value_wins():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.put(2)
    assert slot.wait_newer(0, 0) == (2, 2)


def test_nothing_newer_gives_none_and_the_old_version():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    _, version = slot.wait_newer(0, 0)
    assert slot.wait_newer(version, 0) == (None, version)


def test_emptied_slot_is_news():
    slot: LatestSlot[int] = LatestSlot()
    slot.put(1)
    slot.put(None)
    assert slot.wait_newer(1, 0) == (None, 2)


def test_waiting_thread_is_woken_by_put():
    slot: LatestSlot[int] = LatestSlot()
    got: list[tuple[int | None, int]] = []
    thread = threading.Thread(target=lambda: got.append(slot.wait_newer(0, 10)))
    thread.start()
    slot.put(5)
    thread.join(10)
    assert got == [(5, 1)]
