from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.core.errors import VcamError
from vcam.lab.scoring import EARLY_S, LATE_S, Span, Start, read_labels, score_starts


def test_hit_miss_repeat_and_false_start():
    spans = [Span("v_sign", 1, 3), Span("metal", 5, 7), Span("v_sign", 8, 10)]
    starts = [
        Start("v_sign", 1.6),
        Start("v_sign", 2.9),
        Start("v_sign", 5.5),
        Start("v_sign", 8.5),
    ]
    score = score_starts(starts, spans)
    assert score.hits == ((spans[0], starts[0]), (spans[2], starts[3]))
    assert score.misses == (spans[1],)
    assert score.repeats == (starts[1],)
    assert score.false_starts == (starts[2],)
    assert score.latencies_s == pytest.approx([0.6, 0.5])


@pytest.mark.parametrize(
    ("at", "is_hit"),
    [
        (2 - EARLY_S, True),
        (2 - EARLY_S - 0.01, False),
        (4 + LATE_S, True),
        (4 + LATE_S + 0.01, False),
    ],
)
def test_span_is_read_with_some_slack(at, is_hit):
    score = score_starts([Start("v_sign", at)], [Span("v_sign", 2, 4)])
    assert bool(score.hits) is is_hit
    assert bool(score.false_starts) is not is_hit


names = st.sampled_from(["v_sign", "metal"])
times = st.floats(0, 20)


@given(
    st.lists(st.builds(Start, names, times), max_size=8),
    st.lists(
        st.builds(lambda n, a, b: Span(n, min(a, b), max(a, b)), names, times, times), max_size=8
    ),
)
def test_every_start_and_every_span_is_told_once(starts, spans):
    score = score_starts(starts, spans)
    assert len(score.hits) + len(score.repeats) + len(score.false_starts) == len(starts)
    assert len(score.hits) + len(score.misses) == len(spans)
    assert all(span.gesture == start.gesture for span, start in score.hits)


def test_json_has_all_four_lists():
    score = score_starts([Start("metal", 1.23456)], [Span("v_sign", 1, 2)])
    assert score.as_json() == {
        "hits": [],
        "misses": [{"gesture": "v_sign", "span_s": [1, 2]}],
        "repeats": [],
        "false_starts": [{"gesture": "metal", "start_s": 1.235}],
    }


def test_labels_beside_the_clip(tmp_path):
    clip = tmp_path / "wave.mp4"
    assert read_labels(clip) is None
    (tmp_path / "labels.csv").write_text(
        "clip,gesture,start_s,end_s\nwave.mp4,v_sign,1,2.5\nother.mp4,metal,0,1\n"
    )
    assert read_labels(clip) == [Span("v_sign", 1, 2.5)]
    assert read_labels(tmp_path / "unnamed.mp4") is None
    (tmp_path / "wave.csv").write_text("gesture,start_s,end_s\n")
    assert read_labels(clip) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gesture,start_s\n", "has no column end_s"),
        ("gesture,start_s,end_s\nv_sign,one,2\n", "line 2: start_s and end_s must be seconds"),
        ("gesture,start_s,end_s\nv_sign\n", "line 2: start_s and end_s must be seconds"),
        ("gesture,start_s,end_s\nv_sign,3,2\n", "line 2: a gesture, and start_s before end_s"),
        ("gesture,start_s,end_s\nv_sign,nan,2\n", "line 2: a gesture"),
        ("", "has no column"),
    ],
)
def test_broken_labels_name_their_line(tmp_path, text, expected):
    (tmp_path / "clip.csv").write_text(text)
    with pytest.raises(VcamError, match=expected):
        read_labels(tmp_path / "clip.mp4")


def test_labels_that_are_no_text(tmp_path):
    (tmp_path / "clip.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(VcamError, match="cannot read the labels"):
        read_labels(tmp_path / "clip.mp4")
