from __future__ import annotations

import numpy as np

from vcam.core.pool import ImagePool


def test_buffer_in_use_is_not_given_again():
    pool = ImagePool()
    first = pool.take(8, 4)
    second = pool.take(8, 4)
    assert first is not second
    assert first.shape == (4, 8, 3)


def test_dropped_buffer_is_given_again():
    pool = ImagePool()
    first = pool.take(8, 4)
    address = first.ctypes.data
    del first
    assert pool.take(8, 4).ctypes.data == address


def test_view_keeps_buffer_in_use():
    pool = ImagePool()
    view = pool.take(8, 4)[1:3]
    view[:] = 7
    pool.take(8, 4)[:] = 9
    assert np.all(view == 7)


def test_more_than_kept_are_fresh():
    pool = ImagePool(keep=1)
    held = [pool.take(8, 4) for _ in range(3)]
    assert len({buffer.ctypes.data for buffer in held}) == 3


def test_other_size_starts_over():
    pool = ImagePool()
    assert pool.take(8, 4).shape == (4, 8, 3)
    assert pool.take(16, 4).shape == (4, 16, 3)
