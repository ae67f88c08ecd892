from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from training.__main__ import main
from training.errors import TrainingError
from training.poses.repair import RepairFigures, Spread, repair_figures
from training.poses.repair_looks import Looks, looks_of, table_hand
from training.poses.repair_run import repair_run, report_of
from training.poses.table import LandmarkTable, TableWriter
from vcam.core.observation import Hand
from vcam.poses.classifier import PoseClassifier
from vcam.poses.negatives import LearntHand
from vcam.poses.verifier import PoseVerifier

DrawHand = Callable[[str, int], Hand]


@pytest.fixture(scope="module")
def head() -> PoseClassifier:
    return PoseClassifier.load()


@pytest.fixture(scope="module")
def table(draw_hand: DrawHand) -> LandmarkTable:
    """Thumbs up that are labelled so, others that are labelled shakas, and what must not count."""
    writer = TableWriter()
    for number in range(12):
        writer.add("hagrid_crops", "thumb_up", f"{number}.jpg", (draw_hand("thumb_up", number),))
    for number in range(12, 18):
        hand = draw_hand("thumb_up", number)
        small = replace(hand, points=hand.points * np.float32(0.3))
        writer.add("hagrid_crops", "shaka", f"{number}.jpg", (small, hand))
        writer.add("hagrid_crops", "shaka", f"{number}.jpg", (hand,), variant=1)
        writer.add("hagrid_crops", "shaka", f"{number}.jpg", (hand,), variant=6)
    writer.add("drawn_pictures", "thumb_up", "x.jpg", (draw_hand("thumb_up", 2),))
    writer.add("digits_varied", "one", "y.jpg", (draw_hand("thumb_up", 3),))
    for number in range(2):
        hand = draw_hand("thumb_up", 20 + number)
        writer.add("sign_language", f"clip{number}", "clip.mp4", (hand,))
    return writer.table()


@pytest.fixture(scope="module")
def looks(table: LandmarkTable, head: PoseClassifier) -> Looks:
    return looks_of(table, head, ("thumb_up",))[0]


def test_labelled_hands_of_people_are_looks(table: LandmarkTable, looks: Looks) -> None:
    pictures = table.picture[looks.rows]
    assert not np.isin(table.sets[pictures], ["drawn_pictures", "digits_varied"]).any()
    assert set(table.variants[pictures].tolist()) == {0, 1}
    assert (table.rank[looks.rows] == 0).all()
    assert looks.wrong.tolist() == (table.labels[pictures] != "thumb_up").tolist()
    assert looks.wrong.sum() >= 8
    assert (~looks.wrong).sum() >= 8
    clips = table.sets[pictures] == "sign_language"
    assert len(np.unique(looks.who[clips])) == 1
    assert len(np.unique(looks.picture[clips])) == clips.sum() == 2


def test_near_is_what_the_second_stage_holds_back(
    table: LandmarkTable, looks: Looks, head: PoseClassifier
) -> None:
    near = looks.near()
    wrong = np.flatnonzero(looks.wrong)
    for marks in (wrong[:1], wrong):
        kept = [
            LearntHand.of(table_hand(table, looks.rows[mark]), "thumb_up", 0.0, wrong=True)
            for mark in marks
        ]
        learnt = tuple(hand for hand in kept if hand is not None)
        verifier = PoseVerifier(head.describe, lambda learnt=learnt: learnt)  # type: ignore[misc]
        held = []
        for number, row in enumerate(looks.rows):
            described = head.describe(table_hand(table, row))
            held.append(verifier.judge(10.0 * number, [described])[0].scores["thumb_up"] == 0)
        assert near[marks].any(axis=0).tolist() == held
        assert 0 < sum(held) < len(held)


def _looks(
    places: list[float], wrong: str, who: list[int], picture: list[int], reach: float = 1.5
) -> Looks:
    """Looks on a line; `w` is a wrong one, `r` a right one."""
    at: npt.NDArray[np.float32] = np.array(places, np.float32)[:, np.newaxis]
    count = len(places)
    return Looks(
        "v_sign",
        np.arange(count),
        np.array([each == "w" for each in wrong]),
        np.array(who),
        np.array(picture),
        at,
        at,
        np.full(count, reach, np.float32),
    )


def test_shares_count_other_people_and_copies_of_one_photograph() -> None:
    # Two copies of a wrong hand of person 0, with a right hand beside; one of person 1 far away.
    looks = _looks([0, 1, 1, 0, 9, 9, 20], "wwrrwrr", [0, 0, 0, 2, 1, 3, 4], [0, 0, 1, 2, 3, 4, 5])
    figures = repair_figures(looks)
    assert (figures.right, figures.wrong, figures.wrong_people) == (4, 3, 2)
    # Person 0 reaches one of three strangers, twice; person 1 one of four.
    assert figures.one == Spread(round((2 * 100 / 3 + 25) / 3, 3), 33.333, 33.333)
    assert figures.five == Spread(50.0, 50.0, 50.0)
    assert figures.every == 50.0
    # Of the right ones only the hand of person 0 and the one of person 2 are alike.
    assert figures.mistaken == Spread(round((100 / 3 * 2) / 4, 3), 33.333, 33.333)
    assert figures.others == 0.0
    assert (figures.pairs, figures.again) == (2, 100.0)


def test_a_hand_beyond_reach_holds_back_nothing() -> None:
    figures = repair_figures(_looks([0, 0.1, 0.2], "wwr", [0, 1, 2], [0, 1, 2], reach=-1.0))
    assert figures.every == 0.0
    assert figures.others == 0.0


def test_without_wrong_looks_there_is_nothing_to_say() -> None:
    figures = repair_figures(_looks([0.0, 1.0], "rr", [0, 1], [0, 1]))
    assert figures.mistaken == Spread(100.0, 100.0, 100.0)
    assert (figures.one, figures.five, figures.every, figures.others) == (None,) * 4
    assert "| all are marked | - |" in report_of([figures], [], "0" * 64)


def test_a_run_leaves_its_figures_and_repeats_them(table: LandmarkTable, tmp_path: Path) -> None:
    told = []
    for name in ("one", "two"):
        report = repair_run(table, tmp_path / name)
        assert (tmp_path / name / "report.md").read_text(encoding="utf-8").strip() == report
        told.append(json.loads((tmp_path / name / "repair.json").read_text(encoding="utf-8")))
    assert told[0]["poses"] == told[1]["poses"]
    thumb = next(each for each in told[0]["poses"] if each["pose"] == "thumb_up")
    assert RepairFigures(**thumb).again == 100.0
    assert thumb["wrong"] > 0
    assert all(each["cpu_us"] > 0 for each in told[0]["judging"])


def test_a_table_without_people_says_what_to_do(draw_hand: DrawHand, tmp_path: Path) -> None:
    writer = TableWriter()
    writer.add("drawn_pictures", "thumb_up", "x.jpg", (draw_hand("thumb_up", 2),))
    with pytest.raises(TrainingError, match="no labelled hands of people"):
        repair_run(writer.table(), tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_without_a_table_one_line_says_how_to_make_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["poses", "repair", "--table", str(tmp_path / "none.npz"), "--runs", str(tmp_path)]
    assert main(arguments) == 1
    told = capsys.readouterr().err.strip()
    assert "none.npz" in told
    assert "python -m training poses build" in told
    assert "Traceback" not in told
