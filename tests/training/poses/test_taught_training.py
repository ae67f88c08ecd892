"""What ships with taught poses, and the way to other tools, on small drawn tables."""

from __future__ import annotations

import json

import numpy as np
import pytest

from training.__main__ import main
from training.poses.table import TableWriter
from training.poses.taught import few_shot
from training.poses.taught.digits import digit_hands, parted
from training.poses.taught.known import averaged, background
from training.poses.taught.ready_made import digits_run
from training.quiet import tensorflow
from vcam.core.litert import Network
from vcam.poses.classifier import PoseClassifier
from vcam.poses.features import hand_features
from vcam.poses.taught.hands import numbers_of
from vcam.poses.taught.known import load_known
from vcam.poses.taught.samples import Sample, Samples, to_bytes

SHAPES = ("one", "v_sign", "three", "four", "palm")
SETS = {
    "sign_digits": ("1", "2", "3", "4", "5"),
    "digits_varied": ("one", "two", "three", "four", "five"),
    "webcam_fingers": SHAPES,
    "room_two_people": SHAPES,
}
PEOPLE = 12

# Keras asks numpy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def table(draw_hand):
    """A hand of each digit of each person in each set."""
    writer = TableWriter()
    for number, (name, folders) in enumerate(SETS.items()):
        for digit, folder in enumerate(folders):
            for person in range(PEOPLE):
                hand = draw_hand(SHAPES[digit], 1000 * number + 10 * person + digit)
                file = {
                    "sign_digits": f"IMG_{4000 + 10 * person + digit + 1}.jpg",
                    "webcam_fingers": f"train__{person // 2}_pic{digit:05}.jpg",
                }.get(name, f"{person}.jpg")
                writer.add(name, folder, file, (hand,), share=person / PEOPLE)
    for seed in range(8):
        hand = draw_hand("fist", seed)
        writer.add("room_two_people", "fist", f"{seed}.jpg", (hand,), share=seed / 8)
    return writer.table()


def test_people_are_kept_apart_by_what_files_are_called(table):
    for name, count in (("sign_digits", PEOPLE), ("webcam_fingers", PEOPLE // 2)):
        hands = digit_hands(table, name)
        assert len(np.unique(hands.who)) == count
        taught, judged = parted(hands)
        assert not set(taught.who) & set(judged.who)
        assert len(taught) + len(judged) == len(hands) == 5 * PEOPLE
        assert set(judged.digits) == set(range(5))


def test_means_are_of_several_hands_each(table):
    hands = digit_hands(table, "sign_digits").hands
    means = averaged(hands, 50, 0)
    assert means.counts.min() >= 4
    assert len(means.hands) == len(means.counts) <= len(hands) // 4
    assert not means.hands.left.any()


def test_drawn_pictures_are_none_of_the_known_hands(draw_hand):
    def means(drawn_pictures):
        writer = TableWriter()
        for seed in range(8):
            writer.add("hagrid_crops", "metal", f"{seed}.jpg", (draw_hand("metal", seed),), share=0)
            if drawn_pictures:
                hand = draw_hand("metal", 100 + seed)
                writer.add("drawn_pictures", "metal", f"{seed}.jpg", (hand,), share=0)
        made, photographs = background(writer.table())
        return made["metal"].hands.screen, photographs

    without, _ = means(drawn_pictures=False)
    with_them, photographs = means(drawn_pictures=True)
    np.testing.assert_array_equal(with_them, without)
    assert photographs["hagrid_crops"] == 8
    assert "drawn_pictures" not in photographs


def test_digits_are_made_with_a_card_that_says_whom_they_were_judged_on(table, tmp_path):
    figures = digits_run(table, tmp_path)
    card = json.loads((tmp_path / "digits.json").read_text())
    assert set(card["judged_on_other_people"]) == set(figures)
    assert {each["licence"] for each in card["trained_on"]} == {"Apache-2.0", "CC BY 4.0"}
    known = load_known(tmp_path / "digits.npz")
    assert known.names == tuple(f"digit_{number}" for number in range(1, 6))
    assert all(each.low <= each.accuracy <= each.high for each in figures.values())
    assert figures["sign_digits, other people"].accuracy > 0.7


def test_few_samples_are_measured(table, tmp_path, monkeypatch):
    sets = {name: SETS[name] for name in ("sign_digits", "room_two_people")}
    monkeypatch.setattr(few_shot, "FOLDERS", sets)
    shown = few_shot.few_shot_run(table, 4, 1, 0, tmp_path / "few.json")
    told = json.loads((tmp_path / "few.json").read_text())
    assert shown.count("\n") == len(told["shots"]) + 1
    assert {each["changed"] for each in told["harm"]} == {0}
    assert max(each["accuracy"] for each in told["shots"]) > 0.7


def test_an_exported_file_becomes_networks_that_say_the_same(draw_hand, tmp_path):
    poses, number = {}, 0
    for shape in ("claw", "pinky_only"):
        rows = []
        for seed in range(10):
            number += 1
            hand = draw_hand(shape, seed)
            rows.append(Sample(number, 1, 0, hand.side == "left", numbers_of(hand)))
        poses[shape] = tuple(rows)
    file = tmp_path / "mine.vcamposes"
    file.write_bytes(to_bytes(Samples(poses, {}, number + 1), own=False))
    lite, deep = tmp_path / "mine.tflite", tmp_path / "mine.keras"
    command = ["poses", "export-taught", str(file), "--tflite", str(lite), "--keras", str(deep)]
    assert main(command) == 0
    keras = tensorflow().keras
    network, model = Network(lite.read_bytes(), "taught"), keras.models.load_model(deep)
    head = PoseClassifier.load()
    for shape in ("claw", "pinky_only", "fist"):
        hand = draw_hand(shape, 77)
        described = head.describe(hand)
        parts = {
            "embedding": described.embedding,
            "shape": described.shape,
            "directions": described.directions,
        }
        scores = model({name: part[np.newaxis] for name, part in parts.items()}).numpy()[0]
        assert scores == pytest.approx(network.run(hand_features(hand)[np.newaxis])[0][0], abs=1e-3)
        assert scores.sum() == pytest.approx(1, abs=1e-3)


def test_what_is_no_export_is_told_in_one_line(tmp_path, capsys):
    file = tmp_path / "mine.vcamposes"
    file.write_bytes(b"{}")
    assert main(["poses", "export-taught", str(file), "--keras", str(tmp_path / "x.keras")]) == 1
    assert "no file of taught poses" in capsys.readouterr().err
    assert main(["poses", "export-taught", str(file)]) == 1
    assert "nothing to write" in capsys.readouterr().err
