from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcam.lab.metrics import Confusion, class_figures, pose_of_label

POSES = ("v_sign", "thumb_up", "metal")


@pytest.mark.parametrize(
    ("label", "pose"),
    [
        ("v_sign", "v_sign"),
        ("Victory", "v_sign"),
        ("thumbs-up", "thumb_up"),
        ("rock", "metal"),
        ("v_sign_back", "v_sign"),
        ("peace_inverted", "v_sign"),
        ("no gesture", "none"),
        ("none", "none"),
        ("fist", None),
        ("sofa", None),
    ],
)
def test_folder_names_are_understood(label, pose):
    assert pose_of_label(label, POSES) == pose


def test_figures_by_hand():
    confusion = Confusion(POSES)
    for label, said in [
        ("v_sign", "v_sign"),
        ("v_sign", "v_sign"),
        ("peace", "none"),
        ("metal", "v_sign"),
        ("sofa", "v_sign"),
        ("none", "none"),
    ]:
        confusion.add(label, said)
    figures = confusion.figures()
    assert figures["v_sign"].precision == 0.5
    assert figures["v_sign"].recall == round(2 / 3, 4)
    assert figures["v_sign"].f1 == round(4 / 7, 4)
    assert (figures["v_sign"].support, figures["v_sign"].hits, figures["v_sign"].false) == (3, 2, 2)
    assert (figures["metal"].precision, figures["metal"].recall) == (None, 0.0)
    assert "thumb_up" not in figures
    # The sofa stands for no pose: it can be a false start, but neither right nor wrong.
    assert confusion.accuracy() == 0.6
    assert confusion.matrix()["metal"] == {"v_sign": 1}
    assert confusion.summary()["labels"] == {
        "metal": "metal",
        "none": "none",
        "peace": "v_sign",
        "sofa": None,
        "v_sign": "v_sign",
    }


def test_nothing_seen_has_no_figures():
    assert Confusion(POSES).summary()["accuracy"] is None
    assert Confusion(POSES).figures() == {}


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_lies_between_precision_and_recall(hits, missed, false):
    figures = class_figures(hits + missed, hits, false)
    assert (figures.precision is None) == (hits + false == 0)
    assert (figures.recall is None) == (hits + missed == 0)
    if figures.f1 is not None:
        low, high = sorted((figures.precision, figures.recall))
        assert low - 1e-3 <= figures.f1 <= high + 1e-3


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["v_sign", "metal", "none", "sofa"]),
            st.sampled_from(["v_sign", "metal", "none"]),
        )
    )
)
def test_counts_add_up(pairs):
    confusion = Confusion(POSES)
    for label, said in pairs:
        confusion.add(label, said)
    summary = confusion.summary()
    assert summary["pictures"] == len(pairs)
    assert sum(sum(row.values()) for row in summary["confusion"].values()) == len(pairs)
    for pose, figures in summary["classes"].items():
        said = sum(row.get(pose, 0) for row in summary["confusion"].values())
        assert figures["hits"] + figures["false"] == said


def test_meaning_of_a_folder_can_be_told():
    confusion = Confusion(POSES, {"7": "metal", "v_sign": "none"})
    confusion.add("7", "metal")
    confusion.add("v_sign", "none")
    assert confusion.poses_of_labels == {"7": "metal", "v_sign": "none"}
    assert confusion.accuracy() == 1.0


def test_none_has_figures_where_a_folder_stands_for_it():
    confusion = Confusion(POSES)
    confusion.add("v_sign", "none")
    assert "none" not in confusion.figures()
    confusion.add("no_pose", "none")
    assert confusion.figures()["none"].precision == 0.5
