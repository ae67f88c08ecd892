"""A user's own folder of class folders: names, people, parts."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from training.__main__ import main
from training.errors import TrainingError
from training.poses import build
from training.poses.mistakes import Mistake, write_mistakes
from training.poses.photos import own_photographs, own_sets, people_shares, person_of, pose_of
from training.poses.select import judged_sets, labelled_hands
from training.poses.table import TableWriter
from training.poses.views import Pictures, cut_views
from vcam.core.observation import Observation
from vcam.poses.card import load_card
from vcam.poses.vocabulary import POSES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def fill(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()


def test_class_folders_are_named_after_poses(tmp_path: Path) -> None:
    assert pose_of("V sign") == pose_of("v-sign") == "v_sign"
    assert pose_of("none") == "none"
    assert pose_of("hello") is None
    fill(tmp_path / "V sign", ["1.jpg", "2.jpg", "notes.txt"])
    found = own_photographs(tmp_path)
    assert [each.label for each in found] == ["V sign", "V sign"]
    assert [each.share for each in found] == [0, 0.5]
    assert found[0].set_name == f"photos:{tmp_path.name}"


@pytest.mark.parametrize(
    ("folders", "complaint"),
    [
        ({}, "no class folders"),
        ({"hello": ["1.jpg"]}, "named after no pose"),
        ({"fist": []}, "has no pictures"),
        ({"v_sign": ["1.jpg"], "V-sign": ["2.jpg"]}, "two folders"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    folders: dict[str, list[str]], complaint: str, tmp_path: Path
) -> None:
    for name, files in folders.items():
        fill(tmp_path / name, files)
    with pytest.raises(TrainingError, match=complaint):
        own_photographs(tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="there is no folder"):
        own_photographs(tmp_path / "nowhere")


def test_people_are_told_by_the_front_of_names() -> None:
    assert person_of("Anna_01.jpg") == "anna"
    assert person_of("anna-1.jpg") == "anna"
    assert person_of("0001.jpg") == ""
    names = [f"{who}_{number}.jpg" for who in ("a", "b", "c", "d", "e", "f") for number in (1, 2)]
    shares = people_shares(names)
    assert len(shares) == 6
    assert sum(0.6 <= share < 0.8 for share in shares.values()) == 1
    assert sum(share >= 0.8 for share in shares.values()) == 1


@pytest.mark.parametrize(
    "names",
    [
        ["IMG_1.jpg", "IMG_2.jpg", "IMG_3.jpg", "IMG_4.jpg"],
        ["1_a.jpg", "2_a.jpg", "3_a.jpg", "4_a.jpg"],
        ["a_1.jpg", "a_2.jpg", "b_1.jpg", "b_2.jpg", "c_1.jpg", "5.jpg"],
        ["a_1.jpg", "a_2.jpg", "b_1.jpg", "b_2.jpg"],
    ],
)
def test_names_that_tell_nobody_apart(names: list[str]) -> None:
    assert people_shares(names) == {}


def test_nobody_is_in_two_parts(tmp_path: Path, draw_hand) -> None:
    people = ("anna", "budi", "citra", "dewi", "eko")
    for pose in ("v_sign", "none"):
        fill(tmp_path / pose, [f"{who}_{number}.jpg" for who in people for number in range(3)])
    writer = TableWriter()
    for number, each in enumerate(own_photographs(tmp_path)):
        hands = (draw_hand("v_sign" if each.label == "v_sign" else "pinch", number),)
        writer.add(each.set_name, each.label, each.file.name, hands, share=each.share)
    table = writer.table()
    sets = own_sets(table)
    assert len(sets) == 1
    trained = labelled_hands(table, "train", sets)
    validation = labelled_hands(table, "validation", sets)
    (judged,) = judged_sets(table, sets)
    names = table.names[table.picture]
    parts = [
        {str(name).split("_")[0] for name in names[each.rows]}
        for each in (trained, validation, judged)
    ]
    assert [len(part) for part in parts] == [3, 1, 1]
    assert set.union(*parts) == set(people)
    assert trained.counts == {f"photos:{tmp_path.name}": 18}
    assert trained.hands.shows("v_sign").sum() == 9
    assert set(judged.expected) == {POSES.index("v_sign"), POSES.index("none")}


def test_own_pictures_are_found_again(tmp_path: Path, draw_hand) -> None:
    fill(tmp_path / "Fist", ["1.png"])
    image = np.full((720, 1280, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "Fist" / "1.png"), image)
    writer = TableWriter()
    for each in own_photographs(tmp_path):
        writer.add(each.set_name, each.label, each.file.name, (draw_hand("fist", 1),))
    table = writer.table()
    assert cut_views(table, np.array([0]), Pictures(photos=tmp_path)).found.all()
    assert not cut_views(table, np.array([0]), Pictures(data=tmp_path)).found.any()


def test_mistakes_are_shown_on_a_sheet(tmp_path: Path, draw_hand) -> None:
    red = np.zeros((720, 1280, 3), np.uint8)
    red[..., 2] = 200
    writer = TableWriter()
    fill(tmp_path / "Fist", ["1.png", "gone.png"])
    cv2.imwrite(str(tmp_path / "Fist" / "1.png"), red)
    for each in own_photographs(tmp_path):
        writer.add(each.set_name, each.label, each.file.name, (draw_hand("fist", 1),))
    (tmp_path / "Fist" / "gone.png").unlink()
    fist, v_sign = POSES.index("fist"), POSES.index("v_sign")
    wrong = [Mistake("mine", row, fist, v_sign, v_sign, 0.9) for row in (0, 1)]
    write_mistakes(tmp_path, writer.table(), wrong, Pictures(photos=tmp_path))
    sheet = cv2.imread(str(tmp_path / "mistakes.jpg"))
    shown = (sheet[..., 2] > 150) & (sheet[..., 1] < 60)
    # One picture of two: the other is not there any more, and has no place on the sheet.
    assert shown.mean() > 0.3
    assert len((tmp_path / "mistakes.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_own_pictures_are_looked_at(
    tmp_path: Path, draw_hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Eyes:
        def observe_still(self, image: np.ndarray) -> Observation:
            return Observation(0, 0.0, (image.shape[1], image.shape[0]), (draw_hand("fist", 1),))

    monkeypatch.setattr(build, "_eyes", Eyes())
    (tmp_path / "Fist").mkdir()
    for number in range(3):
        picture = tmp_path / "Fist" / f"{number}.png"
        assert cv2.imwrite(str(picture), np.full((300, 300, 3), 120, np.uint8))
    table = build.build_table(None, photos=tmp_path, worsened=False)
    assert table.sets.tolist() == [f"photos:{tmp_path.name}"] * 3
    assert table.labels.tolist() == ["Fist"] * 3
    assert table.shares.tolist() == pytest.approx([0, 1 / 3, 2 / 3])
    assert len(table) == 3


def test_a_head_of_own_pictures_alone(tmp_path: Path, draw_hand) -> None:
    writer = TableWriter()
    for pose, shape in (("v_sign", "v_sign"), ("fist", "fist"), ("none", "pinch")):
        for number in range(10):
            hands = (draw_hand(shape, number),)
            writer.add("photos:ours", pose, f"{number}.jpg", hands, share=number / 10)
    writer.table().save(tmp_path / "table.npz")
    arguments = ["poses", "train", "--table", str(tmp_path / "table.npz"), "--name", "ours"]
    arguments += ["--runs", str(tmp_path), "--epochs", "1", "--epoch-size", "300"]
    assert main([*arguments, "--synthetic", "4"]) == 0
    card = load_card(tmp_path / "ours" / "poses.json")
    hands = {each.name: each.hands for each in card.trained_on}
    assert hands["photos:ours"] == 18
    assert card.held_out == ()
    assert list(card.figures) == ["photos:ours (test part)"]
