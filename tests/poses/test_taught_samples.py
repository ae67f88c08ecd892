from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vcam.poses.taught.hands import NUMBERS
from vcam.poses.taught.samples import (
    MAX_BYTES,
    MOST_SAMPLES,
    DamagedSamples,
    Sample,
    Samples,
    from_bytes,
    to_bytes,
)

names = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
numbers = st.lists(st.integers(-30_000, 30_000), min_size=NUMBERS, max_size=NUMBERS).map(tuple)


@st.composite
def contents(draw):
    poses, number = {}, 0
    for name in draw(st.lists(names, max_size=3, unique=True)):
        rows = []
        for _ in range(draw(st.integers(0, 3))):
            number += 1
            at = draw(st.floats(0, 2e9))
            rows.append(Sample(number, number, at, draw(st.booleans()), draw(numbers)))
        poses[name] = tuple(rows)
    live = {name: frozenset(each.id for each in rows) for name, rows in poses.items() if rows}
    return Samples(poses, live, number + 1)


@settings(max_examples=25, deadline=None)
@given(contents())
def test_what_is_written_is_read_again(samples):
    assert from_bytes(to_bytes(samples, own=True)) == samples
    exported = from_bytes(to_bytes(samples, own=False))
    assert exported.live == {}
    assert {each.at for each in exported} <= {0}
    assert [each.numbers for each in exported] == [each.numbers for each in samples]


def whole():
    sample = Sample(1, 1, 0, False, (7,) * NUMBERS)
    return json.loads(to_bytes(Samples({"claw": (sample,)}, {}, 2), own=True))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_anything_else_is_refused_in_one_line(content):
    with pytest.raises(DamagedSamples) as caught:
        from_bytes(content)
    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(["format", "next_id", "poses", "live", "row", "place"]), json_values)
def test_a_file_with_one_part_replaced_is_read_or_refused(part, value):
    told = whole()
    if part == "row":
        told["poses"]["claw"][0] = value
    elif part == "place":
        told["poses"]["claw"][0][3] = value
    else:
        told[part] = value
    try:
        samples = from_bytes(json.dumps(told).encode())
    except DamagedSamples:
        return
    assert all(len(each.numbers) == NUMBERS for each in samples)


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["poses"].update({"../x": []}),
        lambda told: told["poses"].update({"CLAW": []}),
        lambda told: told["poses"].update({f"p{n}": [] for n in range(60)}),
        lambda told: told["poses"].update({"claw": told["poses"]["claw"] * 2}),
        lambda told: told["poses"].update({"claw": told["poses"]["claw"] * (MOST_SAMPLES + 1)}),
        lambda told: told["poses"]["claw"][0].__setitem__(9, 1e300),
        lambda told: told["poses"]["claw"][0].__setitem__(9, 10**400),
        lambda told: told["poses"]["claw"][0].__setitem__(0, True),
        lambda told: told.update({"next_id": 1}),
    ],
)
def test_hostile_content_is_refused(change):
    told = whole()
    from_bytes(json.dumps(told).encode())
    change(told)
    with pytest.raises(DamagedSamples):
        from_bytes(json.dumps(told).encode())


def test_a_huge_or_deep_file_is_refused():
    for content in (b"[" * 200_000, b" " * (MAX_BYTES + 1), b'{"vcam":' * 50_000):
        with pytest.raises(DamagedSamples):
            from_bytes(content)


def test_samples_are_sorted_renamed_and_bounded():
    rows = tuple(Sample(n, 1, 0, False, (n,) * NUMBERS) for n in range(1, 4))
    samples = Samples({"a": rows}, {"a": frozenset({1, 3})}, 4)
    moved = samples.sort([1, 2], "b")
    assert [each.id for each in moved.poses["a"]] == [3]
    assert [each.id for each in moved.poses["b"]] == [1, 2]
    assert {pose: [each.id for each in own] for pose, own in moved.learnt().items()} == {"a": [3]}
    assert list(samples.rename("a", "z").live) == ["z"]
    assert samples.without(None).poses == {}
    many = Samples().add("a", [Sample(n, 1, 0, False, (0,) * NUMBERS) for n in range(1, 700)])
    assert (len(many.poses["a"]), many.poses["a"][-1].id, many.next_id) == (MOST_SAMPLES, 699, 700)
