from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.errors import TrainingError
from training.poses.aligned import build_aligned, inputs_of, rotations_of, train_aligned
from training.poses.contest import (
    Entry,
    Pool,
    contest_header,
    contest_rows,
    hard_scores,
    pools_of,
)
from training.poses.head import Architecture
from training.poses.landmark_tables import read_landmark_table, table_file
from training.poses.mistakes import by_weight, find_mistakes, write_mistakes
from training.poses.mix import Stack, fit_stack, mean_of
from training.poses.select import Judged, judged_sets
from training.poses.train import Recipe
from training.poses.views import Pictures
from vcam.poses.vocabulary import POSES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

V, THUMB, METAL, FIST, NONE = map(POSES.index, ("v_sign", "thumb_up", "metal", "fist", "none"))


def scores_of(*rows: dict[int, float]) -> np.ndarray:
    scores = np.full((len(rows), len(POSES)), 1e-3, np.float32)
    for row, values in zip(scores, rows, strict=True):
        for index, value in values.items():
            row[index] = value
    return scores


@pytest.fixture
def judged(draw_hands) -> Judged:
    """Six pictures: V with two hands, V, thumb, metal, fist, and one with a loose label."""
    return Judged(
        "set",
        draw_hands("v_sign", 7),
        np.array([0, 0, 1, 2, 3, 4, 5]),
        np.array([V, V, THUMB, METAL, FIST, -1]),
        np.arange(7),
    )


def test_recall_at_equal_false_starts(judged: Judged) -> None:
    good = scores_of(
        {V: 0.2, FIST: 0.8}, {V: 0.9}, {V: 0.7}, {THUMB: 0.9}, {METAL: 0.9}, {V: 0.6}, {V: 1}
    )
    bad = good.copy()
    bad[5, V] = 0.8
    pool = Pool("all", [judged], [0])
    assert len(pool.expected()) == 5
    assert pool.scores(Entry("good", [good]), V).tolist() == pytest.approx([0.9, 0.7, 0, 0, 0.6])
    assert pool.recalls(Entry("good", [good]), 0.0) == {
        "v_sign": 1.0,
        "thumb_up": 1.0,
        "metal": 1.0,
    }
    assert pool.recalls(Entry("bad", [bad]), 0.0)["v_sign"] == 0.5
    assert pool.recalls(Entry("bad", [bad]), 0.34)["v_sign"] == 1
    lead, low, high = pool.lead(Entry("good", [good]), Entry("bad", [bad]), 0.0, seed=1)
    assert lead == pytest.approx(0.5 / 3)
    assert low <= lead <= high


def test_a_rule_has_no_recall_below_its_own_rate(judged: Judged) -> None:
    rule = Entry("rule", [hard_scores(np.array([V, V, V, THUMB, METAL, V, V]))], yes_or_no=True)
    pool = Pool("all", [judged], [0])
    assert pool.recalls(rule, 0.0)["v_sign"] is None
    assert pool.recalls(rule, 0.4)["v_sign"] == 1
    rows = contest_rows([pool], [rule])
    assert [len(row) for row in rows] == [len(contest_header())]
    assert rows[0][2] is None


def test_pools_keep_signing_and_trained_sets_apart(judged: Judged) -> None:
    names = ("a", "a, worsened", "b (test part)", "clips/negative", "clips/sign_language")
    sets = [Judged(name, judged.hands, judged.picture, judged.expected) for name in names]
    pools = {pool.name: [each.name for each in pool.judged] for pool in pools_of(sets)}
    assert pools["held out"] == ["a", "a, worsened", "clips/negative"]
    assert pools["held out, as it is"] == ["a", "clips/negative"]
    assert pools["held out, worsened"] == ["a, worsened", "clips/negative"]
    assert pools["held out and sign language"] == [names[0], names[1], names[3], names[4]]
    assert pools["test part of trained sets"] == ["b (test part)"]


def test_mistakes_are_false_starts_first(judged: Judged) -> None:
    scores = scores_of(
        {FIST: 0.9}, {V: 0.5}, {V: 0.9}, {V: 0.95}, {METAL: 0.5}, {THUMB: 0.8}, {V: 1}
    )
    decisions = np.array([NONE, NONE, V, V, NONE, THUMB, V])
    found = by_weight(find_mistakes(judged, scores, decisions))
    assert [(each.row, each.expected, each.read) for each in found] == [
        (3, THUMB, V),
        (5, FIST, THUMB),
        (4, METAL, NONE),
        (0, V, NONE),
    ]
    assert found[0].score == pytest.approx(0.95)


