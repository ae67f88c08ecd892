from __future__ import annotations

import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.outputs.pipewire import pods
from vcam.outputs.pipewire.pods import PodError, VideoParams, enum_format, exact_rate, parse_format

sizes = st.integers(1, 2**31 - 1)
rates = st.fractions(Fraction(1, 100), 1000, max_denominator=1001)


@given(st.integers(0, 200), sizes, sizes, st.lists(rates, min_size=1, max_size=9))
def test_format_comes_back_as_it_was_offered(pixel_format, width, height, offered):
    data = enum_format(pixel_format, width, height, offered)
    assert len(data) % 8 == 0
    assert pods.pod_size(data) == len(data)
    assert parse_format(data) == VideoParams(pixel_format, width, height, offered[0])


@given(st.binary(max_size=400))
def test_noise_is_refused(data):
    with pytest.raises(PodError):
        parse_format(data)


@given(st.data())
def test_damage_is_refused_or_harmless(data):
    pod = bytearray(enum_format(2, 1280, 720, [Fraction(30)]))
    for _ in range(data.draw(st.integers(1, 8))):
        pod[data.draw(st.integers(0, len(pod) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(pod)))
    try:
        found = parse_format(bytes(pod[:cut]))
    except PodError:
        return
    assert found.rate >= 0


def test_layout_is_pipewires():
    """Counted by hand after `spa/pod/pod.h`: GStreamer and the browsers read the same bytes."""
    header = struct.pack("=IIII", 200, 15, 0x40003, 3)
    media = struct.pack("=IIIIII", 1, 0, 4, 3, 2, 0) + struct.pack("=IIIIII", 2, 0, 4, 3, 1, 0)
    kind = struct.pack("=IIIIII", 0x20001, 0, 4, 3, 2, 0)
    size = struct.pack("=IIIIII", 0x20003, 0, 8, 10, 1280, 720)
    data = enum_format(2, 1280, 720, [Fraction(30)])
    assert data[:112] == header + media + kind + size
    rate = struct.pack("=IIIIIIII", 0x20004, 0, 32, 19, 3, 0, 8, 11)
    assert data[112:160] == rate + struct.pack("=IIII", 30, 1, 30, 1)
    assert len(data) == 8 + 200


def test_rate_of_zero_denominator_counts_as_none():
    data = enum_format(2, 64, 48, [Fraction(30)])
    broken = data.replace(struct.pack("=II", 30, 1), struct.pack("=II", 30, 0))
    assert parse_format(broken).rate == 0


@pytest.mark.parametrize("place", [1, 2])
def test_what_is_no_raw_video_is_refused(place):
    data = enum_format(2, 64, 48, [Fraction(30)])
    value = {1: 2, 2: 1}[place]
    before = struct.pack("=IIIII", place, 0, 4, 3, value)
    assert before in data
    with pytest.raises(PodError):
        parse_format(data.replace(before, struct.pack("=IIIII", place, 0, 4, 3, 9)))


def test_giant_pods_are_not_read():
    with pytest.raises(PodError):
        pods.pod_size(struct.pack("=II", 2**31, 15))
    with pytest.raises(PodError):
        pods.pod_size(b"1234567")


@pytest.mark.parametrize(
    ("fps", "rate"),
    [
        (30, Fraction(30)),
        (30000 / 1001, Fraction(30000, 1001)),
        (29.97, Fraction(2997, 100)),
        (7.5, Fraction(15, 2)),
    ],
)
def test_rates_are_exact(fps, rate):
    assert exact_rate(fps) == rate


def test_buffers_are_of_the_right_size():
    data = pods.buffers(1382400, 1280)
    assert pods.pod_size(data) == len(data)
    for key, value in ((pods.BUFFERS_SIZE, 1382400), (pods.BUFFERS_STRIDE, 1280)):
        assert struct.pack("=IIIIi", key, 0, 4, pods.TYPE_INT, value) in data