def test_mistakes_without_pictures_are_a_list(
    small_table, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    judged = next(each for each in judged_sets(small_table) if each.name == "room_two_people")
    nothing = np.full(len(judged.hands), NONE)
    mistakes = find_mistakes(judged, hard_scores(nothing), nothing)
    with caplog.at_level("INFO"):
        write_mistakes(tmp_path, small_table, mistakes, Pictures())
    lines = (tmp_path / "mistakes.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 8  # each picture of a pose, once, though it holds two hands
    assert "room_two_people,metal" in lines[-1] or "room_two_people,v_sign" in lines[-1]
    assert not (tmp_path / "mistakes.jpg").exists()
    assert "8 of 8 pictures" in caplog.text


def test_a_stack_trusts_the_better_reader() -> None:
    rng = np.random.default_rng(0)
    allowed = np.zeros((200, len(POSES)), bool)
    allowed[np.arange(200), rng.integers(0, len(POSES), 200)] = True
    good = 0.9 * allowed + 0.1 / len(POSES)
    bad = rng.dirichlet(np.ones(len(POSES)), 200)
    stack = fit_stack(good.astype(np.float32), bad.astype(np.float32), allowed)
    assert stack.first > 5 * stack.second
    np.testing.assert_allclose(stack.mix(good, bad).sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(Stack(1, 0).mix(good, bad), good, rtol=1e-3)
    np.testing.assert_allclose(mean_of(good, bad), (good + bad) / 2, rtol=1e-5)


def test_the_palms_frame_undoes_a_turn(draw_hands) -> None:
    hands = draw_hands("v_sign", 4)
    turn = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]], np.float32)
    turned = draw_hands("v_sign", 4)
    turned.screen[:] = hands.screen @ turn
    turned.world[:] = hands.world @ turn
    before, after = inputs_of(hands, "palm"), inputs_of(turned, "palm")
    assert before.shape == (4, 2, 23, 3)
    np.testing.assert_allclose(before[:, :, :21], after[:, :, :21], atol=1e-3)
    assert np.abs(before[:, :, 21:] - after[:, :, 21:]).max() > 0.5
    assert np.abs(inputs_of(hands, "none") - inputs_of(turned, "none")).max() > 0.5


def test_two_vectors_make_a_rotation() -> None:
    six = np.random.default_rng(0).normal(size=(5, 2, 2, 3)).astype(np.float32)
    rotations = np.asarray(rotations_of(six))
    np.testing.assert_allclose(
        rotations @ rotations.swapaxes(-1, -2), np.broadcast_to(np.eye(3), (5, 2, 3, 3)), atol=1e-5
    )
    np.testing.assert_allclose(np.linalg.det(rotations), 1, atol=1e-5)


def test_a_learned_alignment_begins_as_none_and_learns(draw_hands) -> None:
    sizes = Architecture(members=1, wide=16, deep=8)
    network = build_aligned("learned", sizes, 1)
    turn = network.get_layer("two_vectors")
    assert np.asarray(turn.bias).tolist() == [1, 0, 0, 0, 1, 0] * 2
    from training.poses.hands import Hands

    hands = Hands.join([draw_hands("fist", 20), draw_hands("palm", 20)])
    losses: list[float] = []
    recipe = Recipe(epochs=3, epoch_size=400, batch_size=50, architecture=sizes)
    trained = train_aligned(
        hands, hands, recipe, "learned", lambda _, values: losses.append(values["loss"])
    )
    assert losses[-1] < losses[0]
    assert trained.logits(hands).shape == (40, 1, len(POSES))


def test_landmark_tables(tmp_path: Path) -> None:
    assert table_file(tmp_path) is None
    path = tmp_path / "hands" / "landmark_tables" / "keypoint.csv"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(",".join(map(str, [kind, *range(42)])) for kind in (0, 3)))
    hands = read_landmark_table(path)
    assert table_file(tmp_path) == path
    assert hands.screen[1, 1].tolist() == [2, 3, 0]
    assert hands.shows("palm").tolist() == [True, False]
    assert hands.shows("ok").tolist() == [False, True]
    for wrong in ("9" + ",0" * 42, "0,1,2", "words"):
        path.write_text(wrong)
        with pytest.raises(TrainingError, match=r"keypoint\.csv"):
            read_landmark_table(path)
